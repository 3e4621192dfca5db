// Keys that were let out, entries and deliveries are compared, and each planted difference is an incident (M7).
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reconcileKeys } from '../../gateway/retention/reconcile.ts'
import { enrolKey, startGateway, type TestGateway } from '../support/gateway.ts'
import { transferAt } from '../support/transfers.ts'

describe('the comparison of keys, entries and deliveries', () => {
  let gateway: TestGateway
  let days = 1
  beforeAll(async () => {
    gateway = await startGateway({ people: 300 })
    await enrolKey(gateway)
  })
  afterAll(() => gateway.close())

  /** A day later than the one before. */
  const compared = () => {
    const now = new Date(Date.now() + (days += 1) * 25 * 3_600_000)
    return reconcileKeys({ ...gateway.wiring, clock: () => now })
  }
  const incidents = async () => {
    const { rows } = await gateway.owner.query(
      `select convert_from(e.body, 'UTF8')::jsonb -> 'detail' ->> 'kind' as kind from ledger.entry e
       join ledger.index t on t.entry_id = e.id and t.kind = 'type' and t.key = 'incident.raised' order by e.recorded_at, e.id`,
    )
    return rows.map((row) => row['kind'])
  }
  const itemOf = async (transfer: string) => {
    const { rows } = await gateway.owner.query('select id from concordat.item where transfer_id = $1', [transfer]) // prettier-ignore
    return String(rows[0]?.['id'])
  }

  test('finds nothing where every key has its entry and its delivery, once a day', async () => {
    await transferAt(gateway, 'collected')
    await transferAt(gateway, 'acknowledged')
    expect(await compared()).toEqual({ used: 2, entries: 2, deliveries: 2, differences: [] })
    days -= 1
    expect(await compared()).toBeUndefined()
    days += 1
    expect(await incidents()).toEqual([])
  })

  test('a key that was let out without an entry is an incident', async () => {
    const item = await itemOf(await transferAt(gateway, 'available'))
    await gateway.wiring.db.query(
      `insert into concordat.key_use (item_id, entry_id, used_at) values ($1, $2, $3)`,
      [item, randomUUID(), new Date(Date.now() + days * 25 * 3_600_000)],
    )
    expect((await compared())?.differences).toMatchObject([{ kind: 'key-without-entry', itemId: item }])
    expect(await incidents()).toEqual(['key-without-entry'])
  })

  test('a delivery that the ledger does not know is an incident', async () => {
    const item = await itemOf(await transferAt(gateway, 'available'))
    await gateway.owner.query(
      `insert into concordat.collection (id, item_id, person_id, key_fingerprint, collected_at)
       select gen_random_uuid(), $1, k.person_id, k.fingerprint, $2 from concordat.person_key k where k.state = 'enrolled' limit 1`,
      [item, new Date(Date.now() + days * 25 * 3_600_000)],
    )
    expect((await compared())?.differences).toMatchObject([{ kind: 'delivery-without-entry', itemId: item }])
  })
})
