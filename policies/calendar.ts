// Days in London: which date an instant falls on, when that day ends, and which days are working days in England and
// Wales. Dates are YYYY-MM-DD. A month ends on the same day number or on the last day of a shorter month, and calendar
// days are never rolled forward over a weekend.
import { Temporal } from 'temporal-polyfill'
import bankHolidays from './bank-holidays.json' with { type: 'json' }
import type { Period } from './period.ts'

const LONDON = 'Europe/London'
/** From date-holidays, of which a test makes it again: that library holds 20 MiB at rest, and these are all that is needed. */
const holidays: ReadonlySet<string> = new Set(bankHolidays.days)

/** The date in London at an instant. */
export function londonDate(instant: Date): string {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(LONDON)
    .toPlainDate()
    .toString()
}

/** The first instant of a day in London. */
export function startOfDay(date: string): Date {
  return new Date(Temporal.PlainDate.from(date).toZonedDateTime(LONDON).epochMilliseconds)
}

/** The first instant after a day in London: what happens before it happened on that day. */
export function endOfDay(date: string): Date {
  return startOfDay(Temporal.PlainDate.from(date).add({ days: 1 }).toString())
}

/**
 * Whether a date is neither at a weekend nor a bank holiday in England and Wales, substitute days included.
 *
 * @throws {RangeError} outside the years of which the bank holidays are known
 */
export function isWorkingDay(date: string): boolean {
  const day = Temporal.PlainDate.from(date)
  if (day.year < bankHolidays.from || day.year > bankHolidays.to)
    throw new RangeError(
      `The bank holidays of ${day.year} are not known, only those from ${bankHolidays.from} to ${bankHolidays.to}.`,
    )
  return day.dayOfWeek <= 5 && !holidays.has(date)
}

/**
 * The working day `count` working days after a date, or before it where `count` is negative. The date itself is not
 * counted, whether or not it is a working day.
 */
export function addWorkingDays(date: string, count: number): string {
  const step = { days: count < 0 ? -1 : 1 }
  let day = Temporal.PlainDate.from(date)
  for (let left = Math.abs(count); left > 0;) {
    day = day.add(step)
    if (isWorkingDay(day.toString())) left -= 1
  }
  return day.toString()
}

/** The last working day of the Monday to Friday after the week that a date is in. */
export function lastWorkingDayOfFollowingWeek(date: string): string {
  const day = Temporal.PlainDate.from(date)
  const nextSaturday = day.add({ days: 13 - day.dayOfWeek })
  return addWorkingDays(nextSaturday.toString(), -1)
}

/**
 * The date a period after a date, or before it where `sign` is -1. Day one is the next day.
 *
 * @throws {RangeError} for hours, which are counted from an instant and not from a date
 */
export function addPeriod(date: string, period: Period, sign: 1 | -1 = 1): string {
  const amount = sign * period.amount
  const day = Temporal.PlainDate.from(date)
  switch (period.unit) {
    case 'hour':
      throw new RangeError('Hours are counted from an instant.')
    case 'working day':
      return addWorkingDays(date, amount)
    case 'calendar day':
      return day.add({ days: amount }).toString()
    case 'week':
      return day.add({ weeks: amount }).toString()
    case 'month':
      return day.add({ months: amount }, { overflow: 'constrain' }).toString()
    case 'year':
      return day.add({ years: amount }, { overflow: 'constrain' }).toString()
    case 'following week':
      return lastWorkingDayOfFollowingWeek(date)
  }
}

/** '2026-10-01 09:30' on London's clocks, or an instant with its offset → the instant. @returns undefined where it is neither */
export function londonInstant(text: string): Date | undefined {
  const found = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?$/.exec(
    text,
  )
  if (!found) return undefined
  const [, day = '', time = '', offset] = found
  try {
    if (offset !== undefined)
      return new Date(Temporal.Instant.from(`${day}T${time}${offset}`).epochMilliseconds)
    const local = Temporal.PlainDateTime.from(`${day}T${time}`, { overflow: 'reject' })
    return new Date(local.toZonedDateTime(LONDON).epochMilliseconds)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
