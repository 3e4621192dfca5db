// Clearing figures for a report over HTTP: asking, answering, silence and its route, objections, releases that move, withdrawal.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../../demo/client.ts'
import { remindOfClearances } from '../../gateway/clearance/reminders.ts'
import type { Wiring } from '../../gateway/wire.ts'
import { entriesFor, expectProblem, expectRefusal } from '../support/answers.ts'
import { startGateway, type Subject, type TestGateway } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'

let gateway: TestGateway
let now = new Date('2026-12-01T12:00:00Z')
let route = true
beforeAll(async () => {
  gateway = await startGateway({
    withWorker: false,
    people: 100,
    change: (wired: Wiring) => ({
      ...wired,
      clock: () => now,
      // The clock jumps: what waits to be numbered for a moment would seem to have waited for weeks.
      ledgerBusy: () => Promise.resolve(false),
      get hubPublication() {
        return wired.hubPublication
      },
      config: {
        ...wired.config,
        get hubSilenceRoute() {
          return route
        },
      },
    }),
  })
})
afterAll(() => gateway.close())

const on = (day: string) => (now = new Date(`${day}T12:00:00Z`))
const stated = ['hub-2023/4.1', 'hub-2023/4.2', 'hub-2023/4.4.1', 'hub-2023/4.5']

const post = async (who: Subject, path: string, body?: unknown) => (await gateway.as(who)).post(`/api/v1${path}`, body) // prettier-ignore
const get = async (who: Subject, path: string) => (await gateway.as(who)).get(`/api/v1${path}`)
async function done(answer: Promise<Answer>): Promise<Record<string, unknown>> {
  const given = await answer
  expect(given.status, given.bytes.toString('utf8')).toBeLessThan(300)
  return given.json()
}

const opened = async () =>
  String((await done(post('ayesha.rahman', '/clearances', { title: 'HMP Leeds', kind: 'report-figures' })))['id']) // prettier-ignore
const asking = (figure: string, change: object = {}) => ({ figure, context: `There were 412 of ${figure}.`, searched: 'GOV.UK: none at this level.', stated, ...change }) // prettier-ignore
const asked = async (report: string, figure: string, change: object = {}) =>
  String((await done(post('ayesha.rahman', `/clearances/${report}/consents`, asking(figure, change))))['id'])
const standing = async (id: string) => (await done(get('martin.boyle', `/consents/${id}`)))['standing']
const answer = (id: string, body: object) => post('leila.santos', `/consents/${id}/answer`, body)
const change = async (figure: string, value: string) => {
  const row = `figure_id,measure,source_report,extracted_at,unit,filters,value,marking,provenance,public_source\r\n${figure},A measure,A report,2026-10-01 09:30,incidents,HMP Leeds,${value},OFFICIAL,performance-hub,\r\n`
  await done((await gateway.as('ayesha.rahman')).send('/api/v1/figures', row, 'text/csv'))
}

