// Days in London and working days, against the bank holidays as they were and will be, and against a slow walk that shares
// no code with what it checks.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addPeriod,
  addWorkingDays,
  endOfDay,
  isWorkingDay,
  londonDate,
  startOfDay,
} from '../../policies/calendar.ts'
import { dutyDates } from '../../policies/duty.ts'
import { inWords, parsePeriod, spanShape } from '../../policies/period.ts'

/** Bank holidays in England and Wales, as published by the government. */
const bankHolidays = new Set(
  `2019-01-01 2019-04-19 2019-04-22 2019-05-06 2019-05-27 2019-08-26 2019-12-25 2019-12-26
   2020-01-01 2020-04-10 2020-04-13 2020-05-08 2020-05-25 2020-08-31 2020-12-25 2020-12-28
   2021-01-01 2021-04-02 2021-04-05 2021-05-03 2021-05-31 2021-08-30 2021-12-27 2021-12-28
   2022-01-03 2022-04-15 2022-04-18 2022-05-02 2022-06-02 2022-06-03 2022-08-29 2022-09-19 2022-12-26 2022-12-27
   2023-01-02 2023-04-07 2023-04-10 2023-05-01 2023-05-08 2023-05-29 2023-08-28 2023-12-25 2023-12-26
   2024-01-01 2024-03-29 2024-04-01 2024-05-06 2024-05-27 2024-08-26 2024-12-25 2024-12-26
   2025-01-01 2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25 2025-12-26
   2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28
   2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28
   2028-01-03 2028-04-14 2028-04-17 2028-05-01 2028-05-29 2028-08-28 2028-12-25 2028-12-26`.split(/\s+/),
)

const dayMs = 86_400_000
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10)
const wallCalendar = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' })
const slowly = {
  isWorkingDay: (date: string) =>
    ![0, 6].includes(new Date(`${date}T12:00:00Z`).getUTCDay()) && !bankHolidays.has(date),
  date: (instant: Date) => wallCalendar.format(instant),
  /** The last second of a date in London, found by trying each second from an hour before Greenwich midnight. */
  lastSecond: (date: string) => {
    let at = Date.parse(`${date}T22:59:00Z`)
    while (slowly.date(new Date(at + 1000)) === date) at += 1000
    return at
  },
}
/** Instants from the spring of 2019 to the middle of 2028. */
const instant = fc
  .integer({ min: Date.UTC(2019, 3, 1), max: Date.UTC(2028, 5, 30) })
  .map((ms) => new Date(ms))

describe('working days', () => {
  test('leave out each weekend and bank holiday of ten years, substitute days included, and nothing else', () => {
    for (let ms = Date.UTC(2019, 0, 1); ms <= Date.UTC(2028, 11, 31); ms += dayMs)
      expect([iso(ms), isWorkingDay(iso(ms))]).toEqual([iso(ms), slowly.isWorkingDay(iso(ms))])
  })

  test('are counted from the next day: a draft of Monday 15 December 2025 reaches fifteen on 8 January', () => {
    expect(addWorkingDays('2025-12-15', 15)).toBe('2026-01-08')
    expect(addPeriod('2025-12-15', parsePeriod('3 weeks'))).toBe('2026-01-05')
  })

  test('can be counted back', () => {
    expect(addWorkingDays('2026-01-08', -15)).toBe('2025-12-15')
    expect(addWorkingDays('2026-04-07', -1)).toBe('2026-04-02')
  })

  test('agree with a slow walk, forwards and backwards', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: -40, max: 40 }), (start, count) => {
        let ms = Date.parse(`${slowly.date(start)}T12:00:00Z`)
        for (let left = Math.abs(count); left > 0;) {
          ms += Math.sign(count) * dayMs
          if (slowly.isWorkingDay(iso(ms))) left -= 1
        }
        expect(addWorkingDays(londonDate(start), count)).toBe(iso(ms))
      }),
    )
  })
})

