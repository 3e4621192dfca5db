// The destruction certificate: a compact JWS (RFC 7515; EdDSA, RFC 8037) that says what was destroyed, how, by which
// authority and schedule, what became of every copy, and where the ledger has it. Verifiable offline, free of
// personal data, and "part-complete" until every copy is accounted for (S12).
import { CompactSign, decodeJwt } from 'jose'
import { z } from 'zod'
import { KeyFault } from './key-fault.ts'
import { verifiedByFailedOpening } from './opening.ts'
import type { CertificateKey } from './signing-keys.ts'

export const certificateType = 'destruction-certificate+jws'
export const certificateAlgorithm = 'EdDSA'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 in lower-case hexadecimal')
const instant = z.iso.datetime()
const day = z.iso.date()
/** References name things, never people: no spaces, no @. */
const reference = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$/, 'a reference without spaces or @')

const copy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('vault'), ref: reference, state: z.literal('destroyed') }),
  /** A backup that outlives the key cannot be read; it lapses on its day. */
  z.strictObject({
    kind: z.literal('backup'),
    ref: reference,
    state: z.literal('unreadable'),
    expiresOn: day,
  }),
  z.strictObject({
    kind: z.literal('recipient'),
    ref: reference,
    state: z.enum(['unaccounted', 'attested-destroyed', 'attested-returned']),
    attestedAt: instant.optional(),
  }),
  /** What people said of a copy outside the gateway, with how it was destroyed. */
  z.strictObject({
    kind: z.enum(['paper', 'removable-media']),
    ref: reference,
    state: z.enum(['unaccounted', 'attested-destroyed', 'attested-returned']),
    attestedAt: instant.optional(),
    method: z
      .enum(['shredding', 'pulping', 'incineration', 'secure-destruction', 'overwriting', 'erasure'])
      .optional(),
  }),
])

export const payloadSchema = z.strictObject({
  certificateId: reference,
  issuedAt: instant,
  itemId: reference,
  ciphertextSha256: sha256,
  keyRef: reference,
  /** The key was destroyed and the ciphertext deleted. */
  method: z.literal('erasure'),
  authority: z.strictObject({ agreement: reference, clauses: z.array(reference).min(1) }),
  schedule: z.strictObject({
    owner: reference,
    class: reference,
    version: reference,
    demonstration: z.boolean(),
  }),
  clockStartedAt: instant,
  destroyOn: day,
  destroyedAt: instant,
  verifiedBy: z.literal(verifiedByFailedOpening),
  copies: z.array(copy).min(1),
  status: z.enum(['complete', 'part-complete']),
  ledger: z.strictObject({
    origin: z.string().regex(/^\S{1,200}$/),
    entryId: reference,
    leafHash: z.string().regex(/^[A-Za-z0-9+/=_-]{43,64}$/),
    index: z.number().int().nonnegative(),
    /** C2SP tlog-proof text, verified by whoever verifies the ledger. */
    proof: z.string().min(1),
    checkpoint: z.string().min(1).optional(),
  }),
})

export type DestructionCertificate = z.infer<typeof payloadSchema>
export type CertificateCopy = z.infer<typeof copy>

/** Complete when nobody still holds a copy that they have not accounted for. */
export function statusOf(copies: readonly CertificateCopy[]): DestructionCertificate['status'] {
  return copies.some(({ state }) => state === 'unaccounted') ? 'part-complete' : 'complete'
}

/**
 * @returns the certificate as a compact JWS
 * @throws {KeyFault} `certificate.malformed`, also when the status does not follow from the copies
 * @clause hmpps-2025/19-destruction
 */
export async function signCertificate(payload: DestructionCertificate, key: CertificateKey): Promise<string> {
  const parsed = payloadSchema.safeParse(payload)
  const problems = parsed.success ? inconsistencies(parsed.data) : z.prettifyError(parsed.error)
  if (!parsed.success || problems !== '') throw new KeyFault('certificate.malformed', problems)
  return new CompactSign(Buffer.from(JSON.stringify(parsed.data)))
    .setProtectedHeader({ alg: certificateAlgorithm, typ: certificateType, kid: key.publicJwk.kid })
    .sign(key.privateKey)
}

/** For one that this gateway signed and stored; nothing from outside is read this way. @throws {ZodError} */
export function readOwnCertificate(jws: string): DestructionCertificate {
  return payloadSchema.parse(decodeJwt(jws))
}

/** @returns what contradicts itself in a certificate of the right form, in words; empty when nothing does */
export function inconsistencies(certificate: DestructionCertificate): string {
  const found: string[] = []
  const { copies, status, clockStartedAt, destroyedAt } = certificate
  if (status !== statusOf(copies)) found.push(`its copies make it ${statusOf(copies)}, and it says ${status}`)
  for (const one of copies) {
    if (one.kind === 'vault' || one.kind === 'backup') continue
    const isAttested = one.state !== 'unaccounted'
    if (isAttested !== (one.attestedAt !== undefined))
      found.push(`copy ${one.ref} and its attestation do not agree`)
  }
  if (Date.parse(destroyedAt) < Date.parse(clockStartedAt))
    found.push('it was destroyed before its clock started')
  return found.join('; ')
}
