// POST …/approve and …/return, and PUT …/:id after a return: two different people at HMI Prisons, each act once, and an
// entry for each (hmpps-2025/11, S6).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entriesFor, expectProblem, expectRefusal, expectRejectionEntry } from '../support/answers.ts'
import { permittedRequest, startGateway, type TestGateway } from '../support/gateway.ts'
import { approve, askedFor, rowOf, stateOf, transferAt } from '../support/transfers.ts'

describe('the second person at HMI Prisons', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 300, withWorker: false })
  })
  afterAll(() => gateway.close())

  const idOf = async (subject: string) =>
    (await gateway.owner.query('select id from concordat.person where subject = $1', [subject])).rows[0]?.[
      'id'
    ]

  /** Lends somebody a role for as long as the work takes. */
  const withRole = async <T>(subject: string, role: string, work: () => Promise<T>): Promise<T> => {
    const key = [await idOf(subject), role]
    await gateway.owner.query(
      `insert into concordat.person_role (person_id, role, held_from) values ($1, $2, '2024-02-01')`,
      key,
    )
    try {
      return await work()
    } finally {
      await gateway.owner.query('delete from concordat.person_role where person_id = $1 and role = $2', key)
    }
  }

  test('approves a request once: 200 with the decision, the row says who and when, and the supply clock starts', async () => {
    const id = await askedFor(gateway)
    const answer = await (await gateway.as('gwen.pritchard')).post(`/api/v1/requests/${id}/approve`)
    expect(answer.status).toBe(200)
    expect(answer.json()).toMatchObject({ id, state: 'approved', decision: { outcome: 'permit' } })
    const row = await rowOf(gateway, id)
    expect(row).toMatchObject({ state: 'approved', approver: await idOf('gwen.pritchard'), version: 2 })
    expect(row['approved_at']).toBeInstanceOf(Date)
    const entries = await entriesFor(gateway, answer)
    expect(entries).toMatchObject([
      { type: 'transfer.approved', actor: { username: 'gwen.pritchard@hmi-prisons.example' } },
    ])
    const { rows } = await gateway.owner.query(
      'select clause, owed_by, met_at, due_at > starts_at as later from concordat.duty where transfer_id = $1',
      [id],
    )
    expect(rows).toEqual([{ clause: 'hmpps-2025/16', owed_by: 'hmpps', met_at: null, later: true }])
  })

  test('approving the same request twice is a conflict, and changes and records nothing but the rejection', async () => {
    const id = await askedFor(gateway)
    await approve(gateway, id)
    const before = await rowOf(gateway, id)
    const again = await (await gateway.as('gwen.pritchard')).post(`/api/v1/requests/${id}/approve`)
    expectProblem(again, 'state.conflict')
    await expectRejectionEntry(gateway, again, 'state.conflict')
    expect(await rowOf(gateway, id)).toEqual(before)
  })

  test('two approvals at the same time are one approval and one conflict', async () => {
    const id = await askedFor(gateway)
    const gwen = await gateway.as('gwen.pritchard')
    const answers = await Promise.all([1, 2, 3].map(() => gwen.post(`/api/v1/requests/${id}/approve`)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
    expect(await rowOf(gateway, id)).toMatchObject({ version: 2 })
  })

  test('local/four-eyes: whoever asked cannot approve, also when they are an approver', async () => {
    const id = await askedFor(gateway)
    const answer = await withRole('ayesha.rahman', 'approver', async () =>
      (await gateway.as('ayesha.rahman')).post(`/api/v1/requests/${id}/approve`),
    )
    expect(expectRefusal(answer, 'approve')).toEqual(['local/four-eyes'])
    expect(await stateOf(gateway, id)).toBe('requested')
    expect(await entriesFor(gateway, answer)).toMatchObject([
      { type: 'decision.refused', clauses: ['local/four-eyes'], detail: { act: 'approve' } },
    ])
  })

  test('the database itself refuses that one person asked and approved', async () => {
    const id = await askedFor(gateway)
    const change = gateway.wiring.db.query(
      `update concordat.transfer set state = 'approved', approver = requester, approved_at = now() where id = $1`,
      [id],
    )
    await expect(change).rejects.toThrow('violates check constraint')
  })

  test('local/approver: the person who asked, without the role, is refused by both clauses', async () => {
    const id = await askedFor(gateway)
    const answer = await (await gateway.as('ayesha.rahman')).post(`/api/v1/requests/${id}/approve`)
    expect(expectRefusal(answer, 'approve')).toEqual(['local/approver', 'local/four-eyes'])
  })

  test('local/approver: the assurance officer may look and may not approve or return', async () => {
    const id = await askedFor(gateway)
    const marta = await gateway.as('marta.kowalczyk')
    expect(expectRefusal(await marta.post(`/api/v1/requests/${id}/approve`), 'approve')).toEqual([
      'local/approver',
    ])
    expect(
      expectRefusal(await marta.post(`/api/v1/requests/${id}/return`, { reason: 'No.' }), 'return'),
    ).toEqual(['local/approver'])
    expect(await stateOf(gateway, id)).toBe('requested')
  })

  test('hmpps-2025/10-no-refusal: the supply desk cannot send an approved request back', async () => {
    const id = await transferAt(gateway, 'approved')
    const answer = await (
      await gateway.as('daniel.okafor')
    ).post(`/api/v1/requests/${id}/return`, { reason: 'We would rather not.' })
    expect(expectRefusal(answer, 'return')).toEqual(['hmpps-2025/10-no-refusal', 'local/approver'])
    expect(await stateOf(gateway, id)).toBe('approved')
  })

  test('a role that ended yesterday does not approve today', async () => {
    const id = await askedFor(gateway)
    const ended = `update concordat.person_role set held_until = current_date - 1 where person_id = $1`
    await gateway.owner.query(ended, [await idOf('gwen.pritchard')])
    const answer = await (await gateway.as('gwen.pritchard')).post(`/api/v1/requests/${id}/approve`)
    await gateway.owner.query('update concordat.person_role set held_until = null where person_id = $1', [
      await idOf('gwen.pritchard'),
    ])
    expectProblem(answer, 'not-found')
  })

  test('returns a request with a reason, which the person who asked reads and the ledger keeps as a personal value', async () => {
    const id = await askedFor(gateway)
    const gwen = await gateway.as('gwen.pritchard')
    for (const body of [undefined, {}, { reason: '' }, { reason: '   ' }])
      expect(
        expectProblem(await gwen.post(`/api/v1/requests/${id}/return`, body), 'input.invalid').fields,
      ).toMatchObject([{ field: 'reason' }])
    await gateway.owner.query('delete from concordat.mail')
    const answer = await gwen.post(`/api/v1/requests/${id}/return`, { reason: 'Name the wing, please.' })
    expect(answer.json()).toMatchObject({ state: 'returned' })
    const [entry] = await entriesFor(gateway, answer)
    expect(entry).toMatchObject({ type: 'transfer.returned', detail: { reason: 'Name the wing, please.' } })
    const { rows } = await gateway.owner.query(
      `select convert_from(body, 'UTF8') as body from ledger.entry where id = $1`,
      [entry?.['entryId']],
    )
    expect(rows[0]?.['body']).not.toContain('Name the wing')
    const mails = await gateway.owner.query('select recipient, body from concordat.mail')
    expect(mails.rows).toMatchObject([{ recipient: 'ayesha.rahman@hmi-prisons.example' }])
    expect(mails.rows[0]?.['body']).not.toContain('wing')
  })

  test('a returned request is sent again, changed, by the person who asked, judged anew, and can then be approved', async () => {
    const id = await transferAt(gateway, 'returned')
    const changed = {
      ...permittedRequest(gateway),
      fields: ['incident_date', 'method'],
      prisonNumbers: ['A1234BC'],
    }
    const analyst = await gateway.as('ayesha.rahman')
    const answer = await analyst.put(`/api/v1/requests/${id}`, changed)
    expect(answer.json()).toMatchObject({ id, state: 'requested', decision: { outcome: 'permit' } })
    expect(await rowOf(gateway, id)).toMatchObject({
      fields: ['incident_date', 'method'], prison_numbers: ['A1234BC'], data_categories: ['personal', 'special-category'],
    }) // prettier-ignore
    expect(await entriesFor(gateway, answer)).toMatchObject([
      { type: 'transfer.requested', detail: { fields: ['incident_date', 'method'], namedPeople: 1 } },
    ])
    await approve(gateway, id)
    expect(await stateOf(gateway, id)).toBe('approved')
  })

  test('hmpps-2025/11-relevance: a returned request cannot come back with an establishment that the inspection does not cover', async () => {
    const id = await transferAt(gateway, 'returned')
    const analyst = await gateway.as('ayesha.rahman')
    const answer = await analyst.put(`/api/v1/requests/${id}`, {
      ...permittedRequest(gateway),
      establishments: ['BMI'],
    })
    expect(expectRefusal(answer, 'request')).toEqual(['hmpps-2025/11-relevance'])
    expect(await rowOf(gateway, id)).toMatchObject({ state: 'returned', establishments: ['LEI'] })
  })

  test('a returned request keeps its inspection and its dataset', async () => {
    const id = await transferAt(gateway, 'returned')
    const analyst = await gateway.as('ayesha.rahman')
    for (const [field, value] of [
      ['inspection', 'INS-2026-BMI-1'],
      ['dataset', 'use-of-force'],
    ] as const) {
      const answer = await analyst.put(`/api/v1/requests/${id}`, {
        ...permittedRequest(gateway),
        [field]: value,
      })
      expect(expectProblem(answer, 'input.invalid').fields.map((each) => each.field)).toEqual([field])
    }
  })

  test('only a returned request can be sent again, and only by the person who asked', async () => {
    const id = await transferAt(gateway, 'approved')
    const asked = permittedRequest(gateway)
    expectProblem(
      await (await gateway.as('ayesha.rahman')).put(`/api/v1/requests/${id}`, asked),
      'state.conflict',
    )
    expectProblem(await (await gateway.as('tom.whitfield')).put(`/api/v1/requests/${id}`, asked), 'not-found')
    expectProblem(
      await (await gateway.as('gwen.pritchard')).put(`/api/v1/requests/${id}`, asked),
      'not-found',
    )
  })
})
