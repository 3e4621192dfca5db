// The tree against others' vectors, and against one slow definition of it.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, sameBytes, toHex } from '../../audit/bytes.ts'
import { EMPTY_EDGE, edgeRoot, formatEdge, grow, parseEdge } from '../../audit/edge.ts'
import {
  consistencyRanges,
  type HashAt,
  inclusionRanges,
  type Range,
  rangeHash,
  subtreeConsistencyRanges,
} from '../../audit/merkle.ts'
import { leafHash, rootOfInclusion, rootsOfConsistency } from '../../audit/merkle-verify.ts'
import { nodeHasher } from '../../audit/node-hash.ts'
import { describeVectors, readVector, vectorFiles } from './vectors.ts'

/** Perfect subtrees of a list of leaf hashes, each computed once. */
function inMemory(leaves: readonly Uint8Array[]): HashAt {
  const known = new Map<string, Uint8Array>()
  const hashAt: HashAt = ({ level, index }) => {
    const leaf = leaves[index]
    if (level === 0) {
      if (!leaf) throw new RangeError(`no leaf ${index}`)
      return leaf
    }
    const key = `${level}/${index}`
    const hash =
      known.get(key) ??
      nodeHasher.node(
        hashAt({ level: level - 1, index: index * 2 }),
        hashAt({ level: level - 1, index: index * 2 + 1 }),
      )
    known.set(key, hash)
    return hash
  }
  return hashAt
}

/** RFC 6962 section 2.1 as it is written. */
function slowRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves
  if (first === undefined) return nodeHasher.empty
  if (leaves.length === 1) return first
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return nodeHasher.node(slowRoot(leaves.slice(0, k)), slowRoot(leaves.slice(k)))
}

function leavesOf(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => nodeHasher.leaf(Uint8Array.of(i >> 8, i & 0xff)))
}

const hashes = (hashAt: HashAt, ranges: readonly Range[]) =>
  ranges.map((range) => rangeHash(nodeHasher, hashAt, range))

interface Inclusion {
  leafIdx: number
  treeSize: number
  root: string | null
  leafHash: string | null
  proof: string[] | null
  wantErr: boolean
}
interface Consistency {
  size1: number
  size2: number
  root1: string | null
  root2: string | null
  proof: string[] | null
  wantErr: boolean
}
const decode = (base64: string | null) => new Uint8Array(Buffer.from(base64 ?? '', 'base64'))
const answer = (work: Promise<boolean>) => work.catch(() => false)

describeVectors('RFC 6962 proofs', () => {
  test('right inclusion proofs lead to the root and 92 wrong ones do not', async () => {
    const answers = await Promise.all(
      vectorFiles('rfc6962-merkle/inclusion').map(async (file) => {
        const { leafIdx, treeSize, root, leafHash: leaf, proof, wantErr } = readVector<Inclusion>(file)
        const right = await answer(
          rootOfInclusion(decode(leaf), leafIdx, treeSize, (proof ?? []).map(decode)).then((computed) =>
            sameBytes(computed, decode(root)),
          ),
        )
        expect(right, file).toBe(!wantErr)
        return right
      }),
    )
    expect([answers.length, answers.filter(Boolean).length]).toEqual([98, 6])
  })

  test('right consistency proofs lead to both roots and 92 wrong ones do not', async () => {
    const answers = await Promise.all(
      vectorFiles('rfc6962-merkle/consistency').map(async (file) => {
        const { size1, size2, root1, root2, proof, wantErr } = readVector<Consistency>(file)
        const right = await answer(
          rootsOfConsistency(size1, size2, (proof ?? []).map(decode), decode(root1)).then(
            ({ first, second }) => sameBytes(first, decode(root1)) && sameBytes(second, decode(root2)),
          ),
        )
        expect(right, file).toBe(!wantErr)
        return right
      }),
    )
    expect([answers.length, answers.filter(Boolean).length]).toEqual([98, 6])
  })
})

interface Reference {
  leafInputsHex: string[]
  rootsHexBySize: string[]
  nodeHashesHexByLevel: string[][]
  accumulated: {
    sha256: { subtreeHash: string; subtreeInclusionProof: string; subtreeConsistencyProof: string }
  }
}

