// The synthetic case system in a real PostgreSQL, read through the source by the login that production would have.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSourceDatabase } from '../../demo/source/database.ts'
import type { SourceDatabase } from '../../demo/source/database.ts'
import { inventTables } from '../../demo/source/synthetic.ts'
import { openDatabase } from '../../gateway/db.ts'
import type { Database } from '../../gateway/db.ts'
import { UnboundedQuery } from '../../gateway/sources/case-source.ts'
import type { CaseQuery, CaseRow } from '../../gateway/sources/case-source.ts'
import { createPostgresSource } from '../../gateway/sources/postgres-source.ts'
import type { SourcePool } from '../../gateway/sources/postgres-source.ts'
import { freshDatabase } from '../support/database.ts'
import type { FreshDatabase } from '../support/database.ts'
import { datasets, establishments } from './read-datasets.ts'

const suffix = randomBytes(4).toString('hex')
const invented = { seed: 'source test', referenceDate: '2026-06-30', people: 50_000, establishments }
const reader = { name: `case_reader_${suffix}`, password: "it's a \\ password" }
const database = `cases_${suffix}`
const query: CaseQuery = {
  dataset: 'custody-population',
  fields: ['prison_number', 'hours_out_of_cell', 'release_date', 'care_plan_open'],
  establishments: ['LEI', 'STI'],
  periodFrom: '2026-01-01',
  periodTo: '2026-06-30',
}

let fresh: FreshDatabase
let admin: Database
let login: Database
let made: SourceDatabase
let loadMs: number

const urlOf = (name: string, user?: typeof reader) => {
  const url = Object.assign(new URL(fresh.ownerUrl), { pathname: `/${name}` })
  return user
    ? Object.assign(url, { username: user.name, password: encodeURIComponent(user.password) }).href
    : url.href
}
const connect = (name: string) =>
  openDatabase(urlOf(name), { applicationName: 'test-source-owner', maxConnections: 1 })
const createSource = () => createSourceDatabase({ ...invented, admin, connect, database, reader, datasets })

beforeAll(async () => {
  fresh = await freshDatabase()
  admin = openDatabase(fresh.ownerUrl, { applicationName: 'test-admin', maxConnections: 1 })
  const started = performance.now()
  made = await createSource()
  loadMs = performance.now() - started
  login = openDatabase(urlOf(database, reader), { applicationName: 'test-source', maxConnections: 3 })
})
afterAll(async () => {
  await login.close()
  await admin.query(`drop database ${database} with (force)`)
  await admin.query(`drop role ${reader.name}`)
  await admin.close()
  await fresh.drop()
})

async function collect(batches: AsyncIterable<CaseRow[]>): Promise<CaseRow[]> {
  const rows: CaseRow[] = []
  for await (const batch of batches) rows.push(...batch)
  return rows
}
const source = () => createPostgresSource(login.pool, datasets)

/** Passes everything on to the real pool and keeps what was asked of it. */
function watch(pool: SourcePool): {
  pool: SourcePool
  statements: string[]
  released: (boolean | undefined)[]
} {
  const statements: string[] = []
  const released: (boolean | undefined)[] = []
  return {
    statements,
    released,
    pool: {
      connect: async () => {
        const connection = await pool.connect()
        return {
          query: (text, values) => {
            statements.push(text)
            return connection.query(text, values)
          },
          release: (destroy) => {
            released.push(destroy)
            connection.release(destroy)
          },
        }
      },
    },
  }
}

describe('the synthetic source database', () => {
  test('It loads in seconds and leaves the same data standing the second time.', async () => {
    console.log(`source database: ${Math.round(loadMs)} ms for ${JSON.stringify(made.rows)}`)
    expect(made).toMatchObject({ loaded: true, rows: { 'custody-population': 50_000 } })
    expect(loadMs).toBeLessThan(30_000)
    expect(await createSource()).toEqual({ rows: made.rows, loaded: false })
  })

  test('It says of itself that it is synthetic.', async () => {
    const owner = connect(database)
    const { rows } = await owner.query('select notice from synthetic_notice')
    await owner.close()
    expect(rows).toEqual([{ notice: expect.stringMatching(/^SYNTHETIC: /) as string }])
  })

  test('A database that holds something else is left alone.', async () => {
    const other = `other_${suffix}`
    await admin.query(`create database ${other}`)
    const owner = connect(other)
    await owner.query('create table custody_population (precious text)')
    await owner.close()
    const asked = createSourceDatabase({ ...invented, admin, connect, database: other, reader, datasets })
    await expect(asked).rejects.toThrow(/not the synthetic source/)
    await admin.query(`drop database ${other}`)
  })
})

