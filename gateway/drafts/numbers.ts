// Every number of a text, however it is written: 1,204 or 1 204 with thin spaces, 54.5%, full-width digits, words. Each with the
// words around it, which are shown to whoever checks the draft and kept nowhere.
import { draftLimits, UnreadableDraft } from './draft.ts'
import { wordNumbersIn } from './number-words.ts'

export interface DraftNumber {
  /** A decimal in its shortest form: '1204.5'. */
  readonly value: string
  /** As it stands in the draft. */
  readonly text: string
  /** What stands before and after it. */
  readonly before: string
  readonly after: string
}

/** Spaces that typographers put between groups of digits, and that keep a number on one line. */
const groupSpace = '\\u00a0\\u2007\\u2009\\u200a\\u202f'
const written = new RegExp(`(?<![\\d.,])([-−]?)(\\d{1,3}(?:([,${groupSpace}])\\d{3})(?:\\3\\d{3})*|\\d+)(?:\\.(\\d+))?(?![\\d])`, 'g') // prettier-ignore
const around = 60

/** @throws {UnreadableDraft} where there are more than anybody could look at */
export function numbersIn(draft: string): DraftNumber[] {
  const text = readable(draft)
  const digits = [...text.matchAll(written)].map((found) => ({ at: found.index, text: found[0], value: valueOf(found) })) // prettier-ignore
  const all = [...digits, ...wordNumbersIn(text)].sort((a, b) => a.at - b.at)
  if (all.length > draftLimits.numbers)
    throw new UnreadableDraft(`There are more than ${draftLimits.numbers.toLocaleString('en-GB')} numbers in it. Send the report in parts, without its data tables.`) // prettier-ignore
  return all.map(({ at, text: as, value }) => ({
    value,
    text: as,
    before: line(text.slice(Math.max(0, at - around), at)),
    after: line(text.slice(at + as.length, at + as.length + around)),
  }))
}

/** The sign of a footnote is no digit of the number before it; digits of other scripts and full-width ones are digits. */
function readable(text: string): string {
  return text
    .replaceAll(/[⁰¹²³⁴-⁹₀-₉]/g, ' ')
    .replaceAll(/[\u200b-\u200d\u2060\ufeff\u00ad]/g, '')
    .replaceAll(/[\uff0c\uff0e\uff10-\uff19]/g, (each) => each.normalize('NFKC'))
    .replaceAll(/[\u0660-\u0669]/g, (each) => String(each.charCodeAt(0) - 0x660))
}

function valueOf(found: RegExpMatchArray): string {
  const [, sign = '', whole = '', , fraction = ''] = found
  const digits = whole.replaceAll(/\D/g, '').replace(/^0+(?=\d)/, '')
  const rest = fraction.replace(/0+$/, '')
  const size = rest === '' ? digits : `${digits}.${rest}`
  // '10-12' is a range: a minus stands after a space.
  const before = found.input?.[found.index === undefined ? -1 : found.index - 1] ?? ' '
  return sign !== '' && /[\s(]/.test(before) && size !== '0' ? `-${size}` : size
}

function line(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}
