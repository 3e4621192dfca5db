// The keys of what is kept go to another store: broken off at any step everything opens in exactly one of the two, done again it ends
// well, and a gateway that still has the old store can neither seal nor destroy.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findStoreInUse } from '../../gateway/key-store-in-use.ts'
import { confirmKeyStore } from '../../gateway/retention/key-store-check.ts'
import { moveKeys, type MoveKeysDeps } from '../../gateway/rotation/move-keys.ts'
import { findShelfNames, lockWrappedOn } from '../../gateway/rotation/wrapped-store.ts'
import { destroyDue } from '../../gateway/retention/destroy.ts'
import { openFileKeyStore } from '../../keys/file-key-store.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import { concernRow, deliver, quarter, startExportGateway, writeConcerns, type ExportGateway } from '../support/exports.ts' // prettier-ignore
import { plantable } from '../support/faults.ts'
import { entriesOf } from '../support/gateway.ts'
import { transferAt } from '../support/transfers.ts'

class Crash extends Error {}

describe('moving the keys', () => {
  let gateway: ExportGateway
  let current: KeyStore
  const folders: string[] = []
  beforeAll(async () => {
    gateway = await startExportGateway({ people: 300 })
    await transferAt(gateway, 'destroyed')
    for (let made = 0; made < 2; made += 1) await transferAt(gateway, 'available')
    await writeConcerns(gateway, [concernRow('C-1')])
    gateway.on(quarter.afterwards)
    await deliver(gateway)
    await gateway.settle()
    current = gateway.wiring.keyStore
  })
  afterAll(async () => {
    await gateway.close()
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  })

  async function anotherStore(): Promise<KeyStore> {
    const folder = await mkdtemp(path.join(tmpdir(), 'concordat-move-'))
    folders.push(folder)
    return openFileKeyStore(folder)
  }

  const depsOf = (from: KeyStore, to: KeyStore): MoveKeysDeps => ({ db: gateway.wiring.db, clock: gateway.wiring.clock, from, to, progress: () => undefined }) // prettier-ignore

  /** Of everything that is wrapped: which of the stores open it. */
  async function openedBy(...stores: readonly KeyStore[]): Promise<string[]> {
    const rows = await gateway.wiring.db.withTransaction(async (tx) => {
      const all = []
      for (const name of await findShelfNames(tx)) all.push(...(await lockWrappedOn(tx, name)))
      return all
    })
    const found: string[] = []
    for (const { shelf, wrappedKey, context } of rows) {
      const opens: string[] = []
      for (const store of stores)
        await store.unwrap(shelf, wrappedKey, context).then(
          () => opens.push(store.id),
          () => undefined,
        )
      found.push(opens.join(' and '))
    }
    return found
  }

  test('takes every key along, and what was destroyed stays destroyed; both steps are in the ledger', async () => {
    const [from, to] = [current, await anotherStore()]
    const gone = await destroyedNames(from)
    const { moved, destroyed } = await moveKeys(depsOf(from, to))
    expect(moved).toEqual({ shelves: 2, keys: 3 })
    expect(destroyed).toBe(2)
    expect(await openedBy(from, to)).toEqual([to.id, to.id, to.id])
    expect(gone.length).toBeGreaterThan(0)
    for (const name of gone) expect(await to.stateOf(name)).toBe('destroyed')
    for (const name of await findShelfNames(gateway.wiring.db)) expect(await from.stateOf(name)).not.toBe('usable') // prettier-ignore
    const [said] = await entriesOf(gateway, 'type=keys.moved')
    expect(said?.['detail']).toMatchObject({ fromStore: from.id, toStore: to.id, shelves: 2, keys: 3 })
    expect((await entriesOf(gateway, 'type=keys.move-ended'))[0]?.['detail']).toMatchObject({ fromStore: from.id, destroyed: 2 }) // prettier-ignore
    current = to
  })

  async function destroyedNames(store: KeyStore): Promise<string[]> {
    const names: string[] = []
    for (const name of await findShelfNames(gateway.wiring.db)) if ((await store.stateOf(name)) === 'destroyed') names.push(name) // prettier-ignore
    return names
  }

  test('that is broken off at any call of a store, before or after it is done, leaves each key in one of the two, and ends well when it is done again', async () => {
    let at = 0
    for (let isWhole = false; !isWhole; at += 1) {
      const [from, to] = [current, await anotherStore()]
      let passed = 0
      const step = async <T>(work: () => Promise<T>): Promise<T> => {
        const place = 2 * passed
        passed += 1
        if (place === at) throw new Crash(`before call ${passed}`)
        const done = await work()
        if (place + 1 === at) throw new Crash(`after call ${passed}`)
        return done
      }
      const broken: unknown = await moveKeys(depsOf(stepping(from, step), stepping(to, step))).catch((error: unknown) => error) // prettier-ignore
      isWhole = !(broken instanceof Crash)
      const opens = await openedBy(from, to)
      expect(new Set(opens).size, `at ${at}: ${opens.join(', ')}`).toBe(1)
      expect([from.id, to.id]).toContain(opens[0])
      if (!isWhole) expect((await moveKeys(depsOf(from, to))).moved === undefined).toBe(opens[0] === to.id)
      expect(await openedBy(from, to)).toEqual([to.id, to.id, to.id])
      expect(await findStoreInUse(gateway.wiring.db)).toEqual({ id: to.id, kind: 'file' })
      current = to
    }
    expect(at).toBeGreaterThan(40)
  })

  test('that is broken off before its end says at a start, and with the settings of the new store alone, what to run', async () => {
    const [from, to] = [current, await anotherStore()]
    const failing: KeyStore = { ...stepping(from, (work) => work()), destroy: () => Promise.reject(new Crash('away')) }
    await expect(moveKeys(depsOf(failing, to))).rejects.toThrow(Crash)
    for (const store of [from, to])
      await expect(confirmKeyStore(gateway.wiring.db, store, gateway.wiring.clock())).rejects.toThrow(/KEY_STORE=file .*concordat keys move --to file/)
    await expect(moveKeys(depsOf(to, to))).rejects.toThrow(`the move from file (${from.id}) to file (${to.id}) has not ended`)
    expect(await openedBy(from, to)).toEqual([to.id, to.id, to.id])
    expect((await moveKeys(depsOf(from, to))).moved).toBeUndefined()
    expect(await confirmKeyStore(gateway.wiring.db, to, gateway.wiring.clock())).toEqual([])
    current = to
  }) // prettier-ignore

  test.each(['commit', 'commit.end'] as const)('that is broken off at either %s ends well when it is done again', async (kind) => {
    for (const skip of [0, 1]) {
      const faults = plantable()
      const [from, to] = [current, await anotherStore()]
      faults.once(kind, skip)
      await expect(moveKeys({ ...depsOf(from, to), db: faults.change(gateway.wiring).db })).rejects.toThrow()
      expect(new Set(await openedBy(from, to)).size).toBe(1)
      await moveKeys(depsOf(from, to))
      expect(await openedBy(from, to)).toEqual([to.id, to.id, to.id])
      current = to
    }
  }) // prettier-ignore

  test('is refused where the keys are elsewhere, to the same store, and with a key that is lost', async () => {
    const [stranger, to] = [await anotherStore(), await anotherStore()]
    await expect(moveKeys(depsOf(stranger, to))).rejects.toMatchObject({ code: 'store.foreign' })
    await expect(moveKeys(depsOf(current, current))).rejects.toMatchObject({ code: 'store.foreign' })
    await gateway.owner.query(`insert into concordat.shelf (ref, owner, destroy_on, generation, state) values ('shelf/imb/2031-01-01/1', 'imb', '2031-01-01', 1, 'open')`) // prettier-ignore
    await expect(moveKeys(depsOf(current, to))).rejects.toThrow(/no key for shelf\/imb\/2031-01-01\/1/)
    await gateway.owner.query(`delete from concordat.shelf where ref = 'shelf/imb/2031-01-01/1'`)
    expect(await openedBy(current, to)).toEqual([current.id, current.id, current.id])
  })

  test('leaves a gateway that still has the old store unable to seal or to destroy', async () => {
    const before = await readdir(gateway.environment.config.vaultDirectory)
    const { rows } = await gateway.owner.query(`select transfer_id from concordat.item where state = 'sealed' limit 1`) // prettier-ignore
    gateway.on('2040-01-01')
    expect(await destroyDue(gateway.wiring)).toEqual([])
    expect(await openedBy(gateway.wiring.keyStore, current)).toEqual([current.id, current.id, current.id])
    expect(await readdir(gateway.environment.config.vaultDirectory)).toEqual(before)
    const state = await gateway.owner.query(`select state from concordat.transfer where id = $1`, [rows[0]?.['transfer_id']]) // prettier-ignore
    expect(state.rows[0]?.['state']).toBe('available')
  })
})

/** A store of which each call passes a step. */
function stepping(store: KeyStore, step: <T>(work: () => Promise<T>) => Promise<T>): KeyStore {
  return {
    kind: store.kind,
    id: store.id,
    create: (ref) => step(() => store.create(ref)),
    wrap: (...all) => step(() => store.wrap(...all)),
    unwrap: (...all) => step(() => store.unwrap(...all)),
    destroy: (ref) => step(() => store.destroy(ref)),
    has: (ref) => step(() => store.has(ref)),
    stateOf: (ref) => step(() => store.stateOf(ref)),
  }
}
