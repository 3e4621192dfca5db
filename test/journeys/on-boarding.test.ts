// An agreement that the repository does not hold, between two bodies that it does not know, comes as data alone: proposed and
// activated over HTTP by two people, and one transfer walked through it, from a refusal to its certificate of destruction.
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../../demo/client.ts'
import { clockSetTo } from '../../gateway/clock.ts'
import { sweep } from '../../gateway/worker.ts'
import { readFolder } from '../../policies/sources.ts'
import { expectProblem, expectRefusal } from '../support/answers.ts'
import { signedIn } from '../support/pages.ts'
import { enrolKey, entriesOf, startGateway, type Subject, type TestGateway } from '../support/gateway.ts'

const key = 'custody-standards-2026'
const [office, service] = ['custody-standards-office', 'northern-custody-service'] as const
/** The people of the demonstration in other clothes: no code knows these bodies and roles either. */
const people: readonly (readonly [Subject, string, string])[] = [
  ['ruth.castle', office, 'agreement-keeper'],
  ['peter.lowe', service, 'agreement-keeper'],
  ['ayesha.rahman', office, 'caseworker'],
  ['gwen.pritchard', office, 'second-reader'],
  ['daniel.okafor', service, 'records-desk'],
]

/** What is said of other agreements, their bodies and what they rest on. */
const others = [/HMPPS/, /HMI Prisons/, /\binspections?\b/i, /Prison Act/, /analyst/i, /healthy prison/i]

