// A ledger that cannot be written stops every act, every look and every release, and they go on when it is back. And what
// the gateway's own login can never do to the record, whatever it is told.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../../demo/client.ts'
import type { Database } from '../../gateway/db.ts'
import {
  permittedRequest,
  startGateway,
  enrolKey,
  type Subject,
  type TestGateway,
} from '../support/gateway.ts'
import { expectProblem } from '../support/answers.ts'
import { signedIn } from '../support/pages.ts'
import { partOf, transferAt } from '../support/transfers.ts'

const planted = { losesConnectionAtCommit: false }

describe('when the ledger cannot be written', () => {
  let gateway: TestGateway
  let owner: Database
  const ids: Record<string, string> = {}
  beforeAll(async () => {
    gateway = await startGateway({ change: (wiring) => ({ ...wiring, db: losing(wiring.db, () => owner) }) })
    owner = gateway.owner
    await enrolKey(gateway)
    await enrolKey(gateway, 'gwen.pritchard')
    for (const state of ['destroyed', 'requested', 'returned', 'approved', 'available', 'collected'] as const)
      ids[state] = await transferAt(gateway, state)
    for (const who of ['tom.whitfield', 'marta.kowalczyk', 'daniel.okafor'] as const) await gateway.as(who)
  })
  afterAll(() => gateway.close())
  afterEach(async () => {
    planted.losesConnectionAtCommit = false
    await owner.query('grant insert on ledger.entry to concordat_gateway')
  })

  const breakLedger = () => owner.query('revoke insert on ledger.entry from concordat_gateway')
  /** Every row of every table of the gateway and of the ledger, as one number each, and the newest version of each transfer. */
  const everything = async () => {
    const tables = ['concordat.transfer', 'concordat.transfer_text', 'concordat.decision', 'concordat.mail', 'concordat.duty', 'concordat.item', 'concordat.collection', 'concordat.person_key', 'ledger.entry', 'ledger.secret', 'ledger.index', 'pgboss.job'] // prettier-ignore
    const counted = tables.map((table) => `(select count(*) from ${table})`).join(', ')
    const { rows } =
      await owner.query(`select array[${counted}] as counts, (select string_agg(id::text || state || version, ',' order by id) from concordat.transfer) as states,
      (select sum(challenge_tries) from concordat.person_key) as tries`)
    return rows[0]
  }

  /** Every kind of act and of look, as somebody who may do it. */
  const acts = (): [who: Subject, method: 'get' | 'post' | 'put', path: string, body?: unknown][] => {
    const at = (state: string, act = '') => `/api/v1/requests/${ids[state] ?? ''}${act}`
    return [
      ['ayesha.rahman', 'post', '/api/v1/requests', permittedRequest(gateway)],
      ['tom.whitfield', 'post', '/api/v1/requests', permittedRequest(gateway)],
      ['ayesha.rahman', 'post', '/api/v1/requests/check', permittedRequest(gateway)],
      ['ayesha.rahman', 'put', at('returned'), permittedRequest(gateway)],
      ['gwen.pritchard', 'post', at('requested', '/approve')],
      ['gwen.pritchard', 'post', at('requested', '/return'), { reason: 'Name the wing.' }],
      ['daniel.okafor', 'post', at('approved', '/supply'), { outcome: 'supply' }],
      ['daniel.okafor', 'post', at('approved', '/supply'), partOf(gateway)],
      [
        'daniel.okafor',
        'post',
        at('approved', '/supply'),
        { outcome: 'escalate', reason: 'The owner has to look.' },
      ],
      ['ayesha.rahman', 'get', at('available', '/package')],
      ['ayesha.rahman', 'get', at('collected', '/package')],
      ['ayesha.rahman', 'post', at('collected', '/acknowledge')],
      ['ayesha.rahman', 'get', at('available')],
      ['ayesha.rahman', 'get', '/api/v1/requests'],
      ['ayesha.rahman', 'get', at('destroyed', '/certificate')],
      ['ayesha.rahman', 'get', '/api/v1/me'],
      ['ayesha.rahman', 'post', '/api/v1/keys', { armored: 'hello' }],
      ['ayesha.rahman', 'post', '/api/v1/keys/answer', { fingerprint: 'F'.repeat(40), answer: 'ABC' }],
      ['marta.kowalczyk', 'get', '/api/v1/ledger/entries'],
      ['marta.kowalczyk', 'get', '/api/v1/ledger/checkpoint'],
      ['marta.kowalczyk', 'get', '/api/v1/ledger/verifier-key'],
      ['ayesha.rahman', 'get', '/api/v1/certificate-key'],
    ]
  }
  const run = async ([who, method, path, body]: ReturnType<typeof acts>[number]): Promise<Answer> =>
    (await gateway.as(who))[method](path, body)

  test('every act and every look is refused with 503, changes nothing and releases nothing', async () => {
    await gateway.settle()
    const before = await everything()
    await breakLedger()
    for (const each of acts()) {
      const answer = await run(each)
      expect(answer.status, `${each[1]} ${each[2]}: ${answer.bytes.toString().slice(0, 200)}`).toBe(503)
      expectProblem(answer, 'ledger.unavailable')
    }
    expect(await everything()).toEqual(before)
    expect(gateway.logLines().filter((line) => line.includes('"message":"ledger.unavailable"')).length).toBe(
      acts().length,
    )
    await owner.query('grant insert on ledger.entry to concordat_gateway')
    for (const each of acts().filter(([, method]) => method === 'get'))
      expect((await run(each)).status, each[2]).toBe(200)
  })

  test('pages say so in plain words, signing in does not work, and nobody is signed out by it', async () => {
    const person = await signedIn(gateway, 'ayesha.rahman')
    await breakLedger()
    for (const path of ['/', '/requests/new', '/keys', `/requests/${ids['available'] ?? ''}`]) {
      const shown = await person.once(path)
      expect([shown.status, shown.headers.get('content-type')], path).toEqual([
        503,
        'text/html; charset=utf-8',
      ])
      expect(shown.body).toContain('The record of access cannot be written')
      expect(shown.body).not.toMatch(/self-harm|permission denied|ledger\.entry/i)
    }
    const failed = await signedIn(gateway, 'tom.whitfield').then((tom) => tom.once('/'))
    expect([failed.status, failed.headers.get('location')]).toEqual([303, '/start'])
    await owner.query('grant insert on ledger.entry to concordat_gateway')
    expect((await person.once('/')).status).toBe(200)
  })

  test('a connection that is lost at the commit leaves nothing, gives nothing, and says nothing of the inside', async () => {
    await gateway.settle()
    const before = await everything()
    planted.losesConnectionAtCommit = true
    for (const each of acts()) {
      if (each[2].startsWith('/api/v1/keys')) continue
      const answer = await run(each)
      expectProblem(answer, 'fault')
    }
    planted.losesConnectionAtCommit = false
    const after = await everything()
    expect(after?.['states']).toEqual(before?.['states'])
    const own = (counts: unknown) => (counts as number[]).slice(0, 8)
    expect(own(after?.['counts'])).toEqual(own(before?.['counts']))
    expect((await run(['ayesha.rahman', 'get', '/api/v1/me'])).status).toBe(200)
  })
})

