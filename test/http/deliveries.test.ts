// The quarterly export over HTTP: rehearsed, released by two people, collected by the team and by nobody else, acknowledged.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse as parseCsv } from 'csv-parse/sync'
import { undoNeutralisation } from '../../gateway/packages/csv.ts'
import { verifyManifest } from '../../keys/delivery-manifest.ts'
import type { ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import { expectProblem, expectRefusal, withoutReferences } from '../support/answers.ts'
import {
  collected, concernRow, deliver, putForward, quarter, rehearse, releaseExport, startExportGateway, writeConcerns, type ExportGateway,
} from '../support/exports.ts' // prettier-ignore
import { enrolKey, entriesOf } from '../support/gateway.ts'

let gateway: ExportGateway
let key: ArmoredKeyPair
beforeAll(async () => {
  gateway = await startExportGateway()
  key = await enrolKey(gateway, 'nadia.hussain')
})
afterAll(() => gateway.close())

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')
const textOf = (files: Map<string, Buffer>, name: string) => files.get(name)?.toString('utf8') ?? ''
const manifestOf = (files: Map<string, Buffer>) =>
  verifyManifest(textOf(files, 'manifest.jws'), gateway.wiring.certificateJwk)
const mails = async () =>
  (await gateway.owner.query('select recipient, subject, body from concordat.mail order by created_at')).rows

describe('the quarterly export', () => {
  test('hmpps-2025/20: a quarter that has not ended has none', async () => {
    await rehearse(gateway)
    const answer = await (await gateway.as('rhian.davies')).post('/api/v1/exports', { findingsRead: true })
    expect(expectProblem(answer, 'state.conflict').detail).toContain('has not ended')
  })

  test('hmpps-2025/20: an empty database is a signed nil export, delivery 1', async () => {
    gateway.on(quarter.afterwards)
    expect(await deliver(gateway)).toBe(1)
    const files = await collected(gateway, key)
    expect([...files.keys()]).toEqual([
      'concerns.csv',
      'changes.csv',
      'datapackage.json',
      'HANDLING.txt',
      'manifest.jws',
    ])
    const manifest = await manifestOf(files)
    expect(manifest).toMatchObject({
      delivery: 1,
      kind: 'quarterly',
      nil: true,
      rows: 0,
      follows: null,
      amends: null,
    })
    expect(manifest.quarter).toEqual({
      label: 'Quarter 3 of 2026-27',
      startsOn: '2026-10-01',
      endsOn: quarter.endsOn,
    })
    expect(textOf(files, 'HANDLING.txt')).toContain('A nil export')
    for (const { name, sha256: hash } of manifest.files) expect(sha256(textOf(files, name))).toBe(hash)
  })

  test('an amendment is a delivery of its own that names the one it amends and the hash of the one before', async () => {
    await writeConcerns(gateway, [
      concernRow('C-1', { text: '=HYPERLINK("http://evil.example";"x")' }),
      concernRow('C-2', {
        text: 'Yr oedd lefelau trais yn rhy uchel: Ŵŷ 🔒 "dyfyniad", a,\r\nb',
        is_opinion: 'true',
      }),
    ])
    expect(await deliver(gateway, { amends: 1, reason: 'The concerns were not in it.' })).toBe(2)
    const first = (await (await gateway.as('nadia.hussain')).get('/api/v1/deliveries/1')).json()
    const files = await collected(gateway, key)
    const manifest = await manifestOf(files)
    expect(manifest).toMatchObject({
      delivery: 2, kind: 'amendment', amends: 1, rows: 2, changes: { new: 2, changed: 0, closed: 0, reopened: 0 },
      follows: { delivery: 1, manifestSha256: first['manifestSha256'] },
    }) // prettier-ignore
    expect(first).toMatchObject({ amendedBy: [2], rows: 0 })
    expect(textOf(files, 'concerns.csv').split('\r\n')[1]).toContain(
      `"'=HYPERLINK(""http://evil.example"";""x"")"`,
    )
    expect(textOf(files, 'concerns.csv')).toContain('Ŵŷ 🔒 ""dyfyniad"", a,')
    expect(textOf(files, 'changes.csv').split('\r\n').slice(1, 3)).toEqual(['C-1,new,,,', 'C-2,new,,,'])
  })

  test('the next quarter has what changed since, cell by cell, and follows by hash', async () => {
    gateway.on('2027-04-06')
    await writeConcerns(gateway, [
      concernRow('C-1', { text: 'Mended', status: 'closed', status_on: '2027-02-01' }),
      concernRow('C-3', {}),
    ])
    expect(await deliver(gateway)).toBe(3)
    const files = await collected(gateway, key)
    const manifest = await manifestOf(files)
    expect(manifest).toMatchObject({
      delivery: 3,
      rows: 3,
      changes: { new: 1, changed: 0, closed: 1, reopened: 0 },
    })
    expect(manifest.quarter.endsOn).toBe('2027-03-31')
    const lines = textOf(files, 'changes.csv').trimEnd().split('\r\n')
    expect(lines).toContain('C-1,closed,status,open,closed')
    expect(lines).toContain('C-1,closed,status_on,2026-04-01,2027-02-01')
    expect(lines.at(-1)).toBe('C-3,new,,,')
    const jws = (
      await (await gateway.as('nadia.hussain')).get('/api/v1/deliveries/2/manifest')
    ).bytes.toString('utf8')
    expect(manifest.follows).toEqual({ delivery: 2, manifestSha256: sha256(jws) })
  })

  test('what changed is the same over JSON and as CSV', async () => {
    const team = await gateway.as('nadia.hussain')
    const found = (await team.get('/api/v1/deliveries/3/changes')).json()
    expect(found).toMatchObject({ delivery: 3, since: 2, more: false })
    expect(
      (found['changes'] as { concern_id: string; change: string }[]).map((each) => [
        each.concern_id,
        each.change,
      ]),
    ).toEqual([
      ['C-1', 'closed'],
      ['C-3', 'new'],
    ])
    const files = await collected(gateway, key, 3)
    expect((await team.get('/api/v1/deliveries/3/changes.csv')).bytes.toString('utf8')).toBe(
      textOf(files, 'changes.csv'),
    )
  })

  test('S35: the mailbox of the clause gets messages whose subject is a number, and nothing that it gets can be read in passing', async () => {
    const { mail } = gateway.environment.config
    const outbox = 'directory' in mail ? mail.directory : ''
    const { rows } = await gateway.owner.query('select m.id from concordat.delivery_mail m join concordat.delivery d on d.id = m.delivery_id order by d.number') // prettier-ignore
    const messages = await Promise.all(rows.map(({ id }) => readFile(path.join(outbox, `${String(id)}.eml`), 'utf8'))) // prettier-ignore
    expect(messages.map((raw) => /^Subject: (.*)\r$/m.exec(raw)?.[1])).toEqual(['Delivery 1', 'Delivery 2', 'Delivery 3']) // prettier-ignore
    for (const raw of messages) {
      expect(raw).toContain('To: HMPPSIntelligenceTeam@justice.gov.uk\r\n')
      expect(raw).not.toMatch(/Mended|HYPERLINK|trais|C-1\b|concern/i)
    }
    for (const { body } of await mails()) expect(String(body)).not.toMatch(/Mended|HYPERLINK|trais|C-1\b/)
  })

  test('a member acknowledges once, and the page of a year has every delivery with its state', async () => {
    const team = await gateway.as('nadia.hussain')
    expect((await team.post('/api/v1/deliveries/3/acknowledge')).json()).toMatchObject({
      state: 'acknowledged',
    })
    expectProblem(await team.post('/api/v1/deliveries/3/acknowledge'), 'state.conflict')
    const yearOf = async (query: string) => {
      const { year, years, quarters } = (await team.get(`/api/v1/deliveries${query}`)).json() as { year: { label: string }; years: number[]; quarters: { endsOn: string; state: string; deliveries: { number: number; state: string }[] }[] } // prettier-ignore
      return { label: year.label, years, quarters: quarters.map(({ endsOn, state, deliveries }) => [endsOn, state, deliveries.map((each) => `${each.number} ${each.state}`)]) } // prettier-ignore
    }
    // Four quarters: of the year of the last that ended, where nobody names one.
    expect(await yearOf('')).toEqual({
      label: '2026-27',
      years: [2027, 2026],
      quarters: [
        ['2027-03-31', 'met', ['3 acknowledged']],
        ['2026-12-31', 'met', ['2 sent', '1 sent']],
        ['2026-09-30', 'not-owed', []],
        ['2026-06-30', 'not-owed', []],
      ],
    })
    expect((await yearOf('?year=2027')).quarters).toEqual([
      ['2028-03-31', 'to-come', []],
      ['2027-12-31', 'to-come', []],
      ['2027-09-30', 'to-come', []],
      ['2027-06-30', 'running', []],
    ])
    expectProblem(await team.get('/api/v1/deliveries?year=27'), 'input.invalid')
  })

  test('each act has its entry: who, which clauses, which delivery', async () => {
    for (const [type, count] of [
      ['concerns-export.rehearsed', 4],
      ['concerns-export.put-forward', 3],
      ['concerns-export.released', 3],
      ['concerns-export.sent', 3],
      ['concerns-export.acknowledged', 1],
    ] as const)
      // prettier-ignore
      expect(await entriesOf(gateway, `type=${type}`), type).toHaveLength(count)
    const collections = await entriesOf(gateway, 'type=item.collected')
    expect(collections.length).toBe(4)
    expect(
      collections.every(({ clauses }) => (clauses as string[]).includes('hmpps-2025/20-recipient')),
    ).toBe(true)
  })
})

describe('releasing', () => {
  test('local/two-releasers: who put it forward cannot release it, and two who press at once make one delivery', async () => {
    gateway.on('2027-07-06')
    const id = await putForward(gateway)
    const own = await (await gateway.as('rhian.davies')).post(`/api/v1/exports/${id}/release`)
    expect(expectRefusal(own, 'release')).toEqual(['local/two-releasers'])
    const both = await Promise.all([releaseExport(gateway, id), releaseExport(gateway, id)])
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409])
    await gateway.settle()
    const { rows } = await gateway.owner.query(
      'select number from concordat.delivery where number is not null order by number',
    )
    expect(rows.map(({ number }) => number)).toEqual([1, 2, 3, 4])
  })

  test('what was rehearsed is what goes: a change since then asks for another rehearsal', async () => {
    gateway.on('2027-10-06')
    await rehearse(gateway)
    await writeConcerns(gateway, [concernRow('C-4')])
    const answer = await (await gateway.as('rhian.davies')).post('/api/v1/exports', { findingsRead: true })
    expect(expectProblem(answer, 'state.conflict').detail).toContain('changed since it was rehearsed')
  })

  test('what was put forward can be taken back, and put forward again', async () => {
    const id = await putForward(gateway)
    const answer = await (await gateway.as('rhian.davies')).post(`/api/v1/exports/${id}/withdraw`)
    expect(answer.json()).toEqual({ id, state: 'withdrawn' })
    expectProblem(await releaseExport(gateway, id), 'state.conflict')
    expect(await deliver(gateway)).toBe(5)
  })

  test('findings have to be looked at: a prison number in a text is named by its concern and kind, never quoted', async () => {
    gateway.on('2028-01-06')
    await writeConcerns(gateway, [concernRow('C-5', { text: 'Mr Smith (A1234BC) waited too long.' })])
    const { report } = (await rehearse(gateway)) as { report: { personalText: unknown } }
    expect(report.personalText).toEqual([{ concern: 'C-5', kinds: ['prison-number'] }])
    expect(JSON.stringify(report)).not.toContain('A1234BC')
    const answer = await (await gateway.as('rhian.davies')).post('/api/v1/exports', {})
    expect(expectProblem(answer, 'input.invalid').fields).toMatchObject([{ field: 'findingsRead' }])
  })
})

