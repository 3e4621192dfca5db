// Agreements that are no longer in force: nothing new is done under them, and what was done still resolves. Which clauses
// they have is compared with the clause register, where that is at hand.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { findExchange } from '../../policies/agreements.ts'
import { decide } from '../../policies/decide.ts'
import { parseFacts } from '../../policies/facts.ts'
import type { FaultCode } from '../../policies/fault.ts'
import { resolveRetention } from '../../policies/retention.ts'
import { all, changed, facts, faultsOf, permitted, replaced, sharedDir } from './policies.ts'

const past = ['hmpps-2019', 'noms-rom']

function refusing(
  ...[act, given]: Parameters<typeof decide> extends [unknown, ...infer Rest] ? Rest : never
) {
  const decision = decide(all, act, given)
  return decision.outcome === 'permit' ? [] : decision.refusals.map(({ clause }) => clause)
}

describe.each(past)('nothing new is done under %s', (agreement) => {
  const started = new Set(['request', 'approve', 'supply', 'part-supply', 'escalate', 'seal', 'collect'])

  test.each(permitted.filter(([act]) => started.has(act)))(
    '%s is refused, whatever the day',
    (act, given) => {
      for (const now of [given.now, '2024-12-31T12:00:00Z', '2018-01-01T12:00:00Z'])
        expect(
          refusing(act, parseFacts({ ...given, now, transfer: { ...given.transfer, agreement } })),
        ).toContain('local/agreement-in-force')
    },
  )

  test('the refusal says that it is over, and what to cite', () => {
    const decision = decide(all, 'request', facts('analyst', { transfer: { agreement } }))
    if (decision.outcome === 'permit') throw new Error('it was permitted')
    const own = decision.refusals.find(({ clause }) => clause === 'local/agreement-in-force')
    expect(own).toMatchObject({ local: true })
    expect(own?.remedy).toContain('in force between the two bodies')
    const successor = decision.refusals.some(({ clause }) => clause === 'hmpps-2025/4')
    expect(successor).toBe(agreement === 'hmpps-2019')
  })
})

test('the rule says nothing about an agreement that is in force, or about none', () => {
  expect(refusing('request', facts('analyst'))).toEqual([])
  expect(refusing('request', facts('analyst', { transfer: { agreement: 'none' } }))).toEqual([
    'hmpps-2025/16-dsa',
  ])
})

describe('hmpps-2019/16-destruction: what is still held', () => {
  const sample = findExchange(all, 'hmpps-2019', 'case-level-data')?.sample
  if (sample === undefined) throw new Error('there is no sample')
  const { now, people, transfer } = sample
  const held = (who: string, change = {}) =>
    parseFacts({ now, person: people[who], transfer: { ...transfer, ...change } })

  test('is acknowledged, and destroyed on its date', () => {
    expect(refusing('acknowledge', held('analyst'))).toEqual([])
    expect(refusing('destroy', held('gateway'))).toEqual([])
    expect(refusing('destroy', held('gateway', { holds: 1 }))).toEqual(['hmpps-2019/16-destruction'])
  })

  test('is kept by the same schedule as under the agreement that took its place', () => {
    const of = (key: string) => resolveRetention(all, key, 'hmpps', 'hmi-prisons', 'inspection-case-level')
    expect(of('hmpps-2019')).toMatchObject({ owner: 'hmi-prisons', local: false })
    expect(of('hmpps-2019')?.period).toEqual(of('hmpps-2025')?.period)
    expect(of('noms-rom')).toMatchObject({ owner: 'hmi-prisons', local: true })
  })

  test('names the pack that decided, by its hash', () => {
    const decision = decide(all, 'destroy', held('gateway'))
    expect(decision).toHaveProperty('permit.pack.key', 'hmpps-2019')
    expect(decision).toHaveProperty('permit.pack.hash', all.agreements.get('hmpps-2019')?.hash)
  })
})

