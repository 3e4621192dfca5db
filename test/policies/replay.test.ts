// The past decided again, and what differs between two versions: both pure, and both say the same every time.
import { describe, expect, test } from 'vitest'
import { decide } from '../../policies/decide.ts'
import type { Act, Facts } from '../../policies/facts.ts'
import { packDifferences } from '../../policies/pack-diff.ts'
import { assemble } from '../../policies/pack.ts'
import { startReplay, type StoredDecision } from '../../policies/replay.ts'
import { all, changed, facts, permitted, replaced } from './policies.ts'

const head = 'agreements/hmpps-2025/agreement.yaml'
const ended = changed(
  replaced(head, 'inForce: { from: { local: 2025-01-02 } }', 'inForce: { from: { local: 2025-01-02 }, until: { local: 2026-06-30 } }'),
) // prettier-ignore
const widened = changed(
  replaced('datasets/purposes.yaml', 'purposes:\n', 'purposes:\n  - { key: staffing, title: Staffing, description: Staff. }\n'),
) // prettier-ignore

function stored(id: string, act: Act, given: Facts): StoredDecision {
  const decision = decide(all, act, given)
  const refusals = decision.outcome === 'permit' ? [] : decision.refusals.map(({ clause }) => clause)
  const kept: unknown = JSON.parse(JSON.stringify(given))
  return { id, decidedAt: given.now, act, outcome: decision.outcome, refusals, facts: kept }
}

function replay(version: typeof all, decisions: readonly StoredDecision[]) {
  const { add, report } = startReplay(version)
  for (const decision of decisions) add(decision)
  return report()
}

const past = [
  ...permitted.map(([act, given], index) => stored(`p${index}`, act, given)),
  stored('later', 'request', facts('analyst', { now: '2026-07-01T10:00:00Z' })),
  stored('refused', 'request', facts('analyst', { transfer: { purpose: 'staffing' } })),
  stored('both', 'request', facts('analyst', { transfer: { purpose: 'staffing', statutoryBasis: '' } })),
]

describe('replay', () => {
  test('under the same version changes nothing', () => {
    expect(replay(all, past)).toEqual({
      decisions: past.length,
      unchanged: past.length,
      changed: [],
      byClause: [],
      undecided: [],
    })
  })

  test('says what an earlier end would have refused, by clause', () => {
    const report = replay(assemble(ended), past)
    expect(report.changed).toEqual([
      {
        id: 'later',
        decidedAt: '2026-07-01T10:00:00Z',
        act: 'request',
        change: 'now-refused',
        nowRefusing: ['hmpps-2025/16-dsa'],
        noLongerRefusing: [],
      },
    ])
    expect(report.byClause).toEqual([{ clause: 'hmpps-2025/16-dsa', nowRefuses: 1, noLongerRefuses: 0 }])
    expect(report.unchanged).toBe(past.length - 1)
  })

  test('says what a wider version would have let through, and what it would still refuse for another reason', () => {
    const report = replay(assemble(widened), past)
    expect(report.changed.map(({ id, change }) => [id, change])).toEqual([
      ['both', 'refused-by-others'],
      ['refused', 'now-permitted'],
    ])
    expect(report.byClause).toEqual([
      { clause: 'local/permitted-purpose', nowRefuses: 0, noLongerRefuses: 2 },
    ])
  })

  test('in any order and in any parts gives the same report', () => {
    const version = assemble(widened)
    expect(replay(version, past.toReversed())).toEqual(replay(version, past))
  })

  test.each([
    ['facts that were erased', { facts: null }, 'facts'],
    ['facts that lack what is needed', { facts: { now: '2026-01-01T00:00:00Z' } }, 'facts.person'],
    ['an act that there is not any more', { act: 'lend' }, 'act: there is no such act any more'],
    ['an outcome that there never was', { outcome: 'perhaps' }, 'outcome: must be permit or refusal'],
  ])('reports %s, and counts them apart', (_, change, why) => {
    const [first] = past
    const report = replay(all, [
      { ...stored('x', 'request', facts('analyst')), ...change },
      ...(first ? [first] : []),
    ])
    expect(report).toMatchObject({ decisions: 2, unchanged: 1, changed: [] })
    expect(report.undecided.map(({ id }) => id)).toEqual(['x'])
    expect(report.undecided[0]?.why).toContain(why)
  })
})

describe('what differs', () => {
  const differences = (...files: Record<string, string>[]) =>
    packDifferences(all, assemble(changed(Object.assign({}, ...files) as Record<string, string>))) // each from replaced()

  test('is nothing between a version and itself, or where only the layout differs', () => {
    expect(packDifferences(all, all)).toEqual([])
    const cedar = 'agreements/hmpps-2025/10-access.cedar'
    expect(differences(replaced(cedar, '// Paragraph 10.', '// Paragraph ten.\n//'))).toEqual([])
  })

  test('is words, rules, clocks and heads, each by its id', () => {
    const found = differences(
      replaced('agreements/hmpps-2025/17-protection-of-personal-information.yaml', 'such as GDPR\n', 'such as the UK GDPR\n'),
      replaced('agreements/hmpps-2025/19-retention-and-destruction.cedar', 'The data has not reached', 'It has not reached'),
      replaced('agreements/hmpps-2025/16-case-level-data.yaml', 'limit: { local: 5 working days }', 'limit: { local: 6 working days }'),
      replaced(head, 'disposal: destroy', 'disposal: return-then-destroy'),
    ) // prettier-ignore
    expect(found.map(({ what, id, change }) => `${change} ${what} ${id}`)).toEqual([
      'changed head hmpps-2025',
      'changed words hmpps-2025/17',
      'changed rule hmpps-2025/19-destruction',
      'changed duty hmpps-2025/16',
    ])
    expect(found[1]).toMatchObject({
      before: 'meet all legal and government requirements such as GDPR',
      after: 'meet all legal and government requirements such as the UK GDPR',
    })
  })

  test('is whole agreements and single clauses, added and removed', () => {
    const files = [...changed({}).keys()].filter((path) => path.startsWith('agreements/noms-rom/'))
    const without = assemble(changed(Object.fromEntries(files.map((path) => [path, undefined]))))
    expect(packDifferences(all, without).map(({ change, id }) => [change, id])).toEqual([
      ['removed', 'noms-rom'],
    ])
    expect(packDifferences(without, all).map(({ change, id }) => [change, id])).toEqual([
      ['added', 'noms-rom'],
    ])
    const review = 'agreements/noms-rom/28-review.yaml'
    const fewer = assemble(changed({ [review]: undefined }))
    expect(packDifferences(all, fewer).map(({ change, what, id }) => [change, what, id])).toEqual([
      ['removed', 'clause', 'noms-rom/28'],
    ])
  })

  test('is also what decides beside the agreements', () => {
    expect(packDifferences(all, assemble(widened)).map(({ what, id }) => [what, id])).toEqual([
      ['beside', 'purposes/staffing'],
    ])
  })
})
