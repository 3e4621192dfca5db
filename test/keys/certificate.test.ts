import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { calculateJwkThumbprint, CompactSign, exportJWK, type JWK } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { signCertificate, statusOf, type DestructionCertificate } from '../../keys/certificate.ts'
import type { CertificateKey } from '../../keys/signing-keys.ts'
import { verifyCertificate } from '../../keys/verify-certificate.ts'

const certificate: DestructionCertificate = {
  certificateId: 'certificate/0b1f',
  issuedAt: '2027-05-01T09:00:00Z',
  itemId: 'item/3c9a',
  ciphertextSha256: 'ab'.repeat(32),
  keyRef: 'shelf/hmi-prisons/2027-05-01/1',
  method: 'erasure',
  authority: { agreement: 'hmpps-2025', clauses: ['hmpps-2025/19', 'hmpps-2025/19-destruction'] },
  schedule: { owner: 'hmi-prisons', class: 'case-level-data', version: '1', demonstration: true },
  clockStartedAt: '2026-11-01T09:00:00Z',
  destroyOn: '2027-05-01',
  destroyedAt: '2027-05-01T03:00:00.123Z',
  verifiedBy: 'an attempt to open failed: key-destroyed',
  copies: [
    { kind: 'vault', ref: 'vault/3c9a', state: 'destroyed' },
    { kind: 'backup', ref: 'backup/2027-04-30', state: 'unreadable', expiresOn: '2027-05-30' },
    { kind: 'recipient', ref: 'copy/1', state: 'attested-destroyed', attestedAt: '2027-05-01T08:00:00Z' },
  ],
  status: 'complete',
  ledger: {
    origin: 'ledger.concordat.example',
    entryId: 'entry/77',
    leafHash: 'A'.repeat(43) + '=',
    index: 77,
    proof: 'c2sp.org/tlog-proof@v1\n',
  },
}

let key: CertificateKey
let other: CertificateKey

async function newKey(): Promise<CertificateKey> {
  const pair = generateKeyPairSync('ed25519')
  const jwk = await exportJWK(pair.publicKey)
  return { ...pair, publicJwk: { ...jwk, kid: await calculateJwkThumbprint(jwk) } }
}

beforeAll(async () => {
  key = await newKey()
  other = await newKey()
})

const outcomes = async (jws: string, jwk: JWK = key.publicJwk): Promise<string[]> =>
  (await verifyCertificate(jws, jwk)).steps.map(({ outcome }) => outcome)
const signRaw = (payload: unknown, header: object): Promise<string> =>
  new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({
      alg: 'EdDSA',
      typ: 'destruction-certificate+jws',
      kid: key.publicJwk.kid,
      ...header,
    })
    .sign(key.privateKey)

test('hmpps-2025/19-destruction: a certificate verifies offline with the public key alone, step by step.', async () => {
  const verification = await verifyCertificate(await signCertificate(certificate, key), key.publicJwk)
  expect(verification).toMatchObject({ verified: true, certificate })
  expect(verification.steps.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    'form passed',
    'header passed',
    'signature passed',
    'content passed',
    'copies passed',
  ])
})

test('One altered byte, anywhere, and it does not verify.', async () => {
  const jws = await signCertificate(certificate, key)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= '
  const everyLastCharacter = alphabet.split('').map((character) => jws.slice(0, -1) + character)
  for (const altered of everyLastCharacter.filter((one) => one.trim() !== jws)) {
    expect((await verifyCertificate(altered, key.publicJwk)).verified).toBe(false)
  }
  await fc.assert(
    fc.asyncProperty(
      fc.nat(jws.length - 1),
      fc.constantFrom(...alphabet.split('')),
      async (position, character) => {
        fc.pre(jws[position] !== character)
        const altered = jws.slice(0, position) + character + jws.slice(position + 1)
        fc.pre(altered.trim() !== jws)
        const { verified, certificate: shown } = await verifyCertificate(altered, key.publicJwk)
        expect(verified).toBe(false)
        expect(shown).toBeUndefined()
      },
    ),
    { numRuns: 300 },
  )
})

test('A step that was not looked at is said to be skipped, and nothing is verified.', async () => {
  const jws = await signCertificate(certificate, key)
  expect(await outcomes(jws, other.publicJwk)).toEqual(['passed', 'failed', 'skipped', 'skipped', 'skipped'])
  const { kid, ...nameless } = other.publicJwk
  expect(kid).toBeDefined()
  expect(await outcomes(await signRaw(certificate, { kid }), nameless)).toEqual([
    'passed',
    'passed',
    'failed',
    'skipped',
    'skipped',
  ])
})

test('Another type, another algorithm, or a header that brings a key of its own is refused.', async () => {
  const failsAtHeader = ['passed', 'failed', 'skipped', 'skipped', 'skipped']
  expect(await outcomes(await signRaw(certificate, { typ: 'JWT' }))).toEqual(failsAtHeader)
  expect(await outcomes(await signRaw(certificate, { jwk: other.publicJwk }))).toEqual(failsAtHeader)
  const none = [{ alg: 'none', typ: 'destruction-certificate+jws', kid: key.publicJwk.kid }, certificate]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  expect((await outcomes(`${none}.`))[0]).toBe('failed')
  expect(await outcomes(`${none}.AAAA`)).toEqual(failsAtHeader)
})

test('It is part-complete while a recipient’s copy is unaccounted for, and cannot say otherwise (S12).', async () => {
  const unaccounted = { kind: 'recipient', ref: 'copy/2', state: 'unaccounted' } as const
  const copies = [...certificate.copies, unaccounted]
  expect(statusOf(copies)).toBe('part-complete')
  const partial = { ...certificate, copies, status: 'part-complete' } as const
  expect((await verifyCertificate(await signCertificate(partial, key), key.publicJwk)).verified).toBe(true)
  await expect(signCertificate({ ...partial, status: 'complete' }, key)).rejects.toMatchObject({
    code: 'certificate.malformed',
  })
  expect((await outcomes(await signRaw({ ...partial, status: 'complete' }, {})))[4]).toBe('failed')
  const unattested = {
    ...certificate,
    copies: [{ kind: 'recipient', ref: 'copy/2', state: 'attested-destroyed' } as const],
  }
  await expect(signCertificate(unattested, key)).rejects.toMatchObject({ code: 'certificate.malformed' })
})

test('Nothing that names a person fits in a certificate, and neither does a field of one’s own.', async () => {
  const named = {
    ...certificate,
    copies: [{ kind: 'vault', ref: 'asha.patel@hmiprisons.example', state: 'destroyed' } as const],
  }
  await expect(signCertificate(named, key)).rejects.toMatchObject({ code: 'certificate.malformed' })
  await expect(
    signCertificate({ ...certificate, name: 'Asha' } as DestructionCertificate, key),
  ).rejects.toMatchObject({
    code: 'certificate.malformed',
  })
  expect((await outcomes(await signRaw({ ...certificate, name: 'Asha' }, {})))[3]).toBe('failed')
})
