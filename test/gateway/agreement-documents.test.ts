// Every agreement as a document: no clause is lost, two clauses never share a place, and nothing is said that is not in the pack.
import { describe, expect, test } from 'vitest'
import { actInWords } from '../../gateway/agreements/acts.ts'
import { documentsOf } from '../../gateway/agreements/document.ts'
import { clausesIn } from '../../gateway/agreements/reading.ts'
import { acts } from '../../policies/facts.ts'
import { all } from '../policies/policies.ts'

const documents = documentsOf(all)
const clauses = [...documents.values()].flatMap(clausesIn)

describe('documents', () => {
  test('have every clause of every pack, once, and a place of its own for each', () => {
    expect(clauses.map(({ id }) => id).toSorted()).toEqual([...all.clauses.keys()].toSorted())
    for (const document of documents.values()) {
      const own = clausesIn(document)
      expect(new Set(own.map(({ slug }) => slug)).size).toBe(own.length)
      expect(new Set(own.map(({ anchor }) => anchor)).size).toBe(own.length)
    }
    expect(documentsOf(all)).toBe(documents)
  })

  test('say of every clause in force what makes it happen, in sentences', () => {
    for (const [key, { standing }] of all.agreements) {
      if (standing.value !== 'in-force') continue
      for (const { id, means, kind } of clausesIn(documents.get(key) ?? { ...nothing, key })) {
        expect(means.length, id).toBeGreaterThan(0)
        for (const { sentence } of means) expect(sentence, id).toMatch(/^[A-Z“].*[.?)”]$/s)
        const kinds = means.map((each) => each.kind)
        expect(kinds, id).toEqual(expect.arrayContaining([{ rule: 'rule', duty: 'clock', attestation: 'form', record: 'record', outside: 'outside', default: 'words' }[kind]])) // prettier-ignore
      }
    }
  })

  test('mark what is local, and only that', () => {
    const clause = clauses.find(({ id }) => id === 'hmpps-2025/16')
    expect(clause?.localDefaults).toEqual([
      'Limit: 5 working days',
      'Warned: 1 working day before',
      'Then told: Lead contacts',
    ])
    expect(clauses.find(({ id }) => id === 'hmpps-2025/55')?.localDefaults).not.toContain('Limit: 12 months')
  })

  test('never print the name that two inspectorates share, but in the texts’ own words', () => {
    for (const { summary, means } of clauses) {
      expect(summary).not.toMatch(/HMIP/)
      for (const { sentence, parts } of means)
        expect([sentence, ...parts.map(({ value }) => value)].join(' ')).not.toMatch(/HMIP/)
    }
  })

  test('have words for every act, none like another', () => {
    const words = acts.map(actInWords)
    expect(new Set(words).size).toBe(acts.length)
  })
})

const nothing = { title: '', hash: '', paragraphs: [] }
