// What a version changes, as it is read: nothing that differs between two sets is left out, and each text can be put together again
// from what is shown of it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changesBetween } from '../../gateway/agreements/version-changes.ts'
import { wordRuns } from '../../gateway/agreements/word-runs.ts'
import { assemble } from '../../policies/pack.ts'
import { contentsOf, packDifferences } from '../../policies/pack-diff.ts'
import { readSources } from '../../policies/sources.ts'
import { policiesDir } from '../policies/policies.ts'

const { sources } = await readSources(policiesDir)
const before = assemble(sources, { tryExamples: false })

function changesOf(file: string, from: string | RegExp, to: string) {
  const text = sources.get(file) ?? ''
  expect(text).toMatch(from)
  const after = assemble(new Map([...sources, [file, text.replace(from, to)]]), { tryExamples: false })
  const differences = packDifferences(before, after)
  return { differences, parts: changesBetween(differences, before, after) }
}

describe('word by word', () => {
  const words = fc.array(fc.constantFrom('data ', 'is ', 'sent ', 'to ', '\n', 'the ', 'desk'), { maxLength: 30 }).map((all) => all.join('')) // prettier-ignore
  test('what stays and what went is the text before, what stays and what came the text after', () => {
    fc.assert(
      fc.property(words, words, (then, now) => {
        const runs = wordRuns(then, now)
        const without = (kind: string) =>
          runs.flatMap((run) => (run.kind === kind ? [] : [run.text])).join('')
        expect([without('added'), without('removed')]).toEqual([then, now])
      }),
    )
  })

  test('one word that changes is the only one that does', () => {
    expect(wordRuns('within 5 working days', 'within 7 working days')).toEqual([
      { kind: 'same', text: 'within ' },
      { kind: 'removed', text: '5 ' },
      { kind: 'added', text: '7 ' },
      { kind: 'same', text: 'working days' },
    ])
  })
})

describe('what a version changes', () => {
  const at = (file: string) => `agreements/hmpps-2025/${file}`
  test.each([
    ['a clock, and that it is no local default any more', at('16-case-level-data.yaml'), 'limit: { local: 5 working days }', 'limit: 5 working days', 'Paragraph 16', 'Clock: Limit'],
    ['a rule', at('16-case-level-data.cedar'), 'unless { principal.keyEnrolled }', 'unless { principal.keyEnrolled && true }', 'Paragraph 16', 'Rule'],
    ['a contact', at('agreement.yaml'), 'Deputy Chief Inspector', 'Chief Inspector', 'Head', 'Contacts: hmi prisons'],
    ['a dataset beside it', 'datasets/use-of-force.yaml', /title: .*/, 'title: Force', 'Beside it', 'Title'],
  ])('shows %s at its paragraph', (_what, file, from, to, heading, field) => {
    const { parts } = changesOf(file, from, to)
    expect(parts.map((part) => part.heading)).toEqual([heading])
    expect(parts[0]?.items[0]?.fields.map(({ name }) => name)).toContain(field)
  }) // prettier-ignore

  test('shows every clause, rule, clock and exchange of an agreement that is new', () => {
    for (const agreement of before.agreements.values()) {
      const differences = contentsOf(agreement)
      const parts = changesBetween(differences, before, before)
      const shown = new Set(parts.flatMap(({ items }) => items.map(({ id }) => id)))
      for (const { clauses, exchanges, duties, rules } of agreement.paragraphs) {
        for (const { id } of clauses) expect(shown).toContain(id)
        for (const { key } of exchanges) expect(shown).toContain(key)
        for (const { clause } of duties) expect(shown).toContain(clause)
        for (const { id } of rules) expect(shown).toContain(id.replace(/#\d+$/, ''))
      }
      for (const { fields } of parts.flatMap(({ items }) => items)) expect(fields).not.toEqual([])
    }
  })
})