describe('asking', () => {
  test('hub-2023/4.3-request: Data and Analysis and HMPPS are told in the same transaction, and the entries say so.', async () => {
    await change('A-1', '7')
    const report = await opened()
    const answered = await post('ayesha.rahman', `/clearances/${report}/consents`, asking('A-1'))
    expect((await entriesFor(gateway, answered)).map(({ type }) => type).sort()).toEqual(['consent.requested', 'hmpps.notified']) // prettier-ignore
    const { rows } = await gateway.owner.query(`select recipient, subject || body as said from concordat.mail where body like '%' || $1 || '%' or body like '%' || $2 || '%'`, [report, answered.json()['id']]) // prettier-ignore
    expect(rows.map(({ recipient }) => recipient).sort()).toEqual(['colin.baxter@hmpps.example', 'leila.santos@justice.example']) // prettier-ignore
    expect(rows.map(({ said }) => String(said)).join()).not.toMatch(/412|A-1\b/)
    const queue = await done(get('leila.santos', '/consents'))
    expect(queue['consents']).toEqual(expect.arrayContaining([expect.objectContaining({ figure: 'A-1', version: 1, state: 'requested', report: 'HMP Leeds' })])) // prettier-ignore
  })

  test('Each fault is named: no such figure, a public one, a statement left out, no such release.', async () => {
    const report = await opened()
    const faultsOf = async (body: object) =>
      expectProblem(await post('ayesha.rahman', `/clearances/${report}/consents`, body), 'input.invalid').fields.map(({ field }) => field) // prettier-ignore
    expect(await faultsOf(asking('NO-1', { release: 'NO-2' }))).toEqual(['figure', 'release'])
    expect(await faultsOf(asking('POP-LEI-2026-09', { stated: stated.slice(1) }))).toEqual(['figure', 'stated']) // prettier-ignore
    expect(await faultsOf(asking('A-1', { context: ' ' }))).toEqual(['context'])
  })

  test('Only an analyst asks, and only Data and Analysis answers.', async () => {
    await change('A-2', '7')
    const report = await opened()
    expect(expectRefusal(await post('martin.boyle', `/clearances/${report}/consents`, asking('A-2')), 'ask-consent')).toEqual(['local/default-deny']) // prettier-ignore
    const id = await asked(report, 'A-2')
    expect(expectRefusal(await post('ayesha.rahman', `/consents/${id}/answer`, { answer: 'consent' }), 'answer-consent')).toEqual(['local/default-deny']) // prettier-ignore
    expect(expectRefusal(await get('daniel.okafor', `/consents/${id}`), 'read-clearance')).toEqual(['local/default-deny']) // prettier-ignore
  })
})

describe('an answer', () => {
  test('hub-2023/4.3: Consent clears the figure; an acknowledgement does not.', async () => {
    await change('B-1', '7')
    const id = await asked(await opened(), 'B-1')
    await done(answer(id, { answer: 'acknowledge' }))
    expect(await standing(id)).toBe('requested')
    expect(await done(answer(id, { answer: 'consent', conditions: 'Round it.' }))).toMatchObject({ state: 'consented', conditions: 'Round it.', standing: 'clear', refusedBy: [] }) // prettier-ignore
  })

  test('hub-2023/4.3-discretion: A refusal needs no reason and is final, also for another report.', async () => {
    await change('B-2', '7')
    const id = await asked(await opened(), 'B-2')
    await done(answer(id, { answer: 'refuse' }))
    expect(expectProblem(await answer(id, { answer: 'consent' }), 'state.conflict').detail).toContain('final')
    expect(await standing(id)).toBe('refused')
    expectProblem(await post('ayesha.rahman', `/clearances/${await opened()}/consents`, asking('B-2')), 'state.conflict') // prettier-ignore
    await change('B-2', '8')
    expect(await standing(await asked(await opened(), 'B-2'))).toBe('requested')
  })

  test('The database itself keeps a refusal, whatever the code does.', async () => {
    await expect(gateway.wiring.db.query(`update concordat.consent_request set state = 'requested', answered_at = null, answered_by = null where state = 'refused'`)).rejects.toThrow(/was refused/) // prettier-ignore
  })

  test('Of two answers at once one stands, and the other is told.', async () => {
    await change('B-3', '7')
    const id = await asked(await opened(), 'B-3')
    const answers = await Promise.all([answer(id, { answer: 'consent' }), answer(id, { answer: 'refuse' })])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    const stands = answers[0].status === 200 ? 'consented' : 'refused'
    expect(await done(get('leila.santos', `/consents/${id}`))).toMatchObject({ state: stands })
  })

  test('Consent to version 1 does not cover version 2.', async () => {
    await change('B-4', '7')
    const id = await asked(await opened(), 'B-4')
    await done(answer(id, { answer: 'consent' }))
    await change('B-4', '9')
    expect(await done(get('grace.adeyemi', `/consents/${id}`))).toMatchObject({ standing: 'changed', refusedBy: [{ clause: 'hub-2023/4.3' }] }) // prettier-ignore
  })

  test('A consent that is withdrawn holds the figure everywhere, and everybody who uses it is told.', async () => {
    await change('B-5', '7')
    const [one, two] = [await asked(await opened(), 'B-5'), await asked(await opened(), 'B-5')]
    await done(answer(one, { answer: 'consent' }))
    const withdrawn = await post('leila.santos', `/consents/${one}/withdraw`)
    expect((await entriesFor(gateway, withdrawn))[0]).toMatchObject({ type: 'consent.withdrawn', detail: { uses: 2, drafts: 0 } }) // prettier-ignore
    expect(await standing(one)).toBe('withdrawn')
    expect(await standing(two)).toBe('requested')
    expectProblem(await post('leila.santos', `/consents/${two}/withdraw`), 'state.conflict')
  })
})

