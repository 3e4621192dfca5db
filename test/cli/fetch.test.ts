// `concordat fetch` and `concordat export` as the scheduled jobs of both sides run them, against a whole gateway; and the examples
// of docs/receiving.md over what was fetched.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { processEnvironment } from '../../gateway/config.ts'
import { createPersonKey, type ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import { blocksOf, readDocument } from '../docs/documents.ts'
import { Gnupg, isGnupgHere, whyNoGnupg } from '../keys/gnupg.ts'
import { concernRow, deliver, quarter, startExportGateway, writeConcerns, type ExportGateway } from '../support/exports.ts' // prettier-ignore
import { enrolKey } from '../support/gateway.ts'
import { tokenOf } from '../support/tokens.ts'
import { concordat } from './run.ts'

let gateway: ExportGateway
let key: ArmoredKeyPair
let folder: string
const at = (name: string) => path.join(folder, name)
beforeAll(async () => {
  gateway = await startExportGateway()
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-fetch-'))
  key = await enrolKey(gateway, 'nadia.hussain')
  const stranger = await createPersonKey({ name: 'S', email: 's@hmpps.example', at: new Date() })
  await writeFile(at('mine.asc'), key.privateArmored)
  await writeFile(at('stranger.asc'), stranger.privateArmored)
  await writeFile(at('gateway.asc'), gateway.wiring.signer.publicArmored)
  await writeFile(at('gateway.jwk'), JSON.stringify(gateway.wiring.certificateJwk))
  await writeFile(at('token'), await tokenOf(gateway, 'nadia.hussain'))
  await writeConcerns(gateway, [concernRow('C-1', { text: 'One\r\nŴŷ 🔒' }), concernRow('C-2', { status: 'closed' })]) // prettier-ignore
  gateway.on(quarter.afterwards)
  await deliver(gateway)
})
afterAll(async () => {
  await gateway.close()
  await rm(folder, { recursive: true, force: true })
})

function fetching(to: string, more: readonly string[], env: Record<string, string> = {}) {
  const keys = ['--manifest-key', at('gateway.jwk'), '--sender-key', at('gateway.asc')]
  return concordat(['fetch', '--gateway', gateway.url, '--token-file', at('token'), '--to', at(to), ...keys, ...more], env) // prettier-ignore
}
const mine = () => ['--private-key', at('mine.asc')]
const state = async (to: string) => JSON.parse(await readFile(at(`${to}/received.json`), 'utf8')) as { delivery: number; manifestSha256: string } // prettier-ignore

describe('concordat fetch', () => {
  test('keeps what came, verified and decrypted, says so, and finds nothing new the next time', async () => {
    const first = await fetching('deliveries', [...mine(), '--acknowledge'])
    expect([first.code, first.err]).toEqual([0, ''])
    expect(first.out).toContain('2 concerns, signed, next in order, whole.')
    expect(first.out).toContain('Delivery 1 is acknowledged.')
    expect((await readdir(at('deliveries/delivery-1'))).toSorted()).toEqual(['HANDLING.txt', 'changes.csv', 'concerns.csv', 'datapackage.json', 'manifest.jws']) // prettier-ignore
    expect(await readFile(at('deliveries/delivery-1/concerns.csv'), 'utf8')).toContain('Ŵŷ 🔒')
    expect(await fetching('deliveries', mine())).toMatchObject({ code: 0, out: 'Nothing new since delivery 1.\n' }) // prettier-ignore
  })

  test('with --latest follows every manifest and opens the last package with GnuPG', async ({ skip }) => {
    skip(!isGnupgHere, whyNoGnupg)
    await deliver(gateway, { amends: 1, reason: 'A report was missing.' })
    await deliver(gateway, { amends: 2, reason: 'Another was missing.' })
    const gnupg = new Gnupg()
    try {
      await gnupg.must(['--import'], key.privateArmored)
      await gnupg.must(['--import'], gateway.wiring.signer.publicArmored)
      const env = { GNUPGHOME: gnupg.home, PATH: processEnvironment()['PATH'] ?? '' }
      const { code, out, err } = await fetching('deliveries', ['--gpg', '--latest', '--verify'], env)
      expect([code, err]).toEqual([0, ''])
      expect(out).toContain('Delivery 2: its manifest follows; its package was left.')
      expect(out).toContain('amends delivery 2')
    } finally {
      gnupg.close()
    }
    expect((await readdir(at('deliveries'))).toSorted()).toEqual(['delivery-1', 'delivery-3', 'received.json'])
    expect((await state('deliveries')).delivery).toBe(3)
  }) // prettier-ignore

  test('ends with the code of origin where another gateway signed the manifest, or the message, and keeps nothing', async () => {
    const other = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
    await writeFile(at('other.jwk'), JSON.stringify(await exportJWK(other.publicKey)))
    const another = await createPersonKey({ name: 'G', email: 'gateway@other.example', at: new Date() })
    await writeFile(at('other.asc'), another.publicArmored)
    for (const keys of [['--manifest-key', at('other.jwk')], ['--sender-key', at('other.asc')]]) {
      const ended = await fetching('another', [...mine(), ...keys])
      expect([ended.code, ended.err]).toEqual([3, expect.stringMatching(/^Refused \(origin\): .* Nothing of it was kept\.\n$/)])
    }
    await expect(readdir(at('another'))).rejects.toThrow('ENOENT')
  }) // prettier-ignore

  test.each([
    ['origin: a message that is not for the reader’s key', 3, 'strangers', 0, ['--private-key', 'stranger.asc']],
    ['order: a delivery that was replaced', 4, 'replaced', 2, ['--private-key', 'mine.asc']],
    ['order: more was received than the gateway has', 4, 'ahead', 9, ['--private-key', 'mine.asc']],
  ] as const)('ends with its own code for %s, and keeps nothing', async (_what, code, to, received, [option, file]) => {
    if (received > 0) {
      await mkdir(at(to), { recursive: true })
      await writeFile(at(`${to}/received.json`), JSON.stringify({ delivery: received, manifestSha256: 'ab'.repeat(32) }))
    }
    const ended = await fetching(to, [option, at(file)])
    expect([ended.code, ended.err]).toEqual([code, expect.stringMatching(/^Refused \((origin|order)\): .* Nothing of it was kept\.\n$/)])
    expect(received === 0 ? 0 : (await readdir(at(to))).length).toBe(received === 0 ? 0 : 1)
  }) // prettier-ignore

  test('without a way to open, or with two, does not begin; refused, says the gateway’s own words', async () => {
    expect(await fetching('none', [])).toMatchObject({ code: 2 })
    expect(await fetching('none', [...mine(), '--gpg'])).toMatchObject({ code: 2 })
    await writeFile(at('other-token'), await tokenOf(gateway, 'daniel.okafor'))
    const { code, err } = await fetching('none', [...mine(), '--token-file', at('other-token')])
    expect([code, err]).toEqual([1, expect.stringMatching(/^Refused:\n {2}local\//)])
  })
})

describe('docs/receiving.md', () => {
  const commands = { sh: ['sh', '-c'], python: ['python3', '-c'], r: ['Rscript', '-e'] } as const
  const blocks = blocksOf(readDocument('docs/receiving.md')).filter(({ heading }) => ['Shell', 'Python', 'R'].includes(heading)) // prettier-ignore

  test.for(blocks)('the example in $heading reads what was fetched', ({ language, text }, { skip }) => {
    const [program, flag] = commands[language as keyof typeof commands] // as the document has them
    skip(spawnSync(program, ['--version']).error !== undefined, `${program} is not installed`)
    const out = execFileSync(program, [flag, text], { cwd: folder, encoding: 'utf8' })
    expect(out.trim()).toMatch(language === 'sh' ? /^concern_id,/ : /^1$/)
  }) // prettier-ignore
})

describe('concordat export', () => {
  const exporting = async (who: 'rhian.davies' | 'oliver.bennett', ...more: string[]) => {
    await writeFile(at(who), await tokenOf(gateway, who))
    return concordat(['export', ...more, '--gateway', gateway.url, '--token-file', at(who)])
  }

  test('is rehearsed, put forward by one, released by another, and its state is told', async () => {
    gateway.on('2027-04-06')
    const rehearsed = await exporting('rhian.davies', 'rehearse')
    expect([rehearsed.code, rehearsed.out]).toEqual([0, expect.stringContaining('It can be put forward.')])
    expect(await exporting('rhian.davies', 'run', '--findings-read')).toMatchObject({ code: 0, out: expect.stringContaining('A second person now releases it') as string }) // prettier-ignore
    const own = await exporting('rhian.davies', 'run')
    expect([own.code, own.err]).toEqual([1, expect.stringContaining('local/two-releasers')])
    const released = await exporting('oliver.bennett', 'run')
    expect([released.code, released.out]).toEqual([0, expect.stringMatching(/Delivery \d+ is sent: 2 concerns\.\nSHA-256/)]) // prettier-ignore
    const status = await exporting('oliver.bennett', 'status')
    expect([status.code, status.out]).toEqual([0, expect.stringContaining('Quarter 4 of 2026-27, due on 2027-04-14: sent')]) // prettier-ignore
    gateway.on('2027-07-30')
    expect(await exporting('oliver.bennett', 'status')).toMatchObject({ code: 1, out: expect.stringContaining('LATE') as string }) // prettier-ignore
  })
})
