// Every clause has what its kind needs and the document that says so is the packs' own.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { processEnvironment } from '../../gateway/config.ts'
import { rulesOf, type Agreement, type Agreements } from '../../policies/agreements.ts'
import { clausesDocument } from '../../policies/coverage-document.ts'
import { coverageOf } from '../../policies/coverage.ts'
import { all, policiesDir } from './policies.ts'

const lines = coverageOf(all)
const find = (id: string, from = lines) => from.find(({ clause }) => clause.id === id)

describe('coverage', () => {
  test('has every clause once, and no gap', () => {
    expect(lines.map(({ clause }) => clause.id)).toEqual([...new Set(lines.map(({ clause }) => clause.id))])
    expect(lines).toHaveLength(all.clauses.size)
    expect(lines.flatMap(({ gaps }) => gaps)).toEqual([])
  })

  test('hmpps-2025/16-encryption: its words, its rules with their lines, and its examples', () => {
    const line = find('hmpps-2025/16-encryption')
    expect(line).toMatchObject({ standing: 'in-force', pack: 'hmpps-2025', clause: { kind: 'rule' } })
    const rules =
      line?.mechanisms.flatMap((mechanism) => (mechanism.kind === 'rule' ? [mechanism] : [])) ?? []
    expect(rules).toHaveLength(2)
    for (const { place } of rules) {
      const text = readFileSync(join(policiesDir, place.file), 'utf8').split('\n')
      expect(text[place.line - 1]).toBe('@clause("hmpps-2025/16-encryption")')
    }
    expect(line?.refusals.map(({ name }) => name)).toContain('No cipher profile is named')
    expect(line?.permits.map(({ name }) => name)).toContain(
      'The gateway seals under an approved cipher profile',
    )
  })

  test.each([
    ['hmpps-2025/16', 'clock'],
    ['hmpps-2025/16-formats', 'form'],
    ['hmpps-2025/17', 'record'],
    ['hmpps-2025/10', 'why'],
    ['local/default-deny', 'says'],
    ['hmpps-2019/26', 'was'],
    ['noms-rom/2', 'still'],
  ])('%s happens by its %s', (id, kind) => {
    expect(find(id)?.mechanisms.map((mechanism) => mechanism.kind)).toEqual([kind])
  })

  test('a clause in force that lost its rule, its clock or its examples is a gap', () => {
    type Paragraph = Agreements['local']['paragraphs'][number]
    const without = (change: Partial<Paragraph>): Agreements => {
      const put = <P extends Agreements['local'] | Agreement>(pack: P): P => ({
        ...pack,
        paragraphs: pack.paragraphs.map((paragraph) => ({ ...paragraph, ...change })),
      })
      const agreements = [...all.agreements].map(([key, agreement]) => [key, put(agreement)] as const)
      const localHash = `without ${Object.keys(change).join()}`
      return { ...all, localHash, local: put(all.local), agreements: new Map(agreements) }
    }
    const gaps = (changed: Agreements, id: string) => find(id, coverageOf(changed))?.gaps
    const encryption = 'hmpps-2025/16-encryption'
    expect(gaps(without({ rules: [] }), encryption)).toContain(`Nothing makes ${encryption} happen.`)
    expect(gaps(without({ duties: [] }), 'hmpps-2025/16')).toEqual(['Nothing makes hmpps-2025/16 happen.'])
    expect(gaps(without({ examples: [] }), encryption)).toContain(
      `${encryption} has no example of a refusal.`,
    )
    expect(gaps(without({ rules: [] }), 'hmpps-2019/16-destruction')).toEqual([])
  })

  test('names every rule of every pack', () => {
    const places = lines.flatMap(({ mechanisms }) =>
      mechanisms.flatMap((each) => (each.kind === 'rule' ? [each.place] : [])),
    )
    const rules = [all.local, ...all.agreements.values()]
      .flatMap(rulesOf)
      .filter((rule) => rule.clause !== undefined)
    expect(places).toHaveLength(rules.length)
  })
})

test('docs/CLAUSES.md is what the packs make', () => {
  const path = join(policiesDir, '../docs/CLAUSES.md')
  const made = clausesDocument(all)
  if (processEnvironment()['UPDATE_GOLDEN'] === '1') writeFileSync(path, made)
  expect(readFileSync(path, 'utf8')).toBe(made)
})
