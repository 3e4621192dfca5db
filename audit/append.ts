// The write path: events become entries in the caller's transaction, in one statement however many there are. If this throws,
// the caller's transaction must not commit: no entry, no change.
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

const INSERT = `
  with given as (
    select * from unnest($1::uuid[], $2::bytea[], $3::bytea[]) with ordinality as t (id, body, leaf_hash, ordinal)
  ), entries as (
    insert into ledger.entry (id, body, leaf_hash, recorded_at)
    select id, body, leaf_hash, $4 from given
  ), secrets as (
    insert into ledger.secret (entry_id, field, salt, value)
    select * from unnest($5::uuid[], $6::text[], $7::bytea[], $8::text[])
  ), found_by as (
    insert into ledger.index (entry_id, kind, key)
    select * from unnest($9::uuid[], $10::text[], $11::text[])
  )
  insert into ledger.outbox (entry_id, leaf_hash)
  select id, leaf_hash from given order by ordinal`

async function insertEntries(tx: Queryable, entries: readonly Entry[], at: Date): Promise<void> {
  const secrets = entries.flatMap(({ id, secrets: own }) => own.map((secret) => ({ id, ...secret })))
  const index = entries.flatMap(({ id, index: own }) => own.map((row) => ({ id, ...row })))
  await tx.query(INSERT, [
    entries.map(({ id }) => id),
    entries.map(({ body }) => body),
    entries.map(({ leafHash }) => leafHash),
    at,
    secrets.map(({ id }) => id),
    secrets.map(({ field }) => field),
    secrets.map(({ salt }) => salt),
    secrets.map(({ value }) => value),
    index.map(({ id }) => id),
    index.map(({ kind }) => kind),
    index.map(({ key }) => key),
  ])
}
