// Last week's backup after a destruction: it is put back, and nothing that was destroyed can be opened, by us or with the old files
// (hmpps-2025/19-destruction, S12). What was kept opens as before.
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../gateway/embedded-postgres.ts'
import { sealingContext } from '../../gateway/retention/item.ts'
import { findItemOf } from '../../gateway/retention/store.ts'
import { serve, type Running } from '../../gateway/serve.ts'
import { certifyDestroyed } from '../../gateway/retention/certify.ts'
import { wire, type Wiring } from '../../gateway/wire.ts'
import { payloadSchema } from '../../keys/certificate.ts'
import { openMessage } from '../../keys/open-message.ts'
import type { ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import { concordat } from '../cli/run.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { enrolKey, startGateway, type TestGateway } from '../support/gateway.ts'
import { tokenOf } from '../support/tokens.ts'
import { destroyOnItsDate, transferAt } from '../support/transfers.ts'

describe('a backup', () => {
  let gateway: TestGateway
  let key: ArmoredKeyPair
  let folder: string
  let fresh: FreshDatabase
  let restored: { wiring: Wiring; running: Running } | undefined
  const at = (name: string) => path.join(folder, name)
  const env = (owner: string, vault: string) => {
    const { keyDirectory, ledgerDirectory, ledgerOrigin } = gateway.environment.config
    return { MIGRATION_DATABASE_URL: owner, VAULT_DIRECTORY: vault, KEY_DIRECTORY: keyDirectory, LEDGER_DIRECTORY: ledgerDirectory, LEDGER_ORIGIN: ledgerOrigin, BACKUP_DAYS: '3650' } // prettier-ignore
  }
  const backUp = (where: string) => concordat(['backup', where], env(gateway.fresh.ownerUrl, gateway.environment.config.vaultDirectory)) // prettier-ignore

  beforeAll(async () => {
    gateway = await startGateway()
    key = await enrolKey(gateway)
    folder = await mkdtemp(path.join(tmpdir(), 'concordat-backup-'))
    fresh = await freshDatabase()
  })
  afterAll(async () => {
    await restored?.running.stop()
    await gateway.close()
    await fresh.drop()
    await rm(folder, { recursive: true, force: true })
  })

  test('holds no key, and is not made beside the keys or into a folder that holds something', async () => {
    const { keyDirectory } = gateway.environment.config
    expect(await backUp(path.join(keyDirectory, 'backup'))).toMatchObject({ code: 1, err: expect.stringContaining('would lie with the keys') as string }) // prettier-ignore
    expect(await backUp(at('first'))).toMatchObject({ code: 0 })
    expect(await backUp(at('first'))).toMatchObject({ code: 1, err: expect.stringContaining('is not empty') as string }) // prettier-ignore
    expect((await readdir(at('first'))).sort()).toEqual(['database', 'manifest.json', 'vault'])
    await mkdir(at('mine'))
    await writeFile(at('mine/notes'), 'mine')
    expect(await backUp(at('mine'))).toMatchObject({ code: 1 })
    expect(await readdir(at('mine'))).toEqual(['notes'])
  })

  test('hmpps-2025/19-destruction: of last week opens nothing that was destroyed since, for us or with the old files, and all that was kept', async () => {
    const [going, staying] = [await transferAt(gateway, 'available'), await transferAt(gateway, 'available')]
    const item = async (id: string) => findItemOf(gateway.wiring.db, id)
    const reviewOn = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
    await (await gateway.as('helen.marsh')).post(`/api/v1/retention/items/${(await item(staying))?.id ?? ''}/holds`, { kind: 'inquiry', reason: 'An inquiry asks.', reviewOn }) // prettier-ignore
    const was = await item(going)
    if (was?.status.state !== 'sealed') throw new Error('it is sealed')
    const taken = await backUp(at('week'))
    expect(taken).toMatchObject({ code: 0, out: expect.stringContaining('2 sealed objects') as string })
    await destroyOnItsDate(gateway, going)

    const vault = at('vault')
    const put = await concordat(['restore', at('week')], env(fresh.ownerUrl, vault))
    expect(put, put.err).toMatchObject({ code: 0, out: expect.stringContaining('item.destroyed') as string })
    const config = { ...gateway.environment.config, databaseUrl: fresh.gatewayUrl, ledgerDatabaseUrl: fresh.ledgerUrl, vaultDirectory: vault, port: await freePort() } // prettier-ignore
    const { clock, log } = gateway.wiring
    const wiring = await wire({ config, clock, log, version: 'test', createMissingKeys: false })
    const running = await serve(wiring, { withWorker: false })
    restored = { wiring, running }

    const token = await tokenOf(gateway, 'ayesha.rahman')
    const ask = (what: string) => fetch(`http://127.0.0.1:${running.port}/api/v1/requests/${what}`, { headers: { authorization: `Bearer ${token}` } }) // prettier-ignore
    expect(((await (await ask(going)).json()) as Record<string, unknown>)['state']).toBe('destroyed')
    expect((await ask(`${going}/package`)).status).toBe(410)
    expect(await readdir(vault)).not.toContain(was.vaultObject)
    expect(await readdir(at('week/vault'))).toContain(was.vaultObject)
    await expect(wiring.keyStore.unwrap(was.shelfRef, was.status.wrappedKey, sealingContext(was))).rejects.toMatchObject({ code: 'store.key-destroyed' }) // prettier-ignore

    const kept = await ask(`${staying}/package`)
    expect(kept.status).toBe(200)
    const opened = await openMessage(new Uint8Array(await kept.arrayBuffer()), { privateArmored: key.privateArmored, senderArmored: wiring.signer.publicArmored }) // prettier-ignore
    expect(Buffer.from(opened).subarray(0, 2).toString()).toBe('PK')

    await wiring.ledgerProcess.catchUp()
    await certifyDestroyed(wiring)
    const { certificate } = (await (await ask(`${going}/certificate`)).json()) as { certificate: string }
    const says = payloadSchema.parse(JSON.parse(Buffer.from(certificate.split('.')[1] ?? '', 'base64url').toString())) // prettier-ignore
    expect(says.status).toBe('complete')
  })

  test('is named by the certificate of what it still holds, with the day on which it lapses', async () => {
    const { rows } = await gateway.owner.query('select id, lapses_on from concordat.backup order by taken_at desc limit 1') // prettier-ignore
    const { rows: certificates } = await gateway.owner.query('select jws from concordat.certificate')
    const says = certificates.map(({ jws }) => payloadSchema.parse(JSON.parse(Buffer.from(String(jws).split('.')[1] ?? '', 'base64url').toString()))) // prettier-ignore
    const named = says.flatMap(({ copies }) => copies).filter(({ ref }) => ref === `backup/${String(rows[0]?.['id'])}`) // prettier-ignore
    expect(named).toEqual([{ kind: 'backup', ref: `backup/${String(rows[0]?.['id'])}`, state: 'unreadable', expiresOn: rows[0]?.['lapses_on'] }]) // prettier-ignore
  })

  test('that was altered, is not whole, or would go into a database in use is refused, and nothing is changed', async () => {
    const other = await freshDatabase()
    const restore = (where: string, owner = other.ownerUrl) => concordat(['restore', where], env(owner, at('other'))) // prettier-ignore
    await cp(at('first'), at('altered'), { recursive: true })
    await appendFile(at('altered/database/concordat.person.copy.gz'), 'x')
    expect(await restore(at('altered'))).toMatchObject({ code: 1, err: expect.stringContaining('concordat.person.copy.gz is not what was written') as string }) // prettier-ignore
    // A file that the manifest does not have hashed could be anything, from anywhere.
    const manifest = JSON.parse(await readFile(at('first/manifest.json'), 'utf8')) as {
      tables: { file: string }[]
    } // as taken
    await cp(at('first'), at('elsewhere'), { recursive: true })
    for (const file of ['../first/database/concordat.person.copy.gz', 'database/another.copy.gz']) {
      await writeFile(at('elsewhere/manifest.json'), JSON.stringify({ ...manifest, tables: [{ ...manifest.tables[0], file }] })) // prettier-ignore
      expect(await restore(at('elsewhere'))).toMatchObject({ code: 1, err: expect.stringContaining('another form') as string }) // prettier-ignore
    }
    await rm(at('altered/manifest.json'))
    expect(await restore(at('altered'))).toMatchObject({ code: 1, err: expect.stringContaining('no whole backup') as string }) // prettier-ignore
    expect(await restore(at('first'), gateway.fresh.ownerUrl)).toMatchObject({ code: 1, err: expect.stringContaining('in use') as string }) // prettier-ignore
    await other.drop()
  })
})
