// The RFC 6962 Merkle tree: hashing, and which subtree hashes make a root, an inclusion proof or a consistency proof.
// Pure: the hash function is handed in, and stored hashes are asked for by place (level 0 = leaves, index from the left),
// so that the same lines serve a list in memory and tiles in a database. Sizes are whole numbers below 2^53.

export type Hash = (bytes: Uint8Array) => Uint8Array

export interface TreeHasher {
  readonly empty: Uint8Array
  leaf(entry: Uint8Array): Uint8Array
  node(left: Uint8Array, right: Uint8Array): Uint8Array
}

/** A perfect subtree: leaves [index * 2^level, (index + 1) * 2^level). */
export interface Place {
  readonly level: number
  readonly index: number
}

/** Leaves [start, end); start is a multiple of the smallest power of two that is not below end - start. */
export interface Range {
  readonly start: number
  readonly end: number
}

export type HashAt = (place: Place) => Uint8Array

/** RFC 6962 section 2.1: MTH({}) = SHA-256(), leaf = SHA-256(0x00 || d), node = SHA-256(0x01 || left || right). */
export function treeHasher(hash: Hash): TreeHasher {
  return {
    empty: hash(new Uint8Array()),
    leaf: (entry) => hash(prefixed(0x00, entry)),
    node: (left, right) => {
      const input = new Uint8Array(65)
      input[0] = 0x01
      input.set(left, 1)
      input.set(right, 33)
      return hash(input)
    },
  }
}

export function prefixed(prefix: number, bytes: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + bytes.length)
  input[0] = prefix
  input.set(bytes, 1)
  return input
}

/** MTH(D[start:end]) from stored subtrees. */
export function rangeHash(hasher: TreeHasher, hashAt: HashAt, range: Range): Uint8Array {
  return foldRight(
    hasher,
    placesOf(range).map((place) => hashAt(place)),
  )
}

/** Joins subtrees of falling size, left to right, from the right: RFC 6962 section 2.1 splits at the largest power of two. */
export function foldRight(hasher: TreeHasher, hashes: readonly Uint8Array[]): Uint8Array {
  const last = hashes.at(-1)
  if (last === undefined) return hasher.empty
  return hashes.slice(0, -1).reduceRight((right, left) => hasher.node(left, right), last)
}

/** The perfect subtrees that a range is made of, left to right. */
export function placesOf({ start, end }: Range): Place[] {
  const places: Place[] = []
  let at = start
  while (at < end) {
    let level = 0
    let width = 1
    while (at % (width * 2) === 0 && at + width * 2 <= end) {
      width *= 2
      level += 1
    }
    places.push({ level, index: at / width })
    at += width
  }
  return places
}

/** PATH(index, D[start:end]), RFC 6962 section 2.1.1, from the leaf's sibling up. */
export function inclusionRanges(index: number, { start, end }: Range): Range[] {
  if (!(index >= start && index < end)) throw new RangeError(`Leaf ${index} is not in [${start}, ${end}).`)
  const ranges: Range[] = []
  let low = start
  let high = end
  while (high - low > 1) {
    const middle = low + largestPowerBelow(high - low)
    if (index < middle) {
      ranges.unshift({ start: middle, end: high })
      high = middle
    } else {
      ranges.unshift({ start: low, end: middle })
      low = middle
    }
  }
  return ranges
}

/** PROOF(first, D[size]), RFC 6962 section 2.1.2. */
export function consistencyRanges(first: number, size: number): Range[] {
  if (!(first > 0 && first <= size)) throw new RangeError(`No consistency proof from ${first} to ${size}.`)
  return subtreeConsistencyRanges({ start: 0, end: first }, size)
}

/**
 * The same for a subtree that need not begin at the first leaf (draft-ietf-plants-merkle-tree-certs, SUBTREE_PROOF).
 */
export function subtreeConsistencyRanges(subtree: Range, size: number): Range[] {
  if (subtree.start === subtree.end) return []
  const ranges: Range[] = []
  let { start } = subtree
  let low = 0
  let high = size
  // Whether the subtree's own hash is known to whoever checks: until a split falls inside it.
  let known = true
  while (!(low === start && high === subtree.end)) {
    const middle = low + largestPowerBelow(high - low)
    if (subtree.end <= middle) {
      ranges.unshift({ start: middle, end: high })
      high = middle
    } else {
      ranges.unshift({ start: low, end: middle })
      if (start < middle) {
        start = middle
        known = false
      }
      low = middle
    }
  }
  return known ? ranges : [{ start: low, end: high }, ...ranges]
}

/** The largest power of two smaller than n, for n > 1: k of RFC 6962 section 2.1. */
function largestPowerBelow(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}
