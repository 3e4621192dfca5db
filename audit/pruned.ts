// What is left of entries past the log limit: the root of the tree that they made, and how many there were of each type in each
// month. The hash of those totals is in the ledger.pruned entry.
import { z } from 'zod'
import { toHex } from './bytes.ts'
import { canonicalBytes } from './canonical.ts'
import { sha256 } from './node-hash.ts'
import type { Queryable } from './queryable.ts'
import { bigint, bytea } from './tree-store.ts'

/** One type of one month. */
const total = z.object({ month: z.string(), type: z.string(), entries: bigint })
export type Total = z.infer<typeof total>

const prunedRow = z.object({
  through: bigint,
  start: bigint,
  root: bytea,
  before: z.date(),
  totals: z.array(total),
  pruned_at: z.date(),
  entry_id: z.string(),
})

/** Entries `start` to `through`, the latter not included. */
export interface Pruned {
  readonly through: number
  readonly start: number
  /** Of the tree of the first `through` entries. */
  readonly root: Uint8Array
  /** All were recorded before this moment. */
  readonly before: Date
  readonly totals: readonly Total[]
  readonly prunedAt: Date
  /** The ledger.pruned entry. */
  readonly entryId: string
}

/** The latest; undefined while nothing of this ledger is pruned. */
export async function readPruned(db: Queryable): Promise<Pruned | undefined> {
  const { rows } = await db.query(`select ${COLUMNS} ${OF_THIS_LEDGER} order by p.through desc limit 1`)
  return rows.map(prunedOf)[0]
}

/** All of them, the latest first. */
export async function readAllPruned(db: Queryable): Promise<Pruned[]> {
  const { rows } = await db.query(`select ${COLUMNS} ${OF_THIS_LEDGER} order by p.through desc`)
  return rows.map(prunedOf)
}

const closedRow = z.object({ epoch: z.number(), origin: z.string(), through: bigint, root: bytea })
/** How far a ledger that was closed is pruned, and the root of the tree up to there. */
export type ClosedPruned = z.infer<typeof closedRow>

export async function readClosedPruned(db: Queryable): Promise<ClosedPruned[]> {
  const { rows } = await db.query(
    `select distinct on (p.epoch) p.epoch, c.origin, p.through, p.root
     from ledger.pruned p join ledger.closed_epoch c on c.epoch = p.epoch order by p.epoch, p.through desc`,
  )
  return rows.map((row) => closedRow.parse(row))
}

const COLUMNS = 'p.through, p.start, p.root, p.before, p.totals, p.pruned_at, p.entry_id'
const OF_THIS_LEDGER = 'from ledger.pruned p join ledger.head h on h.epoch = p.epoch'

function prunedOf(row: unknown): Pruned {
  const { pruned_at: prunedAt, entry_id: entryId, ...rest } = prunedRow.parse(row)
  return { ...rest, prunedAt, entryId }
}

/** SHA-256 of the RFC 8785 text, in hex. */
export function hashOfTotals(totals: readonly Total[]): string {
  return toHex(sha256(canonicalBytes(totals.map(({ month, type, entries }) => ({ month, type, entries })))))
}
