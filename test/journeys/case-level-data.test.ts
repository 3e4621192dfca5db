// The main job over JSON, from request to destruction, against real parts, as the roles that production has.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMessage } from '../../keys/open-message.ts'
import { clockSetTo } from '../../gateway/clock.ts'
import { sweep } from '../../gateway/worker.ts'
import { enrolKey, entriesOf, permittedRequest, startGateway, type TestGateway } from '../support/gateway.ts'

describe('a request for case-level data', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway()
  })
  afterAll(() => gateway.close())

  test('hmpps-2025/16: it is asked for, approved, supplied, collected, acknowledged and destroyed, and every step is an entry', async () => {
    const analyst = await gateway.as('ayesha.rahman')
    const key = await enrolKey(gateway)
    const asked = await analyst.post('/api/v1/requests', permittedRequest(gateway))
    expect(asked.status).toBe(201)
    const id = String(asked.json()['id'])
    expect((await (await gateway.as('gwen.pritchard')).post(`/api/v1/requests/${id}/approve`)).status).toBe(
      200,
    )
    expect(
      (await (await gateway.as('daniel.okafor')).post(`/api/v1/requests/${id}/supply`, { outcome: 'supply' }))
        .status,
    ).toBe(200)
    await gateway.settle()

    const collected = await analyst.get(`/api/v1/requests/${id}/package`)
    expect(collected.status).toBe(200)
    const opened = await openMessage(collected.bytes, {
      privateArmored: key.privateArmored,
      senderArmored: gateway.wiring.signer.publicArmored,
    })
    expect(Buffer.from(opened).subarray(0, 2).toString()).toBe('PK')
    expect((await analyst.post(`/api/v1/requests/${id}/acknowledge`)).status).toBe(200)

    const shown = (await analyst.get(`/api/v1/requests/${id}`)).json()
    const item = shown['item'] as { id: string; destroyOn: string }
    await sweep({ ...gateway.wiring, clock: clockSetTo(new Date(`${item.destroyOn}T12:00:00Z`)) })
    expect((await analyst.get(`/api/v1/requests/${id}`)).json()['state']).toBe('destroyed')
    expect((await analyst.get(`/api/v1/requests/${id}/package`)).status).toBe(410)
    expect((await analyst.get(`/api/v1/requests/${id}/certificate`)).status).toBe(200)

    // The worker's clock stood at the day of destruction, so its two entries are the latest.
    const types = (await entriesOf(gateway, `transfer=${id}`)).map((entry) => entry['type'])
    expect(types).toEqual([
      'transfer.requested', 'transfer.approved', 'transfer.supplied', 'source.read', 'item.sealed', 'item.collected',
      'item.acknowledged', 'transfer.viewed', 'transfer.viewed', 'certificate.viewed', 'duty.reminded', 'item.destroyed', 'certificate.issued',
    ]) // prettier-ignore
  })
})
