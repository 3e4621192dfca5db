// `concordat concerns import` against a gateway: what it says, what it leaves, and how it ends.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inventConcerns, standing } from '../../demo/concerns/invent.ts'
import { csvFile } from '../../gateway/concerns/written.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { tokenOf } from '../support/tokens.ts'
import { concordat } from './run.ts'

let gateway: TestGateway
let folder: string
beforeAll(async () => {
  gateway = await startGateway({ withWorker: false })
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-import-'))
  await writeFile(path.join(folder, 'token'), await tokenOf(gateway, 'rhian.davies'))
})
afterAll(async () => {
  await gateway.close()
  await rm(folder, { recursive: true, force: true })
})

const day = '2026-09-30'
const made = inventConcerns({ seed: 'import', referenceDate: day, years: 3, concerns: 240, establishments: ['LEI', 'BMI'] }) // prettier-ignore
const whole = csvFile(made.flatMap((each) => standing(each, day) ?? []))

async function importing(text: string, ...more: string[]) {
  const file = path.join(folder, 'concerns.csv')
  await writeFile(file, text)
  return concordat(['concerns', 'import', file, '--gateway', gateway.url, '--token-file', path.join(folder, 'token'), ...more]) // prettier-ignore
}

describe('concerns import', () => {
  test('says what a file would do and changes nothing, then takes in all of it, then finds nothing to do', async () => {
    const dry = await importing(whole, '--dry-run')
    expect([dry.code, dry.out]).toEqual([0, expect.stringContaining('240 added, 0 changed')])
    const taken = await importing(whole, '--reason', 'The first file')
    expect([taken.code, taken.out]).toEqual([0, expect.stringContaining('Taken in as edition 1: 240 added')])
    const again = await importing(whole, '--reason', 'The same')
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('240 as they were')])
  })

  test('lists every fault with its row and column, takes in nothing, and ends with 1', async () => {
    const { code, out } = await importing(whole.replace('C-LEI-', 'C LEI '), '--reason', 'Wrong')
    expect(code).toBe(1)
    expect(out).toContain('1 wrong in 240 rows. Nothing was taken in.\n  row 2, concern_id: “C LEI')
  })

  test('says what the gateway refuses in its own words, and ends with 1', async () => {
    await writeFile(path.join(folder, 'token'), await tokenOf(gateway, 'nadia.hussain'))
    const { code, err } = await importing(whole, '--dry-run')
    await writeFile(path.join(folder, 'token'), await tokenOf(gateway, 'rhian.davies'))
    expect([code, err]).toEqual([1, expect.stringMatching(/^Refused:\n {2}local\//m)])
  })

  test.each([
    ['no reason', [], 'Say why with --reason'],
    [
      'a gateway over plain http',
      ['--dry-run', '--gateway', 'http://gateway.example'],
      'must start with https',
    ],
  ])('with %s it does not begin', async (_what, more, words) => {
    const { code, err } = await importing(whole, ...more)
    expect([code, err]).toEqual([2, expect.stringContaining(words)])
  })
})
