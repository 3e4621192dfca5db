// The access log as people read it: entries, newest first, with personal values put back where they have not been erased. Each
// value is checked against its commitment: what is shown is what was recorded.
import { z } from 'zod'
import { opensCommitment, valueAt } from './commitment.ts'
import { lowestIdAt } from './entry-id.ts'
import { type IndexKind, type Leaf, parseLeaf } from './entry.ts'
import type { subjectKinds } from './event-frame.ts'
import type { EventType } from './events.ts'
import { catalogue, isEventType } from './events.ts'
import { LedgerFault } from './fault.ts'
import type { Queryable } from './queryable.ts'
import { bigint, bytea } from './tree-store.ts'

export interface LogFilters {
  readonly type?: EventType
  /** Any of these. */
  readonly types?: readonly EventType[]
  /** A person's username. */
  readonly actor?: string
  /** A process's name. */
  readonly process?: string
  readonly subject?: { readonly kind: (typeof subjectKinds)[number]; readonly id: string }
  readonly correlation?: string
  /** From this instant on. */
  readonly from?: Date
  /** Before this instant. */
  readonly until?: Date
}

export interface LogPage {
  /** 1 to 500. */
  readonly limit: number
  /** Entries older than this one: `older` of the page before. */
  readonly before?: string
}

/** A personal value; null when it was erased. */
export type Shown = string | null

export interface LogLine {
  readonly entryId: string
  /** Its number in the log; undefined until it is sequenced. */
  readonly seq: number | undefined
  readonly at: string
  readonly type: string
  readonly actor:
    | { readonly kind: 'person'; readonly username: Shown; readonly ip?: Shown }
    | { readonly kind: 'unknown'; readonly ip?: Shown }
    | { readonly kind: 'process'; readonly name: string }
  readonly subjects: readonly { readonly kind: string; readonly id: Shown }[]
  readonly correlation: string
  readonly agreement?: string
  readonly decision?: string
  readonly policy?: string
  readonly clauses: readonly string[]
  readonly detail: Readonly<Record<string, unknown>>
}

/** One entry, and which of its personal values can still be opened in a proof. */
export interface LogEntry extends LogLine {
  readonly openable: readonly { readonly field: string; readonly value: string }[]
}

export interface ReadLog {
  readonly lines: readonly LogLine[]
  /** Pass as `before` for the next page; undefined on the last. */
  readonly older: string | undefined
}

/** @throws {LedgerFault} `commitment-broken` */
export async function readLog(db: Queryable, filters: LogFilters, page: LogPage): Promise<ReadLog> {
  const rows = await findEntries(db, filters, page)
  const shown = rows.slice(0, page.limit)
  const secrets = await readSecrets(db, shown.map(({ id }) => id)) // prettier-ignore
  const lines = await Promise.all(shown.map((row) => lineOf(row, secrets.get(row.id) ?? [])))
  return { lines, older: rows.length > page.limit ? lines.at(-1)?.entryId : undefined }
}

/** @returns undefined when there is none @throws {LedgerFault} `commitment-broken` */
export async function readLogEntry(db: Queryable, entryId: string): Promise<LogEntry | undefined> {
  const { rows } = await db.query(
    `select entry.id, entry.body, leaf.seq from ledger.entry left join ledger.leaf on leaf.entry_id = entry.id
     where entry.id = $1`,
    [entryId],
  )
  if (rows.length === 0) return undefined
  const secrets = (await readSecrets(db, [entryId])).get(entryId) ?? []
  const openable = secrets.map(({ field, value }) => ({ field, value }))
  return { ...(await lineOf(entryRow.parse(rows[0]), secrets)), openable }
}

const entryRow = z.object({ id: z.string(), body: bytea, seq: bigint.nullable() })
type EntryRow = z.infer<typeof entryRow>

