// Whether each clause quotes its agreement: the words in `says` beside the agreement's own text, where that is at hand. White
// space, and the shapes of quotation marks and dashes, make no difference.
import type { Agreements } from './agreements.ts'
import type { Fault } from './fault.ts'

/** @param texts of agreements by file name, as `text` in the head names it. A text that is not among them is a fault too */
export function wrongQuotations(all: Agreements, texts: ReadonlyMap<string, string>): Fault[] {
  return [...all.agreements.values()].flatMap(({ text: name, head, paragraphs }): Fault[] => {
    const text = texts.get(name)
    if (text === undefined)
      return [{ code: 'quotation', ...head.place(['text']), message: `There is no text ${name}.`, remedy: 'Put it in the folder of texts, or mend its name.' }] // prettier-ignore
    const words = plain(text)
    const clauses = paragraphs.flatMap((paragraph) => paragraph.clauses)
    return clauses.flatMap((clause): Fault[] => {
      const says = clause.kind === 'default' ? undefined : clause.says
      if (says === undefined || words.includes(plain(says))) return []
      return [{ code: 'quotation', ...clause.place, message: `${clause.id} quotes words that do not stand in ${name}.`, remedy: 'Quote the agreement’s own words in says.' }] // prettier-ignore
    })
  })
}

function plain(text: string): string {
  return text
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/[“”]/g, '"')
    .replaceAll(/[–—]/g, '-')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
