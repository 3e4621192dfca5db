// The HMAC of two one-shot hashes is the one that everybody computes (RFC 2104, RFC 4231).
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toHex } from '../../audit/bytes.ts'
import { hmacSha256 } from '../../audit/node-hash.ts'

test('HMAC-SHA256 of a short key is Node’s own, byte for byte', () => {
  const bytes = (most: number) => fc.uint8Array({ maxLength: most })
  fc.assert(
    fc.property(bytes(64), bytes(300), (key, message) => {
      expect(toHex(hmacSha256(key, message))).toBe(createHmac('sha256', key).update(message).digest('hex'))
    }),
  )
})

test('HMAC-SHA256 answers as RFC 4231 says (test case 2), and takes no key that has to be hashed first', () => {
  const of = (text: string) => new TextEncoder().encode(text)
  expect(toHex(hmacSha256(of('Jefe'), of('what do ya want for nothing?')))).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843') // prettier-ignore
  expect(() => hmacSha256(new Uint8Array(65), of(''))).toThrow(RangeError)
})