describe('a past agreement is refused at loading', () => {
  const head19 = 'agreements/hmpps-2019/agreement.yaml'
  const head25 = 'agreements/hmpps-2025/agreement.yaml'
  const rom = 'agreements/noms-rom/agreement.yaml'
  const planted: readonly [what: string, file: string, part: string, by: string, code: FaultCode, says: string][] = [
    ['that is in force on a day of its successor', head19, 'until: { local: 2025-01-01 }', 'until: { local: 2025-01-02 }', 'shape', 'hmpps-2019 is in force until 2025-01-02, when hmpps-2025 already is'],
    ['that is superseded and has no end', head19, '  until: { local: 2025-01-01 }\n', '', 'shape', 'No date says until when'],
    ['that is superseded by none', head25, 'supersedes: hmpps-2019\n', '', 'missing-mechanism', '0 agreements supersede hmpps-2019'],
    ['that another supersedes while it says that it is in force', head19, 'standing: superseded', 'standing: in-force', 'wrong-kind', 'hmpps-2019 is not superseded'],
    ['that is in force and undated', rom, 'standing: { local: historical }', 'standing: in-force', 'shape', 'No date says since when'],
    ['that supersedes itself over another', head19, 'standing: superseded', 'standing: superseded\nsupersedes: hmpps-2025', 'wrong-kind', 'hmpps-2025 supersedes hmpps-2019 supersedes hmpps-2025'],
    ['that supersedes one that there is not', rom, 'inForce: {}', 'inForce: {}\nsupersedes: noms-1999', 'unknown-name', 'There is no agreement noms-1999'],
    ['whose clause a stranger supersedes', 'agreements/hmpps-2019/45-business-development.yaml', 'supersededBy: hmpps-2025/54', 'supersededBy: imb-2024/54', 'unknown-clause', 'which is of no successor'],
    ['that lacks a clause which another supersedes', 'agreements/hmpps-2025/17-protection-of-personal-information.yaml', 'supersedes: hmpps-2019/15', 'supersedes: hmpps-2019/99', 'unknown-clause', 'hmpps-2025/17 supersedes hmpps-2019/99'],
    ['whose duty has lost its clock', 'agreements/hmpps-2019/34-36-urgent-notification.yaml', '    clock: { starts: UN received, limit: 28 calendar days }\n', '', 'missing-mechanism', 'does not say what its clock was'],
    ['whose rule says nothing any more', 'agreements/noms-rom/2-3-purpose.yaml', '    stillBinds: Nothing new is asked for, moved or exported under it. Records that are held under it are only read.\n', '', 'missing-mechanism', 'does not say what it still means'],
    ['that is past in its clocks and not in its standing', 'agreements/hmpps-2025/16-case-level-data.yaml', '    kind: duty\n', '    kind: duty\n    clock: { starts: a request, limit: 5 days }\n', 'wrong-kind', 'no longer in force'],
    ['whose record is kept nowhere, though it is in force', 'agreements/hmpps-2025/16-case-level-data.yaml', '    keeps: [exchange.delivery]\n', '', 'missing-mechanism', 'nothing keeps it'],
  ] // prettier-ignore

  test.each(planted)('%s', (_, file, part, by, code, says) => {
    const faults = faultsOf(changed(replaced(file, part, by)))
    expect(faults.filter((fault) => fault.code === code).map(({ message }) => message)).toContainEqual(
      expect.stringContaining(says),
    )
  })
})

const kinds = {
  enforce: 'rule',
  time: 'duty',
  attest: 'attestation',
  record: 'record',
  'out-of-scope': 'outside',
} as const
const registerPath = join(sharedDir, 'reference/clauses.yaml')
const registerShape = z.object({
  clauses: z.array(
    z.object({
      id: z.string(),
      agreement: z.string(),
      quote: z.string(),
      enforcement: z.enum(['enforce', 'time', 'attest', 'record', 'out-of-scope']),
      superseded_by: z.string().optional(),
    }),
  ),
})

describe.skipIf(!existsSync(registerPath))('the clause register (which is not in this repository)', () => {
  const register = registerShape.parse(
    parse(existsSync(registerPath) ? readFileSync(registerPath, 'utf8') : 'clauses: []'),
  )

  test.each([
    ['hmpps-2019', 71],
    ['noms-rom', 36],
  ])('%s has all of its %i clauses, with the same words and kind', (key, count) => {
    const wanted = register.clauses.filter(({ agreement }) => agreement === key)
    const got = [...all.clauses.values()].filter(({ pack }) => pack === key)
    expect(wanted).toHaveLength(count)
    expect(got.map(({ id }) => id).toSorted()).toEqual(wanted.map(({ id }) => id).toSorted())
    for (const { id, quote, enforcement, superseded_by } of wanted)
      expect(all.clauses.get(id)).toMatchObject({
        kind: kinds[enforcement],
        says: quote,
        ...(superseded_by !== undefined && { supersededBy: superseded_by }),
      })
  })
})
