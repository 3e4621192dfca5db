// The register of figures over HTTP: an extract is taken in whole or not at all, versions stay, and who may look.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { columns } from '../../gateway/figures/columns.ts'
import { entriesFor, expectProblem, expectRefusal } from '../support/answers.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'
import { workbook } from '../support/workbook.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ withWorker: false, people: 100 })
})
afterAll(() => gateway.close())

type Row = Record<string, string>
const names = columns.map(({ name }) => name)
const row = (change: Row = {}): Row => ({ ...Object.fromEntries(columns.map(({ name, example }) => [name, example])), ...change }) // prettier-ignore
const csv = (rows: readonly Row[]) =>
  [names, ...rows.map((each) => names.map((name) => `"${(each[name] ?? '').replaceAll('"', '""')}"`))]
    .map((line) => line.join(','))
    .join('\r\n')

async function take(rows: readonly Row[]) {
  const analyst = await gateway.as('ayesha.rahman')
  return (await analyst.send('/api/v1/figures', csv(rows), 'text/csv')).json()
}

async function versions(reference: string): Promise<unknown[]> {
  const analyst = await gateway.as('ayesha.rahman')
  return (await analyst.get(`/api/v1/figures/${reference}`)).json()['versions'] as unknown[]
}

describe('an extract', () => {
  test('hub-2023/1.1: is taken in whole; one that changed gets a version, one that did not gets none', async () => {
    expect(await take([row({ figure_id: 'T-1' }), row({ figure_id: 'T-2', value: '7' })])).toMatchObject({ taken: true, added: 2, changed: 0 }) // prettier-ignore
    expect(await take([row({ figure_id: 'T-1', extracted_at: '2026-11-01 10:00' }), row({ figure_id: 'T-2', value: '8' })])).toMatchObject({ added: 0, changed: 1, unchanged: 1 }) // prettier-ignore
    expect(await versions('T-1')).toHaveLength(1)
    expect(await versions('T-2')).toMatchObject([
      { version: 2, value: '8' },
      { version: 1, value: '7' },
    ])
  })

  test('with one faulty row is not taken in at all, and each fault is named', async () => {
    const answer = await take([row({ figure_id: 'T-3' }), row({ figure_id: 'T-4', value: 'many' }), row({ figure_id: 'T-3' })]) // prettier-ignore
    expect(answer).toMatchObject({ taken: false, added: 0, faultCount: 2, faults: [{ row: 3, column: 'value' }, { row: 4, column: 'figure_id' }] }) // prettier-ignore
    expect((await (await gateway.as('ayesha.rahman')).get('/api/v1/figures/T-3')).status).toBe(404)
  })

  test('as a workbook gives the same figures, with the day and time that it keeps as a number', async () => {
    const analyst = await gateway.as('ayesha.rahman')
    const bytes = await workbook(names, [row({ figure_id: 'T-5', extracted_at: '46296.5' })])
    const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    expect((await analyst.send('/api/v1/figures', bytes, type)).json()).toMatchObject({ taken: true, added: 1, faults: [] }) // prettier-ignore
    expect(await versions('T-5')).toMatchObject([{ extracted_at: '2026-10-01T11:00:00.000Z', value: '412' }])
  })

  test('that is no table is refused with words, and leaves nothing', async () => {
    const analyst = await gateway.as('ayesha.rahman')
    expectProblem(await analyst.send('/api/v1/figures', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'), 'table.unreadable') // prettier-ignore
    expect((await analyst.send('/api/v1/figures', '', 'text/csv')).status).toBe(400)
    const heading = names.slice(1).join(',')
    expect((await analyst.send('/api/v1/figures', `${heading}\r\n`, 'text/csv')).json()).toMatchObject({ taken: false, faults: [{ row: 1, column: 'figure_id' }] }) // prettier-ignore
  })

  test('is an entry with how much it changed and the hash of the file, and names no person but the actor', async () => {
    const analyst = await gateway.as('ayesha.rahman')
    const answer = await analyst.send('/api/v1/figures', csv([row({ figure_id: 'T-6' })]), 'text/csv')
    const [entry] = await entriesFor(gateway, answer)
    expect(entry).toMatchObject({ type: 'figures.registered', agreement: 'hub-2023', clauses: expect.arrayContaining(['local/register-figures', 'hub-2023/2.2']) as unknown, detail: { added: 1, changed: 0, sha256: answer.json()['sha256'] } }) // prettier-ignore
  })
})

describe('looking', () => {
  test('finds a number however it is written, and words as they stand', async () => {
    await take([row({ figure_id: 'T-7', value: '91204.5', measure: '100% of T_7' })])
    const analyst = await gateway.as('ayesha.rahman')
    const found = async (query: string) =>
      ((await analyst.get(`/api/v1/figures?${query}`)).json()['figures'] as { figure_id: string }[]).map(({ figure_id: id }) => id) // prettier-ignore
    expect(await found('value=91%2C204.50')).toEqual(['T-7'])
    expect(await found('words=100%25%20of%20T_7')).toEqual(['T-7'])
    expect(await found('words=100_')).toEqual([])
    expectProblem(await analyst.get('/api/v1/figures?value=many'), 'input.invalid')
  })

  test('Data and Analysis sees its figures and registers none; the supply desk sees nothing.', async () => {
    const owner = await gateway.as('leila.santos')
    expect((await owner.get('/api/v1/figures')).status).toBe(200)
    expect(expectRefusal(await owner.send('/api/v1/figures', csv([row()]), 'text/csv'), 'register-figures')).toEqual(['local/default-deny']) // prettier-ignore
    const desk = await gateway.as('daniel.okafor')
    expect(expectRefusal(await desk.get('/api/v1/figures/T-1'), 'read-figures')).toEqual(['local/default-deny']) // prettier-ignore
    expect(expectRefusal(await desk.get('/api/v1/figures/NO-1'), 'read-figures')).toEqual(['local/default-deny']) // prettier-ignore
  })

  test('hub-2023/3.6-caveat: The pages say that it is management information.', async () => {
    const person = await signedIn(gateway, 'ayesha.rahman')
    for (const path of ['/figures', '/figures/of/T-1']) {
      const { body } = await person.page(path)
      expect(body).toContain('Management information from the HMPPS Performance Hub.')
    }
  })
})

test('The gateway’s role can end a version and cannot change or delete one.', async () => {
  const { db } = gateway.wiring
  await expect(db.query(`update concordat.figure_version set value = '1'`)).rejects.toThrow(/permission denied/) // prettier-ignore
  await expect(db.query('delete from concordat.figure_version')).rejects.toThrow(/permission denied/)
})
