// The keys that sign packages and certificates are changed while the gateway serves: a successor is shown before it signs, what either
// signed verifies for ever, the ledger has each step, gateway and worker need no restart, and a crash on the way leaves one that signs.
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { PassThrough } from 'node:stream'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { verifyDocument } from '../../audit/verifier/documents.ts'
import { processEnvironment } from '../../gateway/config.ts'
import { createLog } from '../../gateway/log.ts'
import { foldersOf } from '../../gateway/key-directory.ts'
import { serve, type Running } from '../../gateway/serve.ts'
import { wire, type Wiring } from '../../gateway/wire.ts'
import { openMessage } from '../../keys/open-message.ts'
import { beginSuccession, endSuccession, loadOrCreateSuccessions, succeeding } from '../../keys/succession.ts'
import type { ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import { Gnupg, isGnupgHere, whyNoGnupg } from '../keys/gnupg.ts'
import { concernRow, deliver, quarter, startExportGateway, writeConcerns, type ExportGateway } from '../support/exports.ts' // prettier-ignore
import { enrolKey, entriesOf } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'
import { tokenOf } from '../support/tokens.ts'
import { destroyOnItsDate, transferAt } from '../support/transfers.ts'
import { concordat } from './run.ts'

type Announcement = Readonly<Record<string, string | string[] | undefined>>

describe('a change of the keys that sign packages and certificates', () => {
  let gateway: ExportGateway
  /** As another process has it: on the same database and directories, with keys of its own. */
  let elsewhere: Wiring
  let second: Running
  let key: ArmoredKeyPair
  let folder: string
  let environment: Record<string, string>
  const at = (name: string) => path.join(folder, name)
  beforeAll(async () => {
    gateway = await startExportGateway()
    folder = await mkdtemp(path.join(tmpdir(), 'concordat-succession-'))
    const { config } = gateway.environment
    environment = { KEY_DIRECTORY: config.keyDirectory, LEDGER_ORIGIN: config.ledgerOrigin, MAIL_FROM: config.mailFrom, DATABASE_URL: gateway.fresh.gatewayUrl } // prettier-ignore
    elsewhere = await wire({ config: { ...config, port: 0 }, clock: () => new Date(), log: createLog('error', new PassThrough()), version: 'test', createMissingKeys: false }) // prettier-ignore
    second = await serve(elsewhere, { withWorker: false })
    key = await enrolKey(gateway, 'nadia.hussain')
    await enrolKey(gateway, 'ayesha.rahman')
    await writeFile(at('mine.asc'), key.privateArmored)
    await writeFile(at('token'), await tokenOf(gateway, 'nadia.hussain'))
    await writeConcerns(gateway, [concernRow('C-1')])
    gateway.on(quarter.afterwards)
  })
  afterAll(async () => {
    await second.stop()
    await gateway.close()
    await rm(folder, { recursive: true, force: true })
  })

  const announced = async () => (await entriesOf(gateway, 'type=signing-keys.announced')).map(({ detail }) => detail as Announcement) // prettier-ignore
  const save = async (name: string, address: string) => {
    const answer = await (await gateway.as('nadia.hussain')).get(address)
    expect(answer.status).toBe(200)
    await writeFile(at(name), answer.bytes)
    return answer.bytes.toString()
  }
  const fetching = (to: string, jwk: string, asc: string, env: Record<string, string> = {}) => {
    const opens = 'GNUPGHOME' in env ? ['--gpg'] : ['--private-key', at('mine.asc')]
    return concordat(['fetch', '--gateway', gateway.url, '--token-file', at('token'), '--to', at(to), '--manifest-key', at(jwk), '--sender-key', at(asc), ...opens], env) // prettier-ignore
  }
  const retire = (which: string, ...more: string[]) =>
    concordat(['keys', 'retire', which, ...more], environment)
  const certified = async (name: string) => {
    const id = await transferAt(gateway, 'available')
    await destroyOnItsDate(gateway, id)
    // Another process may be signing: its certificate comes with a later pass.
    const answer = await vi.waitFor(async () => {
      await gateway.wiring.ledgerProcess.catchUp()
      await destroyOnItsDate(gateway, id)
      const given = await (await gateway.as('marta.kowalczyk')).get(`/api/v1/requests/${id}/certificate`)
      expect(given.status).toBe(200)
      return given
    }, 20_000)
    await writeFile(at(name), answer.bytes)
    await writeFile(at('ledger.vkey'), `${gateway.wiring.verifierKey}\n`)
    return answer.bytes.toString()
  }
  const verifies = async (certificate: string, keys: string) =>
    (await concordat(['certificate', 'verify', '--certificate', at(certificate), '--key', at(keys), '--vkey', at('ledger.vkey')])).code // prettier-ignore
  const state = () => ({ packages: gateway.wiring.signingKeys.packages.fingerprint, certificates: gateway.wiring.signingKeys.certificates.publicJwk.kid }) // prettier-ignore

  test('a successor is shown before it signs; both sides keep working over the change, with what they had and with what is new', async () => {
    const old = state()
    expect(await announced()).toEqual([{ ...old, packagesBefore: [], certificatesBefore: [] }])
    await save('old.jwk', '/api/v1/certificate-key')
    await save('old.asc', '/api/v1/package-keys')
    await certified('before.json')
    await deliver(gateway)
    const collectedBefore = (await (await gateway.as('nadia.hussain')).get('/api/v1/deliveries/1/package'))
      .bytes
    expect(await fetching('before', 'old.jwk', 'old.asc')).toMatchObject({ code: 0, err: '' })

    // Made: shown within seconds by every process, in one entry for each, and it does not sign.
    const made: Record<string, string> = {}
    for (const which of succeeding) {
      const answer = await concordat(['keys', 'rotate', which], environment)
      expect([answer.code, answer.err]).toEqual([0, ''])
      made[which] = /^ {2}(\S+)$/m.exec(answer.out)?.[1] ?? ''
      expect((await concordat(['keys', 'rotate', which], environment)).err).toContain('being changed already')
    }
    const [packages = '', certificates = ''] = [made['packages'], made['certificates']]
    for (const wiring of [gateway.wiring, elsewhere])
      await vi.waitFor(() => {
        expect(wiring.signingKeys.published.packages.map((each) => [each.fingerprint, each.state])).toEqual([[old.packages, 'signs'], [packages, 'next']]) // prettier-ignore
        expect(wiring.signingKeys.published.certificates.map((each) => [each.jwk.kid, each.state])).toEqual([[old.certificates, 'signs'], [certificates, 'next']]) // prettier-ignore
      }, 20_000)
    const shown = { ...old, packagesNext: packages, packagesBefore: [], certificatesNext: certificates, certificatesBefore: [] } // prettier-ignore
    expect((await announced()).at(-1)).toEqual(shown)
    expect(state()).toEqual(old)
    const page = (await (await signedIn(gateway, 'nadia.hussain')).page('/keys')).body
    expect(page).toContain('signs next')
    expect(page.replaceAll(/\s/g, '')).toContain(packages.replaceAll(/\s/g, ''))
    expect(page).toContain(certificates)
    const jwks = await save('all.jwk', '/api/v1/certificate-keys')
    expect((JSON.parse(jwks) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)).toEqual([old.certificates, certificates]) // prettier-ignore
    expect(jwks).not.toContain('"d"')
    expect(await save('all.asc', '/api/v1/package-keys')).toContain(
      `${packages} will sign; it does not sign yet`,
    )
    expect(await readFile(at('all.asc'), 'utf8')).not.toContain('PRIVATE')

    // Retired: not for a key that nobody was shown, nor before its time without a word.
    expect(await retire('packages', '--keep', 'F'.repeat(40))).toMatchObject({ code: 2, err: expect.stringContaining('No gateway shows') as string }) // prettier-ignore
    expect(await retire('packages', '--keep', packages)).toMatchObject({ code: 2, err: expect.stringContaining('It signs after 7 days') as string }) // prettier-ignore
    for (const which of succeeding)
      expect(await retire(which, '--keep', made[which] ?? '', '--at-once')).toMatchObject({
        code: 0,
        err: '',
      })
    expect((await retire('packages', '--keep', packages, '--at-once')).code).not.toBe(0)
    for (const wiring of [gateway.wiring, elsewhere])
      await vi.waitFor(() => {
        expect([wiring.signingKeys.packages.fingerprint, wiring.signingKeys.certificates.publicJwk.kid]).toEqual([packages, certificates]) // prettier-ignore
      }, 20_000)
    expect((await announced()).at(-1)).toEqual({ packages, certificates, packagesBefore: [old.packages], certificatesBefore: [old.certificates] }) // prettier-ignore
    const { signing } = foldersOf(gateway.environment.config.keyDirectory)
    expect((await readdir(signing)).filter((name) => /next|retired\./.test(name))).toEqual([])
    expect((await readdir(signing)).filter((name) => name.includes('before'))).toEqual(['certificate-signing.before.json', 'package-signing.before.json']) // prettier-ignore

    // What is new is signed by the new keys alone, and both together verify everything.
    await deliver(gateway, { amends: 1, reason: 'A report was missing.' })
    expect(await fetching('after', 'all.jwk', 'all.asc')).toMatchObject({ code: 0, err: '' })
    expect((await readdir(at('after'))).toSorted()).toEqual(['delivery-1', 'delivery-2', 'received.json'])
    const late = await fetching('late', 'old.jwk', 'all.asc')
    expect([late.code, late.err]).toEqual([3, expect.stringContaining('If the gateway has changed its key')])
    expect(await fetching('late', 'all.jwk', 'old.asc')).toMatchObject({ code: 3 })
    const opening = {
      privateArmored: key.privateArmored,
      senderArmored: await readFile(at('all.asc'), 'utf8'),
    }
    expect((await openMessage(collectedBefore, opening)).length).toBeGreaterThan(0)
    const collectedAfter = (await (await gateway.as('nadia.hussain')).get('/api/v1/deliveries/2/package'))
      .bytes
    expect((await openMessage(collectedAfter, opening)).length).toBeGreaterThan(0)
    await expect(openMessage(collectedAfter, { ...opening, senderArmored: await readFile(at('old.asc'), 'utf8') })).rejects.toThrow('did not sign') // prettier-ignore
  })

  test('GnuPG, with all of the keys imported, opens what either signed', async ({ skip }) => {
    skip(!isGnupgHere, whyNoGnupg)
    const gnupg = new Gnupg()
    try {
      for (const keys of [key.privateArmored, await readFile(at('all.asc'), 'utf8')])
        await gnupg.must(['--import'], keys)
      const env = { GNUPGHOME: gnupg.home, PATH: processEnvironment()['PATH'] ?? '' }
      const opened = await fetching('gnupg', 'all.jwk', 'all.asc', env)
      expect([opened.code, opened.err]).toEqual([0, ''])
    } finally {
      gnupg.close()
    }
  })

  test('certificates choose their key by its name, on the command line and in the browser', async () => {
    const [before, after] = [await readFile(at('before.json'), 'utf8'), await certified('after.json')]
    await save('new.jwk', '/api/v1/certificate-key')
    expect([await verifies('before.json', 'all.jwk'), await verifies('after.json', 'all.jwk')]).toEqual([
      0, 0,
    ])
    expect([await verifies('before.json', 'old.jwk'), await verifies('after.json', 'old.jwk')]).toEqual([
      0, 1,
    ])
    expect([await verifies('before.json', 'new.jwk'), await verifies('after.json', 'new.jwk')]).toEqual([
      1, 0,
    ])
    const inBrowser = async (document: string, file: string) =>
      (await verifyDocument({ document, ledgerKeys: gateway.wiring.verifierKey, certificateKey: await readFile(at(file), 'utf8') })).verified // prettier-ignore
    expect([await inBrowser(before, 'all.jwk'), await inBrowser(after, 'all.jwk')]).toEqual([true, true])
    expect([await inBrowser(before, 'new.jwk'), await inBrowser(after, 'old.jwk')]).toEqual([false, false])
  })

  test('a key that was put in place without having been shown does not sign: the one of before goes on, and the log says so', async () => {
    const { signing } = foldersOf(gateway.environment.config.keyDirectory)
    const [file, kept] = [path.join(signing, 'certificate-signing.pem'), at('kept.pem')]
    await rename(file, kept)
    const was = state()
    const strange = await mkdtemp(at('strange-'))
    await loadOrCreateSuccessions(strange, { createMissing: true, name: 'G', email: 'g@concordat.example', at: new Date() }) // prettier-ignore
    await cp(path.join(strange, 'certificate-signing.pem'), file)
    await expect(gateway.wiring.signingKeys.look()).rejects.toThrow('never shown')
    expect(state()).toEqual(was)
    await vi.waitFor(() => expect(gateway.logLines().join('\n')).toContain('signing-keys.look'), 20_000)
    await rm(file)
    await expect(gateway.wiring.signingKeys.look()).rejects.toThrow('no signing key')
    expect(state()).toEqual(was)
    await rename(kept, file)
    await gateway.wiring.signingKeys.look()
    expect(state()).toEqual(was)
  })
})

describe('a change that is broken off', () => {
  const owner = { name: 'G', email: 'g@concordat.example', at: new Date() }
  const files = { packages: 'package-signing', certificates: 'certificate-signing' } as const
  const extensions = { packages: 'asc', certificates: 'pem' } as const

  /** What a kill leaves after each step of the end of a change, as files. */
  const kills = ['wrote down the public half', 'made room', 'destroyed the older one'] as const

  test.for(succeeding.flatMap((which) => kills.map((kill) => [which, kill] as const)))('of %s, when it %s, leaves one that signs and what verifies, and ends when asked again', async ([which, kill]) => {
    const [dir, done] = [await mkdtemp(path.join(tmpdir(), 's-')), await mkdtemp(path.join(tmpdir(), 's-'))]
    const before = await loadOrCreateSuccessions(dir, { ...owner, createMissing: true })
    await beginSuccession(dir, which, owner)
    const begun = await loadOrCreateSuccessions(dir, { ...owner, createMissing: true })
    const nameOf = (keys: typeof before, of: 'current' | 'next') => which === 'packages' ? keys.packages[of]?.fingerprint : keys.certificates[of]?.publicJwk.kid // prettier-ignore
    expect([nameOf(begun, 'current'), nameOf(begun, 'next')]).toEqual([nameOf(before, 'current'), expect.stringMatching(/.{40}/)])
    await cp(dir, done, { recursive: true })
    await endSuccession(done, which, '2026-11-27')
    const file = (state = '') => path.join(dir, `${files[which]}${state}.${extensions[which]}`)
    await cp(path.join(done, `${files[which]}.before.json`), path.join(dir, `${files[which]}.before.json`))
    if (kill !== 'wrote down the public half') await rename(file(), file('.retired'))
    if (kill === 'destroyed the older one') await rm(file('.retired'))

    const left = await loadOrCreateSuccessions(dir, { ...owner, createMissing: true })
    const older = kill === 'wrote down the public half'
    expect(nameOf(left, 'current')).toBe(older ? nameOf(begun, 'current') : nameOf(begun, 'next'))
    expect(left[which].before).toHaveLength(older ? 0 : 1)
    await endSuccession(dir, which, '2026-11-28')
    const ended = await loadOrCreateSuccessions(dir, { ...owner, createMissing: false })
    expect([nameOf(ended, 'current'), nameOf(ended, 'next')]).toEqual([nameOf(begun, 'next'), undefined])
    expect(ended[which].before.map(({ until }) => until)).toEqual(['2026-11-27'])
    expect((await readdir(dir)).filter((name) => /next|retired/.test(name))).toEqual([])
    await rm(dir, { recursive: true })
    await rm(done, { recursive: true })
  }) // prettier-ignore
})
