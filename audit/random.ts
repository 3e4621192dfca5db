// Random bytes for salts and ids. One entry needs a few dozen at a time, and each call into the operating system's generator
// costs more than all hashing of an entry, so they are drawn in larger pieces; what was handed out is wiped from the pool.
import { randomFillSync } from 'node:crypto'
import type { RandomBytes } from './entry-id.ts'

const POOL_BYTES = 8192

/** @returns a generator of unpredictable bytes from the system's, drawn 8 KiB at a time */
export function pooledRandomBytes(): RandomBytes {
  const pool = new Uint8Array(POOL_BYTES)
  let used = POOL_BYTES
  return (size) => {
    if (size > POOL_BYTES) return randomFillSync(new Uint8Array(size))
    if (used + size > POOL_BYTES) {
      randomFillSync(pool)
      used = 0
    }
    const bytes = pool.slice(used, used + size)
    pool.fill(0, used, used + size)
    used += size
    return bytes
  }
}
