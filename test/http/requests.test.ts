// POST /api/v1/requests, /check and the two ways of looking: who is permitted, who is refused by which clauses, what nobody
// learns, and what the ledger saw.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../gateway/db.ts'
import {
  entriesFor,
  expectProblem,
  expectRefusal,
  expectRejectionEntry,
  withoutReferences,
} from '../support/answers.ts'
import { permittedRequest, startGateway, type TestGateway } from '../support/gateway.ts'
import { approve, askedFor, rowOf } from '../support/transfers.ts'

describe('asking for case-level data', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ withWorker: false })
  })
  afterAll(() => gateway.close())

  const count = async (table: string) =>
    Number((await gateway.owner.query(`select count(*) as n from concordat.${table}`)).rows[0]?.['n'])

  test('hmpps-2025/16: an analyst on the team is answered 201 with the decision and the clauses that it tested', async () => {
    const answer = await (
      await gateway.as('ayesha.rahman')
    ).post('/api/v1/requests', permittedRequest(gateway))
    expect(answer.status).toBe(201)
    const { id, reference, state, decision } = answer.json()
    expect(state).toBe('requested')
    expect(reference).toMatch(/^CLD(-[0-9A-Z]{4}){3}$/)
    const { tested, id: decisionId, pack } = decision as { tested: string[]; id: string; pack: string } // as actAnswer says
    expect(pack).toMatch(/^hmpps-2025@/)
    expect(tested).toEqual(
      expect.arrayContaining([
        'hmpps-2025/11-authorised',
        'hmpps-2025/11-relevance',
        'hmpps-2025/16-dsa',
        'local/statutory-basis',
      ]),
    )
    const [kept] = (await gateway.owner.query('select * from concordat.decision where id = $1', [decisionId]))
      .rows
    expect(kept).toMatchObject({ act: 'request', outcome: 'permit', tested, refusals: [], transfer_id: id })
    const [entry, ...more] = await entriesFor(gateway, answer)
    expect(more).toEqual([])
    expect(entry).toMatchObject({
      type: 'transfer.requested',
      actor: { kind: 'person', username: 'ayesha.rahman@hmi-prisons.example' },
      agreement: 'hmpps-2025',
      decision: decisionId,
      clauses: tested,
      detail: { dataset: 'self-harm-incidents', namedPeople: 0 },
    })
    expect(entry?.['subjects']).toContainEqual({ kind: 'transfer', id })
  })

  test('hmpps-2025/11: a second analyst, not on the team, is refused by every clause that refuses, with reason, remedy and who can decide', async () => {
    const before = await count('transfer')
    const answer = await (
      await gateway.as('tom.whitfield')
    ).post('/api/v1/requests', permittedRequest(gateway))
    expect(expectRefusal(answer, 'request')).toEqual(['hmpps-2025/11-authorised', 'hmpps-2025/11-relevance'])
    expect(await count('transfer')).toBe(before)
    const { reference } = answer.json()
    const [entry, ...more] = await entriesFor(gateway, answer)
    expect(more).toEqual([])
    expect(entry).toMatchObject({
      type: 'decision.refused',
      actor: { username: 'tom.whitfield@hmi-prisons.example' },
      decision: reference,
      clauses: ['hmpps-2025/11-authorised', 'hmpps-2025/11-relevance'],
      detail: { act: 'request' },
    })
    const [kept] = (
      await gateway.owner.query('select outcome from concordat.decision where id = $1', [reference])
    ).rows
    expect(kept).toEqual({ outcome: 'refusal' })
  })

  test('hmpps-2025/11-authorised: the supplying body, an approver and the assurance officer cannot ask', async () => {
    for (const who of ['daniel.okafor', 'gwen.pritchard', 'marta.kowalczyk'] as const) {
      const answer = await (await gateway.as(who)).post('/api/v1/requests', permittedRequest(gateway))
      expect(expectRefusal(answer, 'request'), who).toContain('hmpps-2025/11-authorised')
    }
  })

  test('all faults of one request are refused together, not the first alone', async () => {
    const tom = await gateway.owner.query(`select id from concordat.person where subject = 'tom.whitfield'`)
    const id = tom.rows[0]?.['id']
    await gateway.owner.query(
      `update concordat.person_standing set valid_until = '2025-01-31' where person_id = $1`,
      [id],
    )
    const answer = await (
      await gateway.as('tom.whitfield')
    ).post('/api/v1/requests', permittedRequest(gateway))
    await gateway.owner.query(
      `update concordat.person_standing set valid_until = '2099-01-31' where person_id = $1`,
      [id],
    )
    expect(expectRefusal(answer, 'request')).toEqual([
      'hmpps-2025/11-authorised', 'hmpps-2025/11-relevance', 'hmpps-2025/14-security-training', 'hmpps-2025/14-vetting', 'local/training-in-date', 'local/vetting-in-date',
    ]) // prettier-ignore
  })

  test('hmpps-2025/11-relevance: an establishment that the inspection does not cover is refused', async () => {
    const asked = { ...permittedRequest(gateway), establishments: ['BMI'] }
    const answer = await (await gateway.as('ayesha.rahman')).post('/api/v1/requests', asked)
    expect(expectRefusal(answer, 'request')).toEqual(['hmpps-2025/11-relevance'])
  })

  test('an inspection that does not exist and one that the person is not on get the same bytes apart from the references', async () => {
    for (const path of ['/api/v1/requests', '/api/v1/requests/check']) {
      const analyst = await gateway.as('ayesha.rahman')
      const ask = (inspection: string) => analyst.post(path, { ...permittedRequest(gateway), inspection })
      const [unknown, hidden] = [await ask('INS-2026-XXX-9'), await ask('INS-2026-BMI-1')]
      expect(withoutReferences(unknown)).toEqual(withoutReferences(hidden))
      expect(unknown.bytes.toString()).not.toMatch(/BMI|XXX/)
    }
  })

  test('a prison number that exists and one that does not get the same bytes apart from the references, when asking and when checking', async () => {
    const source = openDatabase(gateway.environment.config.sourceDatabaseUrl, {
      applicationName: 'test',
      maxConnections: 1,
    })
    const { rows } = await source.query('select prison_number from self_harm_incidents order by 1 limit 1')
    const known = String(rows[0]?.['prison_number'])
    const { rows: others } = await source.query(
      `select count(*) as n from self_harm_incidents where prison_number = 'Z0000ZZ'`,
    )
    await source.close()
    expect([known, others]).toEqual([expect.stringMatching(/^[A-Z]\d{4}[A-Z]{2}$/), [{ n: 0 }]])
    for (const path of ['/api/v1/requests', '/api/v1/requests/check']) {
      const analyst = await gateway.as('ayesha.rahman')
      const ask = (number: string) =>
        analyst.post(path, { ...permittedRequest(gateway), prisonNumbers: [number] })
      const [there, nowhere] = [await ask(known), await ask('Z0000ZZ')]
      expect(there.status).toBe(path.endsWith('check') ? 200 : 201)
      expect(withoutReferences(there)).toEqual(withoutReferences(nowhere))
    }
  })

  test('a check says what would be decided and how much it would be, asks for nothing, and is an entry', async () => {
    const before = [await count('transfer'), await count('decision'), await count('mail')]
    const asked = { ...permittedRequest(gateway), purpose: 'respect' }
    const answer = await (await gateway.as('ayesha.rahman')).post('/api/v1/requests/check', asked)
    expect(answer.status).toBe(200)
    const { outcome, estimate, notNeeded } = answer.json()
    expect(outcome).toBe('permit')
    expect(estimate).toMatchObject({ columns: 3 })
    expect((estimate as { rows: number }).rows).toBeGreaterThan(0)
    expect(notNeeded).toEqual(permittedRequest(gateway)['fields'])
    expect([await count('transfer'), await count('decision'), await count('mail')]).toEqual(before)
    expect((await entriesFor(gateway, answer)).map(({ type }) => type)).toEqual(['form.viewed'])
  })

  test('a check by somebody who would be refused tells nothing of what is held', async () => {
    const answer = await (
      await gateway.as('tom.whitfield')
    ).post('/api/v1/requests/check', permittedRequest(gateway))
    expect(answer.json()).toMatchObject({ outcome: 'refusal' })
    expect(answer.json()).not.toHaveProperty('estimate')
  })

  test('the approvers are mailed a notice and a link, and not a word of the content', async () => {
    await gateway.owner.query('delete from concordat.mail')
    const id = await askedFor(gateway)
    const { rows } = await gateway.owner.query('select recipient, subject, body from concordat.mail')
    expect(rows.map(({ recipient }) => recipient)).toEqual(['gwen.pritchard@hmi-prisons.example'])
    const mail = `${String(rows[0]?.['subject'])}\n${String(rows[0]?.['body'])}`
    expect(mail).toContain(`${gateway.url}/requests/${id}`)
    expect(mail).not.toMatch(/self-harm|LEI|INS-|Leeds|Ayesha|relevan|line of enquiry/i)
  })

  test('what one person asked is not found by another who may not see it, in the same bytes as what does not exist', async () => {
    const id = await askedFor(gateway)
    const tom = await gateway.as('tom.whitfield')
    const [hidden, absent] = [
      await tom.get(`/api/v1/requests/${id}`),
      await tom.get('/api/v1/requests/8c9f0f5e-6f0e-4c64-9a35-0d6f1f8f2c11'),
    ]
    expectProblem(hidden, 'not-found')
    expect(withoutReferences(hidden)).toEqual(withoutReferences(absent))
    await expectRejectionEntry(gateway, hidden, 'not-found')
    const daniel = await gateway.as('daniel.okafor')
    expectProblem(await daniel.get(`/api/v1/requests/${id}`), 'not-found')
    await approve(gateway, id)
    expect((await daniel.get(`/api/v1/requests/${id}`)).status).toBe(200)
  })

  test('looking at one request and at the list are entries', async () => {
    const id = await askedFor(gateway)
    const analyst = await gateway.as('ayesha.rahman')
    const one = await analyst.get(`/api/v1/requests/${id}`)
    expect(one.json()).toMatchObject({
      id,
      state: 'requested',
      marking: 'OFFICIAL-SENSITIVE',
      timeline: [{ act: 'requested' }],
    })
    expect((await entriesFor(gateway, one)).map(({ type }) => type)).toEqual(['transfer.viewed'])
    const list = await analyst.get('/api/v1/requests')
    expect((list.json()['yours'] as { id: string }[]).map((each) => each.id)).toContain(id)
    const [entry] = await entriesFor(gateway, list)
    expect(entry).toMatchObject({
      type: 'transfers.listed',
      detail: { shown: (list.json()['yours'] as unknown[]).length },
    })
    const waiting = (await (await gateway.as('gwen.pritchard')).get('/api/v1/requests')).json()[
      'waitingOnYou'
    ]
    expect((waiting as { id: string }[]).map((each) => each.id)).toContain(id)
    const toms = (await (await gateway.as('tom.whitfield')).get('/api/v1/requests')).json()
    expect(toms).toEqual({ waitingOnYou: [], yours: [] })
  })

  test('the same field or establishment asked for twice is named as wrong, because a package could not be made of it', async () => {
    const analyst = await gateway.as('ayesha.rahman')
    const twice = { fields: ['prison_number', 'prison_number'], establishments: ['LEI', 'lei'] }
    const { fields } = expectProblem(
      await analyst.post('/api/v1/requests', { ...permittedRequest(gateway), ...twice }),
      'input.invalid',
    )
    expect(fields.map(({ field }) => field)).toEqual(['fields.1', 'establishments.1'])
  })

  test('a request is kept as it was asked', async () => {
    const id = await askedFor(gateway, { prisonNumbers: ['a1234bc'] })
    expect(await rowOf(gateway, id)).toMatchObject({
      prison_numbers: ['A1234BC'], state: 'requested', version: 1, marking: 'OFFICIAL-SENSITIVE', period_from: '2025-01-01',
      data_categories: ['identifier', 'none', 'personal'],
    }) // prettier-ignore
  })
})
