// The command that moves keys, as an operator runs it: from files to a token, with the gateway stopped and started again.
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KeyStoreConfig } from '../../gateway/key-store-config.ts'
import { createLog } from '../../gateway/log.ts'
import { destroyDue } from '../../gateway/retention/destroy.ts'
import { wire } from '../../gateway/wire.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { makeSoftToken, needsSoftHsm, softHsm } from '../support/soft-token.ts'
import { rowOf, transferAt } from '../support/transfers.ts'
import { commandsOf, readDocument } from '../docs/documents.ts'
import { concordat } from './run.ts'

describe.skipIf(softHsm === undefined)(`concordat keys move${needsSoftHsm}`, () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 300 })
  })
  afterAll(() => gateway.close())

  const wired = (keyStore: KeyStoreConfig, at = new Date()) =>
    wire({ config: { ...gateway.environment.config, keyStore, port: 0 }, clock: () => at, log: createLog('error', new PassThrough()), version: 'test', createMissingKeys: false }) // prettier-ignore

  test('takes the keys into a token; a start with the old store is refused, and one with the new destroys on the date', async () => {
    const id = await transferAt(gateway, 'available')
    const { settings, environment } = await makeSoftToken()
    const env = {
      ...environment,
      DATABASE_URL: gateway.fresh.gatewayUrl, KEY_DIRECTORY: gateway.environment.config.keyDirectory,
      PKCS11_LIBRARY: settings.library, PKCS11_TOKEN: settings.token, PKCS11_PIN: settings.pin,
    } // prettier-ignore
    const lacking = await concordat(['keys', 'move', '--to', 'pkcs11'], { ...env, PKCS11_PIN: '' })
    expect(lacking).toMatchObject({ code: 2, err: expect.stringContaining('PKCS11_PIN: ') as string }) // prettier-ignore
    const rehearsed = commandsOf(readDocument('docs/runbook.md')).find((command) => command.includes('keys move')) ?? '' // prettier-ignore
    const done = await concordat(rehearsed.replace('npx concordat ', '').split(' '), env)
    expect(done.code, done.err).toBe(0)
    expect(done.out).toMatch(/^Moved 1 keys on 1 shelves from file to pkcs11 .*Each opened in both and was the same\.\nDestroyed 1 keys/)
    await expect(wired({ kind: 'file' })).rejects.toMatchObject({ code: 'store.foreign' })
    const again = await concordat(['keys', 'move', '--to', 'pkcs11'], env)
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('had been moved to pkcs11') as string }) // prettier-ignore

    const wiring = await wired({ kind: 'pkcs11', ...settings }, new Date('2045-01-01T12:00:00Z'))
    expect(await destroyDue(wiring)).toHaveLength(1)
    expect((await rowOf(gateway, id))['state']).toBe('destroyed')
    await wiring.close()
  }) // prettier-ignore
})
