// A full disk: of the vault while something is sealed, and of the key store while a key is to be destroyed. Nothing is half done, it is
// said, and it ends well once there is room.
import { chmod, mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { destroyDue } from '../../gateway/retention/destroy.ts'
import { sealPackage } from '../../gateway/transfers/seal.ts'
import { openFileVault } from '../../gateway/vault.ts'
import { openFileKeyStore } from '../../keys/file-key-store.ts'
import { Secret } from '../../keys/secret.ts'
import { canMount, openSmallDisk, type SmallDisk } from '../audit/small-disk.ts'
import { enrolKey, entriesOf, startGateway, type TestGateway } from '../support/gateway.ts'
import { collect, rowOf, transferAt } from '../support/transfers.ts'

const mountable = canMount()
if (!mountable) console.warn('Skipped: tests of full disks need to mount one, which this user cannot.')

describe.skipIf(!mountable)('a full disk', () => {
  let gateway: TestGateway
  let vaultDisk: SmallDisk
  let keyDisk: SmallDisk
  const keys = () => path.join(keyDisk.directory, 'shelves')
  beforeAll(async () => {
    ;[vaultDisk, keyDisk] = [await openSmallDisk(8), await openSmallDisk(8)]
    await mkdir(keys(), { mode: 0o700 })
    await chmod(keys(), 0o700)
    gateway = await startGateway({
      withWorker: false,
      people: 300,
      change: async (wiring) => ({
        ...wiring,
        vault: await openFileVault(path.join(vaultDisk.directory, 'vault')),
        keyStore: await openFileKeyStore(keys()),
      }),
    })
    // The database knows the store that it was wired with.
    await gateway.owner.query('update concordat.key_store set id = $1', [gateway.wiring.keyStore.id])
    await enrolKey(gateway)
  })
  afterAll(async () => {
    await gateway.close()
    await vaultDisk.close()
    await keyDisk.close()
  })
  const failures = async () => (await entriesOf(gateway, 'type=job.failed')).map(({ detail }) => detail)

  test('of the vault, while something is sealed: nothing of it is kept, and it is sealed when there is room', async () => {
    const id = await transferAt(gateway, 'supplied')
    await vaultDisk.fill(0)
    await expect(sealPackage(gateway.wiring, id)).rejects.toMatchObject({ code: 'ENOSPC' })
    expect((await rowOf(gateway, id))['state']).toBe('supplied')
    expect((await gateway.owner.query('select from concordat.item')).rowCount).toBe(0)
    expect(await readdir(path.join(vaultDisk.directory, 'vault'))).toEqual([])
    expect(await entriesOf(gateway, 'type=item.sealed')).toEqual([])

    await vaultDisk.empty()
    await sealPackage(gateway.wiring, id)
    expect((await collect(gateway, id)).length).toBeGreaterThan(0)
  })

  test('of the key store, on the date: the key is not half gone, it is said, and it is destroyed when there is room', async () => {
    const { rows } = await gateway.owner.query(`select id, shelf_ref, destroy_on, vault_object from concordat.item where state = 'sealed'`) // prettier-ignore
    const [item] = rows
    const shelf = String(item?.['shelf_ref'])
    const onTheDay = { ...gateway.wiring, clock: () => new Date(`${String(item?.['destroy_on'])}T12:00:00Z`) }
    const before = await readdir(keys())
    await keyDisk.takeEveryName()
    expect(await destroyDue(onTheDay)).toEqual([])
    expect(await failures()).toMatchObject([{ job: 'destroy-due' }])
    expect(await gateway.wiring.keyStore.stateOf(shelf)).toBe('usable')
    expect(await readdir(keys())).toEqual(before)
    const left = await gateway.owner.query('select state, vault_object from concordat.item')
    expect(left.rows).toEqual([{ state: 'sealed', vault_object: item?.['vault_object'] }])
    expect(await readdir(path.join(vaultDisk.directory, 'vault'))).toEqual([item?.['vault_object']])
    expect(await entriesOf(gateway, 'type=item.destroyed')).toEqual([])

    await keyDisk.empty()
    expect(await destroyDue(onTheDay)).toEqual([item?.['id']])
    expect(await gateway.wiring.keyStore.stateOf(shelf)).toBe('destroyed')
    expect(await readdir(path.join(vaultDisk.directory, 'vault'))).toEqual([])
  })

  test('of the key store refuses a new key and a start, leaves nothing behind, and takes both when there is room', async () => {
    const store = gateway.wiring.keyStore
    const before = await readdir(keys())
    await keyDisk.fill(0)
    await expect(store.create('shelf/full/1')).rejects.toMatchObject({ code: 'ENOSPC' })
    await keyDisk.empty()
    await keyDisk.takeEveryName()
    await expect(store.create('shelf/full/2')).rejects.toMatchObject({ code: 'ENOSPC' })
    await expect(openFileKeyStore(keys())).rejects.toMatchObject({
      code: 'store.read-only',
      message: expect.stringContaining('the disk is full') as string,
    })
    expect(await readdir(keys())).toEqual(before)
    await keyDisk.empty()
    for (const ref of ['shelf/full/1', 'shelf/full/2']) {
      await store.create(ref)
      expect((await store.wrap(ref, Secret.random(32), {})).length).toBeGreaterThan(32)
    }
    await openFileKeyStore(keys())
  })
})
