// What must hold of the export whatever breaks: one delivery and a dense number after a crash at any step, the same bytes for
// the same release, an alarm from outside the scheduler when it stops, and texts that look like personal data.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readdir } from 'node:fs/promises'
import { personalKindsIn } from '../../gateway/personal-text.ts'
import { driftOf } from '../../gateway/exports/drift.ts'
import { sealDelivery } from '../../gateway/exports/seal.ts'
import { scheduleExports } from '../../gateway/exports/schedule.ts'
import { rehearseBySchedule } from '../../gateway/exports/rehearse.ts'
import { watchExports } from '../../gateway/exports/watch.ts'
import { sweep } from '../../gateway/worker.ts'
import type { ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import {
  collected, concernRow, putForward, quarter, rehearse, releaseExport, startExportGateway, writeConcerns, type ExportGateway,
} from '../support/exports.ts' // prettier-ignore
import { plantable, type Step } from '../support/faults.ts'
import { enrolKey, entriesOf } from '../support/gateway.ts'

describe('a release that breaks', () => {
  let gateway: ExportGateway
  let key: ArmoredKeyPair
  const faults = plantable()
  beforeAll(async () => {
    gateway = await startExportGateway({ withWorker: false, change: (wiring) => faults.change(wiring) })
    key = await enrolKey(gateway, 'nadia.hussain')
    await writeConcerns(gateway, [concernRow('C-1'), concernRow('C-2')])
    gateway.on(quarter.afterwards)
  })
  afterAll(() => gateway.close())
  afterEach(() => faults.clear())

  const released = async (body: Record<string, unknown>) => {
    const id = await putForward(gateway, body)
    expect((await releaseExport(gateway, id)).status).toBe(200)
    return id
  }
  const itemsOf = async (id: string) =>
    (await gateway.owner.query('select vault_object from concordat.item where delivery_id = $1', [id])).rows
  const inVault = () => readdir(gateway.environment.config.vaultDirectory)
  let numbered = 0

  test.each<[Step, number]>([
    ['vault.write', 0], ['vault.write.end', 0], ['wrap', 0], ['commit', 0], ['commit', 1], ['commit.end', 0], ['commit.end', 1],
  ])('at %s (the %ith time after): it is resumed, and comes to exactly one delivery with the next number', async (step, skip) => {
    const id = await released(numbered === 0 ? {} : { amends: numbered, reason: 'Again' })
    const before = await inVault()
    faults.once(step, skip)
    await sealDelivery(gateway.wiring, id).catch(() => undefined)
    faults.clear()
    await sealDelivery(gateway.wiring, id)
    await sealDelivery(gateway.wiring, id)
    numbered += 1
    const { rows } = await gateway.owner.query('select number, state from concordat.delivery order by number')
    expect(rows.map(({ number, state }) => [number, state])).toEqual(
      Array.from({ length: numbered }, (_, index) => [index + 1, 'sent']),
    )
    expect(await itemsOf(id)).toHaveLength(1)
    expect((await inVault()).length).toBe(before.length + 1)
  }) // prettier-ignore

  test.each<[Step, number]>([
    ['commit', 200],
    ['commit.end', 409],
  ])(
    'when the release itself breaks at %s, pressing again and resuming comes to one delivery with the next number',
    async (step, pressedAgain) => {
      const id = await putForward(gateway, { amends: numbered, reason: 'Again' })
      faults.once(step)
      expect((await releaseExport(gateway, id)).status).toBeGreaterThanOrEqual(500)
      faults.clear()
      const released = async () => (await gateway.owner.query('select state, number from concordat.delivery where id = $1', [id])).rows[0] // prettier-ignore
      expect(await released()).toEqual(
        step === 'commit'
          ? { state: 'put-forward', number: null }
          : { state: 'released', number: numbered + 1 },
      )
      // What was kept is not done again; what was not is done now.
      expect((await releaseExport(gateway, id)).status).toBe(pressedAgain)
      await sealDelivery(gateway.wiring, id)
      await sealDelivery(gateway.wiring, id)
      numbered += 1
      expect(await released()).toEqual({ state: 'sent', number: numbered })
      expect(await itemsOf(id)).toHaveLength(1)
      const { rows } = await gateway.owner.query(
        'select number from concordat.delivery where number is not null order by number',
      )
      expect(rows.map(({ number }) => number)).toEqual(
        Array.from({ length: numbered }, (_, index) => index + 1),
      )
    },
  )

  test('the same release gives the same bytes, however often it is made', async () => {
    const first = await collected(gateway, key, 'latest')
    const { rows } = await gateway.owner.query('select id from concordat.delivery where number = $1', [
      numbered,
    ])
    const id = String(rows[0]?.['id'])
    await gateway.owner.query(`delete from concordat.collection where item_id = (select id from concordat.item where delivery_id = $1)`, [id]) // prettier-ignore
    await gateway.owner.query('delete from concordat.delivery_mail where delivery_id = $1', [id])
    await gateway.owner.query('delete from concordat.item_shelf where item_id = (select id from concordat.item where delivery_id = $1)', [id]) // prettier-ignore
    await gateway.owner.query('delete from concordat.item where delivery_id = $1', [id])
    await gateway.owner.query(
      `update concordat.delivery set state = 'released', manifest = null, manifest_sha256 = null, row_count = null, new_count = null,
         changed_count = null, closed_count = null, reopened_count = null, sent_at = null, acknowledge_by = null where id = $1`,
      [id],
    )
    await sealDelivery(gateway.wiring, id)
    const again = await collected(gateway, key, 'latest')
    expect([...again]).toEqual([...first])
  })

  test('hmpps-2025/20-address: an export that would be told to any other mailbox is not put forward', async () => {
    const elsewhere = {
      ...gateway.wiring,
      concernsExport: { ...gateway.wiring.concernsExport, address: 'someone@example.org' },
    }
    const { person, judged } = await decideWith(elsewhere)
    expect(person).toBe('oliver')
    expect(judged).toEqual(['hmpps-2025/20-address'])
  })

  test('S3: the gateway’s copy is destroyed on the date of the originator’s schedule, and its manifest stays', async () => {
    const { rows } = await gateway.owner.query(
      'select id, destroy_on from concordat.item order by destroy_on desc limit 1',
    )
    gateway.on(String(rows[0]?.['destroy_on']))
    const done = await sweep(gateway.wiring)
    expect(done.destroyed).toContain(rows[0]?.['id'])
    const answer = await (await gateway.as('nadia.hussain')).get('/api/v1/deliveries/1/package')
    expect(answer.status).toBe(410)
    expect((await (await gateway.as('nadia.hussain')).get('/api/v1/deliveries/1/manifest')).status).toBe(200)
  })

  const decideWith = async (wiring: ExportGateway['wiring']) => {
    const { factsOf } = await import('../../gateway/exports/facts.ts')
    const facts = await factsOf(wiring.db, wiring.concernsExport, { id: 'oliver', party: 'hmi-prisons', roles: ['export-releaser'] }, new Date(), { author: 'rhian' }) // prettier-ignore
    const decision = wiring.judge.rehearse('release', facts)
    return { person: facts.person.id, judged: decision.outcome === 'refusal' ? decision.refusals.map(({ clause }) => clause) : [] } // prettier-ignore
  }
})

describe('the calendar and its watch', () => {
  let gateway: ExportGateway
  beforeAll(async () => {
    gateway = await startExportGateway({ withWorker: false })
    await writeConcerns(gateway, [concernRow('C-1', { text: 'Telephone 0113 496 0000 for the ward.' })])
  })
  afterAll(() => gateway.close())

  const mails = async () =>
    (
      await gateway.owner.query(
        'select recipient, subject, body, sent_at from concordat.mail order by created_at, subject, recipient',
      )
    ).rows
  const jobs = async () =>
    (await gateway.owner.query(`select data from pgboss.job where name = 'rehearse-export'`)).rows

  test('M10: ten working days before it is due it is rehearsed, once, and the releasers get its counts and no word of it', async () => {
    gateway.on('2026-12-30')
    await scheduleExports(gateway.wiring)
    expect(await jobs()).toEqual([])
    gateway.on('2026-12-31')
    await scheduleExports(gateway.wiring)
    await scheduleExports(gateway.wiring)
    expect(await jobs()).toMatchObject([{ data: { quarter: quarter.endsOn } }])
    await rehearseBySchedule(gateway.wiring, quarter.endsOn)
    const told = await mails()
    expect(told.map(({ recipient, subject }) => [recipient, subject])).toEqual([
      ['oliver.bennett@hmi-prisons.example', 'The export was rehearsed'],
      ['rhian.davies@hmi-prisons.example', 'The export was rehearsed'],
    ])
    expect(String(told[0]?.['body'])).toContain('1 concerns: 1 new, 0 changed, 0 closed, 0 reopened.')
    expect(String(told[0]?.['body'])).toContain('1 texts that look like personal data')
    expect(String(told[0]?.['body'])).not.toMatch(/0113|C-1/)
    expect(await entriesOf(gateway, 'type=concerns-export.rehearsed')).toMatchObject([
      { actor: { kind: 'process', name: 'worker' } },
    ])
  })

  test('due soon and due are told once each', async () => {
    for (const day of ['2027-01-08', '2027-01-11', '2027-01-15', '2027-01-15']) {
      gateway.on(day)
      await scheduleExports(gateway.wiring)
    }
    const told = (await mails()).filter(({ recipient }) => recipient === 'oliver.bennett@hmi-prisons.example')
    expect(told.map(({ subject }) => subject)).toEqual([
      'The export was rehearsed',
      'The export is due soon',
      'The export is due today',
    ])
  })

  test('M10: with the scheduler disabled, the gateway’s own watch alarms when the quarter passes: event, mail, health, once', async () => {
    gateway.on('2027-01-18')
    expect(await watchExports(gateway.wiring)).toMatchObject([{ kind: 'late', about: quarter.endsOn }])
    expect(await watchExports(gateway.wiring)).toEqual([])
    const alarmed = (await mails()).filter(({ subject }) => subject === 'The concerns export needs you')
    expect(alarmed.map(({ recipient }) => recipient).toSorted()).toEqual(['marta.kowalczyk@hmi-prisons.example', 'oliver.bennett@hmi-prisons.example', 'rhian.davies@hmi-prisons.example', 'samir.haddad@hmi-prisons.example']) // prettier-ignore
    // No worker runs here: the watch sent them itself.
    expect(alarmed.every(({ sent_at: sentAt }) => sentAt instanceof Date)).toBe(true)
    const health = (await (await fetch(`${gateway.url}/health`)).json()) as {
      status: string
      components: { exports: unknown }
    } // as http/health.ts writes it
    expect(health).toMatchObject({
      status: 'UP',
      components: { exports: { status: 'UP', details: { late: 1 } } },
    })
    await gateway.wiring.ledgerProcess.catchUp()
    expect(await entriesOf(gateway, 'type=concerns-export.alarmed')).toMatchObject([
      {
        actor: { kind: 'process', name: 'gateway' },
        detail: { alarm: 'late', about: quarter.endsOn },
        clauses: ['hmpps-2025/20'],
      },
    ])
  })

  test('a quarter that nobody rehearsed is alarmed about before it is late', async () => {
    gateway.on('2027-04-12')
    expect(await watchExports(gateway.wiring)).toMatchObject([{ kind: 'not-rehearsed', about: '2027-03-31' }])
  })

  test('local/export-acknowledged: a delivery that nobody acknowledges is alarmed about, to both sides', async () => {
    await rehearse(gateway)
    const id = await putForward(gateway)
    await releaseExport(gateway, id)
    await sealDelivery(gateway.wiring, id)
    gateway.on('2027-04-21')
    expect(await watchExports(gateway.wiring)).toContainEqual(
      expect.objectContaining({ kind: 'unacknowledged', about: '1' }),
    )
    expect((await mails()).filter(({ body }) => String(body).includes('Nobody has said that delivery 1')).map(({ recipient }) => recipient)).toContain('nadia.hussain@hmpps.example') // prettier-ignore
  })
})

describe('a gateway without a worker', () => {
  test('M10: raises the alarm for a quarter that passed by itself, asked by nobody, while no scheduler runs anywhere', async () => {
    const gateway = await startExportGateway({
      withWorker: false,
      change: async (wiring) => {
        // The quarter was opened while something still ran.
        await scheduleExports({ ...wiring, clock: () => new Date('2026-12-10T12:00:00Z') })
        return { ...wiring, clock: () => new Date('2027-01-18T12:00:00Z') }
      },
    })
    try {
      const alarms = async () => (await gateway.owner.query('select kind, about from concordat.export_alarm order by kind')).rows // prettier-ignore
      await expect.poll(alarms, { timeout: 20_000 }).toContainEqual({ kind: 'late', about: quarter.endsOn })
      const jobs = await gateway.owner.query(`select count(*) as jobs from pgboss.job where name in ('rehearse-export', 'seal-delivery')`) // prettier-ignore
      expect(jobs.rows).toEqual([{ jobs: 0 }])
      await gateway.wiring.ledgerProcess.catchUp()
      const entries = await entriesOf(gateway, 'type=concerns-export.alarmed')
      expect(entries).toContainEqual(expect.objectContaining({ actor: { kind: 'process', name: 'gateway' }, detail: { alarm: 'late', about: quarter.endsOn } })) // prettier-ignore
    } finally {
      await gateway.close()
    }
  })
})

describe('text that looks like personal data', () => {
  test.each([
    ['Mr A1234BC waited too long.', ['prison-number']],
    ['Write to jo.smith@example.org about it.', ['e-mail']],
    ['Ring 0113 496 0000 or (020) 7946 0000.', ['telephone']],
    ['Ring +44 113 496 0000.', ['telephone']],
    ['Jo Smith (12/03/1984) was not seen.', ['name-and-birth']],
    ['Born 12 March 1984, he was not seen.', ['name-and-birth']],
    ['NINO QQ 12 34 56 C was on the form.', []],
    ['NINO AB 12 34 56 C was on the form.', ['national-insurance-number']],
    ['Levels of violence were too high: 1,234 incidents in 2025.', []],
    ['Her Majesty opened Armley Gaol on 12 March 2024.', []],
    ['In 2024-25 only 34.5% of prisoners had work; paragraph 12.34.', []],
  ] as const)('%s', (text, kinds) => {
    expect(personalKindsIn(text, 2026)).toEqual(kinds)
  })

  test('a long text is looked at in no time worth speaking of', () => {
    const text = `${'Aa '.repeat(20_000)}${'0 '.repeat(20_000)}${'a.'.repeat(20_000)}`
    expect(personalKindsIn(text, 2026)).toEqual([])
  })
})

describe('drift', () => {
  const whole = new Map([
    ['reference', 'text'], ['establishment', 'text'], ['inspection', 'text'], ['report_published_on', 'date'], ['healthy_prison_test', 'text'], ['rank', 'text'],
    ['text', 'text'], ['is_opinion', 'boolean'], ['status', 'text'], ['status_on', 'date'], ['irp_judgement', 'text'], ['irp_judged_on', 'date'],
  ]) // prettier-ignore

  test('is none where every column is as the contract has it', () => {
    expect(driftOf(whole)).toEqual([])
  })

  test.each([...whole.keys()])('blocks without the column %s, and names it', (column) => {
    const found = new Map(whole)
    found.delete(column)
    expect(driftOf(found)).toMatchObject([{ column, blocks: true }])
  })

  test('blocks where a date became a text, and only tells of a column that is new', () => {
    expect(driftOf(new Map([...whole, ['status_on', 'text'], ['owner', 'text']]))).toMatchObject([
      { column: 'status_on', blocks: true },
      { column: 'owner', blocks: false },
    ])
  })
})
