// Tables of a report through disclosure control: put forward as a file, hidden where somebody could be identified or a cleared table
// would give it away, attested by a second person, and only then handed out (hmpps-2025/18-not-identifiable, S45).
import { randomUUID } from 'node:crypto'
import type { Earlier, ShownTable } from '../disclosure/shown.ts'
import { compare, hiddenMark, outAlready, shown } from '../disclosure/shown.ts'
import { readCounts } from '../disclosure/read-counts.ts'
import { NotProtectable, suppress } from '../disclosure/suppress.ts'
import type { CountTable } from '../disclosure/table.ts'
import { policyHash, refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound, Problem, stateConflict, type FieldFault } from '../http/problem.ts'
import type { Upload } from '../http/upload.ts'
import { personActor } from '../http/who.ts'
import { judgeOpening, withHubData } from '../hub/open.ts'
import { factsOfPerson } from '../people/facts.ts'
import type { RowFault } from '../tables/heading.ts'
import { formatOf, hashed, readTable } from '../tables/received.ts'
import { UnreadableTable, type TableRow } from '../tables/table.ts'
import { takeClearance, type As, type ClearanceDeps } from './act.ts'
import { attestations, type Clearance } from './clearance.ts'
import { findClearance } from './store.ts'
import type { TableFields } from './schemas.ts'
import * as store from './table-store.ts'

export interface ReadTable {
  readonly table: store.DisclosureTable
  /** Places that are hidden now and were shown in a cleared table of the same people, at once, for whoever put it forward. */
  readonly outAlready: readonly string[]
}

const mostRows = 1001

/** @throws {Problem} `not-found`, `input.invalid`, `media.unsupported`, `table.unreadable`, `body.too-large` */
export function putTable(
  deps: ClearanceDeps,
  context: PersonContext,
  clearanceId: string,
  fields: TableFields,
  upload: Upload | undefined,
): Promise<Outcome<ReadTable>> {
  return withHubData(deps, context, 'check-draft', 'screen', async ({ base, permit }) => {
    await takeClearance(context, clearanceId)
    const { rows, sha256 } = await rowsOf(upload)
    const read = readCounts(rows)
    if ('faults' in read) throw faulty(read.faults)
    const earlier = (await store.listCleared(context.tx, fields.measure)).map((each): Earlier => ({ shown: each.shown, isSame: same(each.filters, fields.filters) })) // prettier-ignore
    const { hidden, smallestShown } = protect(read.table, compare(read.table, earlier))
    const goesOut = shown(read.table, hidden)
    const counted = Object.groupBy(hidden.values(), (why) => why)
    const table: store.DisclosureTable = {
      id: randomUUID(), clearanceId, ...fields, shown: goesOut, smallestShown, sha256, putForwardBy: context.person.id, putForwardAt: context.now, attested: undefined,
      hidden: Object.fromEntries(Object.entries(counted).map(([why, all]) => [why, all.length])),
    } // prettier-ignore
    await store.insertTable(context.tx, permit, table)
    const detail = { cells: read.table.rows.length * read.table.columns.length, hidden: hidden.size, sha256 }
    return {
      value: { table, outAlready: outAlready(goesOut, earlier) },
      events: [{ ...base, type: 'disclosure-table.checked', subjects: [{ kind: 'disclosure-table', id: table.id }, { kind: 'clearance', id: clearanceId }], detail }], // prettier-ignore
    }
  })
}

async function rowsOf(upload: Upload | undefined): Promise<{ readonly rows: TableRow[]; readonly sha256: string }> {
  if (!upload) throw faulty([{ message: 'Choose a CSV file or a workbook.' }])
  const format = formatOf(upload)
  const passing = hashed(upload.bytes)
  const rows: TableRow[] = []
  try {
    for await (const batch of readTable(format, passing.bytes)) {
      rows.push(...batch)
      if (rows.length > mostRows) throw new UnreadableTable('This table is too long. Split it.')
    }
  } catch (error) {
    if (error instanceof UnreadableTable) throw new Problem('table.unreadable', error.message)
    throw error
  }
  return { rows, sha256: passing.done().sha256 }
} // prettier-ignore

