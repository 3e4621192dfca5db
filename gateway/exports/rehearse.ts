// A rehearsal: the export as it would be, looked at and not made. By schedule some days before it is due, and whenever somebody
// at HMI Prisons asks. What is wrong upstream is told first; nothing is read past a column that is missing.
import { randomUUID } from 'node:crypto'
import type { LedgerEvent } from '../../audit/events.ts'
import { londonDate } from '../../policies/calendar.ts'
import { currentEdition } from '../concerns/store.ts'
import type { Database, Queryable, Transaction } from '../db.ts'
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { Problem } from '../http/problem.ts'
import { record } from '../http/mount.ts'
import { entryBase, type ExportDeps } from './act.ts'
import { columns } from '../concerns/table-schema.ts'
import { findDrift } from './drift.ts'
import { factsOf } from './facts.ts'
import { releasersOf, tell } from './notices.ts'
import { findQuarter, openQuarters, unmetQuarters, type OwedQuarter } from './quarters.ts'
import { findingsOf, rehearseRows, type RehearsalReport, type Rehearsing } from './rehearsal.ts'
import { insertRehearsal, type Rehearsal } from './rehearsal-store.ts'
import { readChanges, readSnapshot } from './snapshot.ts'
import { findLatestSent } from './store.ts'

/** @throws {Problem} `input.invalid` for a quarter that there is not */
export async function rehearse(
  deps: ExportDeps,
  context: PersonContext,
  asked: { readonly quarter?: string },
): Promise<Outcome<{ readonly quarter: OwedQuarter; readonly rehearsal: Rehearsal }>> {
  const { tx, now, person } = context
  const judged = await deps.judge.judge(
    context,
    'put-forward',
    await factsOf(tx, deps.concernsExport, person, now),
  )
  if (judged.outcome === 'refusal') return refused(judged)
  await openQuarters(tx, deps.concernsExport, now)
  const quarter =
    asked.quarter === undefined ? (await unmetQuarters(tx, now))[0] : await findQuarter(tx, asked.quarter)
  if (!quarter) throw noQuarter()
  const rehearsal = await makeRehearsal(deps, tx, quarter, now, person.id)
  const base = entryBase(deps, context, judged, [])
  return { kind: 'done', value: { quarter, rehearsal }, events: [rehearsed(base, rehearsal)] }
}

function noQuarter(): Problem {
  return new Problem('input.invalid', 'Name a quarter by its last day, as 2026-09-30.', [
    { field: 'quarter', message: 'There is no such quarter that an export is owed for.' },
  ])
}

/** By schedule; those who release are told what it found, in counts. */
export async function rehearseBySchedule(
  deps: ExportDeps & { readonly db: Database },
  endsOn: string,
): Promise<void> {
  const now = deps.clock()
  await deps.db.withTransaction(async (tx) => {
    const quarter = await findQuarter(tx, endsOn)
    if (!quarter || quarter.metAt) return
    const rehearsal = await makeRehearsal(deps, tx, quarter, now)
    const releasers = await releasersOf(deps, { tx, now })
    await tell(deps, { tx, now }, releasers.map(({ email }) => email), {
      subject: rehearsal.blocks ? 'The export is blocked' : 'The export was rehearsed',
      lines: reportLines(quarter, rehearsal.report),
      path: '/deliveries/next',
    }) // prettier-ignore
    const base = { actor: { kind: 'process', name: 'worker' }, subjects: [], correlation: rehearsal.id, agreement: deps.concernsExport.agreement } as const // prettier-ignore
    await record(tx, [rehearsed(base, rehearsal)], now)
  })
}

/** Counts and the names of columns; no concern, no code and no word of one. */
function reportLines({ label, dueOn }: OwedQuarter, report: RehearsalReport): string[] {
  const { rows, changes, drift, unknownEstablishments, outliers, personalTexts } = report
  return [
    `${label} was rehearsed. Its export is due on ${dueOn}.`,
    `${rows} concerns: ${changes.new} new, ${changes.changed} changed, ${changes.closed} closed, ${changes.reopened} reopened.`,
    `To look at: ${unknownEstablishments.length} unknown establishments, ${outliers.length} outliers, ${personalTexts} texts that look like personal data.`,
    ...drift.map(({ says }) => says),
  ]
}

function rehearsed(
  base: Pick<LedgerEvent, 'actor' | 'subjects' | 'correlation'>,
  rehearsal: Rehearsal,
): LedgerEvent {
  const { report, edition, blocks, quarterEndsOn: quarter } = rehearsal
  const detail = {
    quarter,
    edition,
    rows: report.rows,
    ...report.changes,
    findings: findingsOf(report),
    blocks,
  }
  return { ...base, type: 'concerns-export.rehearsed', detail }
}

async function makeRehearsal(
  deps: Pick<ExportDeps, 'establishments'>,
  tx: Transaction,
  quarter: OwedQuarter,
  now: Date,
  madeBy?: string,
): Promise<Rehearsal> {
  const edition = await currentEdition(tx)
  const report = await rehearseRows(await rehearsing(deps, tx, edition, now))
  const blocks = report.drift.some((each) => each.blocks)
  const rehearsal = {
    id: randomUUID(),
    quarterEndsOn: quarter.endsOn,
    edition,
    madeAt: now,
    madeBy,
    blocks,
    report,
  }
  await insertRehearsal(tx, rehearsal)
  return rehearsal
}

async function rehearsing(
  { establishments }: Pick<ExportDeps, 'establishments'>,
  tx: Transaction,
  edition: number,
  now: Date,
): Promise<Rehearsing> {
  const drift = await findDrift(tx)
  const last = await findLatestSent(tx)
  const readable = !drift.some(({ blocks }) => blocks)
  const before = last && {
    number: last.number,
    rows: last.rows,
    changes: last.changes,
    filled: readable ? await countFilled(tx, last.edition) : new Map<string, number>(),
  }
  return {
    concerns: readable ? readSnapshot(tx, edition) : nothing(),
    changes: readable ? readChanges(tx, last?.edition ?? 0, edition) : nothing(),
    drift,
    // What cannot be read is compared with nothing.
    before: readable ? before : undefined,
    establishments,
    today: londonDate(now),
  }
}

/** Of the columns that may be empty, how many concerns of an edition have each. */
async function countFilled(db: Queryable, edition: number): Promise<ReadonlyMap<string, number>> {
  const optional = columns.filter(({ required }) => !required).map(({ name }) => name)
  const { rows } = await db.query(
    `select ${optional.map((name) => `count(${name}) as ${name}`).join(', ')} from concordat.concern_version
     where first_edition <= $1 and (last_edition is null or last_edition >= $1)`,
    [edition],
  )
  return new Map(optional.map((name) => [name, Number(rows[0]?.[name])]))
}

async function* nothing(): AsyncGenerator<never[]> {
  // There is nothing to read.
}
