// Verifies a certificate of destruction offline, whole: its signature, the ledger proof that it carries, and that the entry
// so proved is the destruction that it certifies. Here, because keys and audit do not know each other.
import { z } from 'zod'
import { toBase64 } from '../../audit/bytes.ts'
import { leafHash } from '../../audit/merkle-verify.ts'
import type { VerifierKey } from '../../audit/note.ts'
import type { CheckTime } from '../../audit/time/check.ts'
import type { Policy } from '../../audit/policy.ts'
import { verifyProof } from '../../audit/verify.ts'
import type { DestructionCertificate } from '../../keys/certificate.ts'
import { type PublicKeyJwk, verifyCertificate } from '../../keys/verify-certificate.ts'

export interface CertificateToVerify {
  /** The compact JWS, or the gateway's answer that holds it: `{"certificate": "…", "issuedAt": "…"}`. */
  readonly text: string
  /** The keys of the gateway's certificates and the ledger's, from a source that the verifier trusts. */
  readonly certificateKeys: readonly PublicKeyJwk[]
  readonly ledgerKeys: readonly VerifierKey[]
  /** Which witnesses must have cosigned the checkpoint that its proof ends with; not asked when undefined. */
  readonly policy?: Policy | undefined
  readonly checkTime?: CheckTime | undefined
}

export interface Step {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly says: string
}

export interface Verdict {
  /** True only when every step passed. */
  readonly verified: boolean
  readonly steps: readonly Step[]
  readonly certificate?: DestructionCertificate
}

const answer = z.strictObject({ certificate: z.string(), issuedAt: z.iso.datetime() })
const ledgerSteps = ['proof', 'entry', 'checkpoint', 'signature', 'inclusion', 'same destruction'] as const

export async function verifyWholeCertificate(given: CertificateToVerify): Promise<Verdict> {
  const { jws, issuedAt } = readAnswer(given.text)
  const { steps, certificate } = await verifyCertificate(jws, ...given.certificateKeys)
  if (!certificate) {
    const skipped = ledgerSteps.map((name) => ({
      name: `ledger ${name}`,
      outcome: 'skipped' as const,
      says: 'Not looked at, because the certificate does not hold.',
    }))
    return { verified: false, steps: [...steps, ...skipped] }
  }
  const all = [
    ...steps,
    ...(issuedAt === undefined ? [] : [checkIssued(certificate, issuedAt)]),
    ...(await checkLedger(certificate, given)),
  ]
  const verified = all.every(({ outcome }) => outcome === 'passed')
  return { verified, steps: all, ...(verified && { certificate }) }
}

function readAnswer(text: string): { readonly jws: string; readonly issuedAt?: string } {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { jws: text }
  }
  const parsed = answer.safeParse(json)
  return parsed.success ? { jws: parsed.data.certificate, issuedAt: parsed.data.issuedAt } : { jws: '' }
}

function checkIssued(certificate: DestructionCertificate, issuedAt: string): Step {
  return certificate.issuedAt === issuedAt
    ? { name: 'issued', outcome: 'passed', says: 'It was issued when the file says.' }
    : {
        name: 'issued',
        outcome: 'failed',
        says: `The file says that it was issued at ${issuedAt}, and it says ${certificate.issuedAt}.`,
      }
}

async function checkLedger(
  certificate: DestructionCertificate,
  { ledgerKeys: keys, policy, checkTime }: CertificateToVerify,
): Promise<Step[]> {
  const { origin, proof, index } = certificate.ledger
  const verdict = await verifyProof({ proof, keys, origin, policy, checkTime })
  const steps: Step[] = verdict.steps.map((step) => ({ ...step, name: `ledger ${step.name}` }))
  if (!verdict.verified)
    return [
      ...steps,
      {
        name: 'ledger same destruction',
        outcome: 'skipped',
        says: 'Not looked at, because the proof does not hold.',
      },
    ]
  return [...steps, await checkSame(certificate, verdict.entry, verdict.index === index)]
}

/** The proof is of some entry of the ledger: it has to be the one that says that this item was destroyed. */
async function checkSame(
  certificate: DestructionCertificate,
  entry: Uint8Array,
  isAtItsPlace: boolean,
): Promise<Step> {
  const name = 'ledger same destruction'
  const parsed = entryShape.safeParse(JSON.parse(Buffer.from(entry).toString('utf8')))
  const differs = parsed.success ? differences(certificate, parsed.data) : ['what the entry is about']
  if (!isAtItsPlace) differs.push('the place in the ledger')
  if (certificate.ledger.leafHash !== toBase64(await leafHash(entry))) differs.push('the leaf hash')
  return differs.length === 0
    ? { name, outcome: 'passed', says: 'The entry records this very destruction.' }
    : { name, outcome: 'failed', says: `The entry and the certificate differ in ${differs.join(', ')}.` }
}

const entryShape = z.looseObject({
  id: z.string(),
  type: z.literal('item.destroyed'),
  at: z.string(),
  agreement: z.string(),
  clauses: z.array(z.string()),
  subjects: z.array(z.looseObject({ kind: z.string(), id: z.unknown() })),
  detail: z.looseObject({ method: z.string(), shelf: z.string(), sha256: z.string(), dueOn: z.string() }),
})

function differences(
  certificate: DestructionCertificate,
  { id, at, agreement, clauses, subjects, detail }: z.infer<typeof entryShape>,
): string[] {
  const items = subjects.filter(({ kind }) => kind === 'item').map((subject) => subject.id)
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['the entry’s number', id, certificate.ledger.entryId],
    ['the item', items.join(), certificate.itemId],
    ['the time', at, certificate.destroyedAt],
    ['the agreement', agreement, certificate.authority.agreement],
    ['the clauses', clauses.join(), certificate.authority.clauses.join()],
    ['the method', detail.method, certificate.method],
    ['the key', detail.shelf, certificate.keyRef],
    ['the sealed bytes', detail.sha256, certificate.ciphertextSha256],
    ['the due date', detail.dueOn, certificate.destroyOn],
  ]
  return pairs.filter(([, inEntry, inCertificate]) => inEntry !== inCertificate).map(([what]) => what)
}
