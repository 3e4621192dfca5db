// The shape of the tree, held by a test: who may import whom. Each rule is broken once in a tree of its own, so that a rule
// that can no longer fail is noticed.
import { describe, expect, test } from 'vitest'
import { rules, sliceNames } from '../../dependency-cruiser.config.ts'
import { cruisePlanted, cruiseTree, folders, root } from './cruise.ts'

const leaf = 'export const leaf = 1\n'
const needs = (path: string) => `import { leaf } from '${path}'\nexport const needing = leaf\n`
const takes = (name: string) => `import * as taken from '${name}'\nexport const taking = taken\n`

/** For each rule, a small tree that breaks it; the file that breaks it is the first. */
const broken: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'audit-knows-nobody': { 'audit/append.ts': needs('../keys/key.ts'), 'keys/key.ts': leaf },
  'keys-knows-nobody': { 'keys/key.ts': needs('../gateway/clock.ts'), 'gateway/clock.ts': leaf },
  'policies-knows-nobody': { 'policies/decide.ts': needs('../audit/append.ts'), 'audit/append.ts': leaf },
  'policies-reads-files-only-to-load': { 'policies/decide.ts': takes('node:fs/promises') },
  'pg-only-in-db': { 'gateway/mail.ts': takes('pg') },
  'cryptography-only-in-keys': { 'gateway/mail.ts': takes('jose') },
  'cedar-only-in-policies': { 'gateway/mail.ts': takes('@cedar-policy/cedar-wasm/nodejs') },
  'certificates-only-in-time': { 'gateway/mail.ts': takes('pkijs') },
  'http-knows-no-slice': {
    'gateway/http/mount.ts': needs('../people/person.ts'),
    'gateway/people/person.ts': leaf,
  },
  'ground-knows-no-slice': {
    'gateway/mail.ts': needs('./people/person.ts'),
    'gateway/people/person.ts': leaf,
  },
  'slice-unknown': {
    'gateway/weather/forecast.ts': needs('../people/person.ts'),
    'gateway/people/person.ts': leaf,
  },
  'roots-are-not-imported': { 'gateway/people/person.ts': needs('../wire.ts'), 'gateway/wire.ts': leaf },
  'product-stands-alone': { 'gateway/mail.ts': needs('../demo/seed.ts'), 'demo/seed.ts': leaf },
  'product-needs-no-development-package': { 'gateway/mail.ts': takes('fast-check') },
  'no-cycle': { 'demo/one.ts': needs('./two.ts'), 'demo/two.ts': `import './one.ts'\n${leaf}` },
  ...Object.fromEntries(
    sliceNames.map((slice) => [
      `slice-${slice}`,
      { [`gateway/${slice}/one.ts`]: needs('../elsewhere/two.ts'), 'gateway/elsewhere/two.ts': leaf },
    ]),
  ),
}

describe('the tree', () => {
  test('breaks no rule, and was seen whole', async () => {
    const { modules, violations } = await cruiseTree(root)
    expect(violations).toEqual([])
    expect(modules.length).toBeGreaterThan(250)
    for (const folder of folders)
      expect(
        modules.some(({ source }) => source.startsWith(`${folder}/`)),
        folder,
      ).toBe(true)
    for (const slice of sliceNames)
      expect(
        modules.some(({ source }) => source.startsWith(`gateway/${slice}/`)),
        slice,
      ).toBe(true)
  })

  test('has no import that leads nowhere', async () => {
    const { modules } = await cruiseTree(root)
    // The browser resolves this one: it is a path on the gateway.
    const served = ['/assets/govuk/govuk-frontend.min.js']
    const nowhere = modules.flatMap(({ source, dependencies }) =>
      dependencies
        .filter(({ couldNotResolve, module }) => couldNotResolve && !served.includes(module))
        .map(({ module }) => `${source} -> ${module}`),
    )
    expect(nowhere).toEqual([])
    expect(modules.flatMap(({ dependencies }) => dependencies).length).toBeGreaterThan(800)
  })
})

describe('each rule', () => {
  test('is broken by one case here', () => {
    expect(Object.keys(broken).toSorted()).toEqual(rules.map(({ name }) => name).toSorted())
  })

  test.each(Object.entries(broken))('%s finds what breaks it', async (name, files) => {
    const [breaking] = Object.keys(files)
    const found = await cruisePlanted(files)
    expect(found.filter((violation) => violation.startsWith(`${name}: ${breaking} -> `))).not.toEqual([])
  })

  test('a type is an import as well', async () => {
    const found = await cruisePlanted({
      'audit/append.ts': "import type { Key } from '../keys/key.ts'\nexport type Mine = Key\n",
      'keys/key.ts': 'export type Key = string\n',
    })
    expect(found).toEqual(['audit-knows-nobody: audit/append.ts -> keys/key.ts'])
  })

  test('lets pass what is as it should be', async () => {
    const found = await cruisePlanted({
      'gateway/transfers/one.ts': needs('../people/person.ts'),
      'gateway/people/person.ts': needs('../../audit/append.ts').replace('needing', 'leaf'),
      'gateway/db.ts': takes('pg'),
      'audit/append.ts': leaf,
    }).catch((error: unknown) => error)
    expect(found).toEqual([])
  })
})
