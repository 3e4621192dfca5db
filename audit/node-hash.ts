// SHA-256 as the writing side uses it: synchronous, one call a hash. Verifiers use web-crypto.ts instead.
import { hash } from 'node:crypto'
import { treeHasher, type TreeHasher } from './merkle.ts'

export function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}

export const nodeHasher: TreeHasher = treeHasher(sha256)
