// The publication check over HTTP: each number of a draft is matched with the register; nothing of the draft is kept; the copy that
// a publisher cleared, and no other, is for public release.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entriesFor, expectProblem, expectRefusal } from '../support/answers.ts'
import { wordOf } from '../support/drafts.ts'
import { startGateway, type Subject, type TestGateway } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'

let gateway: TestGateway
let report: string
const stated = ['hub-2023/4.1', 'hub-2023/4.2', 'hub-2023/4.4.1', 'hub-2023/4.5']
const requests = new Map<string, string>()
const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

const post = async (who: Subject, path: string, body?: unknown) => (await gateway.as(who)).post(`/api/v1${path}`, body) // prettier-ignore
async function check(text: string, who: Subject = 'ayesha.rahman') {
  return (await gateway.as(who)).send(`/api/v1/clearances/${report}/checks`, await wordOf([text]), word)
}
const found = async (text: string) =>
  ((await check(text)).json()['findings'] as { value: string; category: string; near?: string }[]).map(({ value, category }) => `${value} ${category}`) // prettier-ignore

beforeAll(async () => {
  gateway = await startGateway({ withWorker: false, people: 100 })
  report = String((await post('ayesha.rahman', '/clearances', { title: 'HMP Leeds', kind: 'report-figures' })).json()['id']) // prettier-ignore
  for (const figure of ['SH-LEI-2026-09', 'AS-LEI-2026-09', 'PA-LEI-2026-09']) {
    const asked = await post('ayesha.rahman', `/clearances/${report}/consents`, { figure, context: 'A sentence.', searched: 'GOV.UK', stated }) // prettier-ignore
    requests.set(figure, String(asked.json()['id']))
  }
  for (const figure of ['SH-LEI-2026-09', 'PA-LEI-2026-09'])
    await post('leila.santos', `/consents/${requests.get(figure) ?? ''}/answer`, { answer: 'consent', ...(figure.startsWith('PA') && { notBefore: '2099-01-01' }) }) // prettier-ignore
})
afterAll(() => gateway.close())

describe('a draft', () => {
  test('hub-2023/4.3: has each number told apart: clear, without consent, embargoed, public, unknown.', async () => {
    expect(await found('412 incidents; 97 assaults; 638 uses of force; 54.5%; 1,086 people held; 12 cells.')).toEqual(['412 clear', '97 without-consent', '638 without-consent', '54.5 embargoed', '1086 public', '12 unknown']) // prettier-ignore
  })

  test('One changed digit is flagged, with the figure that it may have been.', async () => {
    const findings = (await check('There were 413 incidents.')).json()['findings']
    expect(findings).toMatchObject([{ value: '413', category: 'unknown', near: 'SH-LEI-2026-09', before: 'There were ', text: '413' }]) // prettier-ignore
  })

  test('A figure of which the register has another version now is flagged.', async () => {
    const header = 'figure_id,measure,source_report,extracted_at,unit,filters,value,marking,provenance,public_source' // prettier-ignore
    for (const value of ['71717', '71718']) {
      const row = `${header}\r\nCH-1,A,A,2026-10-01 09:30,incidents,Leeds,${value},OFFICIAL,performance-hub,\r\n`
      await (await gateway.as('ayesha.rahman')).send('/api/v1/figures', row, 'text/csv')
    }
    expect(await found('71717 and 71718')).toEqual(['71717 changed', '71718 without-consent'])
  })

  test('Nothing of it is kept but its hash and the findings.', async () => {
    const secret = 'Zyzzyva Quxley'
    const bytes = await wordOf([`${secret} counted 412.`])
    const answer = await (await gateway.as('ayesha.rahman')).send(`/api/v1/clearances/${report}/checks`, bytes, word) // prettier-ignore
    const id = String(answer.json()['id'])
    expect(answer.json()['sha256']).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(answer.bytes.toString('utf8')).toContain(secret)
    const again = await (await gateway.as('ayesha.rahman')).get(`/api/v1/checks/${id}`)
    expect(again.json()['findings']).toEqual([{ value: '412', category: 'clear', figures: [{ reference: 'SH-LEI-2026-09', version: 1 }] }]) // prettier-ignore
    const { rows } = await gateway.owner.query('select place, held from concordat.forget_preview($1, null)', [[secret]]) // prettier-ignore
    expect(rows).toEqual([])
  })

  test('that cannot be read is refused in words, and leaves no check.', async () => {
    const analyst = await gateway.as('ayesha.rahman')
    const count = async () => Number((await gateway.owner.query('select count(*) as n from concordat.draft_check')).rows[0]?.['n']) // prettier-ignore
    const before = await count()
    for (const bytes of ['PK\u0003\u0004 broken', Buffer.from('d0cf11e0a1b11ae1', 'hex')])
      expectProblem(
        await analyst.send(`/api/v1/clearances/${report}/checks`, bytes, word),
        'draft.unreadable',
      )
    expect(await count()).toBe(before)
    expect(expectRefusal(await check('412', 'leila.santos'), 'check-draft')).toEqual(['local/default-deny'])
  })
})