describe('days in London', () => {
  test('an instant falls on the date that the wall calendar shows', () => {
    fc.assert(
      fc.property(instant, (at) => {
        expect(londonDate(at)).toBe(slowly.date(at))
      }),
    )
  })

  test('a day ends where its last second does, across both clock changes', () => {
    for (const date of [
      '2026-03-28',
      '2026-03-29',
      '2026-03-30',
      '2026-10-24',
      '2026-10-25',
      '2026-10-26',
      '2026-01-10',
      '2026-07-10',
    ])
      expect(endOfDay(date).getTime()).toBe(slowly.lastSecond(date) + 1000)
    expect(endOfDay('2026-03-29').getTime() - startOfDay('2026-03-29').getTime()).toBe(23 * 3_600_000)
    expect(endOfDay('2026-10-25').getTime() - startOfDay('2026-10-25').getTime()).toBe(25 * 3_600_000)
  })
})

describe('months and years', () => {
  test.each([
    ['2026-01-31', '1 month', '2026-02-28'],
    ['2028-01-31', '1 month', '2028-02-29'],
    ['2026-08-31', '3 months', '2026-11-30'],
    ['2026-11-15', '3 months', '2027-02-15'],
    ['2028-02-29', '1 year', '2029-02-28'],
    ['2026-02-28', '12 months', '2027-02-28'],
  ])('from %s, %s end on %s: the same day number, or the last day of a shorter month', (from, period, to) => {
    expect(addPeriod(from, parsePeriod(period))).toBe(to)
  })

  test('calendar days are not rolled forward over a weekend', () => {
    expect(addPeriod('2026-01-03', parsePeriod('7 calendar days'))).toBe('2026-01-10') // both Saturdays
  })

  test('a period that does not say which days is no period', () => {
    for (const words of ['5 days', 'five weeks', '0 weeks', '-1 months', '1.5 years', ''])
      expect(() => parsePeriod(words)).toThrow(RangeError)
    expect(inWords(parsePeriod('1 working day'))).toBe('1 working day')
    expect(inWords(parsePeriod('12 months'))).toBe('12 months')
  })
})

