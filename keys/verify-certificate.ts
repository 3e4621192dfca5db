// Verifies a destruction certificate offline, against the gateway's public key, step by step: nothing counts as
// verified when a step was not looked at. The ledger proof inside is text here, for the ledger's own verifier.
import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose'
import { z } from 'zod'
import {
  certificateAlgorithm,
  certificateType,
  inconsistencies,
  payloadSchema,
  type DestructionCertificate,
} from './certificate.ts'

/** A public key as JSON; where a private one came, it is refused before it gets here. */
export type PublicKeyJwk = JWK

export interface CertificateStep {
  readonly name: 'form' | 'header' | 'signature' | 'content' | 'copies'
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly says: string
}

export interface CertificateVerification {
  /** True only when every step passed. */
  readonly verified: boolean
  readonly steps: readonly CertificateStep[]
  /** Only when verified. */
  readonly certificate: DestructionCertificate | undefined
}

interface Work {
  readonly jws: string
  readonly keys: readonly JWK[]
  /** The one of them that its header names. */
  publicJwk?: JWK
  payload?: Uint8Array
  certificate?: DestructionCertificate
}

const checks: readonly {
  name: CertificateStep['name']
  says: string
  check: (work: Work) => void | Promise<void>
}[] = [
  { name: 'form', says: 'It is written in the one way that a certificate is written.', check: checkForm },
  {
    name: 'header',
    says: 'It calls itself a destruction certificate signed by this key.',
    check: checkHeader,
  },
  { name: 'signature', says: 'The signature over it is this key’s.', check: checkSignature },
  {
    name: 'content',
    says: 'It holds everything that a certificate holds, and nothing else.',
    check: checkContent,
  },
  { name: 'copies', says: 'Its status follows from what became of each copy.', check: checkCopies },
]

/** @param keys the gateway's certificate keys, this year's and those before, from a source that the verifier trusts: never from the certificate */
export async function verifyCertificate(
  jws: string,
  ...keys: readonly JWK[]
): Promise<CertificateVerification> {
  const work: Work = { jws: jws.trim(), keys }
  const steps: CertificateStep[] = []
  for (const { name, says, check } of checks) {
    if (steps.some(({ outcome }) => outcome !== 'passed')) {
      steps.push({ name, outcome: 'skipped', says: `Not looked at: ${says}` })
      continue
    }
    try {
      await check(work)
      steps.push({ name, outcome: 'passed', says })
    } catch (error) {
      steps.push({ name, outcome: 'failed', says: `This does not hold: ${says} (${whyOf(error)})` })
    }
  }
  const verified = steps.every(({ outcome }) => outcome === 'passed')
  return { verified, steps, certificate: verified ? work.certificate : undefined }
}

/** Base64url leaves spare bits in a last character: without this check some altered characters would decode the same. */
function checkForm({ jws }: Work): void {
  const parts = jws.split('.')
  const isCanonical = (part: string): boolean =>
    part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part
  if (parts.length !== 3 || !parts.every(isCanonical)) throw new Error('it is not a compact JWS')
}

async function checkHeader(work: Work): Promise<void> {
  const { alg, typ, kid, ...more } = decodeProtectedHeader(work.jws)
  if (alg !== certificateAlgorithm || typ !== certificateType)
    throw new Error('its header is not a certificate’s')
  for (const key of work.keys) {
    const thumbprint = await calculateJwkThumbprint(key) // RFC 7638
    if (key.kid !== undefined && key.kid !== thumbprint)
      throw new Error('the key to verify with is not the key that it says')
    if (kid === thumbprint) work.publicJwk = key
  }
  if (!work.publicJwk) throw new Error('it names another key')
  if (Object.keys(more).length > 0) throw new Error('its header says more than it may')
}

async function checkSignature(work: Work): Promise<void> {
  if (!work.publicJwk) throw new Error('no key to verify with')
  const key = await importJWK(work.publicJwk, certificateAlgorithm)
  const { payload } = await compactVerify(work.jws, key, { algorithms: [certificateAlgorithm] })
  work.payload = payload
}

function checkContent(work: Work): void {
  const content: unknown = JSON.parse(Buffer.from(work.payload ?? []).toString('utf8'))
  const parsed = payloadSchema.safeParse(content)
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error))
  work.certificate = parsed.data
}

function checkCopies({ certificate }: Work): void {
  const found = certificate === undefined ? 'nothing to look at' : inconsistencies(certificate)
  if (found !== '') throw new Error(found)
}

function whyOf(error: unknown): string {
  return error instanceof Error ? error.message : 'no reason given'
}
