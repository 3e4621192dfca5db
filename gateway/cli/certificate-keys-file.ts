// The gateway's certificate keys as whoever verifies keeps them: one public key (JWK), or a set of them (RFC 7517), which says of each
// certificate and manifest which key signed it, also after a change of key.
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { PublicKeyJwk } from '../../keys/verify-certificate.ts'
import { UsageFault } from './failure.ts'

/** RFC 8037: the public part of an Ed25519 key, and what a set says of its use. Never a private one. */
const one = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  kid: z.string().exactOptional(),
  alg: z.literal('EdDSA').exactOptional(),
  use: z.literal('sig').exactOptional(),
})
const shape = z.union([
  one.transform((key) => [key]),
  z.strictObject({ keys: z.array(one).min(1) }).transform(({ keys }) => keys),
])

/** @throws {UsageFault} */
export async function readCertificateKeys(file: string): Promise<readonly PublicKeyJwk[]> {
  const text = await readFile(file, 'utf8')
  try {
    return shape.parse(JSON.parse(text))
  } catch {
    throw new UsageFault(`${file} is not a public Ed25519 key in JSON (JWK), or a set of them.`)
  }
}
