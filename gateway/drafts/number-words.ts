// Numbers that are written as words: 'forty-two', 'one hundred and twelve', 'three thousand'. Up to 999,999.
const small: Readonly<Record<string, number>> = Object.fromEntries(
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ').map((word, value) => [word, value]),
) // prettier-ignore
const tens: Readonly<Record<string, number>> = Object.fromEntries(
  'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').map((word, index) => [word, (index + 2) * 10]), // prettier-ignore
)
const word = `(?:${[...Object.keys(small), ...Object.keys(tens), 'hundred', 'thousand'].join('|')})`
const phrase = new RegExp(`\\b${word}(?:(?:[\\s-]+|\\s+and\\s+)${word})*\\b`, 'gi')

export interface WordNumber {
  readonly at: number
  readonly text: string
  readonly value: string
}

/** 'one' and its like below ten say nothing of a figure by themselves, and are left out. */
export function wordNumbersIn(text: string): WordNumber[] {
  return [...text.matchAll(phrase)].flatMap((found) => {
    const value = valueOf(found[0].toLowerCase().split(/[\s-]+/).filter((each) => each !== 'and')) // prettier-ignore
    return value === undefined || value < 10
      ? []
      : [{ at: found.index, text: found[0], value: String(value) }]
  })
}

/** @returns undefined for words in an order that makes no number, such as 'two three' */
function valueOf(words: readonly string[]): number | undefined {
  let [whole, part] = [0, 0]
  let last: 'unit' | 'ten' | 'scale' | undefined
  for (const each of words) {
    const [unit, ten] = [small[each], tens[each]]
    if (each === 'thousand') {
      if (whole > 0) return undefined
      ;[whole, part] = [Math.max(part, 1) * 1000, 0]
    } else if (each === 'hundred') {
      if (part > 99) return undefined
      part = Math.max(part, 1) * 100
    } else if (ten !== undefined) {
      if (last === 'unit' || last === 'ten') return undefined
      part += ten
    } else if (unit !== undefined) {
      if (last === 'unit' || (last === 'ten' && (unit === 0 || unit > 9))) return undefined
      part += unit
    }
    last = each === 'thousand' || each === 'hundred' ? 'scale' : ten === undefined ? 'unit' : 'ten'
  }
  return whole + part
}
