// SHA-256 as the writing side uses it: synchronous, one call a hash. Verifiers use web-crypto.ts instead.
import { hash } from 'node:crypto'
import { treeHasher, type TreeHasher } from './merkle.ts'

export function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}

const BLOCK_BYTES = 64
const [INNER, OUTER] = [0x36, 0x5c]

/**
 * HMAC-SHA256 (RFC 2104) of two one-shot hashes. Node's own makes a key object for each call, which for a salt that is used once
 * costs ten times as much as the hashing.
 *
 * @param key 64 bytes at most
 */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  if (key.length > BLOCK_BYTES)
    throw new RangeError('a key of HMAC-SHA256 is hashed beforehand when it is longer')
  const inner = new Uint8Array(BLOCK_BYTES + message.length).fill(INNER, 0, BLOCK_BYTES)
  const outer = new Uint8Array(BLOCK_BYTES + 32).fill(OUTER, 0, BLOCK_BYTES)
  key.forEach((byte, i) => {
    inner[i] = byte ^ INNER
    outer[i] = byte ^ OUTER
  })
  inner.set(message, BLOCK_BYTES)
  outer.set(sha256(inner), BLOCK_BYTES)
  return sha256(outer)
}

export const nodeHasher: TreeHasher = treeHasher(sha256)
