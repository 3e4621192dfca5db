// Disclosure control over HTTP: a table is put forward, nothing hidden is kept, a second person attests, and only then it goes out.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entriesFor, expectProblem, expectRefusal } from '../support/answers.ts'
import { startGateway, type Subject, type TestGateway } from '../support/gateway.ts'
import { restoreHub } from '../support/hub.ts'
import { signedIn } from '../support/pages.ts'

let gateway: TestGateway
let report: string
beforeAll(async () => {
  gateway = await startGateway({ withWorker: false, people: 100 })
  report = String((await post('ayesha.rahman', '/clearances', { title: 'HMP Leeds', kind: 'report-figures' })).json()['id']) // prettier-ignore
})
afterAll(() => gateway.close())

const get = async (who: Subject, path: string) => (await gateway.as(who)).get(`/api/v1${path}`)
const post = async (who: Subject, path: string, body?: unknown) => (await gateway.as(who)).post(`/api/v1${path}`, body) // prettier-ignore
const put = async (lines: readonly string[], filters = 'HMP Leeds; 2026', who: Subject = 'ayesha.rahman') =>
  (await gateway.as(who)).form(`/api/v1/clearances/${report}/tables`, { title: 'Incidents', measure: 'Incidents', filters }, new Blob([lines.join('\r\n')], { type: 'text/csv' })) // prettier-ignore
const small = ['wing,men,women,Total', 'A,112,3,115', 'B,230,19,249', 'C,114,22,136', 'Total,456,44,500']

describe('a table', () => {
  test('hmpps-2025/18-not-identifiable: has its small counts hidden, and enough more; of what is hidden nothing is kept.', async () => {
    const answer = await put(small)
    expect(answer.status, answer.bytes.toString()).toBe(200)
    const { id, cells, hidden } = answer.json() as { id: string; cells: (number | null)[][]; hidden: Record<string, number> } // as it answers
    expect(cells[0]).toEqual([null, null, 115])
    expect(hidden).toEqual({ small: 1, secondary: 3 })
    const { rows } = await gateway.owner.query('select shown::text as shown from concordat.disclosure_table where id = $1', [id])
    expect(rows[0]?.['shown']).not.toMatch(/\b(112|3)\b/)
    expect((await entriesFor(gateway, answer))[0]).toMatchObject({ type: 'disclosure-table.checked', detail: { cells: 6, hidden: 4 } })
  }) // prettier-ignore

  test('goes out once a second person attested it, with the caveat; whoever put it forward cannot.', async () => {
    const id = String((await put(small)).json()['id'])
    expectProblem(await get('ayesha.rahman', `/tables/${id}/cleared.csv`), 'state.conflict')
    expect(expectRefusal(await post('ayesha.rahman', `/tables/${id}/attest`, { words: 'I looked.' }), 'attest-figure')).toEqual(['local/second-attester']) // prettier-ignore
    expect((await post('martin.boyle', `/tables/${id}/attest`, { words: 'I looked.' })).status).toBe(200)
    expectProblem(await post('tom.whitfield', `/tables/${id}/attest`, { words: 'Me too.' }), 'state.conflict')
    const file = (await get('ayesha.rahman', `/tables/${id}/cleared.csv`)).bytes.toString()
    expect(file.split('\r\n').slice(0, 3)).toEqual([',men,women,Total', 'A,[c],[c],115', expect.stringContaining('B,')]) // prettier-ignore
    expect(file).toContain('Management information from the HMPPS Performance Hub.')
  })

  test('hub-2023/2.6: is not attested by somebody whose access was revoked.', async () => {
    const id = String((await put(small, 'HMP Hull; 2026')).json()['id'])
    await gateway.owner.query(`update concordat.hub_authorisation set ended_at = now(), ended_how = 'revoked' where ended_at is null and person_id = (select id from concordat.person where subject = 'martin.boyle')`) // prettier-ignore
    expect(expectRefusal(await post('martin.boyle', `/tables/${id}/attest`, { words: 'I looked.' }), 'open')).toEqual(['hub-2023/2.6']) // prettier-ignore
    await restoreHub(gateway.owner)
    expect((await post('martin.boyle', `/tables/${id}/attest`, { words: 'I looked.' })).status).toBe(200)
  })

  test('is compared with what was cleared before: a group that differs by two gives the two away, and is hidden.', async () => {
    const before = String((await put(['wing,men', 'D,60', 'E,80'], 'HMP Leeds; adults')).json()['id'])
    const unCleared = await put(['wing,men', 'D,58', 'E,80'], 'HMP Leeds; all')
    expect(unCleared.json()['hidden']).toEqual({})
    await post('martin.boyle', `/tables/${before}/attest`, { words: 'I looked.' })
    const after = await put(['wing,men', 'D,58', 'E,80'], 'HMP Leeds; all')
    expect(after.json()).toMatchObject({ hidden: { differencing: 1 }, cells: [[null], [80]] })
  })

  test('that does not add up, or is no table, is turned away with each place; nothing of it is kept.', async () => {
    const { rows: before } = await gateway.owner.query('select count(*) from concordat.disclosure_table')
    const { fields } = expectProblem(await put(['wing,men,Total', 'A,5,6', 'B,x,7']), 'input.invalid')
    expect(fields).toMatchObject([
      { field: 'file', message: expect.stringContaining('Row 3, men') as unknown },
    ])
    expectProblem(await put(['wing,men,Total', 'A,5,6']), 'input.invalid')
    expect((await gateway.owner.query('select count(*) from concordat.disclosure_table')).rows).toEqual(
      before,
    )
    expect(expectRefusal(await put(small, 'x', 'daniel.okafor'), 'check-draft')).toEqual([
      'local/default-deny',
    ])
  })

  test('At the pages a form with a mistake keeps what was typed, and the table shows what is hidden.', async () => {
    const id = String((await put(small)).json()['id'])
    const person = await signedIn(gateway, 'martin.boyle')
    expect((await person.page(`/clearances/${report}`)).body).toContain(`/tables/${id}`)
    expect((await person.page(`/clearances/${report}/tables/new`)).body).toContain('Put a table through disclosure control')
    const { body } = await person.page(`/tables/${id}`)
    expect(body).toContain('[c]')
    expect(body).toContain('Attest as a second person')
    expect((await person.send(`/tables/${id}/attest`, { words: '' })).status).toBe(400)
    expect((await person.send(`/tables/${id}/attest`, { words: 'I looked.' })).status).toBe(303)
  }) // prettier-ignore
})
