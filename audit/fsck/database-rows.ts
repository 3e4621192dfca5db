// The ledger's tables as a check reads them: whole pages of entries packed into one value each, since a row's own cost in the
// driver is more than that of hashing it.
import { z } from 'zod'
import { toHex } from '../bytes.ts'
import { sha256 } from '../node-hash.ts'
import type { Queryable } from '../queryable.ts'
import { HASH_BYTES } from '../tiles.ts'
import { bigint, bytea } from '../tree-store.ts'

/** Leaves [from, to). */
export interface Span {
  readonly from: number
  readonly to: number
}

export interface EntryRow {
  /** -1 while it waits for its number. */
  readonly seq: number
  readonly id: string
  /** As the leaf, or the queue, has it. */
  readonly leafHash: Uint8Array
  /** As stored beside the entry's bytes. */
  readonly entryHash: Uint8Array
  readonly recordedAtMs: number
  /** Undefined when the entry is not there. */
  readonly body: Uint8Array | undefined
  /** What the bytes hash to (RFC 6962 section 2.1). */
  readonly own: Uint8Array | undefined
}

// A hash that is not 32 bytes long is replaced by another that is, and equals nothing.
const hashOf = (column: string) =>
  `coalesce(case when octet_length(${column}) = 32 then ${column} else sha256(${column}) end, sha256(''::bytea))`

/** seq 8, id 16, leaf hash 32, entry's hash 32, recorded_at 8, length of the body 4 or -1, then 0x00 and the body. */
const packed = (source: string, seq: string, order: string) => `
  string_agg(int8send(${seq}) || uuid_send(${source}.entry_id) || ${hashOf(`${source}.leaf_hash`)}
    || ${hashOf('entry.leaf_hash')} || coalesce(timestamptz_send(entry.recorded_at), int8send(0))
    || int4send(coalesce(octet_length(entry.body), -1)) || coalesce('\\x00'::bytea || entry.body, ''::bytea),
    ''::bytea order by ${order})`
const FIXED_BYTES = 8 + 16 + HASH_BYTES + HASH_BYTES + 8 + 4
/** timestamptz counts microseconds from 2000-01-01. */
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1)

const packedRow = z.object({ packed: bytea.nullable() })

export async function readEntries(tx: Queryable, { from, to }: Span): Promise<EntryRow[]> {
  const { rows } = await tx.query(
    `select ${packed('leaf', 'leaf.seq', 'leaf.seq')} as packed
     from ledger.leaf left join ledger.entry on entry.id = leaf.entry_id
     where leaf.seq >= $1 and leaf.seq < $2`,
    [from, to],
  )
  return unpack(packedRow.parse(rows[0]).packed)
}

/** What waits for a number, oldest first. */
export async function readWaiting(tx: Queryable, limit: number): Promise<EntryRow[]> {
  const { rows } = await tx.query(
    `select ${packed('outbox', '-1::bigint', 'outbox.position')} as packed
     from (select * from ledger.outbox order by position limit $1) outbox
     left join ledger.entry on entry.id = outbox.entry_id`,
    [limit],
  )
  return unpack(packedRow.parse(rows[0]).packed)
}

function unpack(bytes: Uint8Array | null): EntryRow[] {
  const entries: EntryRow[] = []
  if (bytes === null) return entries
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < bytes.length;) {
    const length = view.getInt32(at + FIXED_BYTES - 4)
    const hashed = length < 0 ? undefined : bytes.subarray(at + FIXED_BYTES, at + FIXED_BYTES + 1 + length)
    entries.push({
      seq: Number(view.getBigInt64(at)),
      id: uuidOf(bytes.subarray(at + 8, at + 24)),
      leafHash: bytes.subarray(at + 24, at + 56),
      entryHash: bytes.subarray(at + 56, at + 88),
      recordedAtMs: Number(view.getBigInt64(at + 88)) / 1000 + POSTGRES_EPOCH_MS,
      body: hashed?.subarray(1),
      own: hashed && sha256(hashed),
    })
    at += FIXED_BYTES + (hashed?.length ?? 0)
  }
  return entries
}

function uuidOf(bytes: Uint8Array): string {
  const hex = toHex(bytes)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

const checkpointRow = z.object({ size: bigint, root: bytea, note: z.string() })
export type CheckpointRow = z.infer<typeof checkpointRow>

/** Checkpoints of sizes in (from, to]. */
export async function readCheckpoints(tx: Queryable, { from, to }: Span): Promise<CheckpointRow[]> {
  const { rows } = await tx.query(
    'select size, root, note from ledger.checkpoint where size > $1 and size <= $2 order by size',
    [from, to],
  )
  return rows.map((row) => checkpointRow.parse(row))
}

const headRow = z.object({ size: bigint, root: bytea, edge: bytea })
export type HeadRow = z.infer<typeof headRow>

export async function readHeadRow(tx: Queryable): Promise<HeadRow | undefined> {
  const { rows } = await tx.query('select size, root, edge from ledger.head')
  return rows.length === 0 ? undefined : headRow.parse(rows[0])
}