describe('a statistical release', () => {
  const set = async (reference: string, releaseOn?: string) =>
    done((await gateway.as('leila.santos')).put(`/api/v1/releases/${reference}`, { title: 'Safety in custody', ...(releaseOn !== undefined && { releaseOn }) })) // prettier-ignore

  test('hub-2023/4.4.3: holds a figure with consent until its day, which moves, unless the consent names a day.', async () => {
    on('2026-12-01')
    await set('R-1', '2026-12-10')
    await change('C-1', '7')
    await change('C-2', '7')
    const report = await opened()
    const [held, named] = [
      await asked(report, 'C-1', { release: 'R-1' }),
      await asked(report, 'C-2', { release: 'R-1' }),
    ]
    await done(answer(held, { answer: 'consent' }))
    await done(answer(named, { answer: 'consent', notBefore: '2026-12-02' }))
    expect(await standing(held)).toBe('embargoed')
    on('2026-12-10')
    expect(await standing(held)).toBe('clear')
    await set('R-1', '2027-01-20')
    expect(await standing(held)).toBe('embargoed')
    await set('R-1')
    expect(await standing(held)).toBe('embargoed')
    expect(await standing(named)).toBe('clear')
    expect(await set('R-1', '2026-12-09')).toMatchObject({ version: 4 })
    expect(await standing(held)).toBe('clear')
    on('2026-12-01')
  })
})

