// Entry ids: UUIDs of version 7 (RFC 9562 section 5.7), so that they sort by time. Order in the ledger never comes from
// them: it is the order of sequencing.
import { toHex } from './bytes.ts'

/** Unpredictable bytes, as many as asked for. */
export type RandomBytes = (size: number) => Uint8Array

declare const entryId: unique symbol
export type EntryId = string & { readonly [entryId]: true }

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** @throws {TypeError} */
export function parseEntryId(text: string): EntryId {
  if (!FORM.test(text)) throw new TypeError('This is not the id of a ledger entry.')
  return text as EntryId // the form was just checked
}

/** @param ordinal 0 to 4095, RFC 9562 section 6.2 method 1: a counter in rand_a keeps one call's ids ascending */
export function entryIdAt(at: Date, ordinal: number, random: RandomBytes): EntryId {
  if (ordinal > 0xfff) throw new RangeError('one call appends 4096 events at most')
  const time = at.getTime().toString(16).padStart(12, '0')
  const [first = 0, ...others] = random(8)
  // The variant, 0b10, in the top bits (RFC 9562 section 4.1).
  const rest = toHex(Uint8Array.of((first & 0x3f) | 0x80, ...others))
  const counter = ordinal.toString(16).padStart(3, '0')
  return parseEntryId(`${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${rest.slice(0, 4)}-${rest.slice(4)}`)
}

/** The lowest id of an instant, for periods: ids of entries at or after it are not below it. */
export function lowestIdAt(at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}