describe('the gateway’s own login', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 50 })
    await enrolKey(gateway)
    await transferAt(gateway, 'collected')
    await transferAt(gateway, 'destroyed')
    await gateway.settle()
  })
  afterAll(() => gateway.close())

  const refused = async (statement: string, because = 'permission denied') =>
    expect(gateway.wiring.db.query(statement), statement).rejects.toThrow(because)

  test('cannot change, remove or empty anything of the ledger', async () => {
    const { rows } = await gateway.owner.query(
      `select tablename as name from pg_tables where schemaname = 'ledger'`,
    )
    expect(rows.length).toBeGreaterThanOrEqual(8)
    for (const name of rows.map((row) => String(row['name']))) {
      const { rows: columns } = await gateway.owner.query(
        `select column_name as name from information_schema.columns where table_schema = 'ledger' and table_name = $1 limit 1`,
        [name],
      )
      await refused(`update ledger.${name} set ${String(columns[0]?.['name'])} = default`)
      await refused(`delete from ledger.${name}`)
      await refused(`truncate ledger.${name}`)
      await refused(`drop table ledger.${name}`, 'must be owner')
      await refused(`alter table ledger.${name} disable trigger all`, 'must be owner')
    }
    for (const name of ['leaf', 'tile', 'head', 'checkpoint'])
      await refused(`insert into ledger.${name} default values`)
  })

  test('cannot remove a transfer, a decision, a collection, a text or a certificate, nor change what was decided or certified', async () => {
    for (const name of [
      'transfer',
      'transfer_text',
      'decision',
      'collection',
      'certificate',
      'item',
      'shelf',
      'duty',
      'mail',
      'person_key',
    ]) {
      await refused(`delete from concordat.${name}`)
      await refused(`truncate concordat.${name}`)
    }
    await refused(`update concordat.decision set outcome = 'permit'`)
    await refused(`update concordat.certificate set jws = ''`)
    await refused(`update concordat.collection set collected_at = now()`)
    await refused(`update concordat.transfer_text set text = 'x'`)
  })

  test('cannot give itself or anybody a role, a place on a team, training or vetting', async () => {
    for (const name of ['person', 'person_role', 'person_standing', 'inspection', 'inspection_member'])
      for (const verb of ['delete from', 'insert into'])
        await refused(`${verb} concordat.${name}${verb === 'insert into' ? ' default values' : ''}`)
    await refused(`update concordat.person_role set role = 'approver'`)
    await refused(`update concordat.inspection set closed_on = null`)
  })

  test('is neither owner nor superuser, makes nothing, and cannot become the ledger’s login', async () => {
    const { rows } = await gateway.wiring.db.query(
      'select rolsuper or rolcreatedb or rolcreaterole or rolbypassrls as mighty from pg_roles where rolname = current_user',
    )
    expect(rows).toEqual([{ mighty: false }])
    await refused('set role concordat_ledger')
    await refused('create table concordat.mine ()')
    await refused('create function ledger.mine() returns int language sql as $$ select 1 $$')
  })
})

/** Drops the connection of a transaction between its last statement and its commit. */
function losing(db: Database, owner: () => Database): Database {
  return {
    ...db,
    withTransaction: (work) =>
      db.withTransaction(async (tx) => {
        const done = await work(tx)
        if (planted.losesConnectionAtCommit) {
          const { rows } = await tx.query('select pg_backend_pid() as pid')
          await owner().query('select pg_terminate_backend($1, 5000)', [rows[0]?.['pid']])
        }
        return done
      }),
  }
}
