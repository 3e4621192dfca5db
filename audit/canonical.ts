// Canonical JSON (RFC 8785) and the narrower JSON that a ledger entry may be: whole numbers that every reader
// holds exactly, strings that are valid Unicode, plain objects and arrays.
import canonicalize from 'canonicalize'
import { encodeText } from './bytes.ts'
import { LedgerFault } from './fault.ts'

/** RFC 8785 text of a JSON value. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new LedgerFault('entry-invalid', 'The value has no JSON form.')
  return text
}

/**
 * @returns the UTF-8 bytes of the RFC 8785 text
 * @throws {LedgerFault} `entry-invalid` on anything outside the narrower JSON, naming the place
 */
export function canonicalBytes(value: unknown): Uint8Array {
  refuseLooseJson(value, '$')
  return encodeText(canonicalJson(value))
}

function refuseLooseJson(value: unknown, place: string): void {
  if (value === null || typeof value === 'boolean') return
  if (typeof value === 'string') {
    refuseLoneSurrogate(value, place)
    return
  }
  if (typeof value === 'number') {
    // RFC 8785 section 3.2.2.3 leans on IEEE 754: beyond 2^53, or with a fraction, readers differ.
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return
    throw new LedgerFault('entry-invalid', `${place} is ${value}: only whole numbers below 2^53 are allowed.`)
  }
  if (Array.isArray(value)) {
    value.forEach((item, i) => refuseLooseJson(item, `${place}[${i}]`))
    return
  }
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, item] of Object.entries(value)) {
      refuseLoneSurrogate(key, place)
      refuseLooseJson(item, `${place}.${key}`)
    }
    return
  }
  throw new LedgerFault('entry-invalid', `${place} is not a JSON value.`)
}

function refuseLoneSurrogate(text: string, place: string): void {
  if (!text.isWellFormed()) throw new LedgerFault('entry-invalid', `${place} holds half of a surrogate pair.`)
}
