// POST …/attest and GET …/duties: whoever took a copy answers for it. They are reminded before its day; while they are late both
// sides see it and nothing more is released to them; their answer completes the certificate (S12, local/attest-copies).
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { certifyDestroyed } from '../../gateway/retention/certify.ts'
import { remindOfCopies } from '../../gateway/transfers/copy-reminders.ts'
import { payloadSchema } from '../../keys/certificate.ts'
import { concordat } from '../cli/run.ts'
import { entriesFor, expectProblem, expectRefusal } from '../support/answers.ts'
import { enrolKey, entriesOf, startGateway, type Subject, type TestGateway } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'
import { tokenOf } from '../support/tokens.ts'
import { collect, destroyOnItsDate, rowOf, transferAt } from '../support/transfers.ts'

describe('a copy that was taken', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway()
    await enrolKey(gateway)
  })
  afterAll(() => gateway.close())

  const destroyed = { outcome: 'destroyed', everyCopy: true } as const
  const attest = async (id: string, body: unknown = destroyed, who: Subject = 'ayesha.rahman') =>
    (await gateway.as(who)).post(`/api/v1/requests/${id}/attest`, body)
  const owed = async (id: string, who: Subject = 'ayesha.rahman') => {
    const { yours, others } = (await (await gateway.as(who)).get('/api/v1/duties')).json() as Record<
      string,
      { transfer: string }[]
    > // as it answers
    const of = (list: { transfer: string }[] = []) => list.filter(({ transfer }) => transfer === id)
    return { yours: of(yours), others: of(others) }
  }
  const remind = (at: Date) => remindOfCopies({ ...gateway.wiring, clock: () => at })
  const mails = async (id: string) => {
    const { rows } = await gateway.owner.query(`select recipient, subject, body from concordat.mail where body like $1 order by created_at, recipient`, [`%${id}%`]) // prettier-ignore
    return rows
  }
  /** As it is when its day came and went. */
  const makeLate = (id: string, meets = 'copies.attested') =>
    gateway.owner.query(`update concordat.duty set warn_at = now() - interval '9 days', due_at = now() - interval '8 days', late_at = now() - interval '1 day' where transfer_id = $1 and meets = $2`, [id, meets]) // prettier-ignore
  const saysOf = async (id: string) => {
    const { certificate } = (
      await (await gateway.as('ayesha.rahman')).get(`/api/v1/requests/${id}/certificate`)
    ).json()
    return payloadSchema.parse(JSON.parse(Buffer.from(String(certificate).split('.')[1] ?? '', 'base64url').toString())) // prettier-ignore
  }

  test('is owed for from its collection: that it arrived, and what became of it by the day of destruction', async () => {
    const id = await transferAt(gateway, 'collected')
    const { item } = (await (await gateway.as('ayesha.rahman')).get(`/api/v1/requests/${id}`)).json() as {
      item: { destroyOn: string }
    } // as transferAnswer says
    expect((await owed(id)).yours).toMatchObject([
      { owes: 'acknowledge', clause: 'local/say-it-arrived', overdue: false },
      { owes: 'attest', clause: 'local/attest-copies', dueOn: item.destroyOn, overdue: false },
    ])
    expect(await owed(id, 'daniel.okafor')).toEqual({ yours: [], others: [] })
    await (await gateway.as('ayesha.rahman')).post(`/api/v1/requests/${id}/acknowledge`)
    expect((await owed(id)).yours).toMatchObject([{ owes: 'attest' }])
  })

  test('is reminded of once before its day; late, both sides are told once, and nothing more is released to its holder', async () => {
    const id = await transferAt(gateway, 'acknowledged')
    const other = await transferAt(gateway, 'available')
    const day = new Date(String((await duty(id))['due_at']))
    expect(await remind(new Date(day.getTime() - 40 * 86_400_000))).toBe(0)
    await remind(new Date(day.getTime() - 2 * 86_400_000))
    await remind(new Date(day.getTime() - 86_400_000))
    expect((await mails(id)).filter(({ subject }) => /needs an answer/.test(String(subject)))).toHaveLength(1)

    await makeLate(id)
    await remind(new Date())
    await remind(new Date())
    const told = (await mails(id)).filter(({ subject }) => /is overdue/.test(String(subject)))
    expect(told.map(({ recipient }) => recipient)).toEqual(expect.arrayContaining(['ayesha.rahman@hmi-prisons.example', 'gwen.pritchard@hmi-prisons.example', 'daniel.okafor@hmpps.example'])) // prettier-ignore
    expect(new Set(told.map(({ recipient }) => recipient)).size).toBe(told.length)
    expect((await entriesOf(gateway, `transfer=${id}`)).map(({ type }) => type)).toEqual(expect.arrayContaining(['duty.reminded', 'duty.overdue'])) // prettier-ignore
    for (const who of ['gwen.pritchard', 'daniel.okafor'] as const)
      expect((await owed(id, who)).others).toMatchObject([{ owes: 'attest', overdue: true }])
    expect((await owed(id, 'tom.whitfield')).others).toEqual([])

    const analyst = await gateway.as('ayesha.rahman')
    expect(expectRefusal(await analyst.get(`/api/v1/requests/${other}/package`), 'collect')).toEqual(['local/no-overdue-duty']) // prettier-ignore
    const { body: page } = await (await signedIn(gateway, 'ayesha.rahman')).page(`/requests/${other}`)
    expect(page).toContain('A duty of yours is overdue')
    expect((await attest(id)).status).toBe(200)
    expect((await analyst.get(`/api/v1/requests/${other}/package`)).status).toBe(200)
  })

  test('that its holder or an approver of their body accounts for completes the certificate, as another edition', async () => {
    const id = await transferAt(gateway, 'collected')
    await collect(gateway, id)
    await destroyOnItsDate(gateway, id)
    expect((await saysOf(id)).status).toBe('part-complete')
    for (const who of ['daniel.okafor', 'marta.kowalczyk'] as const)
      expect(expectRefusal(await attest(id, destroyed, who), 'attest')).toEqual(['local/default-deny'])
    expectProblem(await attest(id, destroyed, 'tom.whitfield'), 'not-found')
    const answer = await attest(id, { outcome: 'returned', everyCopy: true }, 'gwen.pritchard')
    expect(await entriesFor(gateway, answer)).toMatchObject([{ type: 'copies.attested', detail: { outcome: 'returned', copies: 2 } }]) // prettier-ignore
    expectProblem(await attest(id), 'state.conflict')
    await gateway.owner.query(`update concordat.certificate set issued_at = issued_at - interval '400 days'`)
    await certifyDestroyed(gateway.wiring)
    const says = await saysOf(id)
    expect(says.status).toBe('complete')
    expect(says.copies.filter(({ kind }) => kind === 'recipient').map(({ state }) => state)).toEqual(['attested-returned', 'attested-returned']) // prettier-ignore
    expect((await owed(id)).yours).toEqual([])
  })

  test('is issued again inside the grant without a new request, and is owed for again', async () => {
    const id = await transferAt(gateway, 'acknowledged')
    expect((await attest(id)).status).toBe(200)
    expect((await owed(id)).yours).toEqual([])
    const before = await rowOf(gateway, id)
    await collect(gateway, id)
    expect(await rowOf(gateway, id)).toMatchObject({
      approved_at: before['approved_at'],
      state: 'acknowledged',
    })
    expect((await owed(id)).yours).toMatchObject([{ owes: 'attest' }])
  })

  test('that something holds is not owed for until nothing does, and the duty follows the date', async () => {
    const id = await transferAt(gateway, 'acknowledged')
    const item = String((await gateway.owner.query('select id from concordat.item where transfer_id = $1', [id])).rows[0]?.['id']) // prettier-ignore
    await makeLate(id)
    const helen = await gateway.as('helen.marsh')
    const reviewOn = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
    const held = await helen.post(`/api/v1/retention/items/${item}/holds`, { kind: 'inquiry', reason: 'An inquiry asks.', reviewOn }) // prettier-ignore
    expect(held.status).toBe(200)
    expect((await owed(id)).yours).toEqual([])
    const { hold } = held.json() as { hold: string }
    expect((await helen.post(`/api/v1/retention/holds/${hold}/ask-lift`, { reason: 'It is over.' })).status).toBe(200) // prettier-ignore
    expect((await (await gateway.as('marta.kowalczyk')).post(`/api/v1/retention/holds/${hold}/lift`)).status).toBe(200) // prettier-ignore
    expect((await owed(id)).yours).toMatchObject([{ owes: 'attest', overdue: false }])
    const destroyOn = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10)
    expect((await helen.post(`/api/v1/retention/items/${item}/clock`, { destroyOn, reason: 'Sooner.' })).status).toBe(200) // prettier-ignore
    expect((await owed(id)).yours).toMatchObject([{ owes: 'attest', dueOn: destroyOn, overdue: false }])
  })

  test('is accounted for on its page, with what is missing said beside it, and from the command line', async () => {
    const id = await transferAt(gateway, 'acknowledged')
    const ayesha = await signedIn(gateway, 'ayesha.rahman')
    const wrong = await ayesha.send(`/requests/${id}/attest`, { outcome: 'destroyed' })
    expect([wrong.status, wrong.body]).toEqual([400, expect.stringContaining('Confirm that you have looked for every copy')]) // prettier-ignore
    expect((await ayesha.send(`/requests/${id}/attest`, { outcome: 'destroyed', everyCopy: 'yes' })).status).toBe(303) // prettier-ignore

    const other = await transferAt(gateway, 'acknowledged')
    const { reference } = await rowOf(gateway, other)
    const folder = await mkdtemp(path.join(tmpdir(), 'concordat-attest-'))
    await writeFile(path.join(folder, 'token'), await tokenOf(gateway, 'ayesha.rahman'))
    const command = (...more: string[]) => concordat(['attest', String(reference), '--outcome', 'destroyed', '--gateway', gateway.url, '--token-file', path.join(folder, 'token'), ...more]) // prettier-ignore
    const unsure = await command()
    expect([unsure.code, unsure.err]).toEqual([2, expect.stringContaining(`${String(reference)}: attest by`)])
    expect(await command('--every-copy')).toMatchObject({ code: 0 })
    expect(await command('--every-copy')).toMatchObject({ code: 2 })
    await rm(folder, { recursive: true })
  })

  async function duty(id: string): Promise<Record<string, unknown>> {
    const { rows } = await gateway.owner.query(`select due_at from concordat.duty where transfer_id = $1 and meets = 'copies.attested'`, [id]) // prettier-ignore
    return rows[0] ?? {}
  }
})
