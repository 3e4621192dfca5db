// The packs' own examples, and that they would notice: every rule is silenced once, and an example has to complain.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { rulesOf, takesNewTransfers, type Agreements, type Pack } from '../../policies/agreements.ts'
import { exampleFaults, lintExamples } from '../../policies/examples.ts'
import { lint } from '../../policies/lint.ts'
import { loadAgreements } from '../../policies/pack.ts'
import type { Rule } from '../../policies/rules.ts'
import { all, changed, faultsOf, policiesDir, replaced, sources } from './policies.ts'

const packs = [all.local, ...all.agreements.values()]
const rules = packs.flatMap(rulesOf)

/** The loaded policies with other rules; under hashes of their own, because Cedar keeps what it parsed. */
function withRules(change: (own: readonly Rule[]) => readonly Rule[], name: string): Agreements {
  const put = <P extends Pack<unknown>>(pack: P): P => ({
    ...pack,
    paragraphs: pack.paragraphs.map((paragraph) => ({ ...paragraph, rules: change(paragraph.rules) })),
  })
  const agreements = new Map([...all.agreements].map(([key, agreement]) => [key, put(agreement)]))
  return { ...all, agreements, local: put(all.local), localHash: name }
}

/** One rule put in another's place. */
function withRule(changedRule: Rule): Agreements {
  const put = (own: readonly Rule[]) => own.map((rule) => (rule.id === changedRule.id ? changedRule : rule))
  return withRules(put, `changed in ${changedRule.id}: ${changedRule.text}`)
}

describe('examples', () => {
  test('all hold, in the folder as it is shipped', async () => {
    const loaded = await loadAgreements(policiesDir)
    expect([...loaded.agreements.keys()]).toEqual(await readdir(join(policiesDir, 'agreements')))
  })

  test('there are rules to test', () => {
    expect(rules.length).toBeGreaterThanOrEqual(30)
    expect(new Set(rules.map((rule) => rule.id)).size).toBe(rules.length)
    for (const pack of packs.filter(takesNewTransfers)) expect(rulesOf(pack), pack.key).not.toEqual([])
  })

  test.each(rules.map((rule) => ({ id: rule.id, rule })))('notice when $id says nothing', ({ rule }) => {
    const silent = {
      ...rule,
      text: rule.text.replace(/;$/, '\nwhen { context.today < datetime("1900-01-01") };'),
    }
    expect(exampleFaults(withRule(silent), rule.acts)).not.toEqual([])
  })

  test('do not complain of a rule that was left as it is', () => {
    const [rule] = rules
    expect(rule && lintExamples(withRule(rule))).toEqual([])
    expect(rule && exampleFaults(withRule(rule), rule.acts)).toEqual([])
  })

  test.each(rules.map((rule) => ({ id: rule.id, rule })))(
    'or the lint notice when $id is deleted',
    ({ rule }) => {
      const without = withRules((own) => own.filter(({ id }) => id !== rule.id), `without ${rule.id}`)
      const faults = lint(without)
      expect(faults.length > 0 ? faults : exampleFaults(without, rule.acts)).not.toEqual([])
    },
  )

  test('notice when a rule is deleted, also where its clause has another', () => {
    const [rule] = rules.filter(({ id }) => id.includes('#'))
    if (rule === undefined) throw new Error('no clause has two rules')
    expect(faultsOf(changed(replaced(rule.place.file, rule.text, '')))).not.toEqual([])
  })

  test('an example that does not hold stops the load, with its file and line', () => {
    const path = 'agreements/hmpps-2025/10-access.yaml'
    const [fault, ...others] = faultsOf(
      changed(
        replaced(
          path,
          'given: { transfer: { reasonGiven: null } }',
          'given: { transfer: { reasonGiven: true } }',
        ),
      ),
    )
    expect(others).toEqual([])
    const line =
      (sources.get(path) ?? '').split('\n').findIndex((text) => text.includes('in part without a reason')) + 1
    expect(fault).toMatchObject({ code: 'example', file: path, line })
    expect(fault?.message).toContain('should be refused by hmpps-2025/10-no-refusal, and is permitted')
  })
})
