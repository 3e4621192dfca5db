// The one-file verifier: its core here, in Node; its page in test/browser. Nothing is called verified with a step skipped.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { toBase64 } from '../../audit/bytes.ts'
import { verifyWholeCertificate } from '../../gateway/cli/verify-certificate.ts'
import { formatVerifierKey } from '../../audit/note.ts'
import { buildVerifier, verifierFile } from '../../audit/verifier/build.ts'
import { kindOf, verifyDocument } from '../../audit/verifier/documents.ts'
import { type CertificateExample, certificateExample } from './certificate-example.ts'
import { signer } from './fsck-fixture.ts'

test('audit/verifier.html is what npm run verifier makes', () => {
  expect(readFileSync(verifierFile, 'utf8')).toBe(buildVerifier())
})

let example: CertificateExample
beforeAll(async () => {
  example = await certificateExample()
})

const outcomes = (steps: readonly { outcome: string; name: string }[]) =>
  Object.fromEntries(steps.map(({ name, outcome }) => [name, outcome]))

describe('each document is recognised', () => {
  test('by what it holds', () => {
    const { proof, jws, jwk, ledgerKey, checkpoint } = example
    expect(kindOf(proof)).toBe('proof')
    expect(kindOf(jws)).toBe('certificate')
    expect(kindOf(JSON.stringify({ certificate: jws, issuedAt: '' }))).toBe('certificate')
    expect(kindOf(jwk)).toBe('certificate-key')
    expect(kindOf(`# ours\n${ledgerKey}\n`)).toBe('ledger-key')
    expect(kindOf(checkpoint)).toBe('checkpoint')
    expect(kindOf('hello')).toBe('unknown')
  })
})

describe('a document', () => {
  test('that holds is verified: a proof, a checkpoint, a certificate', async () => {
    const { proof, jws, jwk, ledgerKey, checkpoint } = example
    for (const document of [proof, jws, checkpoint])
      expect(await verifyDocument({ document, ledgerKeys: ledgerKey, certificateKey: jwk })).toMatchObject({
        verified: true,
        says: 'Verified: every step passed.',
      })
  })

  test('is not verified without its key, and the step is called skipped', async () => {
    const { jws, ledgerKey, jwk, proof } = example
    const unsigned = await verifyDocument({ document: jws, ledgerKeys: ledgerKey })
    expect(unsigned.verified).toBe(false)
    expect(outcomes(unsigned.steps)).toMatchObject({
      'certificate signature': 'skipped',
      'same destruction': 'passed',
    })
    expect(unsigned.says).toBe('Not verified: 1 of the steps could not be looked at.')
    for (const document of [proof, jws])
      expect((await verifyDocument({ document, ledgerKeys: '', certificateKey: jwk })).verified).toBe(false)
  })

  test('is not verified with the key of another log, or with no key at all in its place', async () => {
    for (const ledgerKeys of [formatVerifierKey(signer.key), 'no key'])
      for (const document of [example.proof, example.checkpoint, example.jws])
        expect((await verifyDocument({ document, ledgerKeys, certificateKey: example.jwk })).verified).toBe(
          false,
        )
  })

  test('that is none is said to be none', async () => {
    const answer = await verifyDocument({ document: 'hello', ledgerKeys: example.ledgerKey })
    expect(answer).toMatchObject({ verified: false, says: 'Not verified: 1 of the steps failed.' })
  })
})

describe('a certificate', () => {
  test('with any one of its bytes changed is not verified', async () => {
    const { jws, jwk, ledgerKey } = example
    await fc.assert(
      fc.asyncProperty(
        fc.nat(jws.length - 1),
        fc.constantFrom('A', 'B', 'x', '.', '_'),
        async (at, character) => {
          fc.pre(jws[at] !== character)
          const document = jws.slice(0, at) + character + jws.slice(at + 1)
          expect(
            (await verifyDocument({ document, ledgerKeys: ledgerKey, certificateKey: jwk })).verified,
          ).toBe(false)
        },
      ),
      { numRuns: 150 },
    )
  })

  test('is judged as the command judges it, whatever it says, when its key signed it', async () => {
    const changes: Record<string, unknown>[] = [
      {},
      { itemId: 'item-9' },
      { destroyedAt: '2026-03-05T05:06:07.089Z' },
      { ciphertextSha256: '0'.repeat(64) },
      { keyRef: 'shelf-9' },
      { destroyOn: '2026-03-06' },
      { authority: { agreement: 'other', clauses: ['hmpps-2025/19-destruction'] } },
      { status: 'part-complete' },
      { ledger: { ...example.payload.ledger, index: 0 } },
      { ledger: { ...example.payload.ledger, leafHash: toBase64(new Uint8Array(32)) } },
      { ledger: { ...example.payload.ledger, entryId: 'another' } },
    ]
    const verdicts = await Promise.all(
      changes.map(async (change) => {
        const text = await example.signAnyway({ ...example.payload, ...change })
        const here = await verifyDocument({
          document: text,
          ledgerKeys: example.ledgerKey,
          certificateKey: example.jwk,
        })
        const there = await verifyWholeCertificate({
          text,
          certificateKeys: [example.publicJwk],
          ledgerKeys: [example.ledgerVerifierKey],
        })
        return [here.verified, there.verified]
      }),
    )
    expect(verdicts).toEqual(changes.map((_, i) => [i === 0, i === 0]))
  })

  test('whose header says another type is refused, though the signature holds', async () => {
    const [, payload = ''] = example.jws.split('.')
    const text = await example.signParts({ alg: 'EdDSA', typ: 'JWT', kid: example.publicJwk.kid }, payload)
    const { steps } = await verifyDocument({
      document: text,
      ledgerKeys: example.ledgerKey,
      certificateKey: example.jwk,
    })
    expect(outcomes(steps)).toMatchObject({ 'certificate signature': 'failed' })
  })
})