function faulty(faults: readonly RowFault[]): Problem {
  const fields = faults.map(({ row, column, message }): FieldFault => ({ field: 'file', message: [row === undefined ? '' : `Row ${row}`, column ?? ''].filter((each) => each !== '').join(', ') + (row === undefined ? '' : ': ') + message })) // prettier-ignore
  return new Problem('input.invalid', 'The table cannot be taken as it is. Nothing was saved.', fields)
}

function protect(table: CountTable, also: readonly string[]) {
  try {
    return suppress(table, also)
  } catch (error) {
    if (error instanceof NotProtectable) throw faulty([{ message: 'Nothing that could be hidden would protect the small counts in it. Join rows or columns, or leave out the totals.' }]) // prettier-ignore
    throw error
  }
}

function same(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase()
}

/** For the form: the report that the table is for. @throws {Problem} `not-found` */
export function readForm(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<{ readonly clearance: Clearance }>> {
  return withHubData(deps, context, 'check-draft', 'screen', async ({ base }) => {
    const clearance = await findClearance(context.tx, id)
    if (!clearance) throw notFound()
    return { value: { clearance }, events: [{ ...base, type: 'form.viewed', subjects: [{ kind: 'clearance', id }], detail: { form: '/clearances/:id/tables/new' } }] } // prettier-ignore
  })
}

/** @throws {Problem} `not-found` */
export function readTableOf(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
  as: As,
): Promise<Outcome<ReadTable>> {
  return withHubData(deps, context, 'check-draft', 'screen', async ({ base }) => {
    const table = await store.findTable(context.tx, id)
    if (!table) throw notFound()
    return { value: { table, outAlready: [] }, events: [{ ...base, type: 'disclosure-table.viewed', subjects: [{ kind: 'disclosure-table', id }], detail: { as } }] } // prettier-ignore
  })
}

/** hmpps-2025/18-not-identifiable: by a second person in any case. @throws {Problem} `not-found`, `state.conflict` */
export async function attestTable(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
  words: string,
): Promise<Outcome<string>> {
  const { tx, person, now } = context
  const facts = await factsOfPerson(tx, person, now)
  // Who may not look is told the same of one that is there as of one that is not.
  const seen = await deps.judge.judge(context, 'check-draft', facts)
  if (seen.outcome === 'refusal') return refused(seen)
  const opening = await judgeOpening(deps, context, facts, 'screen')
  if (opening?.outcome === 'refusal') return refused(opening)
  const table = await store.findTable(tx, id)
  if (!table) throw notFound()
  const { agreement, key, from, to } = deps.hubPublication
  const document = { id, agreement, exchange: key, from, to, kind: 'disclosure', author: table.putForwardBy, ...(table.smallestShown !== undefined && { smallestCell: table.smallestShown }) } // prettier-ignore
  const judged = await deps.judge.judge(context, 'attest-figure', { ...facts, document })
  if (judged.outcome === 'refusal') return refused(judged)
  if (!(await store.attestTable(tx, judged.permit, id, { by: person.id, at: now, words }))) throw stateConflict('Somebody attested this already.') // prettier-ignore
  const event = {
    type: 'disclosure-table.cleared', actor: personActor(person, context.ip), subjects: [{ kind: 'disclosure-table', id }, { kind: 'clearance', id: table.clearanceId }],
    correlation: context.requestId, decision: judged.decisionId, policy: policyHash(judged.permit.pack), clauses: [...judged.permit.tested, attestations.disclosure], detail: {},
  } as const // prettier-ignore
  return { kind: 'done', value: id, events: [event] }
}

/** As CSV; only once a second person attested it. @throws {Problem} `state.conflict` */
export async function downloadTable(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<ShownTable>> {
  return withHubData(deps, context, 'check-draft', 'download', async ({ base }) => {
    const table = await store.findTable(context.tx, id)
    if (!table) throw notFound()
    if (!table.attested)
      throw stateConflict('No second person has attested this table, so it does not go out.')
    return { value: table.shown, events: [{ ...base, type: 'disclosure-table.downloaded', subjects: [{ kind: 'disclosure-table', id }], detail: {} }] } // prettier-ignore
  })
}

/** Its lines as text, `[c]` where something is hidden. */
export function linesOf({ rows, columns, cells }: ShownTable): string[][] {
  return [
    ['', ...columns],
    ...rows.map((label, row) => [
      label,
      ...(cells[row] ?? []).map((value) => (value === null ? hiddenMark : String(value))),
    ]),
  ]
}