/** One more than the page holds, to know whether there is another. */
async function findEntries(db: Queryable, filters: LogFilters, page: LogPage): Promise<EntryRow[]> {
  const values: unknown[] = []
  const given = (value: unknown): string => `$${values.push(value)}`
  const conditions = [
    ...indexed(filters).map(
      ({ kind, key }) =>
        `exists (select from ledger.index i where i.kind = ${given(kind)} and i.key = ${given(key)} and i.entry_id = entry.id)`,
    ),
    ...(filters.types
      ? [
          `exists (select from ledger.index i where i.kind = 'type' and i.key = any (${given(filters.types)}) and i.entry_id = entry.id)`,
        ]
      : []),
    ...personal(filters, given),
    ...(filters.from ? [`entry.id >= ${given(lowestIdAt(filters.from))}`] : []),
    ...(filters.until ? [`entry.id < ${given(lowestIdAt(filters.until))}`] : []),
    ...(page.before === undefined ? [] : [`entry.id < ${given(page.before)}`]),
  ]
  const { rows } = await db.query(
    `select entry.id, entry.body, leaf.seq from ledger.entry left join ledger.leaf on leaf.entry_id = entry.id
     where ${['true', ...conditions].join(' and ')} order by entry.id desc limit ${given(page.limit + 1)}`,
    values,
  )
  return rows.map((row) => entryRow.parse(row))
}

function indexed(filters: LogFilters): { kind: IndexKind; key: string }[] {
  const { type, process, correlation, subject } = filters
  return [
    ...(type === undefined ? [] : [{ kind: 'type', key: type } as const]),
    ...(process === undefined ? [] : [{ kind: 'process', key: process } as const]),
    ...(correlation === undefined ? [] : [{ kind: 'correlation', key: correlation } as const]),
    ...(subject === undefined || subject.kind === 'person' ? [] : [{ kind: subject.kind, key: subject.id }]),
  ]
}

/** People are found by what stands in ledger.secret; the field conditions are those of its two partial indexes. */
function personal({ actor, subject }: LogFilters, given: (value: unknown) => string): string[] {
  const found = (field: string, value: string): string =>
    `exists (select from ledger.secret s where ${field} and s.value = ${given(value)} and s.entry_id = entry.id)`
  return [
    ...(actor === undefined ? [] : [found(`s.field = 'actor.username'`, actor)]),
    ...(subject?.kind === 'person' ? [found(`s.field like 'subjects.%'`, subject.id)] : []),
  ]
}

const secretRow = z.object({ entry_id: z.string(), field: z.string(), salt: bytea, value: z.string() })
type SecretRow = z.infer<typeof secretRow>

async function readSecrets(db: Queryable, entryIds: readonly string[]): Promise<Map<string, SecretRow[]>> {
  const { rows } = await db.query(
    'select entry_id, field, salt, value from ledger.secret where entry_id = any($1)',
    [entryIds],
  )
  return Map.groupBy(rows.map((row) => secretRow.parse(row)), ({ entry_id: entryId }) => entryId) // prettier-ignore
}

async function lineOf({ id, body, seq }: EntryRow, secrets: readonly SecretRow[]): Promise<LogLine> {
  const leaf = parseLeaf(body)
  for (const secret of secrets) {
    if (!(await opensCommitment(secret, valueAt(leaf, secret.field))))
      throw new LedgerFault('commitment-broken', `${secret.field} of entry ${id} is not what was recorded.`)
  }
  const shown = (field: string): Shown => secrets.find((secret) => secret.field === field)?.value ?? null
  const { at, type, correlation, agreement, decision, policy, clauses = [] } = leaf
  return {
    entryId: id,
    seq: seq ?? undefined,
    at,
    type,
    actor: actorOf(leaf, shown),
    subjects: leaf.subjects.map(({ kind, id: own }, i) => ({
      kind,
      id: kind === 'person' ? shown(`subjects.${i}.id`) : own,
    })),
    correlation,
    clauses,
    ...(agreement === undefined ? {} : { agreement }),
    ...(decision === undefined ? {} : { decision }),
    ...(policy === undefined ? {} : { policy }),
    detail: detailOf(leaf, shown),
  }
}

function actorOf({ actor }: Leaf, shown: (field: string) => Shown): LogLine['actor'] {
  if (actor.kind === 'process') return { kind: 'process', name: actor.name ?? '' }
  const ip = actor.ip === undefined ? {} : { ip: shown('actor.ip') }
  if (actor.kind === 'person') return { kind: 'person', username: shown('actor.username'), ...ip }
  return { kind: 'unknown', ...ip }
}

function detailOf({ type, detail }: Leaf, shown: (field: string) => Shown): Record<string, unknown> {
  const personalFields = isEventType(type) ? catalogue[type].personal : []
  return Object.fromEntries(
    Object.entries(detail).map(([field, value]) => [
      field,
      personalFields.includes(field) ? shown(`detail.${field}`) : value,
    ]),
  )
}
