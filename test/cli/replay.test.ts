// `concordat pack replay`, `pack diff` and `clauses --database` against decisions that a real gateway made and kept.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { permittedRequest, startGateway, type TestGateway } from '../support/gateway.ts'
import { readFolder } from '../../policies/sources.ts'
import { concordat } from './run.ts'

const shipped = path.resolve(import.meta.dirname, '../../policies')
let gateway: TestGateway
let proposed: string
let requested: string

beforeAll(async () => {
  gateway = await startGateway({ withWorker: false, people: 50 })
  proposed = await mkdtemp(path.join(tmpdir(), 'concordat-proposed-'))
  await cp(shipped, proposed, { recursive: true, filter: (from) => !from.endsWith('.ts') })
  const head = path.join(proposed, 'agreements/hmpps-2025/agreement.yaml')
  const text = await readFile(head, 'utf8')
  const ended = text.replace(
    'from: { local: 2025-01-02 } }',
    'from: { local: 2025-01-02 }, until: { local: 2026-06-30 } }',
  )
  if (ended === text) throw new Error('the agreement’s dates are not where this test looks')
  await writeFile(head, ended)
  const analyst = await gateway.as('ayesha.rahman')
  const made = await analyst.post('/api/v1/requests', permittedRequest(gateway))
  requested = String(made.json()['id'])
  const approved = await (await gateway.as('gwen.pritchard')).post(`/api/v1/requests/${requested}/approve`)
  expect([made.status, approved.status]).toEqual([201, 200])
})
afterAll(async () => {
  await gateway.close()
  await rm(proposed, { recursive: true, force: true })
})

const replay = (folder: string, ...more: string[]) =>
  concordat(['pack', 'replay', '--pack', folder, '--since', '2026-01-01', ...more], {
    DATABASE_URL: gateway.fresh.gatewayUrl,
  })

test('under the version that decided, replay changes nothing', async () => {
  const { code, out } = await replay(shipped)
  expect(out).toMatch(/^(\d+) decisions: \1 unchanged, 0 changed, 0 could not be decided again\.\n$/)
  expect(code).toBe(0)
})

test('under an agreement that ended earlier, replay says by which clause each act would be refused', async () => {
  const { rows } = await gateway.owner.query(
    `select id from concordat.decision where transfer_id = $1 and act in ('request', 'approve')`,
    [requested],
  )
  const { code, out } = await replay(proposed)
  expect(out).toMatch(/^hmpps-2025\/16-dsa {2}refuses 2 more, 0 fewer\n/)
  expect(rows).toHaveLength(2)
  for (const row of rows)
    expect(out).toMatch(new RegExp(`${String(row['id'])} {2}\\w+ {2}was permitted, and would be refused`))
  expect(code).toBe(0)
  expect((await replay(proposed)).out).toBe(out)
})

test('as JSON it is the same, for a program', async () => {
  const report = JSON.parse((await replay(proposed, '--json')).out) as Record<string, unknown>
  expect(report).toMatchObject({
    byClause: [{ clause: 'hmpps-2025/16-dsa', nowRefuses: 2, noLongerRefuses: 0 }],
    undecided: [],
  })
})

test('decisions from before the day are left alone', async () => {
  const { out } = await concordat(['pack', 'replay', '--pack', proposed, '--since', '2999-01-01'], {
    DATABASE_URL: gateway.fresh.gatewayUrl,
  })
  expect(out).toBe('0 decisions: 0 unchanged, 0 changed, 0 could not be decided again.\n')
})

test('a decision whose facts were erased is reported, and ends it with 1', async () => {
  const id = '00000000-0000-4000-8000-000000000001'
  await gateway.owner.query(
    `insert into concordat.decision (id, act, outcome, facts, pack, pack_hash, tested, refusals, decided_at)
     values ($1, 'request', 'permit', '{}', 'hmpps-2025', 'x', '{}', '[]', '2026-02-01T00:00:00Z')`,
    [id],
  )
  const { code, out } = await replay(shipped)
  await gateway.owner.query('delete from concordat.decision where id = $1', [id])
  expect(out).toMatch(
    new RegExp(`^Could not be decided again\n {4}2026-02-01T00:00:00.000Z {2}${id} {2}facts`),
  )
  expect(out).toContain('1 could not be decided again.')
  expect(code).toBe(1)
})

