// What a clause says stands in its agreement's text, or it is a fault with its line.
import { expect, test } from 'vitest'
import { wrongQuotations } from '../../policies/quotations.ts'
import { all } from './policies.ts'

/** A text for each agreement that holds every quotation of it, with other marks and other white space. */
const texts = new Map<string, string>()
for (const { text, paragraphs } of all.agreements.values()) {
  const quoted = paragraphs.flatMap(({ clauses }) =>
    clauses.flatMap((clause) => (clause.kind === 'default' ? [] : (clause.says ?? []))),
  )
  const own = quoted.join('\n\n').replaceAll(' ', '\n  ').replaceAll("'", '’')
  texts.set(text, `${texts.get(text) ?? ''}\n${own}`) // one memorandum is annexed to another
}

test('words that stand in the text are no fault, whatever its line ends and quotation marks', () => {
  expect(texts.size).toBeGreaterThan(3)
  expect(wrongQuotations(all, texts)).toEqual([])
})

test('words that do not are a fault of their clause, with its place', () => {
  const clause = all.clauses.get('hmpps-2025/16-dsa')
  const [name = ''] = [...all.agreements.values()]
    .filter(({ key }) => key === 'hmpps-2025')
    .map(({ text }) => text)
  const changed = new Map(texts).set(name, (texts.get(name) ?? '').replace('sharing\n  agreement', 'sharing'))
  const faults = wrongQuotations(all, changed)
  expect(faults).toMatchObject([{ code: 'quotation', ...clause?.place }])
  expect(faults[0]?.message).toContain('hmpps-2025/16-dsa')
})

test('a text that is not there is a fault of the agreement', () => {
  expect(wrongQuotations(all, new Map()).map(({ file }) => file)).toContain(
    'agreements/hmpps-2025/agreement.yaml',
  )
})
