// C2SP tlog-proof@v1, byte for byte.
import { describe, expect, test } from 'vitest'
import { fromBase64 } from '../../audit/bytes.ts'
import { formatTlogProof, parseTlogProof } from '../../audit/tlog-proof.ts'
import { describeVectors, readVector } from './vectors.ts'

interface ProofVectors {
  marshal: {
    name: string
    index: number
    hashes: string[]
    extra: string | null
    checkpoint: string
    want: string
  }[]
  reject: { name: string; proof: string }[]
}

describeVectors('proof files', () => {
  const vectors = () => readVector<ProofVectors>('tlog-proof/proofs.json')

  test('are written as others write them, and read back', () => {
    const bytes = (text: string) => fromBase64(text) ?? expect.fail(`not base64: ${text}`)
    for (const { name, index, hashes, extra, checkpoint, want } of vectors().marshal) {
      const proof = {
        index,
        hashes: hashes.map(bytes),
        checkpoint,
        ...(extra === null ? {} : { extra: bytes(extra) }),
      }
      expect(formatTlogProof(proof), name).toBe(want)
      expect(parseTlogProof(want), name).toEqual(proof)
    }
  })

  test('that others refuse are refused', () => {
    const { reject } = vectors()
    expect(reject).toHaveLength(7)
    for (const { name, proof } of reject) expect(() => parseTlogProof(proof), name).toThrow()
  })
})

describe('a proof file', () => {
  test.each([
    ['an index with a leading zero', 'c2sp.org/tlog-proof@v1\nindex 01\n\ncheckpoint\n'],
    ['a second extra line', 'c2sp.org/tlog-proof@v1\nextra AAAA\nextra AAAA\nindex 1\n\ncheckpoint\n'],
    ['carriage returns', 'c2sp.org/tlog-proof@v1\r\nindex 1\r\n\r\ncheckpoint\r\n'],
    ['no checkpoint', 'c2sp.org/tlog-proof@v1\nindex 1\n\n'],
    ['an index beyond 2^53', 'c2sp.org/tlog-proof@v1\nindex 9007199254740993\n\ncheckpoint\n'],
    ['65 hashes', `c2sp.org/tlog-proof@v1\nindex 1\n${`${'A'.repeat(43)}=\n`.repeat(65)}\ncheckpoint\n`],
  ])('with %s is refused', (_, text) => {
    expect(() => parseTlogProof(text)).toThrow()
  })
})
