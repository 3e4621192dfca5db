// What is kept is sealed anew under another cipher profile while a gateway serves: all of it, held items and copies of deliveries too;
// it can be stopped and gone on with, and a crash at any step leaves each item readable under exactly one object.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { reconcileKeys } from '../../gateway/retention/reconcile.ts'
import { clearLeftObjects, resealItem } from '../../gateway/retention/reseal.ts'
import { resealAll, type ResealAllDeps } from '../../gateway/rotation/reseal.ts'
import { openMessage } from '../../keys/open-message.ts'
import type { ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import { readSources } from '../../policies/sources.ts'
import { concordat } from '../cli/run.ts'
import { commandsOf, readDocument } from '../docs/documents.ts'
import { policiesDir } from '../policies/policies.ts'
import { collected, concernRow, deliver, quarter, startExportGateway, writeConcerns, type ExportGateway } from '../support/exports.ts' // prettier-ignore
import { plantable, type Step } from '../support/faults.ts'
import { enrolKey, entriesOf } from '../support/gateway.ts'
import { collect, destroyOnItsDate, transferAt } from '../support/transfers.ts'
import { readZip } from '../support/zip.ts'

const [v1, v2] = ['aes-256-gcm-commit-v1', 'aes-256-gcm-commit-v2'] as const

describe('sealing anew', () => {
  let gateway: ExportGateway
  let analyst: ArmoredKeyPair
  let member: ArmoredKeyPair
  const ids: string[] = []
  const faults = plantable()
  beforeAll(async () => {
    gateway = await startExportGateway({ change: (wiring) => faults.change(wiring) })
    analyst = await enrolKey(gateway)
    member = await enrolKey(gateway, 'nadia.hussain')
    for (let each = 0; each < 3; each += 1) ids.push(await transferAt(gateway, 'available'))
    await writeConcerns(gateway, [concernRow('C-1')])
    gateway.on(quarter.afterwards)
    await deliver(gateway)
  })
  afterAll(() => gateway.close())
  afterEach(() => faults.clear())

  interface Row {
    readonly id: string
    readonly vault_object: string
    readonly cipher_profile: string
    readonly shelf_ref: string
    readonly destroy_on: string
  }
  const kept = async () => {
    const { rows } = await gateway.owner.query(`select id, vault_object, cipher_profile, shelf_ref, destroy_on from concordat.item where state = 'sealed' order by id`) // prettier-ignore
    return rows as unknown as readonly Row[] // columns of concordat.item
  }
  const itemOf = async (transfer: string) => {
    const { rows } = await gateway.owner.query('select id from concordat.item where transfer_id = $1', [transfer]) // prettier-ignore
    return String(rows[0]?.['id'])
  }
  const rowOf = async (id: string) => (await kept()).find((row) => row.id === id)
  const profiles = async () => (await kept()).map((row) => row.cipher_profile)
  const objects = async () => (await readdir(gateway.environment.config.vaultDirectory)).toSorted()
  const contentOf = async (message: Uint8Array) =>
    readZip(Buffer.from(await openMessage(message, { privateArmored: analyst.privateArmored, senderArmored: gateway.wiring.signer.publicArmored }))) // prettier-ignore
  const csvOf = async (id: string) =>
    (await contentOf(await collect(gateway, id))).get('data.csv')?.toString()
  const clear = () => clearLeftObjects({ ...gateway.wiring, clock: () => new Date(gateway.wiring.clock().getTime() + 11 * 60_000) }) // prettier-ignore
  const command = (...more: string[]) => concordat(['keys', 'reseal', '--to', v2, ...more], { DATABASE_URL: gateway.fresh.gatewayUrl }) // prettier-ignore
  const deps = (change: Partial<ResealAllDeps>): ResealAllDeps => ({ db: gateway.wiring.db, jobs: gateway.wiring.jobs, to: v2, atOnce: 1, progress: () => undefined, pause: () => Promise.resolve(true), ...change }) // prettier-ignore
  /** As the worker does it, to either profile. */
  const reseal = (id: string, to: string) => resealItem({ ...gateway.wiring, exchanges: { find: () => ({ cipherProfile: to }) } }, id, to) // prettier-ignore

  /** The agreement approves both, the new one first. */
  async function approveBoth(): Promise<void> {
    const { sources } = await readSources(policiesDir)
    const prefix = 'agreements/hmpps-2025/'
    const files = Object.fromEntries(
      [...sources]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, text]) => [name.slice(prefix.length), text.replaceAll(`cipherProfiles: { local: [${v1}] }`, `cipherProfiles: { local: [${v2}, ${v1}] }`)]), // prettier-ignore
    )
    const base = '/api/v1/agreements/hmpps-2025/versions'
    const proposed = await (await gateway.as('ruth.castle')).post(base, { files }) // prettier-ignore
    expect(proposed.status, proposed.bytes.toString()).toBe(201)
    const activated = await (await gateway.as('peter.lowe')).post(`${base}/${String(proposed.json()['id'])}/activate`) // prettier-ignore
    expect(activated.status, activated.bytes.toString()).toBe(200)
  }

  test('does nothing where the agreement does not put that profile first: each stays as it was, and it is told', async () => {
    const before = await kept()
    const { code, out } = await command('--at-once', '10')
    expect([code, out]).toEqual([1, expect.stringContaining('4 items could not be sealed anew and stay as they were')]) // prettier-ignore
    expect(await kept()).toEqual(before)
    expect(await entriesOf(gateway, 'type=item.resealed')).toEqual([])
    await gateway.owner.query(`delete from pgboss.job where name = 'reseal'`)
  })

  test('is stopped and gone on with; the same comes out of each, old packages open, and every old object goes', async () => {
    const old = await collect(gateway, ids[0] ?? '')
    const csv = (await contentOf(old)).get('data.csv')?.toString()
    const delivered = (await collected(gateway, member)).get('delivery-1/concerns.csv') ?? (await collected(gateway, member)).get('concerns.csv') // prettier-ignore
    const held = await itemOf(ids[1] ?? '')
    const placed = await (await gateway.as('helen.marsh')).post(`/api/v1/retention/items/${held}/holds`, { kind: 'inquiry', reason: 'An inquiry.', reviewOn: '2027-02-01' }) // prettier-ignore
    expect(placed.status).toBe(200)
    const before = await kept()
    await approveBoth()

    const seen: unknown[] = []
    const stopped = await resealAll(deps({ progress: (left) => seen.push(left), pause: () => Promise.resolve(false) })) // prettier-ignore
    expect(seen).toEqual([{ items: 4, withWorker: 0 }])
    expect(stopped.items).toBeGreaterThanOrEqual(3)
    await gateway.settle()
    expect((await profiles()).filter((profile) => profile === v2)).toHaveLength(1)
    for (const id of ids) expect(await csvOf(id)).toBe(csv)

    const rehearsed = commandsOf(readDocument('docs/runbook.md')).find((each) => each.includes('keys reseal')) ?? '' // prettier-ignore
    const ran = await concordat(rehearsed.replace('npx concordat ', '').split(' '), { DATABASE_URL: gateway.fresh.gatewayUrl }) // prettier-ignore
    expect([ran.code, ran.err]).toEqual([0, ''])
    expect(ran.out).toMatch(/^3 under another profile, 0 of them with the worker\n(.*\n)*Done: everything that is kept is sealed under aes-256-gcm-commit-v2\.\n$/) // prettier-ignore
    const after = await kept()
    expect(after.map(({ id, shelf_ref, destroy_on }) => [id, shelf_ref, destroy_on])).toEqual(before.map(({ id, shelf_ref, destroy_on }) => [id, shelf_ref, destroy_on])) // prettier-ignore
    expect(new Set(after.map((row) => row.cipher_profile))).toEqual(new Set([v2]))
    for (const { vault_object } of before) expect(after.map((row) => row.vault_object)).not.toContain(vault_object) // prettier-ignore
    for (const id of ids) expect(await csvOf(id)).toBe(csv)
    expect((await contentOf(old)).get('data.csv')?.toString()).toBe(csv)
    const now = await collected(gateway, member)
    expect(now.get('delivery-1/concerns.csv') ?? now.get('concerns.csv')).toEqual(delivered)
    expect(delivered?.length).toBeGreaterThan(0)
    expect(await entriesOf(gateway, `type=item.resealed`)).toHaveLength(4)

    expect(await clearLeftObjects(gateway.wiring)).toBe(0) // somebody may still read them
    expect(await objects()).toHaveLength(8)
    expect(await clear()).toBe(4)
    expect(await objects()).toEqual(after.map((row) => row.vault_object).toSorted())
    const said = await reconcileKeys({ ...gateway.wiring, clock: () => new Date(gateway.wiring.clock().getTime() + 2 * 86_400_000) }) // prettier-ignore
    expect(said?.differences).toEqual([])
    expect(said?.entries).toBe(said?.deliveries)
    gateway.on('2027-01-09') // what follows is compared on its own
  })

  test.each([
    ['the plan is not committed', 'commit', 0],
    ['the plan is committed and its answer lost', 'commit.end', 0],
    ['nothing can be written', 'vault.write', 0],
    ['the object is written', 'vault.write.end', 0],
    ['the new key is not wrapped', 'wrap', 0],
    ['the change is not committed', 'commit', 1],
    ['the change is committed and its answer lost', 'commit.end', 1],
    ['the rest cannot be removed either', 'vault.remove', 0],
  ] as const)('that breaks off when %s leaves the item readable under one object, and is gone on with', async (_what, step: Step, skip) => {
    const id = await itemOf(ids[0] ?? '')
    const was = await rowOf(id)
    const to = was?.cipher_profile === v1 ? v2 : v1
    const csv = await csvOf(ids[0] ?? '')
    if (step === 'vault.remove') faults.always('vault.write.end', '')
    else faults.once(step, skip)
    if (step === 'vault.remove') faults.once('vault.remove')
    await reseal(id, to).catch(() => undefined)
    faults.clear()
    const left = await rowOf(id)
    expect(await csvOf(ids[0] ?? '')).toBe(csv)
    expect(await objects()).toContain(left?.vault_object)

    await reseal(id, to)
    expect((await rowOf(id))?.cipher_profile).toBe(to)
    expect(await csvOf(ids[0] ?? '')).toBe(csv)
    await clear()
    expect(await objects()).toEqual((await kept()).map((row) => row.vault_object).toSorted())
    const { rows } = await gateway.owner.query('select count(*) as running from concordat.resealing where outcome is null')
    expect(rows[0]?.['running']).toBe(0)
  }) // prettier-ignore

  test('of what broke off is no difference for the nightly comparison', async () => {
    const said = await reconcileKeys({ ...gateway.wiring, clock: () => new Date(gateway.wiring.clock().getTime() + 2 * 86_400_000) }) // prettier-ignore
    expect(said?.differences).toEqual([])
    expect([said?.entries, (said?.entries ?? 0) > 20]).toEqual([said?.deliveries, true])
  })

  test('by two at once ends with one object, which opens', async () => {
    const id = await itemOf(ids[2] ?? '')
    const csv = await csvOf(ids[2] ?? '')
    const to = (await rowOf(id))?.cipher_profile === v1 ? v2 : v1
    await Promise.allSettled([reseal(id, to), reseal(id, to), reseal(id, to)])
    await reseal(id, to)
    expect((await rowOf(id))?.cipher_profile).toBe(to)
    await clear()
    expect(await objects()).toEqual((await kept()).map((row) => row.vault_object).toSorted())
    expect(await csvOf(ids[2] ?? '')).toBe(csv)
  })

  test('of a damaged object is an incident, and the item stays as it was', async () => {
    const id = await itemOf(ids[1] ?? '')
    const was = await rowOf(id)
    const file = path.join(gateway.environment.config.vaultDirectory, was?.vault_object ?? '')
    const bytes = await readFile(file)
    const flipped = Buffer.from(bytes)
    flipped.writeUInt8(flipped.readUInt8(bytes.length - 5) ^ 1, bytes.length - 5)
    await writeFile(file, flipped)
    await expect(reseal(id, v1)).rejects.toMatchObject({ code: 'item.altered' })
    expect(await rowOf(id)).toEqual(was)
    expect((await entriesOf(gateway, 'type=incident.raised')).at(-1)).toMatchObject({ detail: { kind: 'object-damaged', found: 'item.altered' } }) // prettier-ignore
    await writeFile(file, bytes)
    await reseal(id, v1)
    expect((await rowOf(id))?.cipher_profile).toBe(v1)
  })

  test('under a profile that is not there is refused before anything is opened', async () => {
    const id = await itemOf(ids[0] ?? '')
    const was = await rowOf(id)
    await expect(reseal(id, 'rot13')).rejects.toMatchObject({ code: 'profile.unknown' })
    expect(await rowOf(id)).toEqual(was)
    await gateway.owner.query(
      `update concordat.resealing set outcome = 'given-up', ended_at = now() where outcome is null`,
    )
  })

  test('and its end: the day destroys what was sealed anew, with every object of it', async () => {
    const id = await itemOf(ids[0] ?? '')
    await reseal(id, (await rowOf(id))?.cipher_profile === v1 ? v2 : v1)
    const { rows } = await gateway.owner.query('select from_object, to_object from concordat.resealing where item_id = $1', [id]) // prettier-ignore
    const its = rows.flatMap((row) => [row['from_object'], row['to_object']])
    expect((await objects()).filter((name) => its.includes(name))).toHaveLength(2) // the old one may still be read
    await destroyOnItsDate(gateway, ids[0] ?? '')
    expect(await rowOf(id)).toBeUndefined()
    await clearLeftObjects(gateway.wiring)
    expect((await objects()).filter((name) => its.includes(name))).toEqual([])
  })
})