describe('the login of the source', () => {
  test.each([
    ['insert', `insert into use_of_force (incident_number) values (0)`],
    ['update', `update custody_population set sex = 'F'`],
    ['delete', `delete from custody_population`],
    ['truncate', `truncate custody_population`],
    ['drop', `drop table custody_population`],
    ['create a table', `create table mine (a int)`],
    ['create a temporary table', `create temporary table mine (a int)`],
    ['grant', `grant select on custody_population to public`],
    ['read what no dataset offers', `select officer_note from custody_population`],
    ['read whole rows', `select * from custody_population`],
    ['read the description of the data', `select * from synthetic_notice`],
    ['create a role', `create role mine`],
  ])('It cannot %s, even in a transaction that may write.', async (_what, statement) => {
    const attempt = login.withConnection(async (connection) => {
      await connection.query('set session characteristics as transaction read write')
      await connection.query(statement)
    })
    await expect(attempt).rejects.toMatchObject({ code: '42501' })
  })

  test('It reads only, unless it says otherwise.', async () => {
    const { rows } = await login.query('show default_transaction_read_only')
    expect(rows).toEqual([{ default_transaction_read_only: 'on' }])
  })
})

describe('reading', () => {
  test('Exactly the approved rows and columns come, as text, and nothing else is asked of the database.', async () => {
    const { pool, statements } = watch(login.pool)
    const rows = await collect(createPostgresSource(pool, datasets).read(query))
    const expected = (inventTables(invented).get('custody-population') ?? [])
      .filter((row) => query.establishments.includes(row['establishment_code'] ?? ''))
      .filter(
        (row) =>
          (row['reception_date'] ?? '') >= query.periodFrom &&
          (row['reception_date'] ?? '') <= query.periodTo,
      )
      .map((row) => Object.fromEntries(query.fields.map((field) => [field, row[field]])))
    expect(expected.length).toBeGreaterThan(50)
    const byPerson = (one: object, other: object) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)
    expect([...rows].sort(byPerson)).toEqual([...expected].sort(byPerson))
    expect(statements.join('\n')).not.toMatch(/officer_note|date_of_birth|ethnicity|\*[^)]/)
  })

  test('The order is the same each time.', async () => {
    expect(await collect(source().read(query))).toEqual(await collect(source().read(query)))
  })

  test('A reading comes in batches of a thousand at most.', async () => {
    const everywhere = { ...query, establishments: establishments.map(({ code }) => code) }
    const sizes: number[] = []
    for await (const batch of source().read(everywhere)) sizes.push(batch.length)
    expect(sizes.length).toBeGreaterThan(5)
    expect(Math.max(...sizes)).toBe(1000)
  })

  test('Naming people narrows the reading to them.', async () => {
    const [first] = await collect(source().read(query))
    const prisonNumber = first?.['prison_number'] ?? ''
    const rows = await collect(source().read({ ...query, prisonNumbers: [prisonNumber, 'A0000AA'] }))
    expect(rows).toEqual([first])
  })

  test('A prison number that does not exist and one that is elsewhere give the same: nothing.', async () => {
    const elsewhere = await collect(
      source().read({ ...query, establishments: ['DAI'], fields: ['prison_number'] }),
    )
    const prisonNumbers = [elsewhere[0]?.['prison_number'] ?? '']
    expect(prisonNumbers).not.toEqual([''])
    expect(await collect(source().read({ ...query, prisonNumbers }))).toEqual([])
    expect(await collect(source().read({ ...query, prisonNumbers: ['A0000AA'] }))).toEqual([])
  })

  test('What somebody typed is never read as SQL.', async () => {
    const hostile = `LEI') or true or ('' = '`
    expect(
      await collect(source().read({ ...query, establishments: [hostile], prisonNumbers: [hostile] })),
    ).toEqual([])
    expect(() => source().read({ ...query, fields: ['prison_number" from custody_population --'] })).toThrow(
      UnboundedQuery,
    )
    const named = {
      key: 'x',
      establishmentField: 'a',
      dateField: 'b; drop table c',
      schema: { primaryKey: [], fields: [] },
    }
    expect(() => createPostgresSource(login.pool, [named])).toThrow(/cannot be the name/)
  })
})

