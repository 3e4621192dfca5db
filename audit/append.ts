// The write path: events become entries in the caller's transaction, in one statement however many there are. If this throws,
// the caller's transaction must not commit: no entry, no change.
import { concat } from './bytes.ts'
import type { EntryId, RandomBytes } from './entry-id.ts'
import { type Entry, makeEntry } from './entry.ts'
import type { LedgerEvent } from './events.ts'
import type { Queryable } from './queryable.ts'
import { pooledRandomBytes } from './random.ts'

export interface Appended {
  readonly entryId: EntryId
  /** 32 bytes, RFC 6962 section 2.1. */
  readonly leafHash: Uint8Array
}

const unpredictable = pooledRandomBytes()

/**
 * Promises places in the log: they are kept if, and only if, the transaction commits.
 *
 * @param tx the transaction that makes the change; up to 4,096 events
 * @param at the time that the entries bear; their order is the order of sequencing
 * @throws {LedgerFault} `entry-invalid`, `entry-too-large`; and the database's own errors
 */
export async function append(
  tx: Queryable,
  events: readonly [LedgerEvent, ...LedgerEvent[]],
  at: Date,
  random: RandomBytes = unpredictable,
): Promise<Appended[]> {
  const entries = events.map((event, ordinal) => makeEntry(event, at, ordinal, random))
  await insertEntries(tx, entries, at)
  return entries.map(({ id, leafHash }) => ({ entryId: id, leafHash }))
}

/** Bytes come in one piece for each column, and are cut here: as arrays they would travel as text, at twice their length. */
const INSERT = `
  with given as (
    select id, substring($2::bytea from start + 1 for length) as body, substring($5::bytea from (ordinal::int - 1) * 32 + 1 for 32) as leaf_hash, ordinal
    from unnest($1::uuid[], $3::int[], $4::int[]) with ordinality as t (id, start, length, ordinal)
  ), entries as (
    insert into ledger.entry (id, body, leaf_hash, recorded_at)
    select id, body, leaf_hash, $6 from given
  ), secrets as (
    insert into ledger.secret (entry_id, field, salt, value)
    select entry_id, field, substring($9::bytea from (ordinal::int - 1) * 32 + 1 for 32), value
    from unnest($7::uuid[], $8::text[], $10::text[]) with ordinality as t (entry_id, field, value, ordinal)
  ), found_by as (
    insert into ledger.index (entry_id, kind, key)
    select * from unnest($11::uuid[], $12::text[], $13::text[])
  )
  insert into ledger.outbox (entry_id, leaf_hash)
  select id, leaf_hash from given order by ordinal`

async function insertEntries(tx: Queryable, entries: readonly Entry[], at: Date): Promise<void> {
  const secrets = entries.flatMap(({ id, secrets: own }) => own.map((secret) => ({ id, ...secret })))
  const index = entries.flatMap(({ id, index: own }) => own.map((row) => ({ id, ...row })))
  await tx.query(INSERT, [
    entries.map(({ id }) => id),
    concat(...entries.map(({ body }) => body)),
    startsOf(entries),
    entries.map(({ body }) => body.length),
    concat(...entries.map(({ leafHash }) => leafHash)),
    at,
    secrets.map(({ id }) => id),
    secrets.map(({ field }) => field),
    concat(...secrets.map(({ salt }) => salt)),
    secrets.map(({ value }) => value),
    index.map(({ id }) => id),
    index.map(({ kind }) => kind),
    index.map(({ key }) => key),
  ])
}

function startsOf(entries: readonly Entry[]): number[] {
  let next = 0
  return entries.map(({ body }) => {
    const start = next
    next += body.length
    return start
  })
}
