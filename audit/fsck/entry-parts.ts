// What stands beside an entry and is derived from it: its number's bytes, its search rows, its personal values. Each has to be
// what the bytes of the entry say.
import { z } from 'zod'
import { sameBytes } from '../bytes.ts'
import { hmacSha256 } from '../node-hash.ts'
import { committedBytes, formatCommitment, SALT_BYTES, valueAt } from '../commitment.ts'
import type { Queryable } from '../queryable.ts'
import { bytea } from '../tree-store.ts'
import type { EntryRow } from './database-rows.ts'
import type { Fault } from './faults.ts'

export interface PartsChecked {
  readonly faults: Fault[]
  /** How many search rows these entries have. */
  readonly indexRows: number
}

/** @param entries whose bytes are right: what hangs on wrong ones says nothing more */
export async function checkParts(tx: Queryable, entries: readonly EntryRow[]): Promise<PartsChecked> {
  const parsed = entries.flatMap((row) => (row.body ? { row, json: parseBody(row.body) } : []))
  const expected = parsed.flatMap(({ row, json }) => indexOf(json).map((found) => ({ ...found, row })))
  const [missing, broken] = await Promise.all([missingRows(tx, expected), brokenSecrets(tx, parsed)])
  return { faults: [...parsed.flatMap(differingColumns), ...missing, ...broken], indexRows: expected.length }
}

interface Parsed {
  readonly row: EntryRow
  readonly json: unknown
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function parseBody(body: Uint8Array): unknown {
  try {
    const json: unknown = JSON.parse(decoder.decode(body))
    return json
  } catch {
    return undefined
  }
}

function differingColumns({ row, json }: Parsed): Fault[] {
  const found: Fault[] = []
  const where = 'ledger.entry'
  if (row.own && !sameBytes(row.own, row.entryHash))
    found.push({
      class: 'leaf',
      ...numbered(row),
      where,
      says: `The hash stored beside ${row.id} is not that of its bytes.`,
    })
  if (valueAt(json, 'id') !== row.id)
    found.push({
      class: 'entry',
      ...numbered(row),
      where,
      says: `The entry stands under the id ${row.id}, which is not its own.`,
    })
  const at = valueAt(json, 'at')
  if (typeof at !== 'string' || Date.parse(at) !== row.recordedAtMs)
    found.push({
      class: 'entry',
      ...numbered(row),
      where,
      says: `${row.id} was not recorded at the time that it bears.`,
    })
  return found
}

export function numbered({ seq }: EntryRow): { entry?: number } {
  return seq < 0 ? {} : { entry: seq }
}

interface IndexRow {
  readonly kind: string
  readonly key: string
}

/** The search rows of an entry, from its bytes; the writing side makes them from the event. */
export function indexOf(json: unknown): IndexRow[] {
  const rows: { kind: string; key: unknown }[] = [
    { kind: 'type', key: valueAt(json, 'type') },
    { kind: 'correlation', key: valueAt(json, 'correlation') },
  ]
  if (valueAt(json, 'actor.kind') === 'process')
    rows.push({ kind: 'process', key: valueAt(json, 'actor.name') })
  const subjects = valueAt(json, 'subjects')
  for (const subject of Array.isArray(subjects) ? subjects : []) {
    const kind = valueAt(subject, 'kind')
    if (typeof kind === 'string' && kind !== 'person') rows.push({ kind, key: valueAt(subject, 'id') })
  }
  const unique = new Map<string, IndexRow>()
  for (const { kind, key } of rows) if (typeof key === 'string') unique.set(`${kind} ${key}`, { kind, key })
  return [...unique.values()]
}

const missingRow = z.object({ ordinal: z.coerce.number() })

async function missingRows(
  tx: Queryable,
  expected: readonly (IndexRow & { readonly row: EntryRow })[],
): Promise<Fault[]> {
  if (expected.length === 0) return []
  const { rows } = await tx.query(
    `select ordinal from unnest($1::text[], $2::text[], $3::uuid[]) with ordinality as e (kind, key, entry_id, ordinal)
     where not exists (
       select from ledger.index i where i.kind = e.kind and i.key = e.key and i.entry_id = e.entry_id
     ) order by ordinal`,
    [expected.map(({ kind }) => kind), expected.map(({ key }) => key), expected.map(({ row }) => row.id)],
  )
  return rows.flatMap((row) => {
    const lost = expected[missingRow.parse(row).ordinal - 1]
    return lost
      ? {
          class: 'index',
          ...numbered(lost.row),
          where: 'ledger.index',
          says: `${lost.row.id} is not found by its ${lost.kind}.`,
        }
      : []
  })
}

const secretRow = z.object({ entry_id: z.string(), field: z.string(), salt: bytea, value: z.string() })

async function brokenSecrets(tx: Queryable, parsed: readonly Parsed[]): Promise<Fault[]> {
  if (parsed.length === 0) return []
  const byId = new Map(parsed.map((entry) => [entry.row.id, entry]))
  const { rows } = await tx.query(
    'select entry_id, field, salt, value from ledger.secret where entry_id = any($1::uuid[])',
    [[...byId.keys()]],
  )
  return rows.flatMap((found) => {
    const { entry_id: id, field, salt, value } = secretRow.parse(found)
    const entry = byId.get(id)
    if (!entry || opens(salt, field, value, valueAt(entry.json, field))) return []
    return {
      class: 'commitment',
      ...numbered(entry.row),
      where: 'ledger.secret',
      says: `${field} of ${id} is not what was recorded.`,
    }
  })
}

/** opensCommitment with a hash of Node's, which for many values is several times as fast as WebCrypto's. */
function opens(salt: Uint8Array, field: string, value: string, committed: unknown): boolean {
  if (salt.length !== SALT_BYTES) return false
  return formatCommitment(hmacSha256(salt, committedBytes(field, value))) === committed
}
