// The right edge of the tree: its partial tiles, which are all that growing it needs. Stored in ledger.head as the hashes of
// level 0, then of level 1, and so on; the size says how many each level has.
import { concat } from './bytes.ts'
import { LedgerFault } from './fault.ts'
import { foldRight, type TreeHasher } from './merkle.ts'
import { edgeWidths, HASH_BYTES, TILE_WIDTH, tileRoot, tileSubtrees } from './tiles.ts'

export interface Edge {
  readonly size: number
  /** The partial tile of each level, from level 0 up; empty where a level has none. */
  readonly levels: readonly Uint8Array[]
}

export interface FullTile {
  readonly level: number
  readonly index: number
  /** 256 hashes. */
  readonly data: Uint8Array
}

export const EMPTY_EDGE: Edge = { size: 0, levels: [] }

/** @throws {LedgerFault} `edge-invalid` when the bytes are not as many as the size says */
export function parseEdge(size: number, bytes: Uint8Array): Edge {
  const levels: Uint8Array[] = []
  let at = 0
  for (const width of edgeWidths(size)) {
    levels.push(bytes.subarray(at, at + width * HASH_BYTES))
    at += width * HASH_BYTES
  }
  if (at !== bytes.length)
    throw new LedgerFault(
      'edge-invalid',
      `The edge of a tree of ${size} is ${at} bytes, not ${bytes.length}.`,
    )
  return { size, levels }
}

export function formatEdge(edge: Edge): Uint8Array {
  return concat(...edge.levels)
}

export function edgeRoot(hasher: TreeHasher, edge: Edge): Uint8Array {
  const subtrees = edge.levels.toReversed().flatMap((data) => tileSubtrees(hasher, data))
  return foldRight(hasher, subtrees)
}

/** Adds leaf hashes in order. The tiles that became full come out; the rest is the new edge. */
export function grow(
  hasher: TreeHasher,
  edge: Edge,
  leaves: readonly Uint8Array[],
): { edge: Edge; tiles: FullTile[] } {
  const tiles: FullTile[] = []
  const levels: Uint8Array[] = []
  let arriving: readonly Uint8Array[] = leaves
  for (let level = 0; level < edge.levels.length || arriving.length > 0; level++) {
    const all = concat(edge.levels[level] ?? new Uint8Array(), ...arriving)
    const firstIndex = Math.floor(edge.size / TILE_WIDTH ** (level + 1))
    const fullTiles = splitFull(all)
    arriving = fullTiles.map((data, i) => {
      tiles.push({ level, index: firstIndex + i, data })
      return tileRoot(hasher, data)
    })
    levels.push(all.subarray(fullTiles.length * TILE_WIDTH * HASH_BYTES))
  }
  return { edge: { size: edge.size + leaves.length, levels }, tiles }
}

function splitFull(hashes: Uint8Array): Uint8Array[] {
  const tileBytes = TILE_WIDTH * HASH_BYTES
  const count = Math.floor(hashes.length / tileBytes)
  return Array.from({ length: count }, (_, i) => hashes.subarray(i * tileBytes, (i + 1) * tileBytes))
}
