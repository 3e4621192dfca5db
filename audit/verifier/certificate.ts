// A destruction certificate (compact JWS, EdDSA) as the browser verifier reads it, on Web APIs alone: its signature, what
// became of each copy, the ledger proof inside, and that the entry so proved is the destruction that it certifies.
import { decodeText, encodeText, fromBase64, toBase64, toBase64Url } from '../bytes.ts'
import { valueAt } from '../commitment.ts'
import { parseJson } from '../disclosure.ts'
import { leafHash } from '../merkle-verify.ts'
import type { VerifierKey } from '../note.ts'
import type { Policy } from '../policy.ts'
import { verifyProof } from '../verify.ts'
import { sha256, verifyEd25519 } from '../web-crypto.ts'

export interface NamedStep {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly says: string
}

export interface CertificateGiven {
  /** A compact JWS, or the gateway's JSON answer that holds one. */
  readonly text: string
  /** The gateway's certificate key, a JWK or a set of them in JSON; without it the signature is skipped. */
  readonly jwk: string | undefined
  readonly keys: readonly VerifierKey[]
  readonly policy?: Policy | undefined
}

class Refused extends Error {}

export async function verifyCertificateText({
  text,
  jwk,
  keys,
  policy,
}: CertificateGiven): Promise<NamedStep[]> {
  const steps: NamedStep[] = []
  const take = async <T>(name: string, says: string, work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      const value = await work()
      steps.push({ name, outcome: 'passed', says })
      return value
    } catch (error) {
      steps.push({ name, outcome: 'failed', says: error instanceof Error ? error.message : String(error) })
      return undefined
    }
  }
  const jws = await take('certificate', 'It is written as a certificate is written.', () => readJws(text))
  if (!jws) return [...steps, skipped('everything else', 'There is no certificate to look at.')]
  if (jwk === undefined)
    steps.push(skipped('certificate signature', 'Not checked: the gateway’s certificate key was not given.'))
  else await take('certificate signature', 'The gateway signed it.', () => checkSignature(jws, jwk))
  await take('copies', 'Its status follows from what became of each copy.', () => checkCopies(jws.payload))
  const [proof, origin] = [valueAt(jws.payload, 'ledger.proof'), valueAt(jws.payload, 'ledger.origin')]
  if (typeof proof !== 'string' || typeof origin !== 'string')
    return [
      ...steps,
      { name: 'ledger proof', outcome: 'failed', says: 'It carries no proof from the ledger.' },
    ]
  const verdict = await verifyProof({ proof, keys, origin, policy })
  steps.push(...verdict.steps.map((step) => ({ ...step, name: `ledger ${step.name}` })))
  if (!verdict.verified)
    return [...steps, skipped('same destruction', 'Not looked at, because the proof does not hold.')]
  const { entry, index } = verdict
  await take('same destruction', 'The entry records this very destruction.', () =>
    checkSame(jws.payload, entry, index),
  )
  return steps
}

function skipped(name: string, says: string): NamedStep {
  return { name, outcome: 'skipped', says }
}

interface Jws {
  readonly header: unknown
  readonly payload: unknown
  readonly signed: string
  readonly signature: Uint8Array
}

/** RFC 7515 section 3.1. */
function readJws(text: string): Jws {
  const json = parseJson(encodeText(text))
  const inside = valueAt(json, 'certificate')
  const jws = (typeof inside === 'string' ? inside : text).trim()
  const [header, payload, signature, ...more] = jws.split('.').map(fromBase64Url)
  if (!header || !payload || !signature || more.length > 0) throw new Refused('This is not a certificate.')
  return {
    header: JSON.parse(decodeText(header)),
    payload: JSON.parse(decodeText(payload)),
    signed: jws.slice(0, jws.lastIndexOf('.')),
    signature,
  }
}

/** @returns undefined unless the text is the one canonical encoding of some bytes */
function fromBase64Url(text: string): Uint8Array | undefined {
  const bytes = fromBase64(
    text.replaceAll('-', '+').replaceAll('_', '/') + '='.repeat((4 - (text.length % 4)) % 4),
  )
  return bytes && toBase64Url(bytes) === text ? bytes : undefined
}

