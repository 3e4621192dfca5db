// Cosignatures as the database holds them: the lines of each checkpoint, and which checkpoints met the policy.
import { z } from 'zod'
import type { VerifierKey } from './note.ts'
import type { Queryable } from './queryable.ts'
import { bigint, bytea, type StoredCheckpoint } from './tree-store.ts'

/** The note of a checkpoint with every line that a witness gave for it. */
export async function readCosignedNote(db: Queryable, { size, note }: StoredCheckpoint): Promise<string> {
  const { rows } = await db.query(
    'select line from ledger.cosignature where size = $1 order by name, key_id',
    [size],
  )
  return note + rows.map(({ line }) => z.string().parse(line)).join('')
}

const checkpointRow = z.object({ size: bigint, root: bytea, note: z.string() })

/** The latest checkpoint for which the policy was met. */
export async function readLatestWitnessed(db: Queryable): Promise<StoredCheckpoint | undefined> {
  const { rows } = await db.query(
    `select size, root, note from ledger.checkpoint join ledger.witnessed using (size) order by size desc limit 1`,
  )
  return rows.length === 0 ? undefined : checkpointRow.parse(rows[0])
}

export interface LastCosigned {
  readonly size: number
  readonly at: Date
}

const lastRow = z.object({ size: bigint, signed_at: z.date() })

/** What a witness cosigned last, as far as we know. */
export async function readLastCosigned(
  db: Queryable,
  { name, id }: VerifierKey,
): Promise<LastCosigned | undefined> {
  const { rows } = await db.query(
    'select size, signed_at from ledger.cosignature where name = $1 and key_id = $2 order by size desc limit 1',
    [name, id],
  )
  if (rows.length === 0) return undefined
  const { size, signed_at: at } = lastRow.parse(rows[0])
  return { size, at }
}

export interface NewCosignature {
  readonly key: VerifierKey
  readonly size: number
  readonly line: string
  readonly at: Date
}

export async function insertCosignature(
  tx: Queryable,
  { key, size, line, at }: NewCosignature,
): Promise<void> {
  await tx.query(
    `insert into ledger.cosignature (name, key_id, size, line, signed_at) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [key.name, key.id, size, line, at],
  )
}

export async function insertWitnessed(
  tx: Queryable,
  size: number,
  policy: Uint8Array,
  at: Date,
): Promise<void> {
  await tx.query(
    `insert into ledger.witnessed (size, policy, witnessed_at) values ($1, $2, $3) on conflict do nothing`,
    [size, policy, at],
  )
}
