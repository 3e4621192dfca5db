// A year of deliveries: its four quarters, those that nothing was owed for and those to come among them, and which year is shown
// to somebody who names none: the one of the oldest quarter that is owed, or else of the last that ended.
import { londonDate } from '../../policies/calendar.ts'
import { yearOf, yearStarting, type Quarter, type ReportingYear } from '../../policies/quarter.ts'
import type { Queryable } from '../db.ts'
import { datesOf, type ConcernsExport } from './concerns-export.ts'
import type { SentDelivery } from './delivery.ts'
import { listQuarters, stateOf, type OwedQuarter, type QuarterState } from './quarters.ts'
import { listSent } from './store.ts'

export interface QuarterRow {
  readonly quarter: Quarter & Pick<OwedQuarter, 'rehearseOn' | 'dueOn'>
  readonly state: QuarterState
  /** Its delivery, and those that amend it; the newest first. */
  readonly deliveries: readonly SentDelivery[]
}

export interface ShownYear {
  readonly year: ReportingYear
  /** Every year that there is something to see of, by the year in which each starts. */
  readonly years: readonly ReportingYear[]
  /** Its four quarters, the newest first. */
  readonly rows: readonly QuarterRow[]
}

/** @param starts the year in which it starts; undefined where nobody named one */
export async function readYear(
  db: Queryable,
  exported: ConcernsExport,
  now: Date,
  starts: number | undefined,
): Promise<ShownYear> {
  const { basis } = exported
  const begun = await listQuarters(db, now)
  const year = starts === undefined ? yearOf(dayShown(begun, now), basis) : yearStarting(starts, basis)
  const sent = await listSent(db, year.quarters[0].endsOn)
  const rows = year.quarters.toReversed().map((quarter) => {
    const opened = begun.find(({ endsOn }) => endsOn === quarter.endsOn)
    return {
      quarter: opened ?? { ...quarter, ...datesOf(exported, quarter) },
      state: opened ? stateOf(opened, now) : quarter.startsOn > londonDate(now) ? 'to-come' : 'not-owed',
      deliveries: sent.filter(({ quarterEndsOn }) => quarterEndsOn === quarter.endsOn),
    } as const
  })
  return { year, years: yearsOf(begun, exported, now), rows }
}

function dayShown(begun: readonly OwedQuarter[], now: Date): string {
  const ended = begun.filter(({ endsOn }) => endsOn < londonDate(now))
  const shown = ended.find(({ metAt }) => !metAt) ?? ended.at(-1)
  return shown?.endsOn ?? londonDate(now)
}

/** The newest first. */
function yearsOf(begun: readonly OwedQuarter[], { basis }: ConcernsExport, now: Date): ReportingYear[] {
  const last = yearOf(londonDate(now), basis)
  const first = yearOf(begun[0]?.endsOn ?? londonDate(now), basis)
  return Array.from({ length: last.starts - first.starts + 1 }, (_, back) =>
    yearStarting(last.starts - back, basis),
  )
}
