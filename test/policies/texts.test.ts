// The packs beside what they are made from: each quotation stands in the agreement's text, and each clause of the register
// is there with its kind. Both lie outside this repository, so these tests are skipped where they are not at hand.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { all, sharedDir } from './policies.ts'

const registerPath = join(sharedDir, 'reference/clauses.yaml')
const textsDir = join(sharedDir, 'agreements')
const why = 'needs the agreements and the clause register'

/** White space collapsed, quotes and dashes plain. */
function plain(text: string): string {
  return text
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/[“”]/g, '"')
    .replaceAll(/[–—]/g, '-')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

describe.skipIf(!existsSync(textsDir))(`quotations (${why})`, () => {
  test.each([...all.agreements.values()].map(({ key, text, paragraphs }) => ({ key, text, paragraphs })))('of $key stand in its text', ({ text, paragraphs }) => {
    const source = plain(readFileSync(join(textsDir, text), 'utf8'))
    const clauses = paragraphs.flatMap((paragraph) => paragraph.clauses)
    expect(clauses.length).toBeGreaterThan(10)
    for (const clause of clauses) {
      const says = clause.kind === 'default' ? undefined : clause.says
      expect(says).toBeDefined()
      expect(source, clause.id).toContain(plain(says ?? ''))
    }
    expect(source).not.toContain(plain('HMPPS may refuse a request'))
  }) // prettier-ignore
})

const kinds = {
  enforce: 'rule',
  time: 'duty',
  attest: 'attestation',
  record: 'record',
  'out-of-scope': 'outside',
} as const
const registerShape = z.object({
  clauses: z.array(
    z.object({
      id: z.string(),
      agreement: z.string(),
      para: z.string(),
      quote: z.string(),
      enforcement: z.enum(['enforce', 'time', 'attest', 'record', 'out-of-scope']),
      supersedes: z.string().optional(),
    }),
  ),
})

describe.skipIf(!existsSync(registerPath))(`the clause register (${why})`, () => {
  test('has no clause that the pack has not, with the same words and kind', () => {
    const register = registerShape.parse(parse(readFileSync(registerPath, 'utf8')))
    const paragraphs = all.agreements.get('hmpps-2025')?.paragraphs.map((paragraph) => paragraph.number)
    expect(paragraphs).toEqual([
      '1-9', '10', '11', '12-15', '16', '17', '18', '19', '20', '21-24', '25', '26-29', '30', '31-34', '35-36', '37-38', '39-44',
      '45-50', '51-53', '54-55', 'annex-a',
    ]) // prettier-ignore
    const wanted = register.clauses.filter((clause) => clause.agreement === 'hmpps-2025')
    expect(wanted).toHaveLength(165)
    const got = [...all.clauses.values()].filter((clause) => clause.pack === 'hmpps-2025')
    expect(got.map((clause) => clause.id).toSorted()).toEqual(wanted.map((clause) => clause.id).toSorted())
    for (const { id, quote, enforcement, supersedes } of wanted)
      expect(all.clauses.get(id)).toMatchObject({
        kind: kinds[enforcement],
        says: quote,
        ...(supersedes !== undefined && { supersedes }),
      })
  })
})
