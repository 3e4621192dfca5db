// Grows a tree again from the stored bytes of its entries, which have to make the leaves and the tiles that are stored: before
// a head is signed, and before entries are pruned.
import { sameBytes } from './bytes.ts'
import { type Edge, type FullTile, grow } from './edge.ts'
import { LedgerFault } from './fault.ts'
import { nodeHasher } from './node-hash.ts'
import type { Queryable } from './queryable.ts'
import { readLeaves, readTiles, type StoredLeaf, type TreeTables } from './tree-store.ts'

/** Leaves re-read at once. */
const PAGE = 4096

/**
 * @param today the head's edge, which holds the tiles that are not full
 * @returns the edge of the tree of `to` entries
 * @throws {LedgerFault} `body-missing`, `body-changed`, `tree-changed`
 */
export async function regrow(
  tx: Queryable,
  today: Edge,
  before: Edge,
  to: number,
  tables?: TreeTables,
): Promise<Edge> {
  let edge = before
  while (edge.size < to) {
    const leaves = await readLeaves(tx, edge.size, Math.min(edge.size + PAGE, to), tables)
    if (leaves.length === 0) throw new LedgerFault('body-missing', `Leaf ${edge.size} is not there.`)
    const grown = grow(nodeHasher, edge, leaves.map((leaf, i) => rehash(leaf, edge.size + i))) // prettier-ignore
    await checkTiles(tx, today, grown.tiles, tables)
    edge = grown.edge
  }
  return edge
}

function rehash({ seq, entryId, leafHash, body }: StoredLeaf, expectedSeq: number): Uint8Array {
  if (seq !== expectedSeq) throw new LedgerFault('body-missing', `Leaf ${expectedSeq} is not there.`)
  if (body === null) throw new LedgerFault('body-missing', `Entry ${seq} (${entryId}) is not there.`)
  const hash = nodeHasher.leaf(body)
  if (!sameBytes(hash, leafHash))
    throw new LedgerFault('body-changed', `Entry ${seq} (${entryId}) is not what was appended.`)
  return hash
}

async function checkTiles(
  tx: Queryable,
  edge: Edge,
  tiles: readonly FullTile[],
  tables: TreeTables | undefined,
): Promise<void> {
  const stored = await readTiles(tx, edge, tiles, tables)
  for (const { level, index, data } of tiles) {
    const found = stored(level, index)
    if (found === undefined || !sameBytes(found, data))
      throw new LedgerFault('tree-changed', `Tile ${level}/${index} is not what its entries make.`)
  }
}
