// Holds, moved dates and return, as records managers and assurance officers do them: one places, two lift; both dates stay; what
// it would move is shown first; and what nobody may see is not found (hmpps-2025/19, imb-2024/iss-return-first).
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { clockSetTo } from '../../gateway/clock.ts'
import { addDays } from '../../gateway/retention/due-calendar.ts'
import { remindOfHolds } from '../../gateway/retention/hold-reminders.ts'
import { sweep } from '../../gateway/worker.ts'
import { londonDate } from '../../policies/calendar.ts'
import type { Answer } from '../../demo/client.ts'
import { entriesFor, expectProblem, expectRefusal, withoutReferences } from '../support/answers.ts'
import { plantable } from '../support/faults.ts'
import { enrolKey, startGateway, type Subject, type TestGateway } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'
import { collect, stateOf, transferAt } from '../support/transfers.ts'

const today = londonDate(new Date())
const root = '/api/v1/retention'
const hold = { kind: 'prosecution', reason: 'The police have asked for it.', reviewOn: addDays(today, 60) }

describe('retention', () => {
  let gateway: TestGateway
  const faults = plantable()
  beforeAll(async () => {
    gateway = await startGateway({ people: 300, change: (wiring) => faults.change(wiring) })
    await enrolKey(gateway)
  })
  afterAll(() => gateway.close())
  afterEach(() => faults.clear())

  const post = async (who: Subject, path: string, body?: unknown): Promise<Answer> =>
    (await gateway.as(who)).post(`${root}${path}`, body)
  const itemOf = async (transfer: string) => {
    const { rows } = await gateway.owner.query('select * from concordat.item where transfer_id = $1', [transfer]) // prettier-ignore
    return rows[0] as unknown as { id: string; shelf_ref: string; destroy_on: string; state: string; wrapped_key: Buffer | null } // prettier-ignore
  }
  const kept = async () => {
    const transfer = await transferAt(gateway, 'available')
    return { transfer, item: await itemOf(transfer) }
  }
  const sweepOn = (day: string) =>
    sweep({ ...gateway.wiring, clock: clockSetTo(new Date(`${day}T12:00:00Z`)) })
  /** Readable under exactly the shelf that its row names. */
  const expectReadable = async (transfer: string) => {
    expect((await collect(gateway, transfer)).length).toBeGreaterThan(0)
    const { shelf_ref: ref } = await itemOf(transfer)
    expect(await gateway.wiring.keyStore.stateOf(ref)).toBe('usable')
  }
  const placed = async (item: string) =>
    String((await post('marta.kowalczyk', `/items/${item}/holds`, hold)).json()['hold'])

  test('a hold takes the key to a shelf apart, the data stays readable, and the entry says why in a form that can be forgotten', async () => {
    const { transfer, item } = await kept()
    const answer = await post('marta.kowalczyk', `/items/${item.id}/holds`, hold)
    expect(answer.status).toBe(200)
    const after = await itemOf(transfer)
    expect(after.shelf_ref).toBe(`shelf/apart/${item.id}/1`)
    await expectReadable(transfer)
    const entries = await entriesFor(gateway, answer)
    expect(entries.map(({ type }) => type)).toEqual(['item.held', 'item.moved'])
    expect(entries[0]).toMatchObject({ detail: { kind: 'prosecution', reason: hold.reason }, clauses: expect.arrayContaining(['local/hold-reason']) as string[] }) // prettier-ignore
  })

  test('a hold whose day of review has come is told of once, and stays with a reason and another day', async () => {
    const { item } = await kept()
    const id = await placed(item.id)
    const told = async () => {
      const { rows } = await gateway.owner.query(`select recipient from concordat.mail where body like $1 and subject = 'A hold is to be looked at again' order by recipient`, [`%${item.id}%`]) // prettier-ignore
      return rows.map((row) => row['recipient'])
    }
    const sweptOn = (at: Date) => remindOfHolds({ ...gateway.wiring, clock: () => at })
    await sweptOn(new Date())
    expect(await told()).toEqual([])
    const day = new Date(`${hold.reviewOn}T09:00:00Z`)
    expect(await sweptOn(day)).toBeGreaterThan(0)
    await sweptOn(day)
    expect(await told()).toEqual(['helen.marsh@hmi-prisons.example', 'marta.kowalczyk@hmi-prisons.example', 'samir.haddad@hmi-prisons.example']) // prettier-ignore
    const next = new Date(Date.now() + 200 * 86_400_000).toISOString().slice(0, 10)
    expect(expectRefusal(await post('helen.marsh', `/holds/${id}/review`, { reason: 'The trial was moved.', reviewOn: '2020-01-01' }), 'review-hold')).toEqual(['local/hold-reason']) // prettier-ignore
    expectProblem(await post('ayesha.rahman', `/holds/${id}/review`, { reason: 'So.', reviewOn: next }), 'not-found') // prettier-ignore
    const answer = await post('helen.marsh', `/holds/${id}/review`, { reason: 'The trial was moved.', reviewOn: next }) // prettier-ignore
    expect(await entriesFor(gateway, answer)).toMatchObject([{ type: 'item.hold-reviewed', detail: { before: hold.reviewOn, after: next } }]) // prettier-ignore
    await sweptOn(day)
    expect(await told()).toHaveLength(3)
    await sweptOn(new Date(`${next}T09:00:00Z`))
    expect(await told()).toHaveLength(6)
  })

  test('local/two-lift: one person places a hold, and two lift it; the key goes back to the shelf of its date', async () => {
    const { transfer, item } = await kept()
    const id = await placed(item.id)
    expect(expectRefusal(await post('helen.marsh', `/holds/${id}/lift`), 'lift-hold')).toEqual(['local/two-lift']) // prettier-ignore
    expect((await post('helen.marsh', `/holds/${id}/ask-lift`, { reason: 'The trial is over.' })).status).toBe(200) // prettier-ignore
    expect(expectRefusal(await post('helen.marsh', `/holds/${id}/lift`), 'lift-hold')).toEqual(['local/two-lift']) // prettier-ignore
    expect((await itemOf(transfer)).shelf_ref).toBe(`shelf/apart/${item.id}/1`)
    expect((await post('marta.kowalczyk', `/holds/${id}/lift`)).status).toBe(200)
    expect((await itemOf(transfer)).shelf_ref).toBe(item.shelf_ref)
    await expectReadable(transfer)
    expectProblem(await post('marta.kowalczyk', `/holds/${id}/lift`), 'state.conflict')
    // The shelf apart has served: its key goes with the next pass, and the data stays.
    await sweep(gateway.wiring)
    expect(await gateway.wiring.keyStore.stateOf(`shelf/apart/${item.id}/1`)).toBe('destroyed')
    await expectReadable(transfer)
  })

  test('the database itself refuses that one person asks for a hold to be lifted and lifts it', async () => {
    const { item } = await kept()
    const id = await placed(item.id)
    await post('helen.marsh', `/holds/${id}/ask-lift`, { reason: 'Over.' })
    await expect(
      gateway.wiring.db.query('update concordat.hold set lifted_by = lift_asked_by, lifted_at = now() where id = $1', [id]), // prettier-ignore
    ).rejects.toThrow('hold_lifted_by_two')
  })

  test('with two holds the second keeps it when the first is lifted; past its date it goes when the last is lifted', async () => {
    const { transfer, item } = await kept()
    const ids = [await placed(item.id), await placed(item.id)]
    for (const [index, id] of ids.entries()) {
      await sweepOn(item.destroy_on)
      expect([index, await stateOf(gateway, transfer)]).toEqual([index, 'available'])
      await post('helen.marsh', `/holds/${id}/ask-lift`, { reason: 'Over.' })
      await post('marta.kowalczyk', `/holds/${id}/lift`)
    }
    expect((await sweepOn(item.destroy_on)).destroyed).toEqual([item.id])
    expect(await stateOf(gateway, transfer)).toBe('destroyed')
  })

  test.each([
    ['no reason', { ...hold, reason: ' ' }, 'reason'],
    ['no day of review', { ...hold, reviewOn: 'soon' }, 'reviewOn'],
    ['a kind that there is not', { ...hold, kind: 'whim' }, 'kind'],
  ])('a hold with %s is refused and names the field', async (_what, body, field) => {
    const { item } = await kept()
    const { fields } = expectProblem(await post('helen.marsh', `/items/${item.id}/holds`, body), 'input.invalid') // prettier-ignore
    expect(fields.map((each) => each.field)).toEqual([field])
  })

  test('local/hold-reason: a hold is reviewed within a year', async () => {
    const { item } = await kept()
    const late = await post('helen.marsh', `/items/${item.id}/holds`, { ...hold, reviewOn: addDays(today, 400) }) // prettier-ignore
    expect(expectRefusal(late, 'place-hold')).toEqual(['local/hold-reason'])
  })

  test('what is kept is not found by who may not look, in the same bytes as what does not exist', async () => {
    const { item } = await kept()
    const nothing = '00000000-0000-4000-8000-000000000000'
    const answers = [item.id, nothing].map((id) => post('ayesha.rahman', `/items/${id}/holds`, hold))
    const [hidden, absent] = await Promise.all(answers)
    if (!hidden || !absent) throw new Error('two answers')
    expectProblem(hidden, 'not-found')
    expect(withoutReferences(hidden)).toEqual(withoutReferences(absent))
  })

  test('a moved date moves the key, keeps both dates, and is refused without a reason or into the past', async () => {
    const { transfer, item } = await kept()
    const later = addDays(item.destroy_on, 30)
    const answer = await post('helen.marsh', `/items/${item.id}/clock`, { destroyOn: later, reason: 'The report is late.' }) // prettier-ignore
    expect(answer.json()).toEqual({ item: item.id, before: item.destroy_on, after: later })
    expect(await itemOf(transfer)).toMatchObject({ destroy_on: later, shelf_ref: `shelf/hmi-prisons/${later}/1` }) // prettier-ignore
    await expectReadable(transfer)
    const [entry] = await entriesFor(gateway, answer)
    expect(entry).toMatchObject({ type: 'item.rescheduled', detail: { destroyOnBefore: item.destroy_on, destroyOn: later } }) // prettier-ignore
    const past = await post('helen.marsh', `/items/${item.id}/clock`, { destroyOn: addDays(today, -1), reason: 'Now.' }) // prettier-ignore
    expect(expectRefusal(past, 'reschedule')).toEqual(['local/reschedule-reason'])
    expect((await sweepOn(item.destroy_on)).destroyed).not.toContain(item.id)
    expect((await sweepOn(later)).destroyed).toContain(item.id)
  })

  test('an earlier date leaves no old copy that opens: the shelf that it left gets a new generation, and what lies on it stays readable', async () => {
    const [early, other] = [await kept(), await kept()]
    const old = { ref: early.item.shelf_ref, wrapped: early.item.wrapped_key ?? Buffer.alloc(0) }
    expect(other.item.shelf_ref).toBe(old.ref)
    const soon = addDays(today, 1)
    await post('helen.marsh', `/items/${early.item.id}/clock`, { destroyOn: soon, reason: 'Asked for.' })
    expect((await sweepOn(soon)).destroyed).toContain(early.item.id)
    const context = { item: early.item.id, transfer: early.transfer }
    await expect(gateway.wiring.keyStore.unwrap(old.ref, old.wrapped, context)).rejects.toThrow('was destroyed') // prettier-ignore
    expect((await itemOf(other.transfer)).shelf_ref).not.toBe(old.ref)
    await expectReadable(other.transfer)
  })

  test('the database itself refuses a date that moves without its act', async () => {
    const { item } = await kept()
    await expect(
      gateway.wiring.db.query('update concordat.item set destroy_on = destroy_on + 1 where id = $1', [item.id]), // prettier-ignore
    ).rejects.toThrow('moves only by a recorded act')
    await expect(
      gateway.wiring.db.query('update concordat.item set clock_started_at = now() where id = $1', [item.id]),
    ).rejects.toThrow('never change')
  })

  test.each([
    ['the key store fails while it wraps', 'wrap'],
    ['the commit fails', 'commit'],
    ['the answer to the commit is lost', 'commit.end'],
  ] as const)(
    'when %s, what is being held stays readable under exactly one shelf, and can be held again',
    async (_what, step) => {
      const { transfer, item } = await kept()
      faults.once(step)
      await post('helen.marsh', `/items/${item.id}/holds`, hold)
      faults.clear()
      await expectReadable(transfer)
      const { rows } = await gateway.owner.query('select count(*) as holds from concordat.hold where item_id = $1', [item.id]) // prettier-ignore
      expect([rows[0]?.['holds'], (await itemOf(transfer)).shelf_ref === item.shelf_ref]).toEqual(step === 'commit.end' ? [1, false] : [0, true]) // prettier-ignore
      expect((await post('helen.marsh', `/items/${item.id}/holds`, hold)).status).toBe(200)
      await expectReadable(transfer)
    },
  )

  test('a hold that comes while the shelf is being destroyed is refused, and one that came before stops it', async () => {
    const { transfer, item } = await kept()
    faults.once('destroy')
    await sweepOn(item.destroy_on)
    expectProblem(await post('helen.marsh', `/items/${item.id}/holds`, hold), 'state.conflict')
    await sweepOn(item.destroy_on)
    expect(await stateOf(gateway, transfer)).toBe('destroyed')
  })

  test('imb-2024/iss-return-first: what comes under an agreement with return is destroyed only when both parties say that it cannot be returned', async () => {
    const { transfer, item } = await kept()
    await gateway.owner.query(
      `update concordat.transfer set agreement = 'imb-2024', exchange = 'intelligence-to-hmi-prisons', from_party = 'imb' where id = $1`,
      [transfer],
    )
    expect((await sweepOn(item.destroy_on)).destroyed).not.toContain(item.id)
    expect(expectRefusal(await post('helen.marsh', `/items/${item.id}/return/answer`, { returnable: false }), 'answer-return')).toEqual(['local/default-deny']) // prettier-ignore
    expect((await post('helen.marsh', `/items/${item.id}/return`)).status).toBe(200)
    expect((await post('helen.marsh', `/items/${item.id}/return/answer`, { returnable: false })).status).toBe(200) // prettier-ignore
    expect((await sweepOn(item.destroy_on)).destroyed).not.toContain(item.id)
    await gateway.owner.query(
      `insert into concordat.return_answer (item_id, party, answered_by, answered_at, returnable)
       select $1, 'imb', id, now(), false from concordat.person where subject = 'helen.marsh'`,
      [item.id],
    )
    expect((await sweepOn(item.destroy_on)).destroyed).toContain(item.id)
  })

  test('as pages: what is due with its calendar, a date in two steps, an empty form that says what is missing', async () => {
    const { transfer, item } = await kept()
    const helen = await signedIn(gateway, 'helen.marsh')
    const due = await helen.page('/retention')
    expect(due.body).toContain('What is due to be destroyed')
    const path = `/retention/items/${item.id}`
    const empty = await helen.send(`${path}/hold`, { kind: '', reason: '', reviewOn: '' })
    expect([empty.status, empty.body.match(/There is a problem/g)?.length]).toEqual([400, 1])
    const soon = addDays(today, 3)
    const shown = await helen.send(`${path}/clock`, { destroyOn: soon, retentionClass: '', reason: 'Asked for.' }) // prettier-ignore
    expect(shown.body).toContain('This would move the date')
    expect((await itemOf(transfer)).destroy_on).toBe(item.destroy_on)
    const moved = await helen.send(`${path}/clock`, { destroyOn: soon, retentionClass: '', reason: 'Asked for.', confirmed: 'yes' }) // prettier-ignore
    expect([moved.status, (await itemOf(transfer)).destroy_on]).toEqual([303, soon])
    expect((await helen.page('/retention')).body).toContain(path)
    expect((await helen.page(path)).body).toContain('Asked for.')
    for (const page of [
      '/retention/holds',
      '/retention/schedules',
      '/retention/certificates',
      '/retention/schedules/hmi-prisons/inspection-case-level',
    ])
      // prettier-ignore
      expect([page, (await helen.page(page)).status]).toEqual([page, 200])
  })

  test('hmpps-2025/19: a schedule that its owner changed moves nothing until it is applied, and shows what it would move', async () => {
    const { transfer, item } = await kept()
    // As if it had been sealed under an earlier version, with a day more.
    await gateway.owner.query('alter table concordat.item disable trigger clock_moves_by_act')
    await gateway.owner.query(`update concordat.item set schedule_version = 'demonstration-0', destroy_on = destroy_on + 1 where id = $1`, [item.id]) // prettier-ignore
    await gateway.owner.query('alter table concordat.item enable trigger clock_moves_by_act')
    const helen = await signedIn(gateway, 'helen.marsh')
    const path = '/retention/schedules/hmi-prisons/inspection-case-level'
    expect((await helen.page(path)).body).toContain('would move 1 date')
    expect((await helen.send(path, { reason: '' })).status).toBe(400)
    expect((await itemOf(transfer)).destroy_on).toBe(addDays(item.destroy_on, 1))
    expect((await helen.send(path, { reason: 'Version 1 took its place.' })).body).toContain('1 date was moved') // prettier-ignore
    expect((await itemOf(transfer)).destroy_on).toBe(item.destroy_on)
    expect((await helen.page(path)).body).toContain('moves nothing')
    await expectReadable(transfer)
  })
})
