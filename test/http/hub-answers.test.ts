// Hub data in answers to requests for information: checked first, for one version, with section 44's bar shown.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entriesFor, expectProblem, expectRefusal } from '../support/answers.ts'
import { startGateway, type Subject, type TestGateway } from '../support/gateway.ts'
import { restoreHub } from '../support/hub.ts'
import { signedIn } from '../support/pages.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ withWorker: false, people: 100 })
})
afterAll(() => gateway.close())

const get = async (who: Subject, path: string) => (await gateway.as(who)).get(`/api/v1${path}`)
const post = async (who: Subject, path: string, body?: unknown) => (await gateway.as(who)).post(`/api/v1${path}`, body) // prettier-ignore
const asking = (change: object = {}) => ({ kind: 'foi-answer', reference: 'FOI-12', figure: 'SH-LEI-2026-09', words: 'A count.', ...change }) // prettier-ignore
const asked = async (change: object = {}) => String((await post('ayesha.rahman', '/hub-answers', asking(change))).json()['id']) // prettier-ignore

describe('an answer', () => {
  test('hub-2023/3.7: to a request under the Freedom of Information Act is refused until Data and Analysis permits the use.', async () => {
    const id = await asked()
    const { rows } = await gateway.owner.query(`select recipient from concordat.mail where subject = 'May Hub data be used in an answer?' order by recipient`) // prettier-ignore
    expect(rows.map(({ recipient }) => recipient)).toEqual(['hubusers@justice.example', 'leila.santos@justice.example']) // prettier-ignore
    expect(expectRefusal(await post('ayesha.rahman', `/hub-answers/${id}/release`), 'release')).toEqual(['hub-2023/3.7']) // prettier-ignore
    expect((await post('leila.santos', `/hub-answers/${id}/answer`, { answer: 'permit' })).status).toBe(200)
    const used = await post('ayesha.rahman', `/hub-answers/${id}/release`)
    expect(await entriesFor(gateway, used)).toMatchObject([{ type: 'hub-answer.released', detail: { kind: 'foi-answer', section44: false } }]) // prettier-ignore
    expect((await get('ayesha.rahman', `/hub-answers/${id}`)).json()).toMatchObject({ state: 'released', caveat: expect.stringContaining('Management information') as unknown }) // prettier-ignore
  })

  test('hub-2023/2.6: that was permitted is not used by somebody whose access was revoked since.', async () => {
    const id = await asked()
    await post('leila.santos', `/hub-answers/${id}/answer`, { answer: 'permit' })
    await gateway.owner.query(`update concordat.hub_authorisation set ended_at = now(), ended_how = 'revoked' where ended_at is null and person_id = (select id from concordat.person where subject = 'ayesha.rahman')`) // prettier-ignore
    expect(expectRefusal(await post('ayesha.rahman', `/hub-answers/${id}/release`), 'open')).toEqual(['hub-2023/2.6']) // prettier-ignore
    await restoreHub(gateway.owner)
    expect((await post('ayesha.rahman', `/hub-answers/${id}/release`)).status).toBe(200)
  })

  test('that Data and Analysis refuses stays refused, and is answered once.', async () => {
    const id = await asked({ kind: 'pq-answer' })
    await post('leila.santos', `/hub-answers/${id}/answer`, { answer: 'refuse', words: 'Not yet.' })
    expect(expectRefusal(await post('ayesha.rahman', `/hub-answers/${id}/release`), 'release')).toEqual(['hub-2023/3.7']) // prettier-ignore
    expectProblem(
      await post('leila.santos', `/hub-answers/${id}/answer`, { answer: 'permit' }),
      'state.conflict',
    )
    expect(expectRefusal(await post('ayesha.rahman', `/hub-answers/${id}/answer`, { answer: 'permit' }), 'answer-consent')).toEqual(['local/default-deny']) // prettier-ignore
  })

  test('hub-2023/3.7-s44: shows that what is due to come out is exempt, and says so in its entry.', async () => {
    await (
      await gateway.as('leila.santos')
    ).put('/api/v1/releases/SAFETY-2026-Q3', { title: 'Safety in custody' }) // not announced yet
    const id = await asked({ release: 'SAFETY-2026-Q3' })
    expect((await get('ayesha.rahman', `/hub-answers/${id}`)).json()['section44']).toBe(true)
    expect((await get('ayesha.rahman', `/hub-answers/${await asked({ kind: 'eir-answer', release: 'SAFETY-2026-Q3' })}`)).json()['section44']).toBe(false) // prettier-ignore
    const person = await signedIn(gateway, 'ayesha.rahman')
    expect((await person.page(`/hub-answers/${id}`)).body).toContain('section 44 of the Freedom of Information Act 2000') // prettier-ignore
    await post('leila.santos', `/hub-answers/${id}/answer`, { answer: 'permit' })
    const used = await post('ayesha.rahman', `/hub-answers/${id}/release`)
    expect(await entriesFor(gateway, used)).toMatchObject([{ type: 'hub-answer.released', detail: { section44: true } }]) // prettier-ignore
  })

  test('is for the version that was asked about, and for no public figure; every mistake is named.', async () => {
    const id = await asked({ figure: 'UF-LEI-2026-09' })
    await post('leila.santos', `/hub-answers/${id}/answer`, { answer: 'permit' })
    const row = 'figure_id,measure,source_report,extracted_at,unit,filters,value,marking,provenance,public_source\r\nUF-LEI-2026-09,Uses of force,A report,2026-10-01 09:30,incidents,HMP Leeds,639,OFFICIAL,performance-hub,\r\n'
    await (await gateway.as('ayesha.rahman')).send('/api/v1/figures', row, 'text/csv')
    expectProblem(await post('ayesha.rahman', `/hub-answers/${id}/release`), 'state.conflict')
    expect(expectProblem(await post('ayesha.rahman', '/hub-answers', asking({ figure: 'NO-1', release: 'NO-2' })), 'input.invalid').fields.map(({ field }) => field)).toEqual(['figure', 'release'])
    expect(expectProblem(await post('ayesha.rahman', '/hub-answers', asking({ figure: 'POP-LEI-2026-09' })), 'input.invalid').fields[0]?.message).toMatch(/public/)
    expectProblem(await get('ayesha.rahman', '/hub-answers/00000000-0000-4000-8000-000000000000'), 'not-found')
  }) // prettier-ignore

  test('At the pages a form with a mistake keeps what was typed.', async () => {
    const person = await signedIn(gateway, 'tom.whitfield')
    const again = await person.send('/hub-answers', { kind: 'foi-answer', reference: 'FOI-77', figure: 'NO-1', words: 'A count.', release: '' }) // prettier-ignore
    expect([again.status, again.body.includes('value="FOI-77"')]).toEqual([400, true])
    expect((await person.send('/hub-answers', { ...asking(), release: '' })).status).toBe(303)
  })
})
