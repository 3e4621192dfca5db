// An agreement that the repository does not hold, between two bodies that it does not know, comes as data alone: proposed and
// activated over HTTP by two people, and one transfer walked through it, from a refusal to its certificate of destruction.
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../../demo/client.ts'
import { clockSetTo } from '../../gateway/clock.ts'
import { sweep } from '../../gateway/worker.ts'
import { readFolder } from '../../policies/sources.ts'
import { expectProblem, expectRefusal } from '../support/answers.ts'
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

describe('an agreement that nobody has seen before', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 500 })
    for (const [subject, party, role] of people) await register(gateway, subject, party, role)
  })
  afterAll(() => gateway.close())

  const post = async (who: Subject, address: string, body?: unknown) =>
    done((await gateway.as(who)).post(address, body))

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
    const id = String((await post('ayesha.rahman', '/api/v1/requests', asked))['id'])
    const transfer = `/api/v1/requests/${id}`
    expect(expectRefusal(await caseworker.post(`${transfer}/approve`), 'approve')).toContain(
      'local/four-eyes',
    )
    const waiting = (await (await gateway.as('gwen.pritchard')).get('/api/v1/requests')).json()[
      'waitingOnYou'
    ]
    expect((waiting as { id: string }[]).map((each) => each.id)).toEqual([id])
    await post('gwen.pritchard', `${transfer}/approve`)
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
