// A tree that takes one leaf hash after another: one node hash a leaf on average, its root at any size for as many hashes as
// the size has bits, and each tile as it becomes full. No Node API: the hash function is handed in.
import type { Edge, FullTile } from '../edge.ts'
import { placesOf, type TreeHasher } from '../merkle.ts'
import { edgeWidths, HASH_BYTES, TILE_HEIGHT, TILE_WIDTH, tileSubtrees } from '../tiles.ts'

export class GrowingTree {
  readonly #hasher: TreeHasher
  #size: number
  /** The perfect subtree of 2^level leaves, where the size has that bit. */
  readonly #subtrees: (Uint8Array | undefined)[] = []
  /** The tile of each level that is being filled. */
  readonly #filling: Uint8Array[] = []
  /** Full tiles since they were last taken. */
  #full: FullTile[] = []

  constructor(hasher: TreeHasher, { size, levels }: Edge) {
    this.#hasher = hasher
    this.#size = size
    levels.forEach((data, level) => {
      this.#tileAt(level).set(data)
      const subtrees = tileSubtrees(hasher, data)
      placesOf({ start: 0, end: data.length / HASH_BYTES }).forEach((place, i) => {
        this.#subtrees[level * TILE_HEIGHT + place.level] = subtrees[i]
      })
    })
  }

  get size(): number {
    return this.#size
  }

  push(leaf: Uint8Array): void {
    let hash = leaf
    let level = 0
    let index = this.#size
    this.#put(0, index, hash)
    for (let left = this.#subtrees[0]; index % 2 === 1 && left; left = this.#subtrees[level]) {
      hash = this.#hasher.node(left, hash)
      level += 1
      index = (index - 1) / 2
      if (level % TILE_HEIGHT === 0) this.#put(level / TILE_HEIGHT, index, hash)
    }
    this.#subtrees[level] = hash
    this.#size += 1
  }

  root(): Uint8Array {
    let root: Uint8Array | undefined
    let rest = this.#size
    for (let level = 0; rest > 0; level++, rest = Math.floor(rest / 2)) {
      const left = this.#subtrees[level]
      if (rest % 2 === 1 && left) root = root ? this.#hasher.node(left, root) : left
    }
    return root ?? this.#hasher.empty
  }

  edge(): Edge {
    const levels = edgeWidths(this.#size).map((width, level) =>
      this.#tileAt(level).slice(0, width * HASH_BYTES),
    )
    return { size: this.#size, levels }
  }

  get full(): readonly FullTile[] {
    return this.#full
  }

  /** Each full tile is given once. */
  takeFull(): FullTile[] {
    const full = this.#full
    this.#full = []
    return full
  }

  copy(): GrowingTree {
    return new GrowingTree(this.#hasher, this.edge())
  }

  #put(level: number, index: number, hash: Uint8Array): void {
    const data = this.#tileAt(level)
    const offset = index % TILE_WIDTH
    data.set(hash, offset * HASH_BYTES)
    if (offset < TILE_WIDTH - 1) return
    this.#full.push({ level, index: (index - offset) / TILE_WIDTH, data })
    this.#filling[level] = new Uint8Array(TILE_WIDTH * HASH_BYTES)
  }

  #tileAt(level: number): Uint8Array {
    return (this.#filling[level] ??= new Uint8Array(TILE_WIDTH * HASH_BYTES))
  }
}
