// The gateway's copy of a delivery under the same retention as everything else (S3): its date shown as a local default, held by
// one and freed by two, destroyed by the sweep, and certified.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseVerifierKey } from '../../audit/note.ts'
import { verifyProof } from '../../audit/verify.ts'
import { raiseOverdue } from '../../gateway/retention/overdue.ts'
import { sweep } from '../../gateway/worker.ts'
import type { ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import { verifyCertificate } from '../../keys/verify-certificate.ts'
import { expectProblem, expectRefusal } from '../support/answers.ts'
import { collected, concernRow, deliver, quarter, startExportGateway, writeConcerns, type ExportGateway } from '../support/exports.ts' // prettier-ignore
import { enrolKey, entriesOf, type Subject } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'

const root = '/api/v1/retention'

describe('the kept copy of a delivery', () => {
  let gateway: ExportGateway
  let key: ArmoredKeyPair
  let copy: { id: string; destroy_on: string; shelf_ref: string }
  beforeAll(async () => {
    gateway = await startExportGateway()
    key = await enrolKey(gateway, 'nadia.hussain')
    await writeConcerns(gateway, [concernRow('C-1')])
    gateway.on(quarter.afterwards)
    await deliver(gateway)
    const { rows } = await gateway.owner.query('select id, destroy_on, shelf_ref from concordat.item')
    copy = rows[0] as typeof copy // columns of concordat.item
  })
  afterAll(() => gateway.close())

  const post = async (who: Subject, path: string, body?: unknown) =>
    (await gateway.as(who)).post(`${root}${path}`, body)
  const page = async (who: Subject, path: string) => {
    const { status, body } = await (await signedIn(gateway, who)).page(path)
    return { status, text: body.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ') }
  }
  const stateOf = async () =>
    (await gateway.owner.query('select state from concordat.item')).rows[0]?.['state']

  test('lies on the shelf of its date, and its date is shown as a local default', async () => {
    expect(copy.shelf_ref).toBe(`shelf/hmi-prisons/${copy.destroy_on}/1`)
    for (const [who, path] of [
      ['helen.marsh', `/retention/items/${copy.id}`],
      ['helen.marsh', '/deliveries/1'],
      ['nadia.hussain', '/deliveries/1'],
    ] as const)
      // prettier-ignore
      expect((await page(who, path)).text).toMatch(/Local default: (the originator’s schedule\. No|no) clause says how long/)
    const life = (await (await gateway.as('helen.marsh')).get(`${root}/items/${copy.id}`)).json()
    expect(life).toMatchObject({ reference: 'Delivery 1', state: 'sealed', schedule: { owner: 'hmi-prisons', class: 'concerns', demonstration: true } }) // prettier-ignore
    expect(life).not.toHaveProperty('request')
    expect((await page('nadia.hussain', '/deliveries/1/certificate')).text).toContain('No certificate yet')
    expect((await page('ayesha.rahman', '/deliveries/1/certificate')).status).toBe(403)
  })

  test('is not offered back: its originator has the data', async () => {
    expect((await page('helen.marsh', `/retention/items/${copy.id}`)).text).not.toContain(
      'Offer to return it',
    )
    await gateway.owner.query(
      `insert into concordat.person_role (person_id, role, held_from) select id, 'records-manager', '2026-01-01' from concordat.person where subject = 'daniel.okafor'`,
    )
    expectProblem(await post('daniel.okafor', `/items/${copy.id}/return`), 'state.conflict')
  })

  test('S13: a hold stops its destruction and its collection on the day; two people lift it, and then it goes', async () => {
    const hold = String((await post('marta.kowalczyk', `/items/${copy.id}/holds`, { kind: 'inquiry', reason: 'An inquiry asked.', reviewOn: '2027-06-01' })).json()['hold']) // prettier-ignore
    expect(await entriesOf(gateway, 'type=item.held')).toMatchObject([{ subjects: [{ kind: 'item', id: copy.id }, { kind: 'delivery' }] }]) // prettier-ignore
    expect((await collected(gateway, key, 1)).has('concerns.csv')).toBe(true)
    expect((await page('nadia.hussain', '/deliveries/1')).text).toContain('not destroyed before the hold is lifted')
    expect((await page('helen.marsh', '/retention/holds')).text).toContain('Delivery 1')

    const dayAfter = new Date(Date.parse(copy.destroy_on) + 86_400_000).toISOString().slice(0, 10)
    gateway.on(dayAfter)
    await enrolKey(gateway, 'nadia.hussain')
    expect((await sweep(gateway.wiring)).destroyed).toEqual([])
    expect(await stateOf()).toBe('sealed')
    expect(expectRefusal(await (await gateway.as('nadia.hussain')).get('/api/v1/deliveries/1/package'), 'open')).toEqual(['local/export-open-until']) // prettier-ignore

    expect((await post('marta.kowalczyk', `/holds/${hold}/ask-lift`, { reason: 'It is over.' })).status).toBe(200) // prettier-ignore
    expect(expectRefusal(await post('marta.kowalczyk', `/holds/${hold}/lift`), 'lift-hold')).toEqual(['local/two-lift']) // prettier-ignore
    expect((await post('helen.marsh', `/holds/${hold}/lift`)).status).toBe(200)
    // Nothing holds it and its day is past: the watch says so, until the sweep comes.
    expect(await raiseOverdue(gateway.wiring)).toEqual([copy.id])
    expect((await sweep(gateway.wiring)).destroyed).toEqual([copy.id])
    expect(await stateOf()).toBe('destroyed')
    expect(await gateway.wiring.keyStore.stateOf(copy.shelf_ref)).toBe('destroyed')
    expect((await (await gateway.as('nadia.hussain')).get('/api/v1/deliveries/1/package')).status).toBe(410)
  }) // prettier-ignore

  test('S12: its certificate verifies, names each copy that left, and is read by the team and by who keeps records', async () => {
    await gateway.settle()
    await sweep(gateway.wiring)
    const seen = (await (await gateway.as('nadia.hussain')).get('/api/v1/deliveries/1')).json()
    expect(seen).toMatchObject({ kept: 'destroyed', state: 'sent' })
    const verdict = await verifyCertificate(String(seen['certificate']), gateway.wiring.certificateJwk)
    expect(verdict).toMatchObject({ verified: true })
    const says = verdict.certificate
    const keys = [await parseVerifierKey(gateway.wiring.verifierKey)]
    expect(await verifyProof({ proof: says?.ledger.proof ?? '', keys })).toMatchObject({ verified: true })
    expect(says).toMatchObject({
      itemId: copy.id,
      status: 'part-complete',
      authority: { agreement: 'hmpps-2025' },
    })
    expect(says?.copies.filter(({ kind }) => kind === 'recipient')).toHaveLength(2)
    for (const who of ['nadia.hussain', 'helen.marsh'] as const) {
      const { text } = await page(who, '/deliveries/1/certificate')
      expect(text).toContain('The copy of delivery 1 that was kept here')
      expect(text).toContain('part-complete')
    }
    expect((await page('helen.marsh', '/retention/certificates')).text).toContain('Delivery 1')
    expect(await entriesOf(gateway, 'type=certificate.issued')).toMatchObject([{ subjects: [{ kind: 'delivery' }, { kind: 'item', id: copy.id }] }]) // prettier-ignore
  })

  test('local/export-kept: the rule itself refuses to destroy what is held, and the refusal is recorded', async () => {
    await deliver(gateway, { amends: 1, reason: 'A correction.' })
    const { rows } = await gateway.owner.query(
      `select id, destroy_on from concordat.item where state = 'sealed'`,
    )
    const [item] = rows
    // A hold whose key did not move: the shelf does not know of it.
    await gateway.owner.query(
      `insert into concordat.hold (id, item_id, placed_by, placed_at, kind, reason, review_on)
       select gen_random_uuid(), $1, id, now(), 'incident', 'Lost.', '2029-01-01' from concordat.person where subject = 'helen.marsh'`,
      [item?.['id']],
    )
    gateway.on(String(item?.['destroy_on']))
    expect((await sweep(gateway.wiring)).destroyed).toEqual([])
    const failed = await gateway.owner.query(
      `select convert_from(e.body, 'UTF8')::jsonb as entry from ledger.entry e join ledger.index t on t.entry_id = e.id and t.kind = 'type' and t.key = 'job.failed'`,
    )
    expect(JSON.stringify(failed.rows)).toContain('local/export-kept')
    const after = await gateway.owner.query('select state, shelf_ref from concordat.item where id = $1', [item?.['id']]) // prettier-ignore
    expect(after.rows).toEqual([{ state: 'sealed', shelf_ref: `shelf/apart/${String(item?.['id'])}/1` }])
  })
})
