// Nothing is late without an alarm from somebody who is not the worker (hmpps-2025/19-destruction), and a clock that jumped
// destroys nothing.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clockSetTo } from '../../gateway/clock.ts'
import { addDays } from '../../gateway/retention/due-calendar.ts'
import {
  destructionState,
  raiseOverdue,
  recordPass,
  refuseJumpedClock,
} from '../../gateway/retention/overdue.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { transferAt } from '../support/transfers.ts'

describe('late', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 300 })
  })
  afterAll(() => gateway.close())

  test('hmpps-2025/19-destruction: what is past its day is an entry, a mail to those who look after it, and DOWN, once a day; what is held is not', async () => {
    const transfer = await transferAt(gateway, 'available')
    const { rows } = await gateway.owner.query('select id, destroy_on from concordat.item where transfer_id = $1', [transfer]) // prettier-ignore
    const [id, dueOn] = [String(rows[0]?.['id']), String(rows[0]?.['destroy_on'])]
    const on = (day: string) => ({ ...gateway.wiring, clock: clockSetTo(new Date(`${day}T12:00:00Z`)) })
    const state = async (day: string) => {
      const noon = new Date(`${day}T12:00:00Z`)
      return (await destructionState(gateway.wiring.db, noon, noon)).overdue
    }
    expect([await raiseOverdue(on(dueOn)), await state(dueOn)]).toEqual([[], 0])
    const after = addDays(dueOn, 1)
    expect([await raiseOverdue(on(after)), await raiseOverdue(on(after)), await state(after)]).toEqual([[id], [], 1]) // prettier-ignore
    const mail = await gateway.owner.query(`select recipient, body from concordat.mail where subject = 'A destruction is late' order by recipient`) // prettier-ignore
    expect(mail.rows.map((row) => row['recipient'])).toEqual([
      'helen.marsh@hmi-prisons.example',
      'marta.kowalczyk@hmi-prisons.example',
      'samir.haddad@hmi-prisons.example',
    ])
    expect(String(mail.rows[0]?.['body'])).not.toMatch(/self-harm|LEI|CLD-/)
    const helen = await gateway.as('helen.marsh')
    const placed = await helen.post(`/api/v1/retention/items/${id}/holds`, {
      kind: 'inquiry',
      reason: 'An inquiry.',
      reviewOn: addDays(new Date().toISOString().slice(0, 10), 30),
    })
    expect(placed.status).toBe(200)
    const next = addDays(after, 1)
    expect([await raiseOverdue(on(next)), await state(next)]).toEqual([[], 0])
  })

  test('a worker that makes no passes is noticed, and one that does is not', async () => {
    const { db } = gateway.wiring
    const passedAt = new Date('2030-01-01T12:00:00Z')
    await recordPass(db, 'sweep', passedAt)
    const at = (minutes: number) => new Date(passedAt.getTime() + minutes * 60_000)
    const stopped = async (minutes: number) => (await destructionState(db, at(minutes), passedAt)).isStopped
    expect([await stopped(29), await stopped(31)]).toEqual([false, true])
  })

  test('a clock that jumped is refused before anything is destroyed, in either direction', async () => {
    const { db } = gateway.wiring
    const shifted = (hours: number) => ({ db, clock: () => new Date(Date.now() + hours * 3_600_000) })
    await refuseJumpedClock(shifted(0))
    await expect(refuseJumpedClock(shifted(24 * 365))).rejects.toThrow('apart')
    await expect(refuseJumpedClock(shifted(-1))).rejects.toThrow('apart')
  })
})
