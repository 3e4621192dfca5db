// A gateway starts only with the key store that belongs to its database, and only where it can write to it.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { confirmKeyStore } from '../../gateway/retention/key-store-check.ts'
import { openFileKeyStore } from '../../keys/file-key-store.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { transferAt } from '../support/transfers.ts'

describe('the key store of another installation', () => {
  let gateway: TestGateway
  let empty: string
  beforeAll(async () => {
    gateway = await startGateway({ people: 300 })
    empty = await mkdtemp(path.join(tmpdir(), 'concordat-keys-'))
    await chmod(empty, 0o700)
  })
  afterAll(async () => {
    await gateway.close()
    await rm(empty, { recursive: true, force: true })
  })

  test('stops the start as soon as something is sealed, and its own does not', async () => {
    const { db, keyStore } = gateway.wiring
    const foreign = await openFileKeyStore(empty)
    expect(await confirmKeyStore(db, foreign, new Date())).toEqual([]) // nothing is kept yet: it would do
    expect(await confirmKeyStore(db, keyStore, new Date())).toEqual([])
    await transferAt(gateway, 'available')
    expect(await confirmKeyStore(db, keyStore, new Date())).toEqual([])
    await expect(confirmKeyStore(db, foreign, new Date())).rejects.toMatchObject({ code: 'store.foreign' })
  })

  test('one key that was lost beside others is named, and does not stop the others', async () => {
    const { db, keyStore } = gateway.wiring
    await gateway.owner.query(
      `insert into concordat.shelf (ref, owner, destroy_on, generation, state) values ('shelf/imb/2031-01-01/1', 'imb', '2031-01-01', 1, 'open')`,
    )
    expect(await confirmKeyStore(db, keyStore, new Date())).toEqual(['shelf/imb/2031-01-01/1'])
  })
})
