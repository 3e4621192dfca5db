// Counts a log again, from the bytes of its entries and from its stored leaf hashes at once. Where the two agree one tree is
// grown; from the first entry at which they differ, two. Which of them makes the signed root says what was changed: the
// entry, or the stored hash. Stored tiles are compared with those of both. No Node API.
import { sameBytes } from '../bytes.ts'
import type { Edge } from '../edge.ts'
import type { TreeHasher } from '../merkle.ts'
import { HASH_BYTES, type Tile, TILE_WIDTH } from '../tiles.ts'
import { GrowingTree } from './growing-tree.ts'

type TileName = Pick<Tile, 'level' | 'index'>

export interface TileDifference extends Tile {
  /** Undefined when the tile is not there. */
  readonly offset: number | undefined
  /** First entry below that hash. */
  readonly entry: number
}

/** @returns as many of a tile's hashes as asked for; undefined when it is not there, or not so many */
export type StoredTile = (tile: Tile) => Promise<Uint8Array | undefined>

interface Count {
  readonly tree: GrowingTree
  readonly differences: TileDifference[]
  readonly roots: Map<number, Uint8Array>
}

export interface Standing {
  /** What makes the signed root: the entries' own bytes, or the stored hashes; both while they agree. */
  readonly by: 'both' | 'entries' | 'hashes' | 'neither'
  readonly size: number
  readonly root: Uint8Array
  readonly edge: Edge
  readonly differences: readonly TileDifference[]
  rootAt(size: number): Uint8Array | undefined
}

export class Recount {
  readonly #hashes: Count
  #entries: Count | undefined
  /** Entries whose bytes do not hash to what is stored. */
  readonly changed: number[] = []

  constructor(hasher: TreeHasher, from: Edge) {
    this.#hashes = { tree: new GrowingTree(hasher, from), differences: [], roots: new Map() }
    this.markRoot()
  }

  get size(): number {
    return this.#hashes.tree.size
  }

  /** @param own what the entry's bytes hash to; undefined when they are not known */
  push(stored: Uint8Array, own: Uint8Array | undefined): void {
    if (own !== undefined && !sameHash(stored, own)) {
      this.changed.push(this.size)
      const { tree, differences, roots } = this.#hashes
      this.#entries ??= { tree: tree.copy(), differences: [...differences], roots: new Map(roots) }
    }
    this.#hashes.tree.push(stored)
    this.#entries?.tree.push(own ?? stored)
  }

  /** The root of what was counted, while entries and stored hashes agree. */
  agreedRoot(): Uint8Array | undefined {
    return this.#entries === undefined ? this.#hashes.tree.root() : undefined
  }

  /** Remembers the root of this size. */
  markRoot(): void {
    for (const { tree, roots } of this.#counts()) roots.set(tree.size, tree.root())
  }

  /** Those that became full since they were last compared. */
  pendingTiles(): TileName[] {
    return this.#counts().flatMap(({ tree }) => tree.full)
  }

  /** Compares the tiles that became full since the last time. @param lowest level of tiles that are stored apart */
  async compareFull(stored: StoredTile, lowest: number): Promise<void> {
    for (const { tree, differences } of this.#counts()) {
      for (const { level, index, data } of tree.takeFull())
        if (level >= lowest) await compare(stored, { level, index, width: TILE_WIDTH }, data, differences)
    }
  }

  /** Compares the partial tiles, at the end. */
  async compareEdge(stored: StoredTile, lowest: number): Promise<void> {
    for (const { tree, differences } of this.#counts()) {
      const { size, levels } = tree.edge()
      for (const [level, data] of levels.entries()) {
        const index = Math.floor(size / TILE_WIDTH ** (level + 1))
        if (level >= lowest && data.length > 0)
          await compare(stored, { level, index, width: data.length / HASH_BYTES }, data, differences)
      }
    }
  }

  /** @param trusted roots that were signed, by size; the first one past the first change decides */
  standing(trusted: ReadonlyMap<number, Uint8Array>): Standing {
    const entries = this.#entries
    const [first] = this.changed
    if (entries === undefined || first === undefined) return standingOf('both', this.#hashes)
    for (const [size, root] of [...trusted].sort(([a], [b]) => a - b)) {
      if (size <= first) continue
      if (isAt(entries, size, root)) return standingOf('entries', entries)
      if (isAt(this.#hashes, size, root)) return standingOf('hashes', this.#hashes)
    }
    return standingOf('neither', entries)
  }

  #counts(): Count[] {
    return this.#entries === undefined ? [this.#hashes] : [this.#hashes, this.#entries]
  }
}

function standingOf(by: Standing['by'], { tree, differences, roots }: Count): Standing {
  const rootAt = (size: number) => (size === tree.size ? tree.root() : roots.get(size))
  return { by, size: tree.size, root: tree.root(), edge: tree.edge(), differences, rootAt }
}

function isAt({ tree, roots }: Count, size: number, root: Uint8Array): boolean {
  const own = size === tree.size ? tree.root() : roots.get(size)
  return own !== undefined && sameBytes(own, root)
}

async function compare(
  stored: StoredTile,
  tile: Tile,
  data: Uint8Array,
  differences: TileDifference[],
): Promise<void> {
  const found = await stored(tile)
  const offset = found === undefined ? 0 : firstDifference(found, data)
  if (offset === undefined) return
  const entry = (tile.index * TILE_WIDTH + offset) * TILE_WIDTH ** tile.level
  differences.push({ ...tile, entry, offset: found === undefined ? undefined : offset })
}

/** Number of the first hash that differs, of two rows of hashes. */
function firstDifference(a: Uint8Array, b: Uint8Array): number | undefined {
  if (a.length !== b.length) return 0
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return Math.floor(i / HASH_BYTES)
  return undefined
}

/** What sameBytes does, without a function call a byte: this runs once for each entry of a log. */
function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && firstDifference(a, b) === undefined
}
