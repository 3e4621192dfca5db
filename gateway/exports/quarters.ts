// The quarters that an export is owed for. A quarter is opened while it runs, with the days that the rule then gives, and keeps
// them. The first is the one in which this gateway first ran: nothing is owed for the time before it.
import { londonDate } from '../../policies/calendar.ts'
import { quarterAfter, quarterOf, type Quarter } from '../../policies/quarter.ts'
import type { Queryable, Transaction } from '../db.ts'
import { datesOf, type ConcernsExport, type QuarterDates } from './concerns-export.ts'

export interface OwedQuarter extends Quarter, QuarterDates {
  readonly rehearsalOwedAt: Date | undefined
  readonly warnedAt: Date | undefined
  readonly dueToldAt: Date | undefined
  readonly metAt: Date | undefined
}

export type OwedState = 'running' | 'owed' | 'due-soon' | 'due' | 'late' | 'met'
/** `not-owed`: it was over before this gateway first ran. */
export type QuarterState = OwedState | 'to-come' | 'not-owed'

/** Where it stands at an instant. */
export function stateOf(quarter: OwedQuarter, now: Date): OwedState {
  const today = londonDate(now)
  if (quarter.metAt) return 'met'
  if (today <= quarter.endsOn) return 'running'
  if (now >= quarter.dueAt) return 'late'
  if (today === quarter.dueOn) return 'due'
  return now >= quarter.warnAt ? 'due-soon' : 'owed'
}

/** Opens every quarter up to the one that runs now. Any process may, at any time; each is opened once. */
export async function openQuarters(tx: Transaction, exported: ConcernsExport, now: Date): Promise<void> {
  const running = quarterOf(londonDate(now), exported.basis)
  const { rows } = await tx.query('select max(ends_on) as last from concordat.export_quarter')
  const last = rows[0]?.['last']
  if (typeof last === 'string' && last >= running.endsOn) return
  let quarter =
    typeof last === 'string' ? quarterAfter(quarterOf(last, exported.basis), exported.basis) : running
  for (; quarter.endsOn <= running.endsOn; quarter = quarterAfter(quarter, exported.basis))
    await insertQuarter(tx, quarter, datesOf(exported, quarter))
}

async function insertQuarter(tx: Transaction, quarter: Quarter, dates: QuarterDates): Promise<void> {
  await tx.query(
    `insert into concordat.export_quarter (ends_on, starts_on, label, rehearse_on, warn_at, due_on, due_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (ends_on) do nothing`,
    [
      quarter.endsOn,
      quarter.startsOn,
      quarter.label,
      dates.rehearseOn,
      dates.warnAt,
      dates.dueOn,
      dates.dueAt,
    ],
  )
}

const columns = `ends_on, starts_on, label, rehearse_on, warn_at, due_on, due_at, rehearsal_owed_at, warned_at, due_told_at, met_at`

/** Those that have begun and are not met, the oldest first. */
export async function unmetQuarters(db: Queryable, now: Date): Promise<OwedQuarter[]> {
  const { rows } = await db.query(
    `select ${columns} from concordat.export_quarter where met_at is null and starts_on <= $1 order by ends_on`,
    [londonDate(now)],
  )
  return rows.map(parseQuarter)
}

/** Every one that has begun, the oldest first. */
export async function listQuarters(db: Queryable, now: Date): Promise<OwedQuarter[]> {
  const { rows } = await db.query(
    `select ${columns} from concordat.export_quarter where starts_on <= $1 order by ends_on`,
    [londonDate(now)],
  )
  return rows.map(parseQuarter)
}

export async function findQuarter(db: Queryable, endsOn: string): Promise<OwedQuarter | undefined> {
  const { rows } = await db.query(`select ${columns} from concordat.export_quarter where ends_on = $1`, [
    endsOn,
  ])
  return rows[0] && parseQuarter(rows[0])
}

/** What the calendar makes happen once. @returns whether it had not happened yet */
export async function markOnce(
  tx: Transaction,
  endsOn: string,
  what: 'rehearsal_owed_at' | 'warned_at' | 'due_told_at' | 'met_at',
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update concordat.export_quarter set ${what} = $2 where ends_on = $1 and ${what} is null`,
    [endsOn, now],
  )
  return rowCount === 1
}

function parseQuarter(row: Record<string, unknown>): OwedQuarter {
  const instant = (name: string) => row[name] as Date // timestamptz
  const maybe = (name: string) => (row[name] instanceof Date ? instant(name) : undefined)
  return {
    startsOn: String(row['starts_on']),
    endsOn: String(row['ends_on']),
    label: String(row['label']),
    rehearseOn: String(row['rehearse_on']),
    warnAt: instant('warn_at'),
    dueOn: String(row['due_on']),
    dueAt: instant('due_at'),
    rehearsalOwedAt: maybe('rehearsal_owed_at'),
    warnedAt: maybe('warned_at'),
    dueToldAt: maybe('due_told_at'),
    metAt: maybe('met_at'),
  }
}