describe('clocks', () => {
  const pass = () => remindOfClearances({ ...gateway.wiring, clock: () => now })
  const seen = new Set<unknown>()
  /** The mails that nobody asked about yet. */
  const told = async () => {
    const { rows } = await gateway.owner.query('select id, recipient, subject, body from concordat.mail')
    const fresh = rows.filter(({ id }) => !seen.has(id))
    for (const { id } of fresh) seen.add(id)
    return fresh
      .map((row) => [String(row['recipient']).split('@')[0], row['subject'], /\/(consents|clearances)\/[0-9a-f-]+/.exec(String(row['body']))?.[0]])
      .toSorted()
  } // prettier-ignore
  const moment = (at: string) => (now = new Date(at))

  test('hmpps-2025/18-hub-silence, 18-objection: whoever has to answer is told before the end, whoever waits after it, once each, and nothing is decided by it.', async () => {
    on('2026-11-02')
    await pass()
    await change('K-1', '7')
    const report = await opened()
    const id = await asked(report, 'K-1')
    await done(post('martin.boyle', `/clearances/${report}/delivered`))
    const { rows: [clocks] } = await gateway.owner.query('select r.warn_at, r.due_at, c.window_warn_at, c.window_ends_at from concordat.consent_request r join concordat.clearance c on c.id = r.clearance_id where r.id = $1', [id]) // prettier-ignore
    const at = (column: string, ms: number) =>
      moment(new Date((clocks?.[column] as Date).getTime() + ms).toISOString())
    await told()
    at('warn_at', -1000)
    expect(await pass()).toBe(0)
    at('window_warn_at', 0)
    await pass()
    at('warn_at', 0)
    await pass()
    expect(await told()).toEqual([
      ['colin.baxter', 'Your time to object to a draft ends soon', `/clearances/${report}`],
      ['leila.santos', 'A figure waits for your answer', `/consents/${id}`],
    ])
    at('window_ends_at', 0)
    await pass()
    at('due_at', 0)
    await Promise.all([pass(), pass()])
    expect(await told()).toEqual([
      ['ayesha.rahman', 'The time for objections is over', `/clearances/${report}`],
      ['ayesha.rahman', 'Your request for consent has no answer', `/consents/${id}`],
      ['leila.santos', 'A figure still waits for your answer', `/consents/${id}`],
    ])
    expect(await pass()).toBe(0)
    expect(await done(get('martin.boyle', `/consents/${id}`))).toMatchObject({ state: 'requested' })
    const { rows } = await gateway.owner.query(
      `select convert_from(e.body, 'UTF8')::jsonb as entry from ledger.index i join ledger.entry e on e.id = i.entry_id where i.kind = 'correlation' and i.key = 'clearance-reminders'`,
    )
    const entries = rows.map((row) => row['entry'] as { type: string; agreement: string; clauses: string[] })
    expect(entries.map(({ type, clauses }) => `${type} ${clauses.join()}`).toSorted()).toEqual([
      'duty.overdue hmpps-2025/18-hub-silence',
      'duty.reminded hmpps-2025/18-hub-silence',
      'duty.reminded hmpps-2025/18-objection',
      'duty.reminded hmpps-2025/18-objection',
    ])
    expect(new Set(entries.map(({ agreement }) => agreement))).toEqual(new Set(['hmpps-2025']))
    on('2026-12-01')
  })

  test('What was answered is nobody’s to be reminded of.', async () => {
    on('2026-11-02')
    await change('K-2', '7')
    const id = await asked(await opened(), 'K-2')
    await done(answer(id, { answer: 'consent' }))
    await told()
    on('2027-01-20')
    await pass()
    expect((await told()).filter(([, , path]) => path === `/consents/${id}`)).toEqual([])
    on('2026-12-01')
  })
})

