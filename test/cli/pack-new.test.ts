// `concordat pack new`: a pack to start from, which holds the gateway back until its words are written.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { concordat } from './run.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-new-'))
  const shipped = path.resolve(import.meta.dirname, '../../policies')
  await cp(shipped, folder, { recursive: true, filter: (from) => !from.endsWith('.ts') })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const add = (key: string, ...more: string[]) =>
  concordat(['pack', 'new', key, '--from', 'hmpps', '--to', 'hmi-prisons', '--folder', folder, ...more])

test('explains itself with an example', async () => {
  expect((await concordat(['pack', 'new', '--help'])).out).toMatch(/Example:\n {2}\$ /)
})

test('a key that is none, and a folder that is there, are refused and nothing is written', async () => {
  const before = await readdir(path.join(folder, 'agreements'))
  expect(await add('../out')).toMatchObject({ code: 2, err: expect.stringContaining('is no key') as unknown })
  expect(await add('hmpps-2025')).toMatchObject({
    code: 2,
    err: 'There is an agreement hmpps-2025 already.\n',
  })
  await mkdir(path.join(folder, 'agreements/taken-2026'))
  expect(await add('taken-2026')).toMatchObject({
    code: 2,
    err: expect.stringContaining('is there already') as unknown,
  })
  await rm(path.join(folder, 'agreements/taken-2026'), { recursive: true })
  expect(await readdir(path.join(folder, 'agreements'))).toEqual(before)
})

test('the new pack lints once its words are written, and not before', async () => {
  const { code, out } = await add('ofsted-2026')
  expect(code).toBe(0)
  expect(out.match(/^wrote /gm)).toHaveLength(3)
  const unfinished = await concordat(['pack', 'lint', folder])
  expect(unfinished.out).toMatch(/^agreements\/ofsted-2026\/\S+:\d+: The scaffold's words are left: /)
  expect(unfinished.code).toBe(1)
  const pack = path.join(folder, 'agreements/ofsted-2026')
  for (const name of await readdir(pack)) {
    const file = path.join(pack, name)
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('REPLACE-ME', 'written by hand'))
  }
  const finished = await concordat(['pack', 'lint', folder])
  expect(finished.out).toMatch(/^ofsted-2026 {2}1 paragraphs, 3 clauses, 6 rules, 9 examples/m)
  expect(finished.code).toBe(0)
})