describe('clearing', () => {
  const clear = (who: Subject, id: string, unknownsRead = true) => post(who, `/checks/${id}/clear`, { unknownsRead }) // prettier-ignore
  const idOf = async (text: string) => String((await check(text)).json()['id'])

  test('hub-2023/4.3: A publisher clears a copy whose figures are clear; each figure is judged, and that hash alone is for public release.', async () => {
    const id = await idOf('412 incidents in 2026.')
    expect(expectRefusal(await clear('ayesha.rahman', id), 'publish')).toEqual(['local/publisher'])
    expectProblem(await clear('grace.adeyemi', id, false), 'input.invalid')
    const cleared = await clear('grace.adeyemi', id)
    expect(cleared.status, cleared.bytes.toString('utf8')).toBe(200)
    expect((await entriesFor(gateway, cleared)).map(({ type }) => type).sort()).toEqual(['draft.cleared', 'figure.published']) // prettier-ignore
    expect((await (await gateway.as('grace.adeyemi')).get(`/api/v1/checks/${id}`)).json()).toMatchObject({ marking: 'FOR PUBLIC RELEASE' }) // prettier-ignore
    expect((await check('412 incidents in 2027.')).json()).not.toHaveProperty('marking')
    expectProblem(await clear('grace.adeyemi', id), 'state.conflict')
  })

  test('A copy with a figure that waits, is embargoed or was never asked about is refused.', async () => {
    expect(expectRefusal(await clear('grace.adeyemi', await idOf('97 assaults')), 'publish')).toEqual(['hub-2023/3.6', 'hub-2023/4.3']) // prettier-ignore
    expect(expectRefusal(await clear('grace.adeyemi', await idOf('54.5%')), 'publish')).toEqual(['hub-2023/4.4.3']) // prettier-ignore
    expectProblem(await clear('grace.adeyemi', await idOf('412 and 638')), 'state.conflict')
    expectProblem(await clear('grace.adeyemi', await idOf('Nothing but 12 cells')), 'state.conflict')
  })

  test('A consent that is withdrawn between the check and the clearing holds the copy.', async () => {
    const id = await idOf('412 incidents, again.')
    await post('leila.santos', `/consents/${requests.get('SH-LEI-2026-09') ?? ''}/withdraw`)
    expect(expectRefusal(await clear('grace.adeyemi', id), 'publish')).toEqual([
      'hub-2023/3.6',
      'hub-2023/4.3',
    ])
    const page = await (await signedIn(gateway, 'leila.santos')).page(`/consents/${requests.get('SH-LEI-2026-09') ?? ''}`) // prettier-ignore
    expect(page.body).toContain('for public release')
  })
})
