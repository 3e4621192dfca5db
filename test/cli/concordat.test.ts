// The command line as a person meets it: what it says, where it says it, and how it ends.
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase } from '../support/database.ts'
import { concordat } from './run.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-cli-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('concordat', () => {
  test('explains itself with its verbs, an example of each kind, and what its exit codes mean', async () => {
    const { code, out } = await concordat(['--help'])
    for (const verb of ['serve', 'worker', 'migrate', 'keys', 'ledger', 'certificate', 'pack', 'clauses'])
      expect(out).toMatch(new RegExp(`^  ${verb}\\b`, 'm'))
    expect(out).toContain('Exit codes:')
    expect(code).toBe(0)
  })

  test.each([
    ['serve'],
    ['worker'],
    ['migrate'],
    ['keys', 'create'],
    ['ledger', 'verify'],
    ['certificate', 'verify'],
    ['pack', 'lint'],
    ['pack', 'test'],
    ['pack', 'diff'],
    ['pack', 'replay'],
    ['clauses'],
  ])('%s %s has an example in its help', async (...verb) => {
    const { code, out } = await concordat([...verb.filter((word) => word !== ''), '--help'])
    expect(out).toMatch(/Examples?:\n {2}\$ /)
    expect(code).toBe(0)
  })

  test.each([[['fetch-everything']], [['ledger', 'verify']], [['pack', 'lint', 'a', 'b']]])(
    '%s is no command: it ends with 2 and says so on the error stream',
    async (args) => {
      const { code, out, err } = await concordat(args)
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toMatch(/^error: /)
    },
  )

  test('serve lists every mistake of the configuration at once, without a stack', async () => {
    const { code, err } = await concordat(['serve'], { NODE_ENV: 'production' })
    expect(err).toMatch(/^The configuration has 13 mistake\(s\):\n/)
    expect(err).toContain('DATABASE_URL: is not set')
    expect(err).not.toContain('    at ')
    expect(code).toBe(2)
  })
})

describe('concordat migrate', () => {
  test('brings the database of the owner to this version, once', async () => {
    const fresh = await freshDatabase()
    const { code, out } = await concordat(['migrate'], { MIGRATION_DATABASE_URL: fresh.ownerUrl })
    await fresh.drop()
    expect({ code, out }).toEqual({ code: 0, out: 'The database is at this version already.\n' })
  })

  test('says in one line that nothing answers', async () => {
    const url = 'postgres://owner:hidden-word@127.0.0.1:1/concordat'
    const { code, err } = await concordat(['migrate'], { MIGRATION_DATABASE_URL: url })
    expect(err).toMatch(/^A server that this needs did not answer \(.*\)\.\n$/)
    expect(err).not.toContain('hidden-word')
    expect(code).toBe(1)
  })
})

describe('concordat keys create', () => {
  const environment = () => ({
    KEY_DIRECTORY: path.join(folder, 'keys'),
    LEDGER_ORIGIN: 'gateway.example/audit/1',
  })

  test('makes every key once, for this account alone, and prints the same when it runs again', async () => {
    const first = await concordat(['keys', 'create'], environment())
    const again = await concordat(['keys', 'create'], environment())
    expect(first.out).toMatch(/^Made the keys in /)
    expect(again.out).toBe(first.out.replace(/^Made/, 'Already there:'))
    const signing = path.join(folder, 'keys/signing')
    expect(await readdir(signing)).toHaveLength(4)
    for (const name of await readdir(signing)) {
      expect((await stat(path.join(signing, name))).mode & 0o077).toBe(0)
      expect(first.out).not.toContain((await readFile(path.join(signing, name), 'utf8')).slice(40, 80))
    }
  })

  test('does not replace a key that was lost', async () => {
    await rm(path.join(folder, 'keys/signing/ledger-signing.pem'))
    const { code, err } = await concordat(['keys', 'create'], environment())
    expect(err).toContain('There is no signing key ledger-signing.pem')
    expect(code).toBe(1)
  })
})

describe('concordat pack', () => {
  test('lint finds no fault in what is shipped', async () => {
    const { code, out } = await concordat(['pack', 'lint'])
    expect(out).toMatch(/^hmpps-2025 {2}\d+ paragraphs[^]*\nNo faults\.\n$/m)
    expect(code).toBe(0)
  })

  test('test lists every example', async () => {
    const { code, out } = await concordat(['pack', 'test'])
    const held = out.match(/^holds /gm)?.length
    expect(held).toBeGreaterThan(50)
    expect(out).toContain(`\n${held} examples hold.\n`)
    expect(code).toBe(0)
  })

  test('lint says file, line, message and remedy of each fault, and ends with 1', async () => {
    const copy = path.join(folder, 'policies')
    await cp(path.resolve(import.meta.dirname, '../../policies'), copy, { recursive: true })
    const paragraph = path.join(copy, 'agreements/hmpps-2025/16-case-level-data.yaml')
    await writeFile(paragraph, (await readFile(paragraph, 'utf8')).replace('kind: duty', 'kind: dutty'))
    const { code, out } = await concordat(['pack', 'lint', copy])
    expect(out).toMatch(/^agreements\/hmpps-2025\/16-case-level-data\.yaml:\d+: .+\n {4}.+\n/m)
    expect(out).toMatch(/\n\d+ faults?\.\n$/)
    expect(code).toBe(1)
  })
})

describe('concordat clauses', () => {
  test('goes from a clause to its words, its kind, its rule and the file', async () => {
    const { out } = await concordat(['clauses', 'hmpps-2025/16-encryption'])
    expect(out).toContain('“suitably encrypted media when sharing sensitive electronic data”')
    expect(out).toContain('kind     rule')
    expect(out).toMatch(/rule {5}policies\/agreements\/hmpps-2025\/16-case-level-data\.cedar:\d+/)
  })

  test('answers "where is paragraph 16 of this agreement?" with all that stands in it', async () => {
    const { out } = await concordat(['clauses', 'hmpps-2025/16'])
    expect(out).toMatch(/^hmpps-2025\/16\n/)
    expect(out).toMatch(/^hmpps-2025\/16-dsa$/m)
    expect(out).toMatch(/duty .*5 working days \(local\)/)
    expect(out).not.toMatch(/^hmpps-2025\/19/m)
  })

  test('says so when there is none of that name', async () => {
    const { code, err } = await concordat(['clauses', 'hmpps-2025/999'])
    expect(err).toContain('No agreement has a clause, paragraph or pack called hmpps-2025/999.')
    expect(code).toBe(2)
  })
})
