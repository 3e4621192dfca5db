// policies/bank-holidays.json is what date-holidays says today: a day that is newly proclaimed comes with its next version, and
// this test then says so. Made again with UPDATE_GOLDEN=1.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Holidays from 'date-holidays'
import { expect, test } from 'vitest'
import { isWorkingDay } from '../../policies/calendar.ts'
import { processEnvironment } from '../../gateway/config.ts'

const file = path.resolve(import.meta.dirname, '../../policies/bank-holidays.json')
const [from, to] = [2000, 2200]

test('the bank holidays of England and Wales are those that the library knows', () => {
  const known = new Holidays('GB', 'ENG', { types: ['public', 'bank'] })
  const years = Array.from({ length: to - from + 1 }, (_, i) => from + i)
  const days = [
    ...new Set(years.flatMap((year) => known.getHolidays(year).map(({ date }) => date.slice(0, 10)))),
  ].sort()
  if (processEnvironment()['UPDATE_GOLDEN'] === '1')
    writeFileSync(file, `${JSON.stringify({ from, to, days }, null, 2)}\n`)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ from, to, days })
})

test('a year of which they are not known is refused, and not taken for one without any', () => {
  expect(isWorkingDay('2200-12-29')).toBe(true)
  for (const day of ['1999-12-31', '2201-01-05']) expect(() => isWorkingDay(day)).toThrow(RangeError)
})
