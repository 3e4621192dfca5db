// What a proof says a root is (RFC 9162 sections 2.1.3.2 and 2.1.4.2; the tree is RFC 6962's). These functions verify nothing
// by themselves: they compute, and only verify.ts compares, against a checkpoint whose signature was verified.
import { prefixed } from './merkle.ts'
import { concat } from './bytes.ts'
import { sha256 } from './web-crypto.ts'

export class ProofMalformed extends Error {}

/** RFC 6962 section 2.1. */
export async function leafHash(entry: Uint8Array): Promise<Uint8Array> {
  return sha256(prefixed(0x00, entry))
}

function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Uint8Array> {
  return sha256(concat(Uint8Array.of(0x01), left, right))
}

/**
 * @param leaf 32 bytes
 * @throws {ProofMalformed} when no tree of that size has such a proof
 */
export async function rootOfInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
): Promise<Uint8Array> {
  requireHashes([leaf, ...proof])
  requireSize(index)
  requireSize(size)
  if (index >= size) throw new ProofMalformed(`Entry ${index} is outside a tree of ${size}.`)
  let fn = index
  let sn = size - 1
  let root = leaf
  for (const hash of proof) {
    if (sn === 0) throw new ProofMalformed('The proof has too many hashes.')
    if (fn % 2 === 1 || fn === sn) {
      root = await nodeHash(hash, root)
      // RFC 9162 section 2.1.3.2, step 4.2.2: skip the levels at which the node has no sibling.
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else {
      root = await nodeHash(root, hash)
    }
    fn = half(fn)
    sn = half(sn)
  }
  if (sn !== 0) throw new ProofMalformed('The proof has too few hashes.')
  return root
}

/**
 * @returns the older and the newer root that the proof leads to
 * @throws {ProofMalformed} when no trees of those sizes have such a proof; from size 0 there is none
 */
export async function rootsOfConsistency(
  first: number,
  second: number,
  proof: readonly Uint8Array[],
  firstRoot: Uint8Array,
): Promise<{ first: Uint8Array; second: Uint8Array }> {
  requireSize(first)
  requireSize(second)
  if (first === 0 || first > second) throw new ProofMalformed(`No proof leads from ${first} to ${second}.`)
  if (first === second) {
    if (proof.length > 0) throw new ProofMalformed('Equal sizes need no hashes.')
    return { first: firstRoot, second: firstRoot }
  }
  requireHashes([firstRoot, ...proof])
  const path = isPowerOfTwo(first) ? [firstRoot, ...proof] : proof
  const [seed, ...rest] = path
  if (seed === undefined || proof.length === 0) throw new ProofMalformed('The proof has no hashes.')
  let fn = first - 1
  let sn = second - 1
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)]
  let fr = seed
  let sr = seed
  for (const hash of rest) {
    if (sn === 0) throw new ProofMalformed('The proof has too many hashes.')
    if (fn % 2 === 1 || fn === sn) {
      fr = await nodeHash(hash, fr)
      sr = await nodeHash(hash, sr)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else {
      sr = await nodeHash(sr, hash)
    }
    fn = half(fn)
    sn = half(sn)
  }
  if (sn !== 0) throw new ProofMalformed('The proof has too few hashes.')
  return { first: fr, second: sr }
}

function half(n: number): number {
  return Math.floor(n / 2)
}

function isPowerOfTwo(n: number): boolean {
  return Number.isInteger(Math.log2(n))
}

function requireHashes(hashes: readonly Uint8Array[]): void {
  if (hashes.some((hash) => hash.length !== 32)) throw new ProofMalformed('A hash is not 32 bytes long.')
}

function requireSize(n: number): void {
  if (!Number.isSafeInteger(n) || n < 0) throw new ProofMalformed(`${n} is not a size or an index.`)
}