describe('cells that a spreadsheet would run, or that break a file', () => {
  const texts = ['=1+1', '+44 too high', '-5 and less', '@SUM(A1)', '\ttabbed', '\rreturned', '＝1+1', '"quoted", with a comma', 'one\r\ntwo\nthree', "'already", 'Ŵŷ Llŷr 🔒👩🏽‍🚒'] // prettier-ignore

  test('come out of a delivery neutralised, one concern a record, and whole once the documented rule is undone', async () => {
    gateway.on('2028-01-07')
    await writeConcerns(gateway, texts.map((text, index) => concernRow(`C-X${index}`, { text, inspection: 'INS-CELLS', rank: 'key' }))) // prettier-ignore
    await deliver(gateway, { amends: 5, reason: 'Texts were missing.' })
    const files = await collected(gateway, key)
    const records = parseCsv<{ concern_id: string; text: string }>(textOf(files, 'concerns.csv'), { columns: true }) // prettier-ignore
    expect(records).toHaveLength((await manifestOf(files)).rows)
    for (const record of records) for (const cell of Object.values(record)) expect(cell).not.toMatch(/^[=+@＝\t\r]|^-(?!\d)/) // prettier-ignore
    const kept = await Promise.all(texts.map(async (_, index) => (await (await gateway.as('rhian.davies')).get(`/api/v1/concerns/C-X${index}`)).json()['text'])) // prettier-ignore
    expect(texts.map((_, index) => undoNeutralisation(records.find(({ concern_id: id }) => id === `C-X${index}`)?.text ?? ''))).toEqual(kept) // prettier-ignore
    // What the form or the file trims at its ends is all that may be missing.
    expect(kept.map(String)).toEqual(texts.map((text) => text.trim()))
  })

  test('are refused where they cannot be kept: a NUL names its field', async () => {
    const answer = await (await gateway.as('rhian.davies')).put('/api/v1/concerns/C-NUL', { ...concernRow('C-NUL', { text: 'Too\0high' }), concern_id: undefined, reason: 'For the export' }) // prettier-ignore
    expect(expectProblem(answer, 'input.invalid').fields).toMatchObject([{ field: 'text' }])
  })
})