describe('an unbounded query', () => {
  test.each<[string, Partial<CaseQuery>]>([
    ['no field', { fields: [] }],
    ['a field that the dataset does not offer', { fields: ['officer_note'] }],
    ['a field twice', { fields: ['sex', 'sex'] }],
    ['no establishment', { establishments: [] }],
    ['an empty establishment', { establishments: [''] }],
    ['no start', { periodFrom: '' }],
    ['an end that is no day', { periodTo: '2026-02-30' }],
    ['a period that ends before it starts', { periodFrom: '2026-07-01' }],
    ['an empty list of people', { prisonNumbers: [] }],
    ['an unknown dataset', { dataset: 'pg_authid' }],
  ])('With %s it throws before anything is read.', async (_what, change) => {
    const { pool, statements } = watch(login.pool)
    const watched = createPostgresSource(pool, datasets)
    expect(() => watched.read({ ...query, ...change })).toThrow(UnboundedQuery)
    await expect(watched.estimate({ ...query, ...change })).rejects.toThrow(UnboundedQuery)
    expect(statements).toEqual([])
  })
})

describe('an estimate', () => {
  test('It counts the rows that the reading would give.', async () => {
    const rows = await collect(source().read(query))
    expect(await source().estimate(query)).toEqual({ rows: rows.length, columns: 4 })
  })

  test('It never tells whether a prison number exists.', async () => {
    const [first] = await collect(source().read(query))
    const counts = await Promise.all([
      source().estimate(query),
      source().estimate({ ...query, prisonNumbers: [first?.['prison_number'] ?? ''] }),
      source().estimate({ ...query, prisonNumbers: ['A0000AA'] }),
    ])
    expect(new Set(counts.map((count) => JSON.stringify(count))).size).toBe(1)
  })
})

describe('stopping', () => {
  const everywhere = { ...query, establishments: establishments.map(({ code }) => code) }

  test('An abort between batches ends the reading with its reason and closes the connection.', async () => {
    const { pool, released } = watch(login.pool)
    const controller = new AbortController()
    const reading = createPostgresSource(pool, datasets)
      .read(everywhere, controller.signal)
      [Symbol.asyncIterator]()
    expect((await reading.next()).done).toBe(false)
    controller.abort(new Error('withdrawn'))
    await expect(reading.next()).rejects.toThrow('withdrawn')
    expect(released).toContain(true)
  })

  test('An abort while the database works cancels its statement.', async () => {
    const owner = connect(database)
    const controller = new AbortController()
    await owner.withTransaction(async (tx) => {
      // The reading waits for this lock, for as long as it would take.
      await tx.query('lock table custody_population in access exclusive mode')
      const patient = createPostgresSource(login.pool, datasets, { statementTimeoutMs: 60_000 })
      const reading = collect(patient.read(query, controller.signal))
      const waiting = expect(reading).rejects.toThrow('withdrawn')
      const blocked = `select 1 from pg_stat_activity where application_name = 'test-source' and wait_event_type = 'Lock'`
      while ((await tx.query(blocked)).rows.length === 0) await tx.query('select pg_stat_clear_snapshot()')
      controller.abort(new Error('withdrawn'))
      await waiting
    })
    await owner.close()
  }, 10_000) // without the cancellation the statement would wait for a minute

  test('A reader that has seen enough leaves no connection behind.', async () => {
    const { pool, released } = watch(login.pool)
    for await (const batch of createPostgresSource(pool, datasets).read(everywhere)) {
      expect(batch.length).toBe(1000)
      break
    }
    expect(released).toEqual([true])
  })

  test('A statement that takes too long is ended by the database.', async () => {
    const owner = connect(database)
    const slow = createPostgresSource(login.pool, datasets, { statementTimeoutMs: 50 })
    await owner.withTransaction(async (tx) => {
      await tx.query('lock table custody_population in access exclusive mode')
      await expect(collect(slow.read(query))).rejects.toMatchObject({ code: '57014' })
      await expect(slow.estimate(query)).rejects.toMatchObject({ code: '57014' })
    })
    await owner.close()
  })
})
