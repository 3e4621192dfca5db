// Where the hashes of a tree of some size lie: C2SP tlog-tiles ("Merkle Tree"). A tile is up to 256 hashes; tile n of level l
// holds the roots of subtrees of 256^l leaves. A tree of size s has a partial tile of floor(s / 256^l) mod 256 hashes on level l.
import { LedgerFault } from './fault.ts'
import { type HashAt, type Place, placesOf, type TreeHasher } from './merkle.ts'

export const TILE_HEIGHT = 8
export const TILE_WIDTH = 256
export const HASH_BYTES = 32

export interface Tile {
  readonly level: number
  readonly index: number
  /** 1 to 256; under 256 the tile is partial. */
  readonly width: number
}

/** Widths of the rightmost, partial tiles from level 0 up; 0 where that level has none; the last is never 0. */
export function edgeWidths(size: number): number[] {
  const widths: number[] = []
  for (let rest = size; rest > 0; rest = Math.floor(rest / TILE_WIDTH)) widths.push(rest % TILE_WIDTH)
  return widths
}

/** The tiles that a log must newly serve when it grows, partial ones included. The height is 8 except in comparisons. */
export function newTiles(oldSize: number, newSize: number, height = TILE_HEIGHT): Tile[] {
  const full = 2 ** height
  const tiles: Tile[] = []
  for (let level = 0; ; level++) {
    const unit = full ** level
    const from = Math.floor(oldSize / unit)
    const to = Math.floor(newSize / unit)
    if (to === 0) return tiles
    if (from === to) continue
    for (let index = Math.floor(from / full); index < Math.floor(to / full); index++)
      tiles.push({ level, index, width: full })
    if (to % full > 0) tiles.push({ level, index: Math.floor(to / full), width: to % full })
  }
}

export function tilePath({ level, index, width }: Tile): string {
  return `tile/${level}/${indexPath(index)}${widthSuffix(width)}`
}

/** Entry bundles cover the same leaves as the tiles of level 0. */
export function bundlePath(index: number, width: number): string {
  return `tile/entries/${indexPath(index)}${widthSuffix(width)}`
}

/** 1234067 is x001/x234/067. */
export function indexPath(index: number): string {
  const groups: string[] = []
  for (let rest = index; ; rest = Math.floor(rest / 1000)) {
    groups.unshift(String(rest % 1000).padStart(3, '0'))
    if (rest < 1000) break
  }
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/')
}

function widthSuffix(width: number): string {
  return width === TILE_WIDTH ? '' : `.p/${width}`
}

/** The tile that a perfect subtree's hash is computed from. */
export function tileOf(place: Place): { level: number; index: number; offset: number; count: number } {
  const level = Math.floor(place.level / TILE_HEIGHT)
  const count = 2 ** (place.level % TILE_HEIGHT)
  const first = place.index * count
  return { level, index: Math.floor(first / TILE_WIDTH), offset: first % TILE_WIDTH, count }
}

export function hashesOf(data: Uint8Array): Uint8Array[] {
  const hashes: Uint8Array[] = []
  for (let at = 0; at < data.length; at += HASH_BYTES) hashes.push(data.subarray(at, at + HASH_BYTES))
  return hashes
}

/** Root of a whole tile: the hash that stands for it one level up. */
export function tileRoot(hasher: TreeHasher, data: Uint8Array): Uint8Array {
  let row = hashesOf(data)
  while (row.length > 1) {
    const above: Uint8Array[] = []
    for (let i = 0; i + 1 < row.length; i += 2) above.push(joined(hasher, row, i))
    row = above
  }
  return row[0] ?? hasher.empty
}

function joined(hasher: TreeHasher, row: readonly Uint8Array[], i: number): Uint8Array {
  const [left, right] = [row[i], row[i + 1]]
  if (left === undefined || right === undefined) throw new RangeError('a tile row is not even')
  return hasher.node(left, right)
}

/** Reads subtree hashes out of tiles. @throws {LedgerFault} `tile-missing` */
export function hashAtIn(
  hasher: TreeHasher,
  tile: (level: number, index: number) => Uint8Array | undefined,
): HashAt {
  return (place) => {
    const { level, index, offset, count } = tileOf(place)
    const data = tile(level, index)?.subarray(offset * HASH_BYTES, (offset + count) * HASH_BYTES)
    if (data?.length !== count * HASH_BYTES)
      throw new LedgerFault('tile-missing', `Tile ${level}/${index} lacks hash ${offset + count - 1}.`)
    return tileRoot(hasher, data)
  }
}

/** Roots of the perfect subtrees of a partial tile, left to right. */
export function tileSubtrees(hasher: TreeHasher, data: Uint8Array): Uint8Array[] {
  const end = data.length / HASH_BYTES
  return placesOf({ start: 0, end }).map(({ level, index }) => {
    const from = index * 2 ** level * HASH_BYTES
    return tileRoot(hasher, data.subarray(from, from + 2 ** level * HASH_BYTES))
  })
}