describe('a duty', () => {
  const rule = { limit: parsePeriod('5 working days'), warn: parsePeriod('1 working day') }

  test('hmpps-2025/16: five working days over Easter, late from the first instant after the last day', () => {
    expect(dutyDates(rule, new Date('2026-04-01T15:00:00Z'))).toEqual({
      dueOn: '2026-04-10',
      dueAt: new Date('2026-04-10T23:00:00Z'),
      warnAt: new Date('2026-04-08T23:00:00Z'),
    })
  })

  test('that starts late in the evening starts on the date in London, not in Greenwich', () => {
    expect(dutyDates(rule, new Date('2026-06-01T23:30:00Z')).dueOn).toBe('2026-06-09')
    expect(dutyDates(rule, new Date('2026-06-01T22:30:00Z')).dueOn).toBe('2026-06-08')
  })

  test('in hours runs by the clock, over the hour that is not there', () => {
    const hours = { limit: parsePeriod('4 hours'), warn: parsePeriod('1 hour') }
    expect(dutyDates(hours, new Date('2026-03-28T23:30:00Z'))).toEqual({
      dueOn: '2026-03-29',
      dueAt: new Date('2026-03-29T03:30:00Z'),
      warnAt: new Date('2026-03-29T02:30:00Z'),
    })
  })

  test('is never warned of before it started', () => {
    const short = { limit: parsePeriod('1 working day'), warn: parsePeriod('5 working days') }
    const startedAt = new Date('2026-06-01T10:00:00Z')
    expect(dutyDates(short, startedAt).warnAt).toEqual(startedAt)
  })

  test('agrees with a slow walk from any start', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 30 }), (startedAt, amount) => {
        let ms = Date.parse(`${slowly.date(startedAt)}T12:00:00Z`)
        for (let left = amount; left > 0;) {
          ms += dayMs
          if (slowly.isWorkingDay(iso(ms))) left -= 1
        }
        const dates = dutyDates({ ...rule, limit: { amount, unit: 'working day' } }, startedAt)
        expect(dates.dueOn).toBe(iso(ms))
        expect(dates.dueAt.getTime()).toBe(slowly.lastSecond(iso(ms)) + 1000)
        expect(dates.warnAt < dates.dueAt && dates.warnAt >= startedAt).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  test('hmpps-2025/32: of a pair of clocks the earlier warns and only the later makes late', () => {
    const pair = {
      limit: parsePeriod('3 weeks'),
      target: parsePeriod('15 working days'),
      warn: parsePeriod('1 working day'),
    }
    // Three weeks end on 5 January; Christmas, Boxing Day and New Year's Day put the 15 working days three days later.
    expect(dutyDates(pair, new Date('2025-12-15T10:00:00Z'))).toEqual({
      dueOn: '2026-01-08',
      dueAt: new Date('2026-01-09T00:00:00Z'),
      warnAt: new Date('2026-01-02T00:00:00Z'),
    })
  })

  test('hmpps-2025/31: whichever of a pair comes later, that one is due', () => {
    fc.assert(
      fc.property(instant, (startedAt) => {
        const warn = parsePeriod('1 working day')
        const [weeks, days] = [parsePeriod('7 weeks'), parsePeriod('32 working days')]
        const single = [weeks, days].map((limit) => dutyDates({ limit, warn }, startedAt).dueAt.getTime())
        const both = dutyDates({ limit: weeks, target: days, warn }, startedAt)
        expect(both.dueAt.getTime()).toBe(Math.max(...single))
        expect(both.warnAt.getTime()).toBeLessThan(Math.min(...single))
      }),
      { numRuns: 50 },
    )
  })

  test('hmpps-2025/41-publish: 24 hours are a floor and a ceiling, by the clock, with grace before it is late', () => {
    const hours = parsePeriod('24 hours')
    const rule41 = {
      limit: hours,
      notBefore: hours,
      grace: parsePeriod('1 hour'),
      warn: parsePeriod('1 hour'),
    }
    expect(dutyDates(rule41, new Date('2026-03-28T10:00:00Z'))).toEqual({
      dueOn: '2026-03-29',
      dueAt: new Date('2026-03-29T10:00:00Z'),
      opensAt: new Date('2026-03-29T10:00:00Z'),
      lateAt: new Date('2026-03-29T11:00:00Z'),
      warnAt: new Date('2026-03-29T09:00:00Z'),
    })
  })

  test('hmpps-2025/7-irp: a window opens at the start of its first day and closes at the end of its last', () => {
    const irp = {
      limit: parsePeriod('12 months'),
      notBefore: parsePeriod('8 months'),
      warn: parsePeriod('2 months'),
    }
    expect(dutyDates(irp, new Date('2026-06-30T12:00:00Z'))).toMatchObject({
      opensAt: new Date('2027-02-28T00:00:00Z'),
      dueOn: '2027-06-30',
    })
  })

  test('hmpps-2025/8: a duty in advance is due before the day that it looks to', () => {
    const ahead = { limit: parsePeriod('6 months'), counts: 'before' as const, warn: parsePeriod('1 month') }
    const dates = dutyDates(ahead, new Date('2026-08-31T09:00:00Z'))
    expect(dates).toMatchObject({ dueOn: '2026-02-28', dueAt: new Date('2026-03-01T00:00:00Z') })
    expect(dates.warnAt).toEqual(new Date('2026-01-28T00:00:00Z'))
  })

  test.each([
    ['before', 'the event itself', '2026-06-03T09:00:00Z', '2026-06-03T09:00:00Z'],
    ['after', 'at once', '2026-06-03T09:00:00Z', '2026-06-03T09:00:00Z'],
    ['after', 'the same day', '2026-06-03T09:00:00Z', '2026-06-03T23:00:00Z'],
    ['after', 'the following week', '2026-06-03T09:00:00Z', '2026-06-12T23:00:00Z'],
    ['after', 'the following week', '2026-06-07T09:00:00Z', '2026-06-12T23:00:00Z'],
    ['after', 'the following week', '2026-03-23T09:00:00Z', '2026-04-02T23:00:00Z'],
  ] as const)('counted %s, %s, from %s: due at %s', (counts, words, startedAt, dueAt) => {
    const limit = spanShape.parse(words)
    expect(dutyDates({ limit, counts, warn: parsePeriod('1 hour') }, new Date(startedAt)).dueAt).toEqual(
      new Date(dueAt),
    )
    expect(inWords(limit)).toBe(words === 'the event itself' ? 'at once' : words)
  })
})
