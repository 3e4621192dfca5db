// Commitments to personal values: "c1:" + base64url(HMAC-SHA256(salt, field || 0x00 || RFC 8785 of the value)), with a salt of
// 32 random bytes for each entry and field, so that the same person in two entries gives leaves that cannot be linked, and a
// commitment whose salt is gone says nothing. Pure and free of Node: verifiers open commitments too.
import { canonicalBytes } from './canonical.ts'
import { concat, encodeText, toBase64Url } from './bytes.ts'
import { hmacSha256 } from './web-crypto.ts'

export const SALT_BYTES = 32

export interface Opening {
  /** Where the commitment stands in the entry: `actor.username`, `subjects.0.id`, `detail.reason`. */
  readonly field: string
  readonly salt: Uint8Array
  readonly value: string
}

/** What the HMAC is taken over. @throws {LedgerFault} `entry-invalid` */
export function committedBytes(field: string, value: string): Uint8Array {
  return concat(encodeText(field), Uint8Array.of(0x00), canonicalBytes(value))
}

export function formatCommitment(mac: Uint8Array): string {
  return `c1:${toBase64Url(mac)}`
}

/** @param committed what stands in the entry at that field */
export async function opensCommitment({ field, salt, value }: Opening, committed: unknown): Promise<boolean> {
  if (salt.length !== SALT_BYTES) return false
  return formatCommitment(await hmacSha256(salt, committedBytes(field, value))) === committed
}

/** Walks `actor.username` into the entry; undefined where nothing stands there. */
export function valueAt(entry: unknown, field: string): unknown {
  let value = entry
  for (const key of field.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Reflect.get(value, key)
  }
  return value
}