describe('an agreement that nobody has seen before', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 500 })
    for (const [subject, party, role] of people) await register(gateway, subject, party, role)
  })
  afterAll(() => gateway.close())

  const post = async (who: Subject, address: string, body?: unknown) =>
    done((await gateway.as(who)).post(address, body))

  const pages = new Map<Subject, Promise<Awaited<ReturnType<typeof signedIn>>>>()
  /** A page, with nothing on it that only another agreement says. */
  const read = async (who: Subject, address: string) => {
    const known = pages.get(who) ?? signedIn(gateway, who)
    pages.set(who, known)
    const { status, body } = await (await known).page(address)
    expect(status).toBe(200)
    const foreign = others.filter((words) => words.test(body.replaceAll(/<[^>]*>/g, ' '))).map(String)
    // That page offers every agreement's exchanges by name.
    if (!address.startsWith('/agreements/needs'))
      expect({ address, foreign }).toEqual({ address, foreign: [] })
    return body
  }

  /** What people read before they ask, in the words of their own agreement. */
  const readsRight = async () => {
    const home = await read('ayesha.rahman', '/')
    expect(home).toContain('New request')
    expect(await read('daniel.okafor', '/')).toContain(
      'Data is asked for by whoever is caseworker at Standards Office.',
    )
    const choose = await read('ayesha.rahman', '/requests/new')
    for (const words of ['Which review is it for?', 'Self-harm']) expect(choose).toContain(words)
    const chosen = 'inspection=REV-1&dataset=self-harm-incidents&purpose=safety'
    const fill = await read('ayesha.rahman', `/requests/new?${chosen}`)
    for (const words of ['relevant to the review', 'Northern Custody Service can read this', 'value="Custody Standards Act 2024, section 2"']) expect(fill).toContain(words) // prettier-ignore
    const needs = await read(
      'daniel.okafor',
      `/agreements/needs?exchange=${key}%2Fstandards-records&act=request`,
    )
    for (const words of ['Asking for data<', 'nothing would refuse you']) expect(needs).toContain(words) // prettier-ignore
    const agreement = await read('ayesha.rahman', `/agreements/${key}`)
    expect(agreement).toContain('records desk at Northern Custody Service')
  }

  test('is proposed by one person, activated by another, and carries a transfer from request to destruction', async () => {
    const asked = {
      ...{
        agreement: key,
        exchange: 'standards-records',
        inspection: 'REV-1',
        dataset: 'self-harm-incidents',
      },
      ...{
        fields: ['establishment_code', 'incident_date'],
        establishments: [gateway.environment.seeded.establishment],
      },
      ...{ periodFrom: '2025-01-01', periodTo: '2026-12-31', purpose: 'safety' },
      ...{
        relevance: 'The review is about self-harm.',
        statutoryBasis: 'Custody Standards Act 2024, section 2',
      },
    }
    const caseworker = await gateway.as('ayesha.rahman')
    expectProblem(await caseworker.post('/api/v1/requests', asked), 'input.invalid')

    const { sources } = await readFolder(path.join(import.meta.dirname, '../fixtures/onboarding'))
    const versions = `/api/v1/agreements/${key}/versions`
    const proposed = await post('ruth.castle', versions, { files: Object.fromEntries(sources) })
    const version = String(proposed['id'])
    expect(proposed).toMatchObject({ agreement: key, state: 'proposed', missing: [] })
    expect(await post('peter.lowe', `${versions}/${version}/activate`)).toMatchObject({ state: 'activated' })

    const numbers = { ...asked, fields: [...asked.fields, 'prison_number'] }
    expect(expectRefusal(await caseworker.post('/api/v1/requests', numbers), 'request')).toEqual([
      `${key}/1-no-numbers`,
    ])
    await readsRight()
    const id = String((await post('ayesha.rahman', '/api/v1/requests', asked))['id'])
    const transfer = `/api/v1/requests/${id}`
    const waits = await read('gwen.pritchard', `/requests/${id}`)
    for (const words of ['You approve for Standards Office. Northern Custody Service then supply it.', 'Review', 'REV-1']) expect(waits).toContain(words) // prettier-ignore
    expect(expectRefusal(await caseworker.post(`${transfer}/approve`), 'approve')).toContain(
      'local/four-eyes',
    )
    const waiting = (await (await gateway.as('gwen.pritchard')).get('/api/v1/requests')).json()[
      'waitingOnYou'
    ]
    expect((waiting as { id: string }[]).map((each) => each.id)).toEqual([id])
    await post('gwen.pritchard', `${transfer}/approve`)
    const desk = await read('daniel.okafor', `/requests/${id}`)
    expect(desk).toMatch(/There is no button to refuse\. If something is wrong/)
    expect(desk).toMatch(/To be supplied by <strong>[^<]+<\/strong>\.(?! The agreement sets no limit)/)
    await post('daniel.okafor', `${transfer}/supply`, { outcome: 'supply' })
    await gateway.settle()

    await enrolKey(gateway)
    const collected = await caseworker.get(`${transfer}/package`)
    expect(collected.status, collected.bytes.toString('utf8').slice(0, 400)).toBe(200)
    await post('ayesha.rahman', `${transfer}/acknowledge`)
    const item = (await caseworker.get(transfer)).json()['item'] as { destroyOn: string; retention: unknown }
    expect(item.retention).toMatchObject({ owner: office, class: 'standards-review' })
    await sweep({ ...gateway.wiring, clock: clockSetTo(new Date(`${item.destroyOn}T12:00:00Z`)) })
    expect((await caseworker.get(transfer)).json()['state']).toBe('destroyed')
    expect((await caseworker.get(`${transfer}/certificate`)).status).toBe(200)

    const { rows } = await gateway.owner.query(
      `select clause, pack_hash, met_at from concordat.duty where transfer_id = $1 and meets = 'transfer.supplied'`,
      [id],
    )
    expect(rows).toEqual([
      { clause: `${key}/1`, pack_hash: proposed['hash'], met_at: expect.any(Date) as Date },
    ])
    await register(gateway, 'marta.kowalczyk', office, 'assurance-officer')
    const entries = await entriesOf(gateway, `transfer=${id}`)
    const steps = ['transfer.requested', 'transfer.approved', 'transfer.supplied', 'item.sealed', 'item.collected', 'item.acknowledged', 'item.destroyed', 'certificate.issued'] // prettier-ignore
    expect(entries.map(({ type }) => type)).toEqual(expect.arrayContaining(steps))
    for (const { agreement } of entries) expect(agreement).toBe(key)
  })
})

async function done(answer: Promise<Answer>): Promise<Record<string, unknown>> {
  const made = await answer
  expect(made.status, made.bytes.toString('utf8').slice(0, 800)).toBeLessThan(300)
  return made.json()
}

async function register(
  { owner }: TestGateway,
  subject: Subject,
  party: string,
  role: string,
): Promise<void> {
  const { rows } = await owner.query(
    `update concordat.person set party = $2 where subject = $1 returning id`,
    [subject, party],
  )
  await owner.query(`delete from concordat.person_role where person_id = $1`, [rows[0]?.['id']])
  await owner.query(
    `insert into concordat.person_role (person_id, role, held_from) values ($1, $2, '2025-01-02')`,
    [rows[0]?.['id'], role],
  )
}
