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
  return encodeText(written(value, ['$']))
}

/** RFC 8785 of the narrower JSON, where the names are all that ECMAScript's own text has not in order (section 3.2.3). */
function written(value: unknown, place: string[]): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return writtenText(value, place)
  if (typeof value === 'number') return writtenNumber(value, place)
  if (Array.isArray(value))
    return `[${value.map((item, i) => within(place, `[${i}]`, () => written(item, place))).join(',')}]`
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    const names = Object.keys(value).sort()
    const parts = names.map((name) => {
      const item: unknown = Reflect.get(value, name)
      return `${writtenText(name, place)}:${within(place, `.${name}`, () => written(item, place))}`
    })
    return `{${parts.join(',')}}`
  }
  throw new LedgerFault('entry-invalid', `${place.join('')} is not a JSON value.`)
}

function within(place: string[], step: string, write: () => string): string {
  place.push(step)
  const text = write()
  place.pop()
  return text
}

function writtenText(text: string, place: string[]): string {
  if (text.isWellFormed()) return JSON.stringify(text)
  throw new LedgerFault('entry-invalid', `${place.join('')} holds half of a surrogate pair.`)
}

/** RFC 8785 section 3.2.2.3 leans on IEEE 754: beyond 2^53, or with a fraction, readers differ. */
function writtenNumber(value: number, place: string[]): string {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value)
  throw new LedgerFault(
    'entry-invalid',
    `${place.join('')} is ${value}: only whole numbers below 2^53 are allowed.`,
  )
}
