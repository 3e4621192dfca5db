// The concerns database over HTTP: taking in files, editing, searching; who may; and that nothing is half-done.
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { columns } from '../../gateway/concerns/table-schema.ts'
import { entriesOf, startGateway, type TestGateway } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'
import { workbook } from '../support/workbook.ts'
import { tokenOf } from '../support/tokens.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ withWorker: false })
})
afterAll(() => gateway.close())

type Row = Record<string, string>

/** As `expect` compares it; its type says the least. */
const containing = (words: string) => expect.stringContaining(words) as string
const intakes = '/api/v1/concerns/intakes'
const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

function row(change: Row = {}): Row {
  return { ...Object.fromEntries(columns.map(({ name, example }) => [name, example])), ...change }
}

/** A report of so many concerns, the first three of them priorities. */
function report(establishment: string, inspection: string, concerns: number): Row[] {
  return Array.from({ length: concerns }, (_, index) =>
    row({
      concern_id: `${inspection}-${String(index + 1).padStart(2, '0')}`,
      establishment_code: establishment,
      inspection,
      rank: index < 3 ? 'priority' : 'key',
    }),
  )
}

function csv(rows: readonly Row[], names: readonly string[] = columns.map(({ name }) => name)): string {
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`
  return [names, ...rows.map((each) => names.map((name) => cell(each[name] ?? '')))]
    .map((line) => line.join(','))
    .join('\r\n')
}

async function check(rows: readonly Row[]) {
  const editor = await gateway.as('rhian.davies')
  return (await editor.send(intakes, csv(rows), 'text/csv')).json()
}

async function takeIn(rows: readonly Row[]) {
  const editor = await gateway.as('rhian.davies')
  const { id } = await check(rows)
  return (await editor.post(`${intakes}/${String(id)}/take`, { reason: 'Reports of the month' })).json()
}

async function total(): Promise<number> {
  const { rows } = await gateway.owner.query('select count(*) as n from concordat.concern_version')
  return Number(rows[0]?.['n'])
}

describe('taking in a file', () => {
  test('hmpps-2025/20: what it would do is told first, and then all of it is done in one edition', async () => {
    const rows = report('LEI', 'INS-A', 5)
    const checked = await check(rows)
    expect(checked).toMatchObject({
      state: 'checked',
      rows: 5,
      added: 5,
      changed: 0,
      closed: 0,
      unchanged: 0,
      faultCount: 0,
    })
    expect(await total()).toBe(0)
    const taken = await takeIn(rows)
    expect(taken).toMatchObject({ state: 'taken', added: 5, edition: 1 })
    const closing = rows.map((each, index) =>
      index === 4 ? { ...each, status: 'closed', status_on: '2026-09-01' } : each,
    )
    expect(await takeIn(closing)).toMatchObject({
      state: 'taken',
      added: 0,
      changed: 1,
      closed: 1,
      unchanged: 4,
      edition: 2,
    })
    const editor = await gateway.as('rhian.davies')
    const read = (await editor.get('/api/v1/concerns/INS-A-05')).json()
    expect(read).toMatchObject({
      version: 2,
      status: 'closed',
      history: [
        { version: 2, edition: 2 },
        { version: 1, edition: 1 },
      ],
    })
  })

  test('a workbook gives the same concerns as a CSV file, dates and shared strings included', async () => {
    const rows = report('BMI', 'INS-B', 4).map((each) => ({
      ...each,
      text: 'Yr oedd lefelau trais yn rhy uchel: “Ŵ” 🔒 <&>',
    }))
    const editor = await gateway.as('rhian.davies')
    const bytes = await workbook(
      columns.map(({ name }) => name),
      rows,
    )
    const checked = (await editor.send(intakes, bytes, xlsx)).json()
    expect(checked).toMatchObject({ added: 4, faults: [] })
    await editor.post(`${intakes}/${String(checked['id'])}/take`, { reason: 'From a workbook' })
    expect(await check(rows)).toMatchObject({ added: 0, changed: 0, unchanged: 4 })
  })

  test('each faulty row is told with its number, its column and what is wrong, the nearest establishment included', async () => {
    const rows = report('LEI', 'INS-C', 4)
    const faulty = [
      { ...rows[0], establishment_code: 'LIE' },
      { ...rows[1], status_on: '2025-01-01' },
      { ...rows[2], healthy_prison_test: 'comfort', is_opinion: 'maybe' },
      { ...rows[3], report_published_on: '31/02/2026', text: '' },
    ]
    const { faults, faultCount } = await check(faulty)
    expect(faultCount).toBe(6)
    expect(faults).toMatchObject([
      { row: 2, column: 'establishment_code', message: containing('Did you mean LEI (Leeds') },
      { row: 3, column: 'status_on', message: 'This is before the report was published.' },
      {
        row: 4,
        column: 'healthy_prison_test',
        message: containing('“comfort” is not one of: safety'),
      },
      { row: 4, column: 'is_opinion' },
      { row: 5, column: 'report_published_on', message: containing('is no date') },
      { row: 5, column: 'text' },
    ])
  })

  test.each([
    ['sixteen concerns in a report', report('LEI', 'INS-D', 16), 'would have 16 concerns'],
    [
      'two priorities in a report',
      report('LEI', 'INS-D', 5).map((each, index) => (index === 2 ? { ...each, rank: 'key' } : each)),
      'would have 2 priorities',
    ],
    [
      'an id that is there twice',
      [...report('LEI', 'INS-D', 3), ...report('LEI', 'INS-D', 1)],
      'is in row 2 already',
    ],
    [
      'an id of another inspection',
      report('LEI', 'INS-E', 3).map((each, index) =>
        index === 0 ? { ...each, concern_id: 'INS-A-01' } : each,
      ),
      'is a concern of INS-A at LEI',
    ],
    [
      'a report about two establishments',
      report('LEI', 'INS-D', 4).map((each, index) =>
        index === 3 ? { ...each, establishment_code: 'BMI' } : each,
      ),
      'more than one establishment',
    ],
  ])('%s is a fault, and the file cannot be taken in', async (_what, rows, words) => {
    const before = await total()
    const checked = await check(rows)
    expect(checked).toMatchObject({ faultCount: 1, faults: [{ message: containing(words) }] })
    const editor = await gateway.as('rhian.davies')
    const answer = await editor.post(`${intakes}/${String(checked['id'])}/take`, { reason: 'All the same' })
    expect(answer.status).toBe(409)
    expect(await total()).toBe(before)
  })

  test.each([
    [
      'a column that moved away',
      csv(report('LEI', 'INS-F', 3), columns.map(({ name }) => name).slice(1)),
      [{ row: 1, column: 'concern_id', message: containing('missing') }],
    ],
    [
      'a column that is not known',
      `surname,${csv(report('LEI', 'INS-F', 3))}`,
      [{ row: 1, column: 'surname', message: containing('not known') }],
    ],
    ['an empty file', '', [{ message: containing('empty') }]],
  ])('%s is told before any row', async (_what, text, faults) => {
    const editor = await gateway.as('rhian.davies')
    expect((await editor.send(intakes, text || '\r\n', 'text/csv')).json()).toMatchObject({ faults })
  })

  test.each([
    ['text that is not UTF-8', Buffer.from([0x63, 0xff, 0xfe, 0x0a]), 'text/csv', 422, 'table.unreadable'],
    ['a workbook that is none', Buffer.from('PK but not really'), xlsx, 422, 'table.unreadable'],
    ['a picture', Buffer.from('GIF89a'), 'image/gif', 415, 'media.unsupported'],
  ])('%s is refused in words', async (_what, bytes, type, status, code) => {
    const editor = await gateway.as('rhian.davies')
    const answer = await editor.send(intakes, bytes, type)
    expect(answer.status).toBe(status)
    expect(answer.json()).toMatchObject({ code })
  })

  test('a file that was checked before somebody else changed the concerns is compared again, and not taken in unseen', async () => {
    const editor = await gateway.as('rhian.davies')
    const { id } = await check(report('LEI', 'INS-G', 3))
    await takeIn(report('LEI', 'INS-G', 4))
    const again = (await editor.post(`${intakes}/${String(id)}/take`, { reason: 'Late' })).json()
    expect(again).toMatchObject({ state: 'checked', added: 0, unchanged: 3 })
  })

  test('two people who take in the same file at once change the database once', async () => {
    const editor = await gateway.as('rhian.davies')
    const { id } = await check(report('LEI', 'INS-H', 3))
    const answers = await Promise.all(
      [1, 2].map(() => editor.post(`${intakes}/${String(id)}/take`, { reason: 'Once' })),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
  })

  test('what it would do is shown concern by concern, with the columns that change, to its sender alone', async () => {
    await takeIn(report('LEI', 'INS-S', 3))
    const [first, second, ...others] = report('LEI', 'INS-S', 4)
    const closing = { ...first, status: 'closed', status_on: '2026-10-01' }
    const { id } = await check([closing, { ...second, text: 'Said anew.' }, ...others])
    const editor = await gateway.as('rhian.davies')
    expect((await editor.get(`${intakes}/${String(id)}`)).json()).toMatchObject({
      state: 'checked',
      changes: [
        { row: 2, concern_id: 'INS-S-01', what: 'closed', columns: [{ column: 'status', from: 'open', to: 'closed' }, { column: 'status_on' }] },
        { row: 3, what: 'changed', columns: [{ column: 'text', to: 'Said anew.' }] },
        { row: 5, what: 'added', columns: [] },
      ],
    })
    expect((await (await gateway.as('tom.whitfield')).get(`${intakes}/${String(id)}`)).status).toBe(403)
    await editor.post(`${intakes}/${String(id)}/discard`)
  }) // prettier-ignore

  test('a formula and a NUL are faults of their cells, wherever they stand', async () => {
    const rows = report('LEI', 'INS-T', 3).map((each) => ({ ...each, text: 'Too\0high' }))
    expect((await check(rows))['faults']).toMatchObject(
      [2, 3, 4].map((number) => ({ row: number, column: 'text' })),
    )
    const editor = await gateway.as('rhian.davies')
    const names = columns.map(({ name }) => name)
    const book = await workbook(names, report('LEI', 'INS-T', 3).map((each) => ({ ...each, text: '=1+1' }))) // prettier-ignore
    expect((await editor.send(intakes, book, xlsx)).json()['faults']).toMatchObject(
      [2, 3, 4].map((number) => ({ row: number, column: 'text', message: containing('holds a formula') })),
    )
  })

  test('an upload that stops half-way keeps nothing, and its sender sees that it stopped', async () => {
    const rows = csv(report('LEI', 'INS-U', 15))
    const before = await total()
    const { port } = new URL(gateway.url)
    const token = await tokenOf(gateway, 'rhian.davies')
    const socket = connect(Number(port), 'localhost')
    socket.write(`POST ${intakes} HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Bearer ${token}\r\nContent-Type: text/csv\r\nContent-Length: ${rows.length * 2}\r\n\r\n${rows}`)
    const editor = await gateway.as('rhian.davies')
    const newest = async () => ((await editor.get(intakes)).json()['intakes'] as Row[])[0]
    await expect.poll(async () => (await newest())?.['state']).toBe('reading')
    socket.destroy()
    await expect.poll(newest).toMatchObject({ state: 'stopped', stoppedBecause: containing('stopped before its end') })
    expect(await total()).toBe(before)
    const { rows: waiting } = await gateway.owner.query(`select count(*) as n from concordat.concern_intake_row where inspection = 'INS-U'`)
    expect(waiting[0]?.['n']).toBe(0)
  }) // prettier-ignore

  test('a file whose waiting rows the server forgot is not taken in', async () => {
    const editor = await gateway.as('rhian.davies')
    const { id } = await check(report('LEI', 'INS-V', 3))
    await gateway.owner.query('delete from concordat.concern_intake_row where intake_id = $1 and row_number = 4', [id])
    const answer = await editor.post(`${intakes}/${String(id)}/take`, { reason: 'After the fall' })
    expect([answer.status, answer.json()]).toEqual([409, expect.objectContaining({ detail: containing('no longer here') })])
    expect((await editor.get('/api/v1/concerns/INS-V-01')).status).toBe(404)
  }) // prettier-ignore

  test('a hundred reports are taken in with their progress noted', async () => {
    const rows = Array.from({ length: 600 }, (_, index) => report('LEI', `INS-W${index}`, 10)).flat()
    const editor = await gateway.as('rhian.davies')
    const checked = await check(rows)
    expect(checked).toMatchObject({ rows: 6000, added: 6000 })
    expect((await editor.post(`${intakes}/${String(checked['id'])}/take`, { reason: 'All of them' })).json()).toMatchObject({ state: 'taken', added: 6000 })
  }) // prettier-ignore

  test('the rows that waited are gone once the file is taken in or discarded', async () => {
    const editor = await gateway.as('rhian.davies')
    const { id } = await check(report('LEI', 'INS-I', 3))
    expect((await editor.post(`${intakes}/${String(id)}/discard`)).status).toBe(200)
    const { rows } = await gateway.owner.query(
      'select count(*) as n from concordat.concern_intake_row where intake_id = $1',
      [id],
    )
    expect(rows[0]?.['n']).toBe(0)
  })
})

describe('one concern', () => {
  const edit = (change: Row, version?: number) => {
    const cells = row({ inspection: 'INS-J', ...change })
    delete cells['concern_id']
    return { ...cells, ...(version !== undefined && { version }), reason: 'Typed in' }
  }

  test('is added, edited with a reason, and its history says who and why', async () => {
    const editor = await gateway.as('rhian.davies')
    expect((await editor.put('/api/v1/concerns/C-J-1', edit({}))).json()).toMatchObject({
      version: 1,
      status: 'open',
    })
    const closed = {
      status: 'closed',
      status_on: '2026-10-01',
      irp_judgement: 'Good progress',
      irp_judged_on: '2026-09-30',
    }
    expect((await editor.put('/api/v1/concerns/C-J-1', edit(closed, 1))).json()).toMatchObject({
      version: 2,
      irp_judgement: 'good-progress',
    })
    const { history } = (await editor.get('/api/v1/concerns/C-J-1')).json() as { history: Row[] }
    expect(history).toMatchObject([
      { version: 2, made_by: 'Rhian Davies', reason: 'Typed in' },
      { version: 1 },
    ])
  })

  test('is not changed over the head of somebody who changed it first', async () => {
    const editor = await gateway.as('rhian.davies')
    await editor.put('/api/v1/concerns/C-J-2', edit({}))
    const answers = await Promise.all(
      ['a', 'b'].map((text) => editor.put('/api/v1/concerns/C-J-2', edit({ text }, 1))),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
  })

  test('does not leave its inspection, and a seventh priority is refused', async () => {
    const editor = await gateway.as('rhian.davies')
    await editor.put('/api/v1/concerns/C-K-1', edit({ inspection: 'INS-K' }))
    const moved = await editor.put('/api/v1/concerns/C-K-1', edit({ inspection: 'INS-L' }, 1))
    expect(moved.json()).toMatchObject({ fields: [{ field: 'inspection' }] })
    for (let index = 2; index <= 6; index += 1)
      await editor.put(`/api/v1/concerns/C-K-${index}`, edit({ inspection: 'INS-K' }))
    const seventh = await editor.put('/api/v1/concerns/C-K-7', edit({ inspection: 'INS-K' }))
    expect(seventh.json()).toMatchObject({
      fields: [{ field: 'rank', message: containing('6 priorities already') }],
    })
    expect((await editor.get('/api/v1/concerns/C-K-7')).status).toBe(404)
  })
})

test('the schema and the templates are there for anybody, and the schema names every column', async () => {
  const at = async (name: string) => fetch(new URL(`/concerns/${name}`, gateway.url))
  expect(((await (await at('schema.json')).json()) as { fields: Row[] }).fields.map(({ name }) => name)).toEqual(columns.map(({ name }) => name))
  expect(await (await at('template.csv')).text()).toBe(`${columns.map(({ name }) => name).join(',')}\r\n`)
  expect((await at('template.xlsx')).headers.get('content-type')).toBe(xlsx)
}) // prettier-ignore

describe('in a browser', () => {
  const upload = async (rows: readonly Row[], token?: string) => {
    const person = await signedIn(gateway, 'rhian.davies')
    const form = new FormData()
    form.set('_csrf', token ?? (await person.token()))
    form.set('file', new Blob([csv(rows)], { type: 'application/vnd.ms-excel' }), 'concerns.csv')
    const answer = await person.browser.visit(new URL('/concerns/intake', gateway.url), { form })
    return { person, answer }
  }

  test('a file is sent with a form, shown, and taken in with a reason', async () => {
    const { person, answer } = await upload(report('LEI', 'INS-P', 4))
    expect(answer.body).toContain('What this file would do')
    const address = answer.url.pathname
    const blank = await person.send(`${address}/take`, { reason: ' ' })
    expect(blank.status).toBe(400)
    expect(blank.body).toContain('What this file would do')
    const { headers, status } = await person.send(`${address}/take`, { reason: 'From the office' })
    expect([status, headers.get('location')]).toEqual([303, address])
    expect((await person.page(address)).body).toContain('This file was taken in')
    expect((await person.page('/concerns?establishment=LEI')).body).toContain('<svg class="concordat-chart"')
  })

  test('a form with a file and a forged token is refused, and nothing is checked', async () => {
    const before = await total()
    const { answer } = await upload(report('LEI', 'INS-Q', 4), 'forged')
    expect(answer.status).toBe(403)
    expect(await total()).toBe(before)
  })

  test('a form without a file says so', async () => {
    const { answer } = await upload([])
    expect(answer.status).toBe(200)
    const person = await signedIn(gateway, 'rhian.davies')
    const form = new FormData()
    form.set('_csrf', await person.token())
    const none = await person.browser.visit(new URL('/concerns/intake', gateway.url), { form })
    expect([none.status, none.body.includes('Choose a file.')]).toEqual([400, true])
  })

  test('a concern is edited on its page, and what was typed is kept when something is wrong with it', async () => {
    const person = await signedIn(gateway, 'rhian.davies')
    const cells = row({ concern_id: 'C-R-1', inspection: 'INS-R' })
    const wrong = await person.send('/concerns', { ...cells, establishment_code: 'LIE', reason: 'New' })
    expect([
      wrong.status,
      wrong.body.includes('Did you mean LEI'),
      wrong.body.includes('value="INS-R"'),
    ]).toEqual([400, true, true])
    expect((await person.send('/concerns', { ...cells, reason: 'New' })).headers.get('location')).toBe(
      '/concerns/of/C-R-1',
    )
    const edit = await person.page('/concerns/of/C-R-1/edit')
    expect(edit.body).toContain('<input type="hidden" name="version" value="1">')
  })
})

describe('who may', () => {
  test('local/read-concerns: HMPPS does not look at the database itself, and nobody but an editor changes it', async () => {
    for (const subject of ['nadia.hussain', 'daniel.okafor', 'iain.fletcher'] as const) {
      const answer = await (await gateway.as(subject)).get('/api/v1/concerns')
      expect(answer.status).toBe(403)
    }
    const releaser = await gateway.as('oliver.bennett')
    expect((await releaser.get('/api/v1/concerns?establishment=LEI')).status).toBe(200)
    expect((await releaser.send(intakes, csv(report('LEI', 'INS-M', 3)), 'text/csv')).json()).toMatchObject({
      outcome: 'refused',
    })
  })

  test('a file that somebody else had checked is not found', async () => {
    const { id } = await check(report('LEI', 'INS-N', 3))
    await gateway.owner.query(
      `insert into concordat.person_role (person_id, role, held_from)
       select id, 'concerns-editor', '2025-01-01' from concordat.person where subject = 'oliver.bennett' on conflict do nothing`,
    )
    const other = await gateway.as('oliver.bennett')
    expect((await other.post(`${intakes}/${String(id)}/discard`)).status).toBe(404)
  })

  test('each look and each change is an entry, with the decision and no word of a concern', async () => {
    const editor = await gateway.as('rhian.davies')
    await editor.get('/api/v1/concerns?words=violence&status=open')
    const entries = await entriesOf(gateway, 'type=concerns.viewed')
    expect(entries.at(-1)).toMatchObject({ detail: { filters: ['words', 'status'] } })
    expect(JSON.stringify(entries)).not.toContain('violence')
    expect(await entriesOf(gateway, 'type=concerns.changed')).not.toHaveLength(0)
  })
})

test('a search with fields left empty, as a form sends them, is a search without them', async () => {
  const editor = await gateway.as('rhian.davies')
  const empty = 'words=&establishment=&test=&rank=&status=&judgement=&publishedFrom=&publishedTo=&page='
  const [all, searched] = [
    await editor.get('/api/v1/concerns'),
    await editor.get(`/api/v1/concerns?${empty}`),
  ]
  expect(searched.status).toBe(200)
  expect(searched.json()).toEqual(all.json())
})

test('a search finds words as they are typed, percent signs and all', async () => {
  const editor = await gateway.as('rhian.davies')
  const found = (await editor.get('/api/v1/concerns?words=%25')).json()
  expect(found).toMatchObject({ total: 0 })
})