describe('silence', () => {
  /** A report with one figure, whose draft went to HMPPS on 1 December: both clocks have passed on 24 December. */
  const silentReport = async (figure: string) => {
    on('2026-12-01')
    await change(figure, '7')
    const report = await opened()
    const id = await asked(report, figure)
    await done(post('martin.boyle', `/clearances/${report}/delivered`))
    return { report, id }
  }
  const close = (report: string) => post('martin.boyle', `/clearances/${report}/close`)
  const attest = (who: Subject, id: string, what: string, smallestCell?: number) =>
    post(who, `/consents/${id}/attest`, { what, words: 'I looked.', ...(smallestCell !== undefined && { smallestCell }) }) // prettier-ignore

  test('hmpps-2025/18-hub-silence: is found at the close of the fact check, after both clocks, and opens a route of which every step counts.', async () => {
    const { report, id } = await silentReport('D-1')
    on('2026-12-22')
    expectProblem(await close(report), 'state.conflict')
    on('2026-12-29')
    await done(close(report))
    expect(await done(get('martin.boyle', `/consents/${id}`))).toMatchObject({ state: 'silent', standing: 'silent' }) // prettier-ignore
    expectProblem(await attest('tom.whitfield', id, 'disclosure', 4), 'input.invalid')
    expect(expectRefusal(await attest('ayesha.rahman', id, 'disclosure', 12), 'attest-figure')).toEqual(['local/second-attester']) // prettier-ignore
    expect(expectRefusal(await attest('tom.whitfield', id, 'route'), 'attest-figure')).toEqual(['local/default-deny']) // prettier-ignore
    await done(attest('martin.boyle', id, 'route'))
    expect(await standing(id)).toBe('silent')
    await done(attest('tom.whitfield', id, 'disclosure', 12))
    expect(await standing(id)).toBe('clear')
    expectProblem(await attest('tom.whitfield', id, 'disclosure', 12), 'state.conflict')
  })

  test('hmpps-2025/18-objection: With an objection that nobody decided the figure stays in; overruled, with a reason and a name, it goes out.', async () => {
    const { report, id } = await silentReport('D-2')
    const objected = await done(post('colin.baxter', `/consents/${id}/objections`, { words: 'The count is of another year.' })) // prettier-ignore
    on('2026-12-29')
    await done(close(report))
    expectProblem(await post('colin.baxter', `/consents/${id}/objections`, { words: 'Too late.' }), 'state.conflict') // prettier-ignore
    await done(attest('martin.boyle', id, 'route'))
    await done(attest('tom.whitfield', id, 'disclosure', 12))
    expect(await standing(id)).toBe('objection')
    const [objection] = objected['objections'] as { id: string }[]
    const decide = `/consents/${id}/objections/${objection?.id ?? ''}/decide`
    expectProblem(await post('martin.boyle', decide, { decision: 'overruled', reason: '' }), 'input.invalid')
    await done(post('martin.boyle', decide, { decision: 'overruled', reason: 'It is of this year.' }))
    expect(await standing(id)).toBe('clear')
    expectProblem(await post('martin.boyle', decide, { decision: 'accepted', reason: 'Again.' }), 'state.conflict') // prettier-ignore
  })

  test('is not reached by a request whose own time was not over, nor by an acknowledged one before the end.', async () => {
    const { report, id } = await silentReport('D-3')
    await done(answer(id, { answer: 'acknowledge' }))
    on('2026-12-22')
    await change('D-4', '7')
    const late = await asked(report, 'D-4')
    on('2026-12-29')
    await done(close(report))
    expect(await standing(id)).toBe('silent')
    expect(await standing(late)).toBe('requested')
  })

  test('gives way to an answer that comes late, and a late refusal is final too.', async () => {
    const { report, id } = await silentReport('D-5')
    on('2026-12-29')
    await done(close(report))
    await done(answer(id, { answer: 'refuse' }))
    expect(await standing(id)).toBe('refused')
    expectProblem(await attest('martin.boyle', id, 'route'), 'state.conflict')
  })

  test('opens nothing where the switch is off: then only consent will do.', async () => {
    const { report, id } = await silentReport('D-6')
    route = false
    on('2026-12-29')
    await done(close(report))
    expect(await standing(id)).toBe('requested')
    expectProblem(await attest('martin.boyle', id, 'route'), 'state.conflict')
    route = true
  })

  test('does not cover a version that came afterwards.', async () => {
    const { report, id } = await silentReport('D-7')
    on('2026-12-29')
    await done(close(report))
    await done(attest('martin.boyle', id, 'route'))
    await done(attest('tom.whitfield', id, 'disclosure', 12))
    await change('D-7', '8')
    expect(await standing(id)).toBe('changed')
  })
})

describe('the pages', () => {
  test('show the queue, the figure in its context, and a mistake with what was typed.', async () => {
    on('2026-12-01')
    await change('E-1', '7')
    const report = await opened()
    const id = await asked(report, 'E-1')
    const owner = await signedIn(gateway, 'leila.santos')
    expect((await owner.page('/consents')).body).toContain('E-1')
    const page = (await owner.page(`/consents/${id}`)).body
    expect(page).toContain('There were 412 of E-1.')
    expect(page).toContain('Management information')
    const analyst = await signedIn(gateway, 'ayesha.rahman')
    const mistaken = await analyst.send(`/clearances/${report}/consents`, { figure: 'E-1', context: 'My sentence', searched: '' }) // prettier-ignore
    expect(mistaken.status).toBe(400)
    expect(mistaken.body).toContain('My sentence')
    expect(mistaken.body).toContain('There is a problem')
    expect((await owner.send(`/consents/${id}/answer`, { answer: 'consent', conditions: '', notBefore: '' })).status).toBe(303) // prettier-ignore
    expect(await standing(id)).toBe('clear')
    for (const path of ['/clearances', `/clearances/${report}`, '/releases'])
      expect((await analyst.page(path)).status).toBe(200)
  })
})
