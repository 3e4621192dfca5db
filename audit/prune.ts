// Entries past the log limit shrink to the root of the tree that they made and to totals (MoJ's logging rule: logs are kept for at
// least 13 months and at most two years; totals may stay). Whole tiles go, from the first on, after each entry was hashed again
// and the tree was proved to be part of the one that is signed: pruning must not hide a change.
import { append } from './append.ts'
import { sameBytes, toHex } from './bytes.ts'
import { edgeRoot } from './edge.ts'
import { LedgerFault } from './fault.ts'
import { rootsOfConsistency } from './merkle-verify.ts'
import { readMirrorLag } from './mirror/mirror.ts'
import { nodeHasher } from './node-hash.ts'
import { proveConsistency } from './proofs.ts'
import { hashOfTotals, readPruned, type Total } from './pruned.ts'
import type { Queryable, Transactor } from './queryable.ts'
import { regrow } from './regrow.ts'
import { tryLock } from './sequencer.ts'
import { TILE_WIDTH } from './tiles.ts'
import { bigint, type Head, readEdgeAt, readHead, readLatestCheckpoint } from './tree-store.ts'

export interface PruneDeps {
  /** The gateway's login. */
  readonly db: Transactor
  /** 13 to 24. */
  readonly keepMonths: number
  /** Entries are copied to an audit queue: none goes before it was accepted there. */
  readonly isMirrored: boolean
  readonly clock: () => Date
}

export interface PrunedNow {
  readonly from: number
  readonly to: number
  readonly before: Date
}

/** Entries that one transaction prunes at most. */
export const AT_ONCE = 64 * TILE_WIDTH

/**
 * One step: call it until it returns nothing.
 *
 * @returns undefined when nothing is old enough, or another process is at it
 * @throws {LedgerFault} when what would go is not what was signed: nothing is pruned then
 */
export async function prune({
  db,
  keepMonths,
  isMirrored,
  clock,
}: PruneDeps): Promise<PrunedNow | undefined> {
  return db.withTransaction(async (tx) => {
    if (!(await tryLock(tx, 'pruning'))) return undefined
    const at = clock()
    const from = (await readPruned(tx))?.through ?? 0
    const before = await cutoffOf(tx, at, keepMonths)
    const to = await findEnd(tx, { from, before, isMirrored })
    if (to <= from) return undefined
    const root = await signedRoot(tx, await readHead(tx), from, to)
    const totals = await countByMonth(tx, from, to)
    const detail = { from, to, before: before.toISOString().slice(0, 10), root: toHex(root), totals: hashOfTotals(totals) } // prettier-ignore
    const [entry] = await append(tx, [{ type: 'ledger.pruned', actor: { kind: 'process', name: 'worker' }, subjects: [], correlation: `prune-${to}`, detail }], at) // prettier-ignore
    await tx.query('select ledger.prune($1, $2, $3, $4, $5, $6)', [
      ...[to, root, before, JSON.stringify(totals), entry?.entryId, at],
    ])
    return { from, to, before }
  })
}

/** The start of that day, in UTC. */
export async function cutoffOf(tx: Queryable, at: Date, keepMonths: number): Promise<Date> {
  const { rows } = await tx.query(
    `select date_trunc('day', $1::timestamptz - make_interval(months => $2), 'UTC') as before`,
    [at, keepMonths],
  )
  const before = rows[0]?.['before']
  if (!(before instanceof Date)) throw new Error('The database gave no cutoff.')
  return before
}

interface Limits {
  readonly from: number
  readonly before: Date
  readonly isMirrored: boolean
}

/** Up to the first entry that is young enough to stay, in whole tiles, and never past what is signed, published and copied. */
async function findEnd(tx: Queryable, { from, before, isMirrored }: Limits): Promise<number> {
  const head = await readHead(tx)
  const signed = (await readLatestCheckpoint(tx))?.size ?? 0
  const copied = isMirrored ? head.size - (await readMirrorLag(tx)).behind : head.size
  const most = Math.min(signed, copied, from + AT_ONCE)
  const { rows } = await tx.query(
    `select coalesce(min(leaf.seq), $2) as young from ledger.leaf join ledger.entry on entry.id = leaf.entry_id
     where leaf.seq >= $1 and leaf.seq < $2 and entry.recorded_at >= $3`,
    [from, most, before],
  )
  return Math.floor(bigint.parse(rows[0]?.['young']) / TILE_WIDTH) * TILE_WIDTH
}

/** The root of the first `to` entries, grown again from their bytes and proved to be the beginning of the tree that is signed. */
async function signedRoot(tx: Queryable, head: Head, from: number, to: number): Promise<Uint8Array> {
  const edge = await regrow(tx, head.edge, await readEdgeAt(tx, head.edge, from), to)
  const root = edgeRoot(nodeHasher, edge)
  const signed = await readLatestCheckpoint(tx)
  if (signed === undefined || signed.size < to)
    throw new LedgerFault('checkpoint-changed', `The first ${to} entries are not signed.`)
  const proof = await proveConsistency(tx, to, signed.size)
  const { first, second } = await rootsOfConsistency(to, signed.size, proof, root)
  if (!sameBytes(first, root) || !sameBytes(second, signed.root))
    throw new LedgerFault('tree-changed', `The first ${to} entries are not the beginning of the signed tree.`)
  return root
}

/** @param leaf where the leaves are */
export async function countByMonth(
  tx: Queryable,
  from: number,
  to: number,
  leaf = 'ledger.leaf',
): Promise<Total[]> {
  const { rows } = await tx.query(
    `select to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM') as month, i.key as type, count(*) as entries
     from ${leaf} as l join ledger.entry e on e.id = l.entry_id join ledger.index i on i.entry_id = e.id and i.kind = 'type'
     where l.seq >= $1 and l.seq < $2 group by 1, 2 order by 1, 2`,
    [from, to],
  )
  return rows.map((row) => ({
    month: String(row['month']),
    type: String(row['type']),
    entries: Number(row['entries']),
  }))
}