test.each([
  ['2026-02-30', 'must be a date that exists'],
  ['soon', 'must be a date that exists'],
])('--since %s is refused before anything is read', async (since, says) => {
  const { code, err } = await concordat(['pack', 'replay', '--pack', shipped, '--since', since])
  expect(err).toContain(says)
  expect(code).toBe(2)
})

test('replay takes one of --pack and --own', async () => {
  for (const given of [[], ['--own', '--pack', shipped]]) {
    const { code, err } = await concordat(['pack', 'replay', ...given, '--since', '2026-01-01', '--database', 'postgres://none'])
    expect(err).toContain('Name the other version with --pack')
    expect(code).toBe(2)
  }
}) // prettier-ignore

test('replay without a database says how to name one', async () => {
  const { code, err } = await concordat(['pack', 'replay', '--pack', shipped, '--since', '2026-01-01'])
  expect(err).toContain('--database or DATABASE_URL')
  expect(code).toBe(2)
})

test('diff says what the proposal changes', async () => {
  const { code, out } = await concordat(['pack', 'diff', proposed])
  expect(out).toMatch(/^changed {2}head {6,}hmpps-2025\n {4}- .*\n {4}\+ .*2026-06-30.*\n1 difference\.\n$/)
  expect(code).toBe(0)
  expect((await concordat(['pack', 'diff', shipped])).out).toBe('No difference.\n')
})

test('clauses say how often each was enforced, and when last', async () => {
  const url = gateway.fresh.gatewayUrl
  const shown = async (clause: string) => (await concordat(['clauses', clause, '--database', url])).out
  expect(await shown('hmpps-2025/16-dsa')).toMatch(
    /applied {2}tested 2 times, last at \d{4}-.*Z; refused 0 times\n/,
  )
  const refused = await (
    await gateway.as('ayesha.rahman')
  ).post('/api/v1/requests', {
    ...permittedRequest(gateway),
    inspection: 'NO-SUCH-1',
  })
  expect(refused.status).toBe(403)
  expect(await shown('hmpps-2025/11-relevance')).toMatch(
    /tested 3 times, last at .*; refused 1 times, last at \d{4}-/,
  )
  expect(await shown('hmpps-2025/19')).toContain('applied  never yet')
  expect(await shown('hmpps-2025/16-formats')).toContain(
    'applied  no decision tests it: the form is where it happens',
  )
  expect(await shown('hmpps-2025/6')).toContain('clocks   none started yet')
  expect((await concordat(['clauses', 'hmpps-2025/16-dsa'])).out).not.toContain('applied')
}, 180_000)

test('each decision under its own version is answered the same, byte for byte, when another version is in force', async () => {
  const own = () => concordat(['pack', 'replay', '--own', '--since', '2026-01-01'], { DATABASE_URL: gateway.fresh.gatewayUrl }) // prettier-ignore
  const keeper = async (who: 'ruth.castle' | 'peter.lowe') => gateway.as(who)
  const versions = '/api/v1/agreements/hmpps-2025/versions'
  const { sources } = await readFolder(path.join(proposed, 'agreements/hmpps-2025'))
  const sent = await (await keeper('ruth.castle')).post(versions, { files: Object.fromEntries(sources) })
  const activated = await (await keeper('peter.lowe')).post(`${versions}/${String(sent.json()['id'])}/activate`)
  expect(activated.status).toBe(200)
  const refused = await (await gateway.as('ayesha.rahman')).post('/api/v1/requests', permittedRequest(gateway))
  expect(refused.status).toBe(403)

  const same = await own()
  expect(same.out).toMatch(/^(\d+) decisions, each under its own version: \1 the same byte for byte, 0 different, 0 could not be decided again\.\n$/)
  expect(same.code).toBe(0)
  expect((await replay(shipped)).out).toContain('was refused, and would be permitted')

  const id = String(refused.json()['reference'])
  const reworded = (from: string, to: string) =>
    gateway.owner.query(`update concordat.decision set refusals = replace(refusals::text, $2, $3)::jsonb where id = $1`, [id, from, to])
  await reworded('agreement', 'contract')
  const changed = await own()
  await reworded('contract', 'agreement')
  expect(changed.out).toMatch(new RegExp(`${id} {2}request {2}is not answered as it was: refusals\\n.* 1 different`))
  expect(changed.code).toBe(1)
  expect((await own()).out).toBe(same.out)
}, 180_000) // prettier-ignore
