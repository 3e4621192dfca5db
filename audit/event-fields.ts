// What the fields of an event may hold. Plain fields go into the ledger as they are, for ever: so they are identifiers, hashes,
// counts and dates, in shapes too narrow for a sentence about a person. Personal fields are any text; only their commitment
// goes in.
import { z } from 'zod'

/** An identifier that the gateway made or an agreement gave: a uuid, a reference, `hmpps-2025`, `case-level-data`. */
export const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,199}$/)
export const names = z.array(name).max(500)
/** Of a public key (RFC 7638, SHA-256, base64url): unlike a name it may begin with - or _. */
export const thumbprint = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
export const clauseIds = z.array(z.string().regex(/^[a-z0-9-]+(\/[A-Za-z0-9._-]+)+$/)).max(500)
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/)
export const count = z.int().min(0)
export const day = z.iso.date()
/** A route template, `/requests/:id`, or a word for none; never the path that was asked for. */
export const route = z.string().regex(/^[A-Za-z0-9_.:*{}()/-]{1,200}$/)
export const method = z.string().regex(/^[A-Z-]{1,20}$/)
export const format = z.enum(['page', 'json'])

export const personal = z.string().min(1).max(8192)

/** `plain` fields stand in the entry; of `personal` ones only a salted commitment does (ledger.secret holds them). */
export function eventType<P extends z.ZodRawShape, S extends Record<string, z.ZodType<string | undefined>>>(
  version: number,
  plain: P,
  personal: S,
) {
  return { version, personal: Object.keys(personal), detail: z.strictObject({ ...plain, ...personal }) }
}
