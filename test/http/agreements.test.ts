// Reading the agreements: every clause in its own words, what makes it happen, how often it did; for everybody who holds a role
// and nobody else, and each look is an entry.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { permittedRequest, startGateway, type TestGateway } from '../support/gateway.ts'
import { entriesFor, expectProblem, expectRefusal } from '../support/answers.ts'
import { signedIn } from '../support/pages.ts'
import { documentAnswer, headAnswer } from '../../gateway/agreements/schemas.ts'
import { transferAt } from '../support/transfers.ts'

describe('the agreements', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 50, withWorker: false })
  })
  afterAll(() => gateway.close())

  test('are listed with standing, dates, parties, and whether the review is overdue', async () => {
    const answer = await (await gateway.as('daniel.okafor')).get('/api/v1/agreements')
    const heads = headAnswer.array().parse(answer.json()['agreements'])
    expect(heads.map(({ key, standing }) => [key, standing.value])).toEqual([
      ['hmpps-2025', 'in-force'],
      ['imb-2024', 'in-force'],
      ['probation-2023', 'in-force'],
      ['hub-2023', 'in-force'],
      ['hmpps-2019', 'superseded'],
      ['noms-rom', 'historical'],
    ])
    expect(heads[0]).toMatchObject({
      parties: ['hmi-prisons', 'hmpps'],
      inForce: { from: { value: '2025-01-02', local: true } },
      review: { every: '12 months', next: { value: '2026-01-02', local: true }, overdue: true },
      clauses: 165,
    })
    expect(heads.at(-1)?.review.overdue).toBe(false)
    const [entry] = await entriesFor(gateway, answer)
    expect(entry).toMatchObject({ type: 'agreement.viewed', detail: { part: 'list' }, clauses: ['local/read-agreements'] }) // prettier-ignore
  })

  test('hmpps-2025/16: a clause says its words, its clock, what of it is local, and how its clocks stand', async () => {
    await transferAt(gateway, 'approved')
    const answer = await (await gateway.as('tom.whitfield')).get('/api/v1/agreements/hmpps-2025?kind=duty&words=16')
    const document = documentAnswer.parse(answer.json())
    expect(document.paragraphs.map(({ number }) => number)).toEqual(['16'])
    const [clause] = document.paragraphs[0]?.clauses ?? []
    expect(clause).toMatchObject({ id: 'hmpps-2025/16', kind: 'duty', says: expect.stringContaining('HMPPS will supply HMI Prisons') as string, clocks: { running: 1, met: 0, late: 0 } }) // prettier-ignore
    expect(clause?.means[0]?.sentence).toBe('A clock runs from “transfer approved”: “transfer supplied” has to follow within 5 working days.') // prettier-ignore
    expect(clause?.means[0]?.parts).toContainEqual({ name: 'Limit', value: '5 working days', local: true })
    const [entry] = await entriesFor(gateway, answer)
    expect(entry).toMatchObject({ agreement: 'hmpps-2025', detail: { part: 'document', filters: ['words', 'kind'] } }) // prettier-ignore
  }) // prettier-ignore

  test('M1: a refusal shows on the page of the clause that refused, with its count and instant', async () => {
    const read = async () => (await (await gateway.as('marta.kowalczyk')).get('/api/v1/agreements/hmpps-2025/clauses/11-authorised')).json() // prettier-ignore
    const before = await read()
    await (await gateway.as('tom.whitfield')).post('/api/v1/requests', permittedRequest(gateway))
    const after = await read()
    expect(after['refused']).toBe(Number(before['refused']) + 1)
    expect(after['applied']).toBe(Number(before['applied']) + 1)
    expect(Date.parse(String(after['lastRefused']))).toBeGreaterThan(Date.now() - 600_000)
    const officer = await signedIn(gateway, 'marta.kowalczyk')
    const { body } = await officer.page('/agreements/hmpps-2025/clauses/11-authorised')
    for (const words of ['Refused once', 'POST /api/v1/requests', 'Asking for data', 'Permitted', 'The rule', 'forbid (']) expect(body).toContain(words) // prettier-ignore
  })

  test('as a page: every clause in the order of the text, with a place of its own, and contents that lead there', async () => {
    const analyst = await signedIn(gateway, 'ayesha.rahman')
    const { body } = await analyst.page('/agreements/hmpps-2025')
    const ids = [...body.matchAll(/<article [^>]*id="([^"]+)"/g)].map(([, id]) => id)
    expect(ids).toHaveLength(165)
    expect(ids).toContain('hmpps-2025-20')
    expect(ids.indexOf('hmpps-2025-16')).toBeLessThan(ids.indexOf('hmpps-2025-20'))
    const [contents = ''] = /<nav class="concordat-document__contents[\s\S]*?<\/nav>/.exec(body) ?? []
    const leads = [...contents.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id ?? '')
    expect(leads).toHaveLength(21)
    for (const id of leads) expect(body).toContain(`id="${id}"`)
  })

  test('a search finds clauses of every agreement, and a filter narrows one', async () => {
    const analyst = await signedIn(gateway, 'ayesha.rahman')
    const found = await analyst.page('/agreements?words=encrypted+media')
    for (const id of ['hmpps-2025-16-encryption', 'hmpps-2019-14-encryption']) expect(found.body).toContain(`#${id}"`) // prettier-ignore
    expect((await analyst.page('/agreements?words=zebra')).body).toContain('No clause has all of these words')
    const refused = await analyst.page('/agreements/hmpps-2025?only=refused')
    expect(refused.body).toContain('id="hmpps-2025-11-authorised"')
    expect(refused.body).not.toContain('id="hmpps-2025-20"')
    expect((await analyst.page('/agreements/hmpps-2025?kind=whatever')).status).toBe(400)
  })

  test('local/read-agreements: somebody without a role is refused and told whom to ask; nobody is told what does not exist', async () => {
    await gateway.owner.query(
      `insert into concordat.person (id, issuer, subject, name, email, party) values (gen_random_uuid(), $1, 'iain.fletcher', 'Iain Fletcher', 'iain.fletcher@visitor.example', 'imb')`,
      [gateway.environment.identity.issuer],
    )
    const visitor = await gateway.as('iain.fletcher')
    for (const path of ['', '/hmpps-2025', '/none-2020', '/hmpps-2025/clauses/20'])
      expect(expectRefusal(await visitor.get(`/api/v1/agreements${path}`), 'read-agreements')).toEqual(['local/default-deny']) // prettier-ignore
    const analyst = await gateway.as('ayesha.rahman')
    for (const path of ['/none-2020', '/hmpps-2025/clauses/999'])
      expectProblem(await analyst.get(`/api/v1/agreements${path}`), 'not-found')
    expectProblem(await analyst.get('/api/v1/agreements/HMPPS'), 'input.invalid')
  })
})
