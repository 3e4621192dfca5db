// The generator of salts and ids: what it gives is never given again, whatever its caller does with it.
import { describe, expect, test } from 'vitest'
import { pooledRandomBytes } from '../../audit/random.ts'

describe('random bytes from the pool', () => {
  test('are as many as asked for, and all different, also across refills and beyond the size of the pool', () => {
    const random = pooledRandomBytes()
    const sizes = Array.from({ length: 3000 }, (_, i) => (i % 500 === 499 ? 10_000 : 8 + (i % 41)))
    const given = sizes.map((size) => random(size))
    expect(given.map(({ length }) => length)).toEqual(sizes)
    expect(new Set(given.map((bytes) => Buffer.from(bytes.subarray(0, 8)).toString('hex'))).size).toBe(
      sizes.length,
    )
    expect(given.some((bytes) => bytes.every((byte) => byte === 0))).toBe(false)
  })

  test('belong to their caller: changing them changes nothing that is given later', () => {
    const random = pooledRandomBytes()
    const first = random(32)
    const second = random(32)
    const kept = second.slice()
    first.fill(7)
    expect(second).toEqual(kept)
    expect(first.buffer).not.toBe(second.buffer)
    expect(random(32)).not.toEqual(new Uint8Array(32).fill(7))
  })
})