describe('a column that is dropped upstream', () => {
  test('blocks release and is named', async () => {
    const id = await putForward(gateway)
    const change = (from: string, to: string) =>
      gateway.owner.query(`alter table concordat.concern_version rename column ${from} to ${to}`)
    await change('irp_judgement', 'gone')
    try {
      const answer = await releaseExport(gateway, id)
      expect(expectProblem(answer, 'export.blocked').detail).toContain('The column irp_judgement is missing')
      expect(await rehearse(gateway)).toMatchObject({ blocks: true, report: { drift: [{ column: 'irp_judgement', blocks: true }, { column: 'gone', blocks: false }] } }) // prettier-ignore
    } finally {
      await change('gone', 'irp_judgement')
    }
    expect((await releaseExport(gateway, id)).status).toBe(200)
    await gateway.settle()
  })
})

describe('nobody but the team', () => {
  test('hmpps-2025/20-recipient: who is not on it is refused, and leaving ends access at once, to earlier deliveries too', async () => {
    const releaser = await gateway.as('oliver.bennett')
    expect(expectRefusal(await releaser.get('/api/v1/deliveries/3/package'), 'open')).toContain(
      'hmpps-2025/20-recipient',
    )
    expect(expectRefusal(await releaser.get('/api/v1/deliveries/3/changes'), 'open')).toContain(
      'hmpps-2025/20-recipient',
    )
    const team = await gateway.as('nadia.hussain')
    const leave = `update concordat.person_role set held_until = '2027-12-31' where role = 'intelligence-team'`
    await gateway.owner.query(leave)
    for (const number of [1, 3, 'latest'])
      expect(expectRefusal(await team.get(`/api/v1/deliveries/${number}/package`), 'see-deliveries')).toEqual(
        ['local/default-deny'],
      )
    await gateway.owner.query(
      `update concordat.person_role set held_until = null where role = 'intelligence-team'`,
    )
    expect((await collected(gateway, key, 3)).size).toBe(5)
  })

  test('whoever may not see deliveries cannot tell whether one exists', async () => {
    const desk = await gateway.as('daniel.okafor')
    const [there, absent] = await Promise.all([
      desk.get('/api/v1/deliveries/1'),
      desk.get('/api/v1/deliveries/999'),
    ])
    expect(withoutReferences(there)).toEqual(withoutReferences(absent))
    expect(expectRefusal(there, 'see-deliveries')).toEqual(['local/default-deny'])
    expectProblem(await (await gateway.as('nadia.hussain')).get('/api/v1/deliveries/999'), 'not-found')
  })

  test('local/delivery-key: without a key nothing is collected, encrypted or not', async () => {
    await gateway.owner.query(`update concordat.person_key set state = 'replaced' where state = 'enrolled'`)
    const answer = await (await gateway.as('nadia.hussain')).get('/api/v1/deliveries/3/package')
    expect(expectRefusal(answer, 'open')).toEqual(['local/delivery-key'])
  })
})
