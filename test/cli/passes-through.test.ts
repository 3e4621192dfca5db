// What `concordat clauses` says of endpoints is so: each is one that there is, and each act that an endpoint is for is there.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { passesThrough } from '../../gateway/decisions/passes-through.ts'

const golden = readFileSync(path.join(import.meta.dirname, '../golden/endpoints.md'), 'utf8')
const endpoints = [...golden.matchAll(/^\| ([A-Z]+) \| (\S+) \|/gm)].map(
  ([, method, address]) => `${method} ${address}`,
)

test('each endpoint that a clause is said to be passed through by is there', () => {
  const named = Object.values(passesThrough)
    .flat()
    .filter((way) => !way.startsWith('job '))
  expect(endpoints.length).toBeGreaterThan(50)
  expect(named.filter((way) => !endpoints.includes(way))).toEqual([])
})
