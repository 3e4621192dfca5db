// What `concordat clauses` says of endpoints is so: each is one that there is, and each act has its endpoint. That each endpoint
// judges the acts that it is named for, and no other, is seen at work in test/http/access-matrix.test.ts.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { findDuty, rulesOf } from '../../policies/agreements.ts'
import { acts, type Act } from '../../policies/facts.ts'
import { all } from '../policies/policies.ts'
import { clocksRun, passesThrough } from '../../gateway/decisions/passes-through.ts'

const golden = readFileSync(path.join(import.meta.dirname, '../golden/endpoints.md'), 'utf8')
const endpoints = [...golden.matchAll(/^\| ([A-Z]+) \| (\S+) \|/gm)].map(
  ([, method, address]) => `${method} ${address}`,
)

test('each endpoint that a clause is said to be passed through by is there', () => {
  const clocks = Object.values(clocksRun).flatMap(({ starts, meets }) => [...starts, ...meets])
  const named = [...Object.values(passesThrough).flat(), ...clocks].filter((way) => !way.startsWith('job '))
  expect(endpoints.length).toBeGreaterThan(50)
  expect(named.filter((way) => !endpoints.includes(way))).toEqual([])
})

/** Acts that the packs judge and that wait for their pages: this list only ever gets shorter. */
const waiting: readonly Act[] = ['forward', 'raise-point', 'edit', 'plan', 'look-up', 'ask'] // prettier-ignore

test('each act that a rule names is reached by an endpoint or a job, but for those that wait for their pages', () => {
  const named = new Set([all.local, ...all.agreements.values()].flatMap(rulesOf).flatMap((rule) => rule.acts))
  expect([...named].toSorted()).toEqual(acts.toSorted())
  expect([...named].filter((act) => passesThrough[act] === undefined).toSorted()).toEqual(waiting.toSorted())
  for (const ways of Object.values(passesThrough)) expect(ways.length).toBeGreaterThan(0)
})

test('each clock that the gateway runs is a duty of a pack, is started by something and met by something', () => {
  for (const [clause, { starts, meets }] of Object.entries(clocksRun)) {
    expect(findDuty(all, clause), clause).toBeDefined()
    expect(starts.length, clause).toBeGreaterThan(0)
    expect(meets.length, clause).toBeGreaterThan(0)
  }
})
