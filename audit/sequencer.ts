// Gives waiting entries their dense numbers and grows the tree. Every process runs it; one works at a time. Three fences, each
// enough by itself: an advisory lock for the transaction, the head's row lock with its version, and the primary keys of
// ledger.leaf. What is visible in the outbox is what there is to do: never "id > last", since ids commit out of order.
import { z } from 'zod'
import { edgeRoot, formatEdge, type FullTile, grow } from './edge.ts'
import { LedgerFault } from './fault.ts'
import { nodeHasher } from './node-hash.ts'
import type { Queryable, Transactor } from './queryable.ts'
import { bigint, bytea, type Head, readHead } from './tree-store.ts'

export interface Sequenced {
  /** How many entries got their number; fewer than the limit means that none is left. */
  readonly count: number
  /** Size of the tree after that, or undefined when another process was at work. */
  readonly size: number | undefined
}

/**
 * @param limit the most entries that one call takes, 1 to 20,000
 * @throws {LedgerFault} `head-contended` (nothing changed), `edge-invalid`
 */
export async function sequence(db: Transactor, { limit }: { readonly limit: number }): Promise<Sequenced> {
  return db.withTransaction(async (tx) => {
    if (!(await tryLock(tx, 'sequencer'))) return { count: 0, size: undefined }
    const head = await readHead(tx, 'for update')
    const waiting = await takeWaiting(tx, limit)
    if (waiting.length === 0) return { count: 0, size: head.size }
    const { edge, tiles } = grow(
      nodeHasher,
      head.edge,
      waiting.map(({ leafHash }) => leafHash),
    )
    await insertLeaves(tx, head.size, waiting)
    await insertTiles(tx, tiles)
    await moveHead(tx, head, { ...head, size: edge.size, root: edgeRoot(nodeHasher, edge), edge })
    return { count: waiting.length, size: edge.size }
  })
}

type Work = 'sequencer' | 'publisher' | 'witnesses' | 'time' | 'mirror' | 'pruning'

/** Held until the transaction ends, also when its process is killed. */
export async function tryLock(tx: Queryable, work: Work): Promise<boolean> {
  const { rows } = await tx.query('select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as held', [
    lockName(work),
  ])
  return rows[0]?.['held'] === true
}

/** Waits until nobody numbers, signs or asks witnesses, and keeps all from starting until the transaction ends. */
export async function lockWork(tx: Queryable): Promise<void> {
  for (const work of ['sequencer', 'publisher', 'witnesses'] as const)
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [lockName(work)])
}

function lockName(work: Work): string {
  return `concordat ledger ${work}`
}

interface Waiting {
  readonly position: number
  readonly entryId: string
  readonly leafHash: Uint8Array
}

const waitingRow = z.object({ position: bigint, entry_id: z.string(), leaf_hash: bytea })

async function takeWaiting(tx: Queryable, limit: number): Promise<Waiting[]> {
  const { rows } = await tx.query(
    `delete from ledger.outbox where position in (select position from ledger.outbox order by position limit $1)
     returning position, entry_id, leaf_hash`,
    [limit],
  )
  // A transaction that read another's entry before it wrote its own has the later position.
  return rows
    .map((row) => waitingRow.parse(row))
    .map(({ position, entry_id: entryId, leaf_hash: leafHash }) => ({ position, entryId, leafHash }))
    .sort((a, b) => a.position - b.position)
}

async function insertLeaves(tx: Queryable, from: number, leaves: readonly Waiting[]): Promise<void> {
  await tx.query(
    `insert into ledger.leaf (seq, entry_id, leaf_hash)
     select $1::bigint + ordinal - 1, entry_id, leaf_hash
     from unnest($2::uuid[], $3::bytea[]) with ordinality as t (entry_id, leaf_hash, ordinal)`,
    [from, leaves.map(({ entryId }) => entryId), leaves.map(({ leafHash }) => leafHash)],
  )
}

export async function insertTiles(tx: Queryable, tiles: readonly FullTile[]): Promise<void> {
  if (tiles.length === 0) return
  await tx.query(
    `insert into ledger.tile (level, idx, data) select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])`,
    [tiles.map(({ level }) => level), tiles.map(({ index }) => index), tiles.map(({ data }) => data)],
  )
}

/** The database's own check refuses a size that is not the number of leaves. */
export async function moveHead(tx: Queryable, from: Head, to: Head): Promise<void> {
  const { rowCount } = await tx.query(
    'update ledger.head set size = $1, root = $2, edge = $3, version = version + 1 where version = $4',
    [to.size, to.root, formatEdge(to.edge), from.version],
  )
  if (rowCount !== 1) throw new LedgerFault('head-contended', 'Another process moved the head of the tree.')
}
