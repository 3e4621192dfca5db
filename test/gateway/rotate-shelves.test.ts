// Shelf keys and the session secret are changed while a gateway serves: nothing is unreadable meanwhile, and what is old ends.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rotateShelves, type RotateShelvesDeps } from '../../gateway/rotation/rotate-shelves.ts'
import { sealPackage } from '../../gateway/transfers/seal.ts'
import { sweep } from '../../gateway/worker.ts'
import { concordat } from '../cli/run.ts'
import { commandsOf, readDocument } from '../docs/documents.ts'
import { enrolKey, entriesOf, startGateway, type TestGateway } from '../support/gateway.ts'
import { collect, transferAt } from '../support/transfers.ts'

describe('new shelf keys for what is kept', () => {
  let gateway: TestGateway
  const ids: string[] = []
  beforeAll(async () => {
    gateway = await startGateway({ people: 300, withWorker: false })
    await enrolKey(gateway)
    for (let day = 0; day < 3; day += 1) {
      const id = await transferAt(gateway, 'supplied')
      await sealPackage({ ...gateway.wiring, clock: () => new Date(Date.now() + day * 86_400_000) }, id)
      ids.push(id)
    }
  })
  afterAll(() => gateway.close())

  const kept = async () => {
    const { rows } = await gateway.owner.query(`select id, shelf_ref, vault_object, encode(ciphertext_sha256, 'hex') as sha256 from concordat.item where state = 'sealed' order by id`) // prettier-ignore
    return rows as unknown as readonly { readonly id: string; readonly shelf_ref: string; readonly vault_object: string; readonly sha256: string }[] // prettier-ignore
  }
  const deps = (change: Partial<RotateShelvesDeps>): RotateShelvesDeps => ({ db: gateway.wiring.db, clock: () => new Date(), madeBefore: new Date(), atOnce: 1, progress: () => undefined, pause: async () => (await sweep(gateway.wiring), true), ...change }) // prettier-ignore

  test('come a few shelves at a time: stopped, the rest is as it was and all can be collected; gone on with, every old key is destroyed', async () => {
    const before = await kept()
    const old = before.map((item) => item.shelf_ref)
    expect(new Set(old).size).toBe(3)
    const madeBefore = new Date()
    const seen: unknown[] = []
    const left = await rotateShelves(deps({ madeBefore, pause: () => Promise.resolve(false) }))
    expect(left).toEqual({ open: 2, ending: 1 })
    await sweep(gateway.wiring)
    expect((await kept()).filter((item) => old.includes(item.shelf_ref))).toHaveLength(2)
    for (const id of ids) expect((await collect(gateway, id)).length).toBeGreaterThan(0)

    expect(await rotateShelves(deps({ madeBefore, progress: (now) => seen.push(now) }))).toEqual({ open: 0, ending: 0 }) // prettier-ignore
    expect(seen).toEqual([{ open: 2, ending: 0 }, { open: 1, ending: 0 }, { open: 0, ending: 0 }]) // prettier-ignore
    const after = await kept()
    expect(after.map(({ vault_object, sha256 }) => [vault_object, sha256])).toEqual(before.map(({ vault_object, sha256 }) => [vault_object, sha256])) // prettier-ignore
    for (const ref of old) expect(await gateway.wiring.keyStore.stateOf(ref)).toBe('destroyed')
    for (const { shelf_ref } of after) expect(await gateway.wiring.keyStore.stateOf(shelf_ref)).toBe('usable')
    for (const id of ids) expect((await collect(gateway, id)).length).toBeGreaterThan(0)
    expect((await entriesOf(gateway, 'type=item.moved')).length).toBe(3)
    expect((await entriesOf(gateway, 'type=shelves.retired')).map(({ detail }) => detail)).toEqual([{ shelves: 1 }, { shelves: 1 }, { shelves: 1 }]) // prettier-ignore

    const again = await rotateShelves(deps({ madeBefore }))
    expect(again).toEqual({ open: 0, ending: 0 })
    expect(await kept()).toEqual(after)
  })

  test('come from the command as the runbook has it, with a worker at work', async () => {
    const before = await kept()
    const rehearsed = commandsOf(readDocument('docs/runbook.md')).find((command) => command.includes('rotate-shelves')) ?? '' // prettier-ignore
    const ended = new AbortController()
    const worker = (async () => {
      while (!ended.signal.aborted) {
        await sweep(gateway.wiring)
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    })()
    const ran = await concordat(rehearsed.replace('npx concordat ', '').split(' '), { DATABASE_URL: gateway.fresh.gatewayUrl }) // prettier-ignore
    ended.abort()
    await worker
    expect(ran.code, ran.err).toBe(0)
    expect(ran.out).toMatch(
      /--made-before \d{4}.*\n3 to do, 0 with the worker\n(.*\n)*Done: every shelf of a date has a new key/,
    )
    expect(ran.out).not.toContain('Left out')
    expect((await kept()).map(({ shelf_ref }) => shelf_ref)).not.toEqual(before.map(({ shelf_ref }) => shelf_ref)) // prettier-ignore
  })

  test('leave out a held item, and say so with the reason', async () => {
    const [item] = await kept()
    const reviewOn = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
    const placed = await (await gateway.as('helen.marsh')).post(`/api/v1/retention/items/${item?.id}/holds`, { kind: 'inquiry', reason: 'An inquiry.', reviewOn }) // prettier-ignore
    expect(placed.status).toBe(200)
    await sweep(gateway.wiring)
    const apart = (await kept()).find(({ id }) => id === item?.id)?.shelf_ref
    expect(apart).toMatch(/^shelf\/apart\//)
    const ended = new AbortController()
    const worker = (async () => {
      while (!ended.signal.aborted) {
        await sweep(gateway.wiring)
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    })()
    const ran = await concordat(['keys', 'rotate-shelves'], { DATABASE_URL: gateway.fresh.gatewayUrl })
    ended.abort()
    await worker
    expect([ran.code, ran.err]).toEqual([0, ''])
    expect(ran.out).toContain('Left out, with the keys that they have:\n  1 held item: a shelf apart')
    expect((await kept()).find(({ id }) => id === item?.id)?.shelf_ref).toBe(apart)
    expect(await gateway.wiring.keyStore.stateOf(apart ?? '')).toBe('usable')
  })
})
