// Quarters of a year, as what is sent by the calendar goes by them. Quarters of the financial and of the calendar year end on
// the same days: the basis gives only the number and the year in the name (S28). Dates are YYYY-MM-DD, in London. Pure.
import { Temporal } from 'temporal-polyfill'
import { endOfDay } from './calendar.ts'

export type QuarterBasis = 'april-start' | 'january-start'

export interface Quarter {
  readonly startsOn: string
  /** The last day; it names the quarter whatever the basis. */
  readonly endsOn: string
  /** As people say it: 'Quarter 2 of 2026-27', or 'Quarter 3 of 2026' where years start in January. */
  readonly label: string
}

/** The quarter that a day is in. */
export function quarterOf(date: string, basis: QuarterBasis): Quarter {
  const { year, month } = Temporal.PlainDate.from(date)
  const first = Temporal.PlainDate.from({ year, month: month - ((month - 1) % 3), day: 1 })
  const last = first.add({ months: 3 }).subtract({ days: 1 })
  return { startsOn: first.toString(), endsOn: last.toString(), label: labelOf(first, basis) }
}

export function quarterAfter({ endsOn }: Quarter, basis: QuarterBasis): Quarter {
  return quarterOf(Temporal.PlainDate.from(endsOn).add({ days: 1 }).toString(), basis)
}

export function quarterBefore({ startsOn }: Quarter, basis: QuarterBasis): Quarter {
  return quarterOf(Temporal.PlainDate.from(startsOn).subtract({ days: 1 }).toString(), basis)
}

/** A year of four quarters, by the year in which it starts. */
export interface ReportingYear {
  readonly starts: number
  /** '2026-27', or '2026' where years start in January. */
  readonly label: string
  readonly quarters: readonly [Quarter, Quarter, Quarter, Quarter]
}

/** The year that starts in this one. @param starts 1 to 9998 */
export function yearStarting(starts: number, basis: QuarterBasis): ReportingYear {
  const month = basis === 'january-start' ? 1 : 4
  const first = quarterOf(Temporal.PlainDate.from({ year: starts, month, day: 1 }).toString(), basis)
  const second = quarterAfter(first, basis)
  const third = quarterAfter(second, basis)
  return {
    starts,
    label: yearLabel(starts, basis),
    quarters: [first, second, third, quarterAfter(third, basis)],
  }
}

/** The year that a day is in. */
export function yearOf(date: string, basis: QuarterBasis): ReportingYear {
  const { year, month } = Temporal.PlainDate.from(date)
  return yearStarting(basis === 'january-start' || month >= 4 ? year : year - 1, basis)
}

/** The last instant of the quarter in London: when a duty that a quarter's end starts is started. Its day one is the next day. */
export function quarterEndedAt({ endsOn }: Quarter): Date {
  return new Date(endOfDay(endsOn).getTime() - 1)
}

function labelOf(first: Temporal.PlainDate, basis: QuarterBasis): string {
  const { year, month } = first
  const calendar = (month - 1) / 3 + 1
  if (basis === 'january-start') return `Quarter ${calendar} of ${yearLabel(year, basis)}`
  const starts = month >= 4 ? year : year - 1
  return `Quarter ${calendar === 1 ? 4 : calendar - 1} of ${yearLabel(starts, basis)}`
}

function yearLabel(starts: number, basis: QuarterBasis): string {
  return basis === 'january-start'
    ? String(starts)
    : `${starts}-${String((starts + 1) % 100).padStart(2, '0')}`
}
