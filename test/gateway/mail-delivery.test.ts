// Each delivery to the mailbox of the clause: over real SMTP, opened with GnuPG as the team opens it, once whatever breaks, and
// never to another address or to who is not on the team.
import { readdir } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../gateway/embedded-postgres.ts'
import { sealDelivery } from '../../gateway/exports/seal.ts'
import { scheduleExports } from '../../gateway/exports/schedule.ts'
import { mailDelivery } from '../../gateway/exports/mail-delivery.ts'
import { watchExports } from '../../gateway/exports/watch.ts'
import { askMailServer, openSealedMailer } from '../../gateway/sealed-mail.ts'
import { reconcileKeys } from '../../gateway/retention/reconcile.ts'
import { recordFailedJob } from '../../gateway/decisions/failed-job.ts'
import { verifyManifest } from '../../keys/delivery-manifest.ts'
import type { ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import { Gnupg, isGnupgHere, whyNoGnupg } from '../keys/gnupg.ts'
import { concernRow, putForward, quarter, releaseExport, startExportGateway, writeConcerns, type ExportGateway } from '../support/exports.ts' // prettier-ignore
import { plantable } from '../support/faults.ts'
import { enrolKey, entriesOf } from '../support/gateway.ts'
import { attached, encryptedPart, startMailServer, type MailServer } from '../support/mail-server.ts'
import { readZip } from '../support/zip.ts'

const mailbox = 'HMPPSIntelligenceTeam@justice.gov.uk'
let server: MailServer
let gateway: ExportGateway
let key: ArmoredKeyPair
const faults = plantable()
beforeAll(async () => {
  server = await startMailServer()
  const sendSealed = openSealedMailer({ mail: { smtpUrl: server.url } })
  gateway = await startExportGateway({ withWorker: false, change: (wiring) => ({ ...faults.change(wiring), sendSealed }) }) // prettier-ignore
  key = await enrolKey(gateway, 'nadia.hussain')
  await writeConcerns(gateway, [concernRow('C-1', { text: 'Lefelau trais: Ŵŷ 🔒' })])
  gateway.on(quarter.afterwards)
})
afterAll(async () => {
  await gateway.close()
  await server.close()
})
afterEach(() => faults.clear())

let last = 0
/** Released and sealed: owed to the mailbox. @returns its id */
async function owed(): Promise<string> {
  const id = await putForward(gateway, last === 0 ? {} : { amends: last, reason: 'Again' })
  expect((await releaseExport(gateway, id)).status).toBe(200)
  await sealDelivery(gateway.wiring, id)
  last += 1
  return id
}
const notices = async () => (await gateway.owner.query('select recipient, subject, body from concordat.mail order by created_at')).rows // prettier-ignore
const idsOf = (from: number) => server.received.slice(from).map(({ raw }) => /^Message-ID: (.*)\r$/m.exec(raw)?.[1]) // prettier-ignore
const entries = async (filter: string) => {
  // A pass that was under way may have begun before the last entry.
  await gateway.wiring.ledgerProcess.catchUp()
  await gateway.wiring.ledgerProcess.catchUp()
  return entriesOf(gateway, filter)
}
const preferring = (form: 'message' | 'notice', mostBytes = 10_000_000) => ({
  ...gateway.wiring,
  config: { ...gateway.wiring.config, exportMail: { form, mostBytes } },
})

describe('a delivery to the mailbox', () => {
  test('hmpps-2025/20-address: is one message that a member opens with GnuPG, with the package and its signed manifest in it', async ({ skip }) => {
    skip(!isGnupgHere, whyNoGnupg)
    await mailDelivery(gateway.wiring, await owed())
    expect(server.received.map(({ to }) => to)).toEqual([[mailbox]])
    const { raw } = server.received[0] ?? { raw: '' }
    expect(raw).not.toMatch(/HMI Prisons|C-1|trais/)
    const gnupg = new Gnupg()
    try {
      await gnupg.must(['--import'], key.privateArmored)
      await gnupg.must(['--import'], gateway.wiring.signer.publicArmored)
      const { stdout, status } = await gnupg.must(['--decrypt'], encryptedPart(raw))
      expect(status.some((line) => line.startsWith(`VALIDSIG ${gateway.wiring.signer.fingerprint}`))).toBe(true)
      const files = readZip(attached(stdout.toString(), 'delivery-1.zip'))
      const manifest = await verifyManifest(files.get('manifest.jws')?.toString() ?? '', gateway.wiring.certificateJwk)
      expect(manifest).toMatchObject({ delivery: 1, rows: 1 })
      expect(files.get('concerns.csv')?.toString()).toContain('Ŵŷ 🔒')
    } finally {
      gnupg.close()
    }
  }) // prettier-ignore

  test('has an entry for each person whose key it is encrypted to, and its page says how it went', async () => {
    const [to] = await entries('type=item.mailed-to')
    expect(to?.['clauses']).toContain('hmpps-2025/20-recipient')
    expect(JSON.stringify(to)).toContain('"kind":"person"')
    expect(await entries('type=concerns-export.mailed')).toMatchObject([{ detail: { delivery: 1, form: 'message', people: 1 } }]) // prettier-ignore
    const team = await gateway.as('nadia.hussain')
    expect((await team.get('/api/v1/deliveries/1')).json()['mailed']).toMatchObject({ as: 'message' })
  })

  test.each([
    ['before anything of it is kept', 'commit', 0, 1],
    ['after the answer of the first commit was lost', 'commit.end', 0, 1],
    ['after the server took it, before that is kept', 'commit', 1, 2],
    ['after the answer of the last commit was lost', 'commit.end', 1, 1],
  ] as const)('that breaks %s is resumed, and is one message to whoever reads it', async (_when, step, skip, handed) => {
    const id = await owed()
    const before = server.received.length
    faults.once(step, skip)
    await mailDelivery(gateway.wiring, id).catch(() => undefined)
    faults.clear()
    await mailDelivery(gateway.wiring, id)
    await mailDelivery(gateway.wiring, id)
    // A mail program shows one message of one Message-ID; what the server took in doubt it can only be given again.
    expect(idsOf(before)).toHaveLength(handed)
    expect(new Set(idsOf(before)).size).toBe(1)
  }) // prettier-ignore

  test('that the mail server refuses for now stays owed, is asked for again and alarmed about, and goes', async () => {
    const id = await owed()
    const before = server.received.length
    server.refuseNext()
    await expect(mailDelivery(gateway.wiring, id)).rejects.toThrow('try again later')
    expect(await watchExports(gateway.wiring)).not.toContainEqual(
      expect.objectContaining({ kind: 'unmailed' }),
    )
    gateway.on('2027-01-06')
    expect(await watchExports(gateway.wiring)).toContainEqual(expect.objectContaining({ kind: 'unmailed', about: String(last) })) // prettier-ignore
    await scheduleExports(gateway.wiring)
    const { rows } = await gateway.owner.query(`select count(*) as n from pgboss.job where name = 'mail-delivery' and data ->> 'deliveryId' = $1`, [id]) // prettier-ignore
    expect(Number(rows[0]?.['n'])).toBe(2)
    await mailDelivery(gateway.wiring, id)
    expect(idsOf(before)).toHaveLength(1)
  })

  test('while the mail server is down opens nothing, stays owed, and goes when it is back', async () => {
    const id = await owed()
    const openings = async () => (await gateway.owner.query('select count(*) as n from concordat.delivery_mail_opening')).rows[0]?.['n'] // prettier-ignore
    const [before, sent] = [await openings(), server.received.length]
    const down = { ...gateway.wiring, mailServerAnswers: askMailServer({ mail: { smtpUrl: `smtp://127.0.0.1:${await freePort()}` } }) } // prettier-ignore
    await expect(mailDelivery(down, id)).rejects.toThrow('ECONNREFUSED')
    expect(await openings()).toBe(before)
    const up = { ...gateway.wiring, mailServerAnswers: askMailServer({ mail: { smtpUrl: server.url } }) }
    await mailDelivery(up, id)
    expect([Number(await openings()) - Number(before), server.received.length - sent]).toEqual([1, 1])
  })

  test('that two workers send at once is one message', async () => {
    const id = await owed()
    const before = server.received.length
    await Promise.all([mailDelivery(gateway.wiring, id), mailDelivery(gateway.wiring, id)])
    expect(idsOf(before)).toHaveLength(1)
  })

  test.each([
    ['the deployment prefers it', 'preferred', () => preferring('notice')],
    ['it is too large', 'too-large', () => preferring('message', 10)],
  ] as const)('is a notice and a link where %s', async (_why, reason, wiring) => {
    const before = server.received.length
    await mailDelivery(wiring(), await owed())
    expect(server.received).toHaveLength(before)
    const notice = (await notices()).findLast(({ recipient }) => recipient === mailbox)
    expect(notice).toMatchObject({ recipient: mailbox, subject: `Delivery ${last} is ready` })
    expect(String(notice?.['body'])).toContain(`/deliveries/${last}`)
    expect(await entries('type=concerns-export.mailed')).toContainEqual(expect.objectContaining({ detail: { delivery: last, form: 'notice', reason } })) // prettier-ignore
  })

  test('hmpps-2025/20-address: to any other address is refused and recorded, and nothing leaves', async () => {
    const id = await owed()
    const before = [server.received.length, (await notices()).length]
    const { wiring } = gateway
    const elsewhere = { ...wiring, concernsExport: { ...wiring.concernsExport, address: 'someone@example.org' } } // prettier-ignore
    const error: unknown = await mailDelivery(elsewhere, id).catch((thrown: unknown) => thrown)
    await recordFailedJob(wiring, 'mail-delivery', id, error)
    expect([server.received.length, (await notices()).length]).toEqual(before)
    expect(await entries('type=job.failed')).toContainEqual(expect.objectContaining({ detail: { job: 'mail-delivery', reason: 'refused' }, clauses: ['hmpps-2025/20-address'] })) // prettier-ignore
    await mailDelivery(wiring, id)
  })

  test('M7: every key that was let out for a message or a collection has its entry and its opening', async () => {
    await (await gateway.as('nadia.hussain')).get('/api/v1/deliveries/1/package')
    const now = new Date(Date.now() + 3 * 86_400_000)
    const found = await reconcileKeys({ db: gateway.wiring.db, clock: () => (now > gateway.wiring.clock() ? now : new Date(gateway.wiring.clock().getTime() + 3 * 86_400_000)) }) // prettier-ignore
    // The one whose opening was committed and whose answer was lost let no key out.
    expect(found?.differences.map(({ kind }) => kind)).toEqual(['entry-without-key'])
  })

  test('hmpps-2025/20-recipient: who left the team is in no later message; with nobody left it is a notice that says so', async () => {
    const id = await owed()
    await gateway.owner.query(`update concordat.person_role set held_until = held_from where role = 'intelligence-team'`) // prettier-ignore
    const before = server.received.length
    await mailDelivery(gateway.wiring, id)
    expect(server.received).toHaveLength(before)
    expect(JSON.stringify(await notices())).toContain('nobody on the team can open one today')
  })

  test('without a mail server is a file of the outbox', async () => {
    const directory = `${gateway.directory}/out`
    await openSealedMailer({ mail: { directory } })({ id: 'm-1', from: 'a@b.example', to: mailbox, raw: Buffer.from('x') }) // prettier-ignore
    expect(await readdir(directory)).toEqual(['m-1.eml'])
  })
})
