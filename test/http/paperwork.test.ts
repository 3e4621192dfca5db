// Paperwork from what is on record: the ICO's decision record and the Data Movement Form of a request, the record of a refusal,
// and the forms of an agreement. What is not said is named; who may not see the request does not see its paperwork.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../../demo/client.ts'
import { formAnswer } from '../../gateway/agreements/paperwork/endpoints.ts'
import { enrolKey, permittedRequest, startGateway, type TestGateway } from '../support/gateway.ts'
import { entriesFor, expectProblem, withoutReferences } from '../support/answers.ts'
import { signedIn } from '../support/pages.ts'
import { transferAt } from '../support/transfers.ts'

describe('paperwork', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 300 })
    await enrolKey(gateway)
  })
  afterAll(() => gateway.close())

  const rowsOf = (answer: Answer) => {
    expect(answer.status, answer.bytes.toString('utf8')).toBe(200)
    const form = formAnswer.parse(answer.json())
    return new Map(form.sections.flatMap(({ rows }) => rows).map((row) => [row.question, row]))
  }

  test('M15: the decision record of a request has who asked, what for, on what grounds, and who decided when', async () => {
    const id = await transferAt(gateway, 'collected')
    const officer = await gateway.as('marta.kowalczyk')
    const answer = await officer.get(`/api/v1/requests/${id}/decision-record`)
    const rows = rowsOf(answer)
    const said = (question: string) => rows.get(question)?.answer ?? ''
    expect(said('Organisation asked to share')).toBe('HMPPS')
    expect(said('Organisation that asks')).toBe('HMI Prisons')
    expect(said('Person who asks, and position')).toBe('Ayesha Rahman, analyst')
    expect(said('Data asked for')).toMatch(/^Self-harm incidents of .*: prison number, /)
    expect(said('Why is it necessary?')).toBe('Levels of self-harm are a line of enquiry.')
    expect(said('Legal power')).toBe('Prison Act 1952, section 5A')
    expect(said('Decision')).toBe('Shared and collected.')
    expect(said('Decision taken by')).toMatch(/^Approved by Gwen Pritchard, approver, on .*\. Supplied by Daniel Okafor, supply desk, on /)
    expect(rows.get('Reasons')?.clauses).toEqual(expect.arrayContaining(['hmpps-2025/11-relevance', 'hmpps-2025/16-encryption']))
    expect(rows.get('Lawful basis')).toMatchObject({ answer: 'UK GDPR article 6(1)(e), public task', local: true })
    expect(rows.get('Security')).toMatchObject({ local: false, clauses: expect.arrayContaining(['hmpps-2025/16-encryption']) as string[] })
    expect(said('Retention and deletion')).toMatch(/12 months, by the schedule of HMI Prisons \(a demonstration schedule\)\. It is destroyed on /)
    const [entry] = await entriesFor(gateway, answer)
    expect(entry).toMatchObject({ type: 'paperwork.made', detail: { form: 'decision-record' }, agreement: 'hmpps-2025' })
  }) // prettier-ignore

  test('what nobody has said is missing by name, and never made up', async () => {
    const id = await transferAt(gateway, 'requested')
    const analyst = await gateway.as('ayesha.rahman')
    const record = rowsOf(await analyst.get(`/api/v1/requests/${id}/decision-record`))
    const missing = [...record.values()].filter(({ answer }) => answer === undefined)
    expect(missing.map(({ question }) => question)).toEqual([
      'Was an impact assessment considered?',
      'Views of the data protection officer',
      'Dates of the sharing',
      'Reasons',
      'Decision taken by',
    ])
    for (const row of missing) expect(row.missing).toMatch(/^[A-Z].*\.$/)
    const movement = rowsOf(await analyst.get(`/api/v1/requests/${id}/data-movement-form`))
    expect(movement.get('Number of records')?.missing).toBe('Known when the package is sealed.')
    expect(movement.get('Does it include personal data?')?.answer).toMatch(/^Yes: /)
  })

  test('a refused request has its record: every clause that refused, and the rules as who decided', async () => {
    const refused = await (await gateway.as('ayesha.rahman')).post('/api/v1/requests', { ...permittedRequest(gateway), inspection: 'INS-NONE' }) // prettier-ignore
    const { reference } = refused.json()
    const rows = rowsOf(await (await gateway.as('ayesha.rahman')).get(`/api/v1/decisions/${String(reference)}/record`)) // prettier-ignore
    expect(rows.get('Decision')?.answer).toBe('Refused. Nothing was shared.')
    expect(rows.get('Reasons')?.clauses).toContain('hmpps-2025/11-relevance')
    expect(rows.get('Decision taken by')?.answer).toContain('the rules named above')
    expect(rows.get('Why is it necessary?')?.missing).toMatch(/not kept/)
    const page = await (
      await signedIn(gateway, 'marta.kowalczyk')
    ).page(`/decisions/${String(reference)}/record`)
    expect(page.body).toContain('Refused. Nothing was shared.')
  })

  test('who may not see the request is told of its paperwork what is told of what does not exist, in the same bytes', async () => {
    const id = await transferAt(gateway, 'requested')
    const refused = await (await gateway.as('ayesha.rahman')).post('/api/v1/requests', { ...permittedRequest(gateway), inspection: 'INS-NONE' }) // prettier-ignore
    const decision = String(refused.json()['reference'])
    const none = '00000000-0000-4000-8000-000000000000'
    const other = await gateway.as('tom.whitfield')
    for (const path of [(of: string) => `/api/v1/requests/${of}/decision-record`, (of: string) => `/api/v1/requests/${of}/data-movement-form`]) {
      const hidden = await other.get(path(id))
      expectProblem(hidden, 'not-found')
      expect(withoutReferences(hidden)).toEqual(withoutReferences(await other.get(path(none))))
    }
    const hidden = await other.get(`/api/v1/decisions/${decision}/record`)
    expectProblem(hidden, 'not-found')
    expect(withoutReferences(hidden)).toEqual(withoutReferences(await other.get(`/api/v1/decisions/${none}/record`)))
  }) // prettier-ignore

  test('an agreement has its record of processing, an exchange a section, and the check of the code with nothing missing', async () => {
    const desk = await gateway.as('daniel.okafor')
    const record = formAnswer.parse((await desk.get('/api/v1/agreements/hmpps-2025/record-of-processing')).json())
    expect(record.sections.map(({ title }) => title)).toContain('Centrally supplied case-level data')
    for (const { rows } of record.sections) expect(rows.map(({ question }) => question)).toEqual(record.sections[0]?.rows.map(({ question }) => question))
    const check = formAnswer.parse((await desk.get('/api/v1/agreements/hmpps-2025/code-check')).json())
    expect(check.missing).toBe(0)
    const over = formAnswer.parse((await desk.get('/api/v1/agreements/noms-rom/code-check')).json())
    expect(over.missing).toBeGreaterThan(10)
    const page = await (await signedIn(gateway, 'daniel.okafor')).page('/agreements/noms-rom/code-check')
    expect(page.body).toContain('questions have no answer here')
  }) // prettier-ignore
})
