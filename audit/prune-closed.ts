// The log limit for ledgers that were closed (new-epoch.ts): as prune.ts does it, whole tiles at a time, after each entry was hashed
// again and the tree was proved to be the one that was signed. When the closing itself is past the limit, all of it goes: the
// last tile, and what was lost of it here and stands in published files alone.
import { z } from 'zod'
import { append } from './append.ts'
import { sameBytes, toHex } from './bytes.ts'
import { type Edge, EMPTY_EDGE, edgeRoot, parseEdge } from './edge.ts'
import { LedgerFault } from './fault.ts'
import { nodeHasher } from './node-hash.ts'
import { AT_ONCE, countByMonth, cutoffOf, type PruneDeps } from './prune.ts'
import { hashOfTotals } from './pruned.ts'
import type { Queryable } from './queryable.ts'
import { regrow } from './regrow.ts'
import { tryLock } from './sequencer.ts'
import { TILE_WIDTH } from './tiles.ts'
import { bigint, bytea, closedTree, readEdgeAt } from './tree-store.ts'

export interface PrunedClosed {
  readonly epoch: number
  readonly from: number
  readonly to: number
}

const closedRow = z.object({
  epoch: z.number(),
  size: bigint,
  root: bytea,
  kept: bigint,
  /** Of the first `kept` leaves; unknown of what was closed before it was stored. */
  edge: bytea.nullable(),
  closed_at: z.date(),
  through: bigint,
  signed: bytea.nullable(),
})
type Closed = z.infer<typeof closedRow>

/**
 * One step: call it until it returns nothing.
 *
 * @returns undefined when nothing is old enough, or another process is at it
 * @throws {LedgerFault} when what would go is not what was signed: nothing is pruned then
 */
export async function pruneClosed({ db, keepMonths, clock }: Omit<PruneDeps, 'isMirrored'>): Promise<PrunedClosed | undefined> {
  return db.withTransaction(async (tx) => {
    if (!(await tryLock(tx, 'pruning'))) return undefined
    const at = clock()
    const before = await cutoffOf(tx, at, keepMonths)
    for (const closed of await readUnpruned(tx)) {
      const to = await findEnd(tx, closed, before)
      if (to > closed.through) return step(tx, closed, { to, before, at })
    }
    return undefined
  })
} // prettier-ignore

async function readUnpruned(tx: Queryable): Promise<Closed[]> {
  const { rows } = await tx.query(
    `select c.epoch, c.size, c.root, c.kept, c.edge, c.closed_at, ledger.pruned_through_of(c.epoch) as through, s.root as signed
     from ledger.closed_epoch c left join ledger.closed_checkpoint s on s.epoch = c.epoch and s.size = c.kept
     where ledger.pruned_through_of(c.epoch) < c.size order by c.epoch`,
  )
  return rows.map((row) => closedRow.parse(row))
}

async function findEnd(
  tx: Queryable,
  { epoch, size, kept, through, closed_at: closedAt }: Closed,
  before: Date,
): Promise<number> {
  const most = Math.min(kept, through + AT_ONCE)
  const { rows } = await tx.query(
    `select coalesce(min(leaf.seq), $2) as young from ${closedTree(epoch).leaf} as leaf join ledger.entry on entry.id = leaf.entry_id
     where leaf.seq >= $1 and leaf.seq < $2 and entry.recorded_at >= $3`,
    [through, most, before],
  )
  const young = bigint.parse(rows[0]?.['young'])
  return young >= kept && closedAt < before ? size : Math.floor(young / TILE_WIDTH) * TILE_WIDTH
}

interface Step {
  readonly to: number
  readonly before: Date
  readonly at: Date
}

async function step(tx: Queryable, closed: Closed, { to, before, at }: Step): Promise<PrunedClosed> {
  const { epoch, through: from } = closed
  const root = await signedRoot(tx, closed, to)
  const totals = await countByMonth(tx, from, to, closedTree(epoch).leaf)
  const detail = { epoch, from, to, before: before.toISOString().slice(0, 10), root: toHex(root), totals: hashOfTotals(totals) } // prettier-ignore
  const [entry] = await append(tx, [{ type: 'ledger.epoch-pruned', actor: { kind: 'process', name: 'worker' }, subjects: [], correlation: `prune-${epoch}-${to}`, detail }], at) // prettier-ignore
  await tx.query('select ledger.prune_closed($1, $2, $3, $4, $5, $6, $7)', [
    ...[epoch, to, root, before, JSON.stringify(totals), entry?.entryId, at],
  ])
  return { epoch, from, to }
}

/** The root of what goes, grown again from its bytes; all that is left of the tree has to come to the root that was signed. */
async function signedRoot(tx: Queryable, closed: Closed, to: number): Promise<Uint8Array> {
  const { epoch, kept, through, signed } = closed
  const tables = closedTree(epoch)
  const today: Edge = closed.edge ? parseEdge(kept, closed.edge) : EMPTY_EDGE
  const before = await readEdgeAt(tx, today, Math.min(through, kept), tables)
  const end = await regrow(tx, today, before, Math.min(to, kept), tables)
  const whole = edgeRoot(nodeHasher, await regrow(tx, today, end, kept, tables))
  if (kept > 0 && (signed === null || !sameBytes(whole, signed)))
    throw new LedgerFault('tree-changed', `The ${kept} entries of the closed ledger ${epoch} are not those that were signed.`) // prettier-ignore
  return to > kept ? closed.root : edgeRoot(nodeHasher, end)
}
