// POST …/supply: the supply desk's three outcomes, and that there is no fourth (hmpps-2025/10-no-refusal).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entriesFor, expectProblem, expectRefusal, expectRejectionEntry } from '../support/answers.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { approve, askedFor, partOf, rowOf, stateOf, supply, transferAt } from '../support/transfers.ts'

describe('the supply desk', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 300, withWorker: false })
  })
  afterAll(() => gateway.close())

  const send = async (id: string, body: unknown) =>
    (await gateway.as('daniel.okafor')).post(`/api/v1/requests/${id}/supply`, body)
  const mails = async () =>
    (await gateway.owner.query('select recipient, subject, body from concordat.mail order by recipient')).rows
  const sealingJobs = async (id: string) =>
    (
      await gateway.owner.query(
        `select 1 from pgboss.job where name = 'seal-package' and data->>'transferId' = $1`,
        [id],
      )
    ).rows.length

  test('hmpps-2025/16: supplies what was approved, whole, and owes the sealing in the same transaction', async () => {
    const id = await transferAt(gateway, 'approved')
    const answer = await send(id, { outcome: 'supply' })
    expect(answer.json()).toMatchObject({ id, state: 'supplied', decision: { outcome: 'permit' } })
    const row = await rowOf(gateway, id)
    expect([row['supplied_fields'], row['supplied_establishments']]).toEqual([
      row['fields'],
      row['establishments'],
    ])
    expect(await entriesFor(gateway, answer)).toMatchObject([
      {
        type: 'transfer.supplied',
        actor: { username: 'daniel.okafor@hmpps.example' },
        detail: { fields: row['fields'], establishments: ['LEI'] },
      },
    ])
    expect(await sealingJobs(id)).toBe(1)
  })

  test('hmpps-2025/10-no-refusal: a fourth outcome does not exist', async () => {
    const id = await transferAt(gateway, 'approved')
    for (const outcome of ['refuse', 'reject', 'return', 'destroy', '', 'Supply', null]) {
      const answer = await send(id, { outcome, reason: 'We would rather not.' })
      expect(
        expectProblem(answer, 'input.invalid').fields.map(({ field }) => field),
        String(outcome),
      ).toEqual(['outcome'])
      await expectRejectionEntry(gateway, answer, 'input.invalid')
    }
    expect(await stateOf(gateway, id)).toBe('approved')
  })

  test('hmpps-2025/10-no-refusal: supplies a part with a reason, and HMI Prisons’ lead is told at once', async () => {
    const id = await transferAt(gateway, 'approved')
    await gateway.owner.query('delete from concordat.mail')
    const answer = await send(id, partOf(gateway))
    expect(answer.json()).toMatchObject({ state: 'part-supplied' })
    expect(await rowOf(gateway, id)).toMatchObject({
      supplied_fields: ['prison_number', 'establishment_code'],
      supplied_establishments: ['LEI'],
    })
    expect(await entriesFor(gateway, answer)).toMatchObject([
      {
        type: 'transfer.part-supplied',
        detail: { fields: ['prison_number', 'establishment_code'], reason: 'The dates are being checked.' },
      },
    ])
    const [mail, ...more] = await mails()
    expect(more).toEqual([])
    expect(mail).toMatchObject({ recipient: 'gwen.pritchard@hmi-prisons.example' })
    expect(mail?.['body']).toContain(`${gateway.url}/requests/${id}`)
    expect(`${String(mail?.['subject'])} ${String(mail?.['body'])}`).not.toMatch(
      /dates are being checked|self-harm|prison_number/,
    )
    expect(await sealingJobs(id)).toBe(1)
  })

  test('a part is narrower than what was approved: not wider, not other, not the whole of it', async () => {
    const id = await transferAt(gateway, 'approved')
    const part = partOf(gateway)
    const fieldsOf = async (change: Record<string, unknown>) =>
      expectProblem(await send(id, { ...part, ...change }), 'input.invalid').fields.map(({ field }) => field)
    const whole = { fields: ['prison_number', 'establishment_code', 'incident_date'] }
    expect(await fieldsOf({ fields: ['prison_number', 'method'] })).toEqual(['fields.1'])
    expect(await fieldsOf({ establishments: ['BMI'] })).toEqual(['establishments.0'])
    expect(await fieldsOf({ establishments: ['LEI', 'BMI'] })).toEqual(['establishments.1'])
    expect(await fieldsOf(whole)).toEqual(['outcome'])
    expect(await fieldsOf({ fields: [] })).toEqual(['fields'])
    expect(await fieldsOf({ fields: ['prison_number', 'prison_number'] })).toEqual(['fields.1'])
    expect(await stateOf(gateway, id)).toBe('approved')
  })

  test('hmpps-2025/10-no-refusal: a part and an escalation need a reason', async () => {
    const id = await transferAt(gateway, 'approved')
    for (const reason of [undefined, '', '  ', 7]) {
      for (const body of [
        { ...partOf(gateway), reason },
        { outcome: 'escalate', reason },
      ])
        expect(expectProblem(await send(id, body), 'input.invalid').fields.map(({ field }) => field)).toEqual(
          ['reason'],
        )
    }
    expect(await stateOf(gateway, id)).toBe('approved')
  })

  test('hmpps-2025/10-no-refusal: escalates with a reason, tells the lead and the person who asked, and supplies afterwards', async () => {
    const id = await transferAt(gateway, 'approved')
    await gateway.owner.query('delete from concordat.mail')
    const answer = await send(id, { outcome: 'escalate', reason: 'The information asset owner has to look.' })
    expect(answer.json()).toMatchObject({ state: 'escalated' })
    expect(await entriesFor(gateway, answer)).toMatchObject([
      { type: 'transfer.escalated', detail: { reason: 'The information asset owner has to look.' } },
    ])
    expect((await mails()).map(({ recipient }) => recipient)).toEqual([
      'ayesha.rahman@hmi-prisons.example',
      'gwen.pritchard@hmi-prisons.example',
    ])
    expect(JSON.stringify(await mails())).not.toContain('asset owner')
    expect(await sealingJobs(id)).toBe(0)
    expectProblem(await send(id, { outcome: 'escalate', reason: 'Again.' }), 'state.conflict')
    await supply(gateway, id)
    expect(await stateOf(gateway, id)).toBe('supplied')
  })

  test('what another outcome takes is refused, not ignored', async () => {
    const id = await transferAt(gateway, 'approved')
    const answer = await send(id, { outcome: 'supply', fields: ['method'] })
    expect(expectProblem(answer, 'input.invalid').fields.map(({ field }) => field)).toEqual(['fields'])
  })

  test('supplying twice is a conflict and seals once', async () => {
    const id = await transferAt(gateway, 'supplied')
    expectProblem(await send(id, { outcome: 'supply' }), 'state.conflict')
    expect(await sealingJobs(id)).toBe(1)
  })

  test('what nobody approved is not to be found by the supply desk', async () => {
    const id = await askedFor(gateway)
    expectProblem(await send(id, { outcome: 'supply' }), 'not-found')
    expect(await stateOf(gateway, id)).toBe('requested')
  })

  test('local/supply-desk: nobody at HMI Prisons supplies', async () => {
    const id = await transferAt(gateway, 'approved')
    for (const who of ['ayesha.rahman', 'gwen.pritchard', 'marta.kowalczyk'] as const) {
      const answer = await (
        await gateway.as(who)
      ).post(`/api/v1/requests/${id}/supply`, { outcome: 'supply' })
      expect(expectRefusal(answer, 'supply'), who).toEqual(['local/supply-desk'])
    }
    expectProblem(
      await (await gateway.as('tom.whitfield')).post(`/api/v1/requests/${id}/supply`, { outcome: 'supply' }),
      'not-found',
    )
  })

  test('hmpps-2025/11-relevance: an inspection that closed since, or a requester who left its team, stops the supply', async () => {
    const id = await askedFor(gateway)
    await approve(gateway, id)
    await gateway.owner.query(
      `update concordat.inspection set closed_on = current_date where reference = 'INS-2026-LEI-1'`,
    )
    const closed = await send(id, { outcome: 'supply' })
    await gateway.owner.query(
      `update concordat.inspection set closed_on = null where reference = 'INS-2026-LEI-1'`,
    )
    expect(expectRefusal(closed, 'supply')).toEqual(['hmpps-2025/11-relevance'])
    await gateway.owner.query('update concordat.inspection_member set member_until = member_from')
    const left = await send(id, { outcome: 'supply' })
    await gateway.owner.query('update concordat.inspection_member set member_until = null')
    expect(expectRefusal(left, 'supply')).toEqual(['hmpps-2025/11-relevance'])
    expect(await stateOf(gateway, id)).toBe('approved')
  })
})
