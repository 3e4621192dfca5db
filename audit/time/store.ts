// Time tokens as the database holds them, each beside the checkpoint that it is about.
import { z } from 'zod'
import type { Queryable } from '../queryable.ts'
import { DISAGREEMENT_MS } from '../signing-time.ts'
import { bigint, bytea, type StoredCheckpoint } from '../tree-store.ts'

const OF_THIS_LOG = 'epoch = (select epoch from ledger.head)'

export interface TimeToken {
  readonly size: number
  readonly token: Uint8Array
  /** The authority's time. */
  readonly stampedAt: Date
  /** Ours, when its answer came. */
  readonly receivedAt: Date
}

const tokenRow = z
  .object({ size: bigint, token: bytea, stamped_at: z.date(), received_at: z.date() })
  .transform(({ size, token, stamped_at: stampedAt, received_at: receivedAt }): TimeToken => ({ size, token, stampedAt, receivedAt })) // prettier-ignore

/** The one that came last. */
export async function readLastToken(db: Queryable): Promise<TimeToken | undefined> {
  const { rows } = await db.query(
    `select size, token, stamped_at, received_at from ledger.time_token where ${OF_THIS_LOG} order by received_at desc, size desc limit 1`,
  )
  return rows.length === 0 ? undefined : tokenRow.parse(rows[0])
}

export async function insertToken(
  tx: Queryable,
  { size, token, stampedAt, receivedAt }: TimeToken,
): Promise<void> {
  await tx.query(
    `insert into ledger.time_token (epoch, size, token, stamped_at, received_at)
     select epoch, $1, $2, $3, $4 from ledger.head on conflict do nothing`,
    [size, token, stampedAt, receivedAt],
  )
}

const agreedRow = z.object({ size: bigint, note: z.string(), token: bytea })

/** The first token of each larger tree whose authority's clock agreed with ours; 256 at most. */
export async function readAgreedTokens(db: Queryable, after: number): Promise<z.infer<typeof agreedRow>[]> {
  const { rows } = await db.query(
    `select distinct on (t.size) t.size, c.note, t.token from ledger.time_token t join ledger.checkpoint c using (size)
     where t.${OF_THIS_LOG} and t.size > $1 and abs(extract(epoch from t.stamped_at - t.received_at)) <= $2
     order by t.size, t.received_at limit 256`,
    [after, DISAGREEMENT_MS / 1000],
  )
  return rows.map((row) => agreedRow.parse(row))
}

export interface StampedCheckpoint {
  readonly checkpoint: StoredCheckpoint
  readonly token: Uint8Array
}

const stampedRow = z.object({ size: bigint, root: bytea, note: z.string(), token: bytea })

/** The first checkpoint past a leaf that has a token: what says earliest that the leaf was there. */
export async function readFirstStamped(
  db: Queryable,
  seq: number,
  mustBeWitnessed: boolean,
): Promise<StampedCheckpoint | undefined> {
  const { rows } = await db.query(
    `select c.size, c.root, c.note, t.token from ledger.time_token t join ledger.checkpoint c using (size)
     where t.${OF_THIS_LOG} and size > $1 and (not $2 or exists (select from ledger.witnessed w where w.size = c.size))
     order by t.size, t.stamped_at limit 1`,
    [seq, mustBeWitnessed],
  )
  if (rows.length === 0) return undefined
  const { token, ...checkpoint } = stampedRow.parse(rows[0])
  return { checkpoint, token }
}

const pairRow = z.object({ size: bigint, note: z.string().nullable(), token: bytea, stamped_at: z.date(), published_at: z.date().nullable() }) // prettier-ignore
export type StoredPair = z.infer<typeof pairRow>

/** Tokens with the notes that they should be about, oldest first, a page at a time. */
export async function readPairs(db: Queryable, after: number, limit: number): Promise<StoredPair[]> {
  const { rows } = await db.query(
    `select t.size, c.note, t.token, t.stamped_at, c.published_at
     from ledger.time_token t left join ledger.checkpoint c using (size) where t.${OF_THIS_LOG}
     order by t.size, t.stamped_at offset $1 limit $2`,
    [after, limit],
  )
  return rows.map((row) => pairRow.parse(row))
}
