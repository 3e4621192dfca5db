// The tree as the database holds it: head, tiles, leaves and checkpoints, read.
import { z } from 'zod'
import type { TreeHead } from './checkpoint.ts'
import { type Edge, parseEdge } from './edge.ts'
import { LedgerFault } from './fault.ts'
import { type HashAt, type Range, placesOf } from './merkle.ts'
import { nodeHasher } from './node-hash.ts'
import type { Queryable } from './queryable.ts'
import { edgeWidths, hashAtIn, HASH_BYTES, TILE_WIDTH, tileOf } from './tiles.ts'

export const bytea = z.instanceof(Uint8Array)
export const bigint = z.coerce.number().int().min(0)

export interface Head extends TreeHead {
  readonly edge: Edge
  readonly version: number
}

const headRow = z.object({ size: bigint, root: bytea, edge: bytea, version: bigint })

/** @throws {LedgerFault} `edge-invalid` */
export async function readHead(db: Queryable, lock: 'unlocked' | 'for update' = 'unlocked'): Promise<Head> {
  const suffix = lock === 'for update' ? ' for update' : ''
  const { rows } = await db.query(`select size, root, edge, version from ledger.head${suffix}`)
  const { size, root, edge, version } = headRow.parse(rows[0])
  return { size, root, version, edge: parseEdge(size, edge) }
}

export interface StoredCheckpoint extends TreeHead {
  readonly note: string
}

const checkpointRow = z.object({ size: bigint, root: bytea, note: z.string() })

export async function readLatestCheckpoint(db: Queryable): Promise<StoredCheckpoint | undefined> {
  const { rows } = await db.query('select size, root, note from ledger.checkpoint order by size desc limit 1')
  return rows.length === 0 ? undefined : checkpointRow.parse(rows[0])
}

/** Where a tree lies: the one that grows, or one that was closed. Text of SQL, of our own making. */
export interface TreeTables {
  readonly leaf: string
  readonly tile: string
}

const CURRENT: TreeTables = { leaf: 'ledger.leaf', tile: 'ledger.tile' }

export function closedTree(epoch: number): TreeTables {
  if (!Number.isSafeInteger(epoch)) throw new RangeError('An epoch is a whole number.')
  return {
    leaf: `(select seq, entry_id, leaf_hash from ledger.closed_leaf where epoch = ${epoch})`,
    tile: `(select level, idx, data from ledger.closed_tile where epoch = ${epoch})`,
  }
}

const leafRow = z.object({ seq: bigint, entry_id: z.string(), leaf_hash: bytea, body: bytea.nullable() })

export interface StoredLeaf {
  readonly seq: number
  readonly entryId: string
  readonly leafHash: Uint8Array
  readonly body: Uint8Array | null
}

/** Leaves [from, to) in order, with the bytes that they are said to be the hashes of. */
export async function readLeaves(
  db: Queryable,
  from: number,
  to: number,
  { leaf }: TreeTables = CURRENT,
): Promise<StoredLeaf[]> {
  const { rows } = await db.query(
    `select leaf.seq, leaf.entry_id, leaf.leaf_hash, entry.body
     from ${leaf} as leaf left join ledger.entry on entry.id = leaf.entry_id
     where leaf.seq >= $1 and leaf.seq < $2 order by leaf.seq`,
    [from, to],
  )
  return rows.map((row) => {
    const { seq, entry_id: entryId, leaf_hash: leafHash, body } = leafRow.parse(row)
    return { seq, entryId, leafHash, body }
  })
}

export interface TileName {
  readonly level: number
  readonly index: number
}

export type TileData = (level: number, index: number) => Uint8Array | undefined

const tileRow = z.object({ level: bigint, idx: bigint, data: bytea })

/** Full tiles from ledger.tile, partial ones from the head's edge. */
export async function readTiles(
  db: Queryable,
  edge: Edge,
  names: readonly TileName[],
  { tile }: TreeTables = CURRENT,
): Promise<TileData> {
  const { rows } = await db.query(
    `select level, idx, data from ${tile} as tile
     where (level, idx) in (select * from unnest($1::smallint[], $2::bigint[]))`,
    [names.map(({ level }) => level), names.map(({ index }) => index)],
  )
  const tiles = new Map<string, Uint8Array>()
  edge.levels.forEach((data, level) => {
    tiles.set(`${level}/${Math.floor(edge.size / TILE_WIDTH ** (level + 1))}`, data)
  })
  for (const { level, idx, data } of rows.map((row) => tileRow.parse(row))) tiles.set(`${level}/${idx}`, data)
  return (level, index) => tiles.get(`${level}/${index}`)
}

/** The stored hashes that these ranges are computed from. */
export async function readHashes(db: Queryable, edge: Edge, ranges: readonly Range[]): Promise<HashAt> {
  const names = ranges.flatMap(placesOf).map(tileOf)
  return hashAtIn(nodeHasher, await readTiles(db, edge, names))
}

/** The edge as it was at an earlier size. @throws {LedgerFault} `tile-missing` */
export async function readEdgeAt(
  db: Queryable,
  edge: Edge,
  size: number,
  tables: TreeTables = CURRENT,
): Promise<Edge> {
  const names = edgeWidths(size).map((width, level) => ({
    level,
    index: Math.floor(size / TILE_WIDTH ** (level + 1)),
    width,
  }))
  const tile = await readTiles(db, edge, names, tables)
  const levels = names.map(({ level, index, width }) => {
    const data = width === 0 ? new Uint8Array() : tile(level, index)?.subarray(0, width * HASH_BYTES)
    if (data?.length !== width * HASH_BYTES)
      throw new LedgerFault('tile-missing', `Tile ${level}/${index} is not there, ${width} hashes wide.`)
    return data
  })
  return { size, levels }
}