async function checkSignature({ header, signed, signature }: Jws, jwk: string): Promise<void> {
  const { publicKey, thumbprint } = await keyNamed(valueAt(header, 'kid'), jwk)
  const expected = { alg: 'EdDSA', typ: 'destruction-certificate+jws', kid: thumbprint }
  for (const [name, value] of Object.entries(expected))
    if (valueAt(header, name) !== value) throw new Refused(`Its header does not say ${name} ${value}.`)
  if (
    typeof header !== 'object' ||
    header === null ||
    Object.keys(header).length > Object.keys(expected).length
  )
    throw new Refused('Its header says more than it may.')
  if (!(await verifyEd25519(publicKey, signature, encodeText(signed))))
    throw new Refused('The signature is not that of the key that was given.')
}

interface NamedKey {
  readonly publicKey: Uint8Array
  readonly thumbprint: string
}

/** The one of a set (RFC 7517 section 5) that the header names; the only one where one was given. */
async function keyNamed(kid: unknown, text: string): Promise<NamedKey> {
  const given: unknown = parseJson(encodeText(text))
  const set = valueAt(given, 'keys')
  if (!Array.isArray(set)) return readKey(given)
  for (const each of set as unknown[]) {
    const key = await readKey(each)
    if (key.thumbprint === kid) return key
  }
  throw new Refused('It was signed with a key that is not among those that were given.')
}

async function readKey(key: unknown): Promise<NamedKey> {
  const x = valueAt(key, 'x')
  const publicKey = typeof x === 'string' ? fromBase64Url(x) : undefined
  // RFC 8037 section 2
  if (
    valueAt(key, 'kty') !== 'OKP' ||
    valueAt(key, 'crv') !== 'Ed25519' ||
    !publicKey ||
    typeof x !== 'string'
  )
    throw new Refused('The certificate key that was given is not a public Ed25519 key (JWK).')
  // RFC 7638: the thumbprint is over the required members, in order.
  const thumbprint = toBase64Url(await sha256(encodeText(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))))
  return { publicKey, thumbprint }
}

function checkCopies(payload: unknown): void {
  const copies = valueAt(payload, 'copies')
  if (!Array.isArray(copies) || copies.length === 0)
    throw new Refused('It does not say what became of the copies.')
  const isComplete = copies.every((copy) => valueAt(copy, 'state') !== 'unaccounted')
  if (valueAt(payload, 'status') !== (isComplete ? 'complete' : 'part-complete'))
    throw new Refused('Its status does not follow from what became of each copy.')
}

async function checkSame(payload: unknown, entry: Uint8Array, index: number): Promise<void> {
  const json = parseJson(entry)
  const subjects = valueAt(json, 'subjects')
  const items = (Array.isArray(subjects) ? subjects : []).filter(
    (subject) => valueAt(subject, 'kind') === 'item',
  )
  const list = (value: unknown) => (Array.isArray(value) ? value.join() : undefined)
  const pairs: [string, unknown, unknown][] = [
    ['what happened', valueAt(json, 'type'), 'item.destroyed'],
    ['the item', items.map((item) => valueAt(item, 'id')).join(), valueAt(payload, 'itemId')],
    ['the entry’s number', valueAt(json, 'id'), valueAt(payload, 'ledger.entryId')],
    ['the time', valueAt(json, 'at'), valueAt(payload, 'destroyedAt')],
    ['the agreement', valueAt(json, 'agreement'), valueAt(payload, 'authority.agreement')],
    ['the clauses', list(valueAt(json, 'clauses')), list(valueAt(payload, 'authority.clauses'))],
    ['the method', valueAt(json, 'detail.method'), valueAt(payload, 'method')],
    ['the key', valueAt(json, 'detail.shelf'), valueAt(payload, 'keyRef')],
    ['the sealed bytes', valueAt(json, 'detail.sha256'), valueAt(payload, 'ciphertextSha256')],
    ['the due date', valueAt(json, 'detail.dueOn'), valueAt(payload, 'destroyOn')],
    ['the place in the ledger', index, valueAt(payload, 'ledger.index')],
    ['the leaf hash', toBase64(await leafHash(entry)), valueAt(payload, 'ledger.leafHash')],
  ]
  const differs = pairs.filter(([, a, b]) => a === undefined || a !== b).map(([what]) => what)
  if (differs.length > 0) throw new Refused(`The entry and the certificate differ in ${differs.join(', ')}.`)
}
