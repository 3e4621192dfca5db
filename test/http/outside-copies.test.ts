// POST …/requests/:id/copies and what follows: paper and removable media are registered, received, allowed and ended, and the
// certificate names each until its end is said (hmpps-2025/16-formats, imb-2024/iss-removable-media, imb-2024/iss-disposal-paper).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { certifyDestroyed } from '../../gateway/retention/certify.ts'
import { payloadSchema } from '../../keys/certificate.ts'
import { entriesFor, expectProblem, expectRefusal } from '../support/answers.ts'
import { enrolKey, startGateway, type Subject, type TestGateway } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'
import { collect, destroyOnItsDate, transferAt } from '../support/transfers.ts'

describe('a copy outside the gateway', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway()
    await enrolKey(gateway)
  })
  afterAll(() => gateway.close())

  const today = new Date().toISOString().slice(0, 10)
  const print = { kind: 'paper', origin: 'printed', amount: 12, description: 'Rosters of the week', place: 'Safe 2' } // prettier-ignore
  const medium = { kind: 'removable-media', device: 'IronKey D300, serial 0042', backOn: today, minimum: true, encrypted: true, description: 'The same, for a site without a network', place: 'With the lead inspector' } // prettier-ignore
  const shredded = { outcome: 'destroyed', method: 'shredding', witness: 'Records office', on: today }
  const post = async (who: Subject, id: string, path: string, body?: unknown) => (await gateway.as(who)).post(`/api/v1/requests/${id}/copies${path}`, body) // prettier-ignore
  const register = async (who: Subject, id: string, body: unknown) => {
    const answer = await post(who, id, '', body)
    expect(answer.status).toBe(201)
    return String(answer.json()['copy'])
  }
  const attest = async (id: string) => (await gateway.as('ayesha.rahman')).post(`/api/v1/requests/${id}/attest`, { outcome: 'destroyed', everyCopy: true }) // prettier-ignore
  const saysOf = async (id: string) => {
    await gateway.owner.query(`update concordat.certificate set issued_at = issued_at - interval '400 days'`)
    await certifyDestroyed(gateway.wiring)
    const { certificate } = (await (await gateway.as('ayesha.rahman')).get(`/api/v1/requests/${id}/certificate`)).json() // prettier-ignore
    return payloadSchema.parse(JSON.parse(Buffer.from(String(certificate).split('.')[1] ?? '', 'base64url').toString())) // prettier-ignore
  }

  test('on paper is registered and ended by its holder, and the copies are not accounted for before', async () => {
    const id = await transferAt(gateway, 'acknowledged')
    const answer = await post('ayesha.rahman', id, '', print)
    expect(await entriesFor(gateway, answer)).toMatchObject([{ type: 'copy.registered', detail: { kind: 'paper', amount: 12 } }]) // prettier-ignore
    const copy = String(answer.json()['copy'])
    expectProblem(await attest(id), 'state.conflict')
    const wrongWay = await post('ayesha.rahman', id, `/${copy}/end`, { ...shredded, method: 'overwriting' })
    expect(JSON.stringify(expectProblem(wrongWay, 'input.invalid'))).toContain('shredding, pulping, incineration') // prettier-ignore
    expectProblem(await post('ayesha.rahman', id, `/${copy}/end`, { ...shredded, on: '2020-01-01' }), 'input.invalid') // prettier-ignore
    expectProblem(await post('ayesha.rahman', id, `/${copy}/end`, { outcome: 'destroyed', method: 'shredding', on: today }), 'input.invalid') // prettier-ignore
    expect((await post('ayesha.rahman', id, `/${copy}/end`, shredded)).status).toBe(200)
    expectProblem(await post('ayesha.rahman', id, `/${copy}/end`, shredded), 'state.conflict')
    expect((await attest(id)).status).toBe(200)
  })

  test('hmpps-2025/16-formats: that is handed over is registered by one body and received by the other', async () => {
    const id = await transferAt(gateway, 'collected')
    const handed = { ...print, origin: 'handed-over' }
    expectProblem(await post('ayesha.rahman', id, '', handed), 'input.invalid')
    expectProblem(await post('gwen.pritchard', id, '', handed), 'input.invalid')
    const copy = await register('daniel.okafor', id, handed)
    expect(expectRefusal(await post('daniel.okafor', id, `/${copy}/receive`), 'receive-copy')).toEqual(['local/default-deny']) // prettier-ignore
    expectProblem(await post('ayesha.rahman', id, `/${copy}/end`, shredded), 'state.conflict')
    expect((await post('ayesha.rahman', id, `/${copy}/receive`)).status).toBe(200)
    expect((await post('ayesha.rahman', id, `/${copy}/end`, { outcome: 'returned', on: today })).status).toBe(200) // prettier-ignore
  })

  test('imb-2024/iss-removable-media: on a removable medium is refused until an assurance officer allows that one', async () => {
    const id = await transferAt(gateway, 'collected')
    for (const missing of ['minimum', 'encrypted'])
      expectProblem(await post('ayesha.rahman', id, '', { ...medium, [missing]: false }), 'input.invalid')
    const copy = await register('ayesha.rahman', id, medium)
    expectProblem(await post('ayesha.rahman', id, `/${copy}/end`, { ...shredded, method: 'overwriting' }), 'state.conflict') // prettier-ignore
    const yes = { approved: true, reason: 'The site has no network, and the visit is tomorrow.' }
    expect(expectRefusal(await post('gwen.pritchard', id, `/${copy}/answer`, yes), 'answer-media')).toEqual(['local/default-deny']) // prettier-ignore
    expect((await post('marta.kowalczyk', id, `/${copy}/answer`, yes)).status).toBe(200)
    expectProblem(await post('marta.kowalczyk', id, `/${copy}/answer`, yes), 'state.conflict')
    const second = await register('ayesha.rahman', id, medium)
    expect((await post('marta.kowalczyk', id, `/${second}/answer`, { approved: false, reason: 'The site has a network.' })).status).toBe(200) // prettier-ignore
    const { rows } = await gateway.owner.query('select id, state from concordat.outside_copy where id = any ($1)', [[copy, second]]) // prettier-ignore
    expect(new Map(rows.map((row) => [row['id'], row['state']]))).toEqual(new Map([[copy, 'held'], [second, 'declined']])) // prettier-ignore
  })

  test('is in the certificate until its end is said, and a medium that was not allowed never', async () => {
    const id = await transferAt(gateway, 'collected')
    await collect(gateway, id)
    const paper = await register('ayesha.rahman', id, print)
    const declined = await register('ayesha.rahman', id, medium)
    await post('marta.kowalczyk', id, `/${declined}/answer`, { approved: false, reason: 'No.' })
    await destroyOnItsDate(gateway, id)
    expectProblem(await post('ayesha.rahman', id, '', print), 'state.conflict')
    const outside = ({ copies }: Awaited<ReturnType<typeof saysOf>>) => copies.filter(({ kind }) => kind === 'paper' || kind === 'removable-media') // prettier-ignore
    expect(outside(await saysOf(id))).toEqual([{ kind: 'paper', ref: paper, state: 'unaccounted' }])
    expect((await post('ayesha.rahman', id, `/${paper}/end`, shredded)).status).toBe(200)
    expect((await attest(id)).status).toBe(200)
    const says = await saysOf(id)
    expect(outside(says)).toMatchObject([{ ref: paper, state: 'attested-destroyed', method: 'shredding' }])
    expect(says.status).toBe('complete')
  })

  test('cannot skip a step in the database either', async () => {
    const id = await transferAt(gateway, 'collected')
    const copy = await register('ayesha.rahman', id, medium)
    const { db } = gateway.wiring
    await expect(db.query(`update concordat.outside_copy set state = 'held' where id = $1`, [copy])).rejects.toThrow('check') // prettier-ignore
    await expect(db.query(`update concordat.outside_copy set state = 'returned', ended_on = current_date, ended_by = registered_by, ended_at = now() where id = $1`, [copy])).rejects.toThrow('does not become') // prettier-ignore
    await expect(db.query(`update concordat.outside_copy set place = 'elsewhere' where id = $1`, [copy])).rejects.toThrow('permission denied') // prettier-ignore
  })

  test('is shown on its request and in the register, and a form that is wrong comes back with what was typed', async () => {
    const id = await transferAt(gateway, 'collected')
    await register('ayesha.rahman', id, medium)
    const analyst = await signedIn(gateway, 'ayesha.rahman')
    const wrong = await analyst.send(`/requests/${id}/copies`, { kind: 'paper', origin: 'printed', amount: 'many', description: 'My own words', place: '' }) // prettier-ignore
    expect(wrong.status).toBe(400)
    expect(wrong.body).toContain('My own words')
    expect(wrong.body).toContain('Sheets: This must be a number.')
    const officer = await signedIn(gateway, 'marta.kowalczyk')
    expect((await officer.page(`/requests/${id}`)).body).toContain('May this medium be used?')
    expect((await officer.page('/retention/copies')).body).toContain('IronKey D300')
    const { copies } = (await (await gateway.as('marta.kowalczyk')).get('/api/v1/retention/copies')).json() as { copies: { state: string }[] } // prettier-ignore
    expect(copies.map(({ state }) => state)).toContain('asked')
    expectRefusal(await (await gateway.as('ayesha.rahman')).get('/api/v1/retention/copies'), 'read-retention')
  })
})
