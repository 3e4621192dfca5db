// The manifest of a delivery: a compact JWS (RFC 7515; EdDSA, RFC 8037) that says which delivery it is, which one it follows
// and by what hash, how much is in it, and the hash of each file. Each manifest names the SHA-256 of the one before, so that
// whoever keeps the last one sees that none is missing and none was replaced. Holds no personal data.
import {
  calculateJwkThumbprint,
  CompactSign,
  compactVerify,
  decodeProtectedHeader,
  importJWK,
  type JWK,
} from 'jose'
import { z } from 'zod'
import { KeyFault } from './key-fault.ts'
import type { CertificateKey } from './signing-keys.ts'

export const manifestType = 'delivery-manifest+jws'
const algorithm = 'EdDSA'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 in lower-case hexadecimal')
const count = z.int().min(0)
const key = z.string().regex(/^[a-z0-9-]+(\/[a-z0-9-]+)?$/)

export const manifestSchema = z.strictObject({
  format: z.literal('concordat-delivery/1'),
  /** From 1; dense over every delivery of the exchange, amendments included. */
  delivery: z.int().min(1),
  kind: z.enum(['quarterly', 'amendment']),
  agreement: key,
  exchange: key,
  from: key,
  recipients: z.array(key).min(1),
  marking: z.string(),
  quarter: z.strictObject({ label: z.string(), startsOn: z.iso.date(), endsOn: z.iso.date() }),
  /** The delivery that this one amends; null for none. */
  amends: z.int().min(1).nullable(),
  /** The delivery before this one, and the SHA-256 of its manifest's text; null before the first. */
  follows: z.strictObject({ delivery: z.int().min(1), manifestSha256: sha256 }).nullable(),
  releasedAt: z.iso.datetime(),
  /** The edition of the database that it is a snapshot of. */
  edition: count,
  /** Nothing was in the database: a nil export. */
  nil: z.boolean(),
  rows: count,
  changes: z.strictObject({ new: count, changed: count, closed: count, reopened: count }),
  schemaVersion: z.string(),
  /** In the order of the archive; `rows` without the heading. */
  files: z
    .array(
      z.strictObject({
        name: z.string(),
        bytes: count,
        sha256,
        rows: count.exactOptional(),
      }),
    )
    .min(1),
})

export type DeliveryManifest = z.infer<typeof manifestSchema>

/**
 * The same manifest and key give the same text.
 *
 * @returns the manifest as a compact JWS
 * @throws {KeyFault} `manifest.malformed`
 */
export async function signManifest(manifest: DeliveryManifest, signer: CertificateKey): Promise<string> {
  const parsed = manifestSchema.safeParse(manifest)
  if (!parsed.success) throw new KeyFault('manifest.malformed', z.prettifyError(parsed.error))
  return new CompactSign(Buffer.from(JSON.stringify(parsed.data)))
    .setProtectedHeader({ alg: algorithm, typ: manifestType, kid: signer.publicJwk.kid })
    .sign(signer.privateKey)
}

/**
 * @param keys the gateway's public keys for certificates; `kid` says which of them signed
 * @throws {KeyFault} `manifest.untrue` where the key did not sign it, `manifest.malformed`
 */
export async function verifyManifest(jws: string, ...keys: readonly JWK[]): Promise<DeliveryManifest> {
  const payload = await verifiedPayload(jws, keys)
  const parsed = manifestSchema.safeParse(JSON.parse(Buffer.from(payload).toString('utf8')))
  if (!parsed.success) throw new KeyFault('manifest.malformed', z.prettifyError(parsed.error))
  return parsed.data
}

async function verifiedPayload(jws: string, keys: readonly JWK[]): Promise<Uint8Array> {
  try {
    const jwk = await keyNamed(decodeProtectedHeader(jws).kid, keys)
    const { payload, protectedHeader } = await compactVerify(jws, await importJWK(jwk, algorithm), {
      algorithms: [algorithm],
    })
    if (protectedHeader.typ === manifestType) return payload
  } catch (cause) {
    if (cause instanceof KeyFault) throw cause
    throw new KeyFault('manifest.untrue', 'This key did not sign this manifest.', { cause })
  }
  throw new KeyFault('manifest.untrue', 'This is signed, and is no manifest of a delivery.')
}

async function keyNamed(kid: string | undefined, keys: readonly JWK[]): Promise<JWK> {
  for (const key of keys) if ((await calculateJwkThumbprint(key)) === kid) return key // RFC 7638
  throw new KeyFault('manifest.untrue', `This manifest names key ${kid ?? 'none'}, which is not among the keys that were given. If the gateway has changed its key, get the new one from HMI Prisons.`) // prettier-ignore
}
