// Free text that looks like personal data. It only points: a concern is named and the kind said, never the words, and a person
// looks. Pure; each pattern is bounded, so that no text makes it slow.

export const personalKinds = {
  'prison-number': 'a prison number',
  'national-insurance-number': 'a National Insurance number',
  'e-mail': 'an e-mail address',
  telephone: 'a telephone number',
  'name-and-birth': 'a name with a date of birth',
} as const
export type PersonalKind = keyof typeof personalKinds

const months = 'January|February|March|April|May|June|July|August|September|October|November|December'
const name = String.raw`\p{Lu}\p{Ll}{1,30} (?:\p{Lu}[\p{Ll}'’]{1,30}-?){1,2}`
const date = String.raw`\b(?:\d{1,2}[/.\-]\d{1,2}[/.\-]|\d{1,2}(?:st|nd|rd|th)? (?:${months}) )((?:19|20)?\d{2})\b`

const patterns: readonly (readonly [PersonalKind, RegExp])[] = [
  ['prison-number', /\b[A-Z]\d{4}[A-Z]{2}\b/],
  ['national-insurance-number', /\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b/],
  ['e-mail', /[\p{L}\d._%+-]{1,64}@[\p{L}\d-]{1,63}(?:\.[\p{L}\d-]{1,63}){1,4}/u],
  ['telephone', /(?<![\d.,])(?:\+44 ?|\(?0)\d(?:[ ()-]{0,2}\d){8,9}(?!\d)/],
]
const named = new RegExp(`${name}[^.;]{0,40}?${date}`, 'gu')
const bornOn = new RegExp(String.raw`\b(?:born|d\.?o\.?b\.?|date of birth)\b[^.;]{0,20}?${date}`, 'giu')

/** Nobody younger is in custody, or on its staff: a later date with a name is not a birth. */
const youngestAge = 15

/** @param year in which it is looked at */
export function personalKindsIn(text: string, year: number): PersonalKind[] {
  const found = patterns.filter(([, pattern]) => pattern.test(text)).map(([kind]) => kind)
  return hasBirth(text, year) ? [...found, 'name-and-birth'] : found
}

function hasBirth(text: string, year: number): boolean {
  if (text.search(bornOn) >= 0) return true
  return [...text.matchAll(named)].some(([, written]) => yearOf(written ?? '', year) <= year - youngestAge)
}

/** Two figures mean the last year that ended so. */
function yearOf(written: string, year: number): number {
  if (written.length === 4) return Number(written)
  const century = year - (year % 100)
  const same = century + Number(written)
  return same > year ? same - 100 : same
}
