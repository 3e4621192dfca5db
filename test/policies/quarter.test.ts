// Quarters: every day is in exactly one, whatever the basis; their edges do not move with the clocks or with leap years.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addWorkingDays, londonDate, startOfDay } from '../../policies/calendar.ts'
import { dutyDates } from '../../policies/duty.ts'
import { parsePeriod } from '../../policies/period.ts'
import {
  quarterAfter,
  quarterBefore,
  quarterEndedAt,
  quarterOf,
  yearOf,
  yearStarting,
} from '../../policies/quarter.ts'

const bases = ['april-start', 'january-start'] as const
const basis = fc.constantFrom(...bases)
const day = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const tomorrow = (date: string) => londonDate(new Date(startOfDay(date).getTime() + 36 * 3_600_000))

describe('a quarter', () => {
  test('holds the day that it is asked for, and starts where the one before ended', () => {
    fc.assert(
      fc.property(day, basis, (date, from) => {
        const quarter = quarterOf(date, from)
        expect(quarter.startsOn <= date && date <= quarter.endsOn).toBe(true)
        expect(tomorrow(quarterBefore(quarter, from).endsOn)).toBe(quarter.startsOn)
        expect(quarterBefore(quarterAfter(quarter, from), from)).toEqual(quarter)
      }),
    )
  })

  test('ends on the same days whatever the basis: only its name differs (S28)', () => {
    fc.assert(
      fc.property(day, (date) => {
        const [april, january] = bases.map((from) => quarterOf(date, from))
        expect({ ...april, label: '' }).toEqual({ ...january, label: '' })
        expect(['03-31', '06-30', '09-30', '12-31']).toContain(april?.endsOn.slice(5))
      }),
    )
  })

  test('four make a year, leap years and clock changes included', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2000, max: 2098 }), (year) => {
        let quarter = quarterOf(`${year}-04-01`, 'april-start')
        const labels = [1, 2, 3, 4].map(() => {
          const { label } = quarter
          quarter = quarterAfter(quarter, 'april-start')
          return label
        })
        const name = `${year}-${String((year + 1) % 100).padStart(2, '0')}`
        expect(labels).toEqual([1, 2, 3, 4].map((each) => `Quarter ${each} of ${name}`))
        expect(quarter.startsOn).toBe(`${year + 1}-04-01`)
      }),
    )
  })

  test('is one of the four of the year that its days are in, whatever the basis', () => {
    fc.assert(
      fc.property(day, basis, (date, from) => {
        const year = yearOf(date, from)
        expect(year.quarters).toContainEqual(quarterOf(date, from))
        expect(year).toEqual(yearStarting(year.starts, from))
        expect(tomorrow(year.quarters[3].endsOn)).toBe(
          yearStarting(year.starts + 1, from).quarters[0].startsOn,
        )
        for (const { label } of year.quarters) expect(label).toContain(` of ${year.label}`)
      }),
    )
    expect([yearOf('2027-03-31', 'april-start').label, yearOf('2027-04-01', 'april-start').label]).toEqual(['2026-27', '2027-28']) // prettier-ignore
    expect(yearOf('2027-03-31', 'january-start').label).toBe('2027')
  })

  test('is over with the last instant of its last day in London, in summer time too', () => {
    fc.assert(
      fc.property(day, (date) => {
        const quarter = quarterOf(date, 'april-start')
        const ended = quarterEndedAt(quarter)
        expect(londonDate(ended)).toBe(quarter.endsOn)
        expect(londonDate(new Date(ended.getTime() + 1))).toBe(quarterAfter(quarter, 'april-start').startsOn)
      }),
    )
    expect(quarterEndedAt(quarterOf('2026-06-30', 'april-start')).toISOString()).toBe(
      '2026-06-30T22:59:59.999Z',
    )
  })

  test.each([
    ['2026-01-31', 'Quarter 4 of 2025-26', 'Quarter 1 of 2026'],
    ['2028-02-29', 'Quarter 4 of 2027-28', 'Quarter 1 of 2028'],
    ['2026-03-31', 'Quarter 4 of 2025-26', 'Quarter 1 of 2026'],
    ['2026-04-01', 'Quarter 1 of 2026-27', 'Quarter 2 of 2026'],
    ['2099-12-31', 'Quarter 3 of 2099-00', 'Quarter 4 of 2099'],
  ])('%s is in %s, or %s of the calendar', (date, financial, calendar) => {
    expect(bases.map((from) => quarterOf(date, from).label)).toEqual([financial, calendar])
  })

  test('hmpps-2025/20: its export is due on the tenth working day after it, over Easter and Christmas', () => {
    const rule = { limit: parsePeriod('10 working days'), warn: parsePeriod('5 working days') }
    const dueOn = (date: string) => dutyDates(rule, quarterEndedAt(quarterOf(date, 'april-start'))).dueOn
    expect(dueOn('2026-03-31')).toBe('2026-04-16') // Good Friday 3 April, Easter Monday 6 April
    expect(dueOn('2026-12-31')).toBe('2027-01-15') // New Year's Day
    fc.assert(
      fc.property(day, (date) => {
        const { endsOn } = quarterOf(date, 'april-start')
        expect(dueOn(date)).toBe(addWorkingDays(endsOn, 10))
      }),
    )
  })
})