describeVectors('RFC 6962 reference roots', () => {
  const reference = () => readVector<Reference>('rfc6962-merkle/reference-roots.json')

  test('the eight classic leaves have the classic roots and nodes', async () => {
    const { leafInputsHex, rootsHexBySize, nodeHashesHexByLevel } = reference()
    const inputs = leafInputsHex.map((hex) => new Uint8Array(Buffer.from(hex, 'hex')))
    const leaves = inputs.map((input) => nodeHasher.leaf(input))
    expect(await Promise.all(inputs.map(leafHash))).toEqual(leaves.map((leaf) => new Uint8Array(leaf)))
    const hashAt = inMemory(leaves)
    const roots = rootsHexBySize.map((_, end) => toHex(rangeHash(nodeHasher, hashAt, { start: 0, end })))
    expect(roots).toEqual(rootsHexBySize)
    const nodes = nodeHashesHexByLevel.map((row, level) =>
      row.map((_, index) => toHex(hashAt({ level, index }))),
    )
    expect(nodes).toEqual(nodeHashesHexByLevel)
  })

  test('every subtree hash, inclusion and consistency proof of all trees up to 130 leaves is as accumulated by others', () => {
    const max = 130
    const hashAt = inMemory(Array.from({ length: max }, (_, i) => nodeHasher.leaf(Uint8Array.of(i))))
    const known = new Map<string, string>()
    const hex = (range: Range) => {
      const key = `${range.start}-${range.end}`
      const found = known.get(key) ?? toHex(rangeHash(nodeHasher, hashAt, range))
      known.set(key, found)
      return found
    }
    const line = (head: string, ranges: readonly Range[]) => `${[head, ...ranges.map(hex)].join(' ')}\n`
    const sums = {
      hash: createHash('sha256'),
      inclusion: createHash('sha256'),
      consistency: createHash('sha256'),
    }
    const valid = (start: number, end: number) => {
      let power = 1
      while (power < end - start) power *= 2
      return start === end || start % power === 0
    }
    for (let end = 0; end <= max; end++) {
      for (let start = 0; start <= end; start++) {
        if (!valid(start, end)) continue
        sums.hash.update(`[${start}, ${end}) ${hex({ start, end })}\n`)
        for (let index = start; index < end; index++)
          sums.inclusion.update(line(`${index} [${start}, ${end})`, inclusionRanges(index, { start, end })))
      }
    }
    for (let n = 0; n <= max; n++)
      for (let end = 0; end <= n; end++)
        for (let start = 0; start <= end; start++)
          if (valid(start, end))
            sums.consistency.update(
              line(`[${start}, ${end}) ${n}`, subtreeConsistencyRanges({ start, end }, n)),
            )
    const { sha256 } = reference().accumulated
    expect(sums.hash.digest('hex')).toBe(sha256.subtreeHash)
    expect(sums.inclusion.digest('hex')).toBe(sha256.subtreeInclusionProof)
    expect(sums.consistency.digest('hex')).toBe(sha256.subtreeConsistencyProof)
  })
})

describe('the tree', () => {
  const size = fc.integer({ min: 1, max: 700 })

  test('every entry of any tree is proved included, and at no other place', async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), fc.nat(), async (end, a, b) => {
        const leaves = leavesOf(end)
        const [index, other] = [a % end, b % end]
        const leaf = leaves[index] ?? new Uint8Array()
        const proof = hashes(inMemory(leaves), inclusionRanges(index, { start: 0, end }))
        const root = slowRoot(leaves)
        expect(sameBytes(await rootOfInclusion(leaf, index, end, proof), root)).toBe(true)
        const elsewhere = await answer(
          rootOfInclusion(leaf, other, end, proof).then((computed) => sameBytes(computed, root)),
        )
        expect(elsewhere).toBe(index === other)
      }),
      { numRuns: 60 },
    )
  })

  test('any tree is proved to extend any earlier one', async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), async (end, a) => {
        const leaves = leavesOf(end)
        const first = 1 + (a % end)
        const proof = hashes(inMemory(leaves), consistencyRanges(first, end))
        const roots = await rootsOfConsistency(first, end, proof, slowRoot(leaves.slice(0, first)))
        expect(sameBytes(roots.first, slowRoot(leaves.slice(0, first)))).toBe(true)
        expect(sameBytes(roots.second, slowRoot(leaves))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('growing by batches of any size comes to the tree of all leaves at once, through its stored form', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 8 }), (batches) => {
        const leaves = leavesOf(batches.reduce((sum, batch) => sum + batch, 0))
        let edge = EMPTY_EDGE
        let at = 0
        const tiles = batches.flatMap((batch) => {
          const grown = grow(nodeHasher, edge, leaves.slice(at, (at += batch)))
          edge = parseEdge(grown.edge.size, formatEdge(grown.edge))
          return grown.tiles
        })
        expect(toHex(edgeRoot(nodeHasher, edge))).toBe(toHex(slowRoot(leaves)))
        const full = Math.floor(leaves.length / 256)
        expect(tiles.filter(({ level }) => level === 0).map(({ index }) => index)).toEqual(
          Array.from({ length: full }, (_, i) => i),
        )
        expect(
          concat(...tiles.map(({ data }) => data), formatEdge(edge).subarray(0, (leaves.length % 256) * 32)),
        ).toEqual(concat(...leaves))
      }),
      { numRuns: 40 },
    )
  })

  test('a tree of three levels of tiles has the root of the definition', () => {
    const leaves = leavesOf(66_000)
    const { edge, tiles } = grow(nodeHasher, EMPTY_EDGE, leaves)
    expect(toHex(edgeRoot(nodeHasher, edge))).toBe(toHex(slowRoot(leaves)))
    expect(tiles.filter(({ level }) => level === 1)).toHaveLength(1)
  })

  test('there is no consistency proof from nothing', () => {
    expect(() => consistencyRanges(0, 5)).toThrow(RangeError)
  })
})
