// The runbook, rehearsed: its commands and statements are run as they are written, against a real gateway, and what it says
// of a fault is made to happen.
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { openDatabase, type Database } from '../../gateway/db.ts'
import { sweep } from '../../gateway/worker.ts'
import { startGateway, transferIn, enrolKey, type TestGateway } from '../support/gateway.ts'
import { blocksOf, readDocument, root } from './documents.ts'

const run = promisify(execFile)
const blocks = blocksOf(readDocument('docs/runbook.md'))

describe('the runbook', () => {
  let gateway: TestGateway
  let directory: string
  beforeAll(async () => {
    gateway = await startGateway()
    directory = await mkdtemp(path.join(tmpdir(), 'concordat-runbook-'))
  })
  afterAll(async () => {
    await gateway.close()
    await rm(directory, { recursive: true, force: true })
  })

  test('First start: the database, the logins and the keys are made by the commands that it gives.', async () => {
    const name = `concordat_runbook_${randomUUID().slice(0, 8)}`
    const admin = openDatabase(inject('adminUrl'), { applicationName: 'test-admin', maxConnections: 1 })
    try {
      await admin.query(`create database ${name}`)
      const ownerUrl = Object.assign(new URL(inject('adminUrl')), { pathname: `/${name}` }).href
      const migrate = shellBlock('concordat migrate').replace('createdb concordat\n', '')
      expect((await shell(migrate, { OWNER_URL: ownerUrl })).stdout).toContain('at this version now')
      const owner = openDatabase(ownerUrl, { applicationName: 'test-owner', maxConnections: 1 })
      await runInTrial(owner, sqlBlocks('First start').join('\n'), async () => {
        const { rows } = await owner.query(`select r.rolname as name from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname like 'concordat%\\_1' order by 1`)
        expect(rows.map((row) => row['name'])).toEqual(['concordat_gateway_1', 'concordat_ledger_1'])
      }) // prettier-ignore
      await owner.close()
    } finally {
      await admin.query(`drop database if exists ${name} with (force)`)
      await admin.close()
    }
    const keys = path.join(directory, 'keys')
    const create = shellBlock('concordat keys create').replace('/var/lib/concordat/keys', keys)
    const { stdout } = await shell(create)
    expect(stdout).toContain('gateway.example/audit/1+')
    expect((await readdir(keys)).toSorted()).toEqual(['shelves', 'signing'])
  })

  test('Health: each address answers as it says.', async () => {
    const block = shellBlock('/health').replaceAll('http://localhost:3000', gateway.url)
    const { stdout } = await shell(block)
    expect(stdout).toContain('{"status":"UP"}')
    expect(stdout).toContain('"unpublished"')
    expect(stdout).toContain('"durable":false') // the tests' server does not force its writes, and says so
  })

  test('Change the key of packages: it is shown by the gateway that runs, refused before its week, and signs when the older one is retired.', async () => {
    const { keyDirectory } = gateway.environment.config
    const env = { GATEWAY_URL: gateway.fresh.gatewayUrl }
    const here = (block: string) => block.replace('/var/lib/concordat/keys', keyDirectory)
    const { stdout } = await shell(here(shellBlock('keys rotate packages')), env)
    const made = /^ {2}([0-9A-F]{40})$/m.exec(stdout)?.[1] ?? ''
    const { signingKeys } = gateway.wiring
    await vi.waitFor(() => expect(signingKeys.published.packages[1]).toMatchObject({ fingerprint: made, state: 'next' }), 20_000)
    const retire = here(shellBlock('keys retire packages')).replace('0123456789ABCDEF0123456789ABCDEF01234567', made)
    await expect(shell(retire, env)).rejects.toThrow('It signs after 7 days')
    await shell(`${retire.trimEnd()} --at-once`, env)
    await vi.waitFor(() => expect(signingKeys.packages.fingerprint).toBe(made), 20_000)
  }) // prettier-ignore

  test('A database that is older than what was signed: nothing is signed or released, health says DOWN, the log says why.', async () => {
    await gateway.settle()
    const anchor = path.join(gateway.environment.config.ledgerDirectory, 'anchor')
    const [name, , hash] = (await readFile(path.join(anchor, (await moves(anchor)).at(-1) ?? ''), 'utf8')).split('\n') // prettier-ignore
    const ahead = path.join(anchor, 'anchor-000000999999')
    await writeFile(ahead, `${name ?? ''}\n999999\n${hash ?? ''}\n`)
    const health = () => fetch(`${gateway.url}/health`)
    await expect.poll(async () => (await health()).status, { timeout: 20_000 }).toBe(500)
    expect(await (await health()).json()).toMatchObject({ components: { ledger: { status: 'DOWN' } } })
    expect(gateway.logLines().filter((line) => line.includes('"anchor-ahead"') && line.includes('"ledger.publish"'))).not.toEqual([]) // prettier-ignore
    expect((await fetch(`${gateway.url}/start`)).status).toBe(200)
    const analyst = await gateway.as('ayesha.rahman')
    const refused = await analyst.get('/api/v1/requests')
    expect(refused.status).toBe(503)
    expect(refused.json()).toMatchObject({ code: 'ledger.unavailable' })
    await rm(ahead)
    await expect.poll(async () => (await health()).status, { timeout: 20_000 }).toBe(200)
    expect((await analyst.get('/api/v1/requests')).status).toBe(200)
  })

  test('A restored database: the command puts back what was published, says what is lost, and the gateway goes on.', async () => {
    await gateway.settle()
    const tables = ['entry', 'outbox', 'leaf', 'tile', 'head', 'checkpoint', 'secret', 'index']
    const restore = tables.map((table) => `delete from ledger.${table}; insert into ledger.${table} ${table === 'outbox' ? 'overriding system value' : ''} select * from older.${table}`) // prettier-ignore
    await gateway.owner.query(`begin; create schema older; ${tables.map((table) => `create table older.${table} as table ledger.${table}`).join('; ')}; commit`)
    const analyst = await gateway.as('ayesha.rahman')
    for (let asked = 0; asked < 3; asked += 1) await analyst.get('/api/v1/requests')
    await gateway.settle()
    await gateway.owner.query(`begin; set local session_replication_role = replica; ${restore.join('; ')}; drop schema older cascade; commit`)
    const health = () => fetch(`${gateway.url}/health`)
    await expect.poll(async () => (await health()).status).toBe(500)
    await expect.poll(() => gateway.wiring.ledgerDoubt()).toBe('anchor-ahead')
    expect((await analyst.get('/api/v1/requests')).status).toBe(503)
    const { keyDirectory, ledgerDirectory, ledgerOrigin } = gateway.environment.config
    const environment = { OWNER_URL: gateway.fresh.ownerUrl, KEY_DIRECTORY: keyDirectory, LEDGER_DIRECTORY: ledgerDirectory, LEDGER_ORIGIN: ledgerOrigin }
    const { stdout } = await shell(shellBlock('ledger recover'), environment)
    expect(stdout).toMatch(/an older state was put back.*transfers\.listed/s)
    await expect.poll(async () => (await health()).status).toBe(200)
    expect((await analyst.get('/api/v1/requests')).status).toBe(200)
  }) // prettier-ignore

  test('The anchor is made again from a checkpoint that was kept elsewhere.', async () => {
    await gateway.settle()
    const { ledgerDirectory } = gateway.environment.config
    const kept = await readFile(path.join(ledgerDirectory, 'hashes/checkpoint'))
    await writeFile(path.join(directory, 'kept.checkpoint'), kept)
    await writeFile(path.join(directory, 'ledger.vkey'), `${gateway.wiring.verifierKey}\n`)
    await rename(path.join(ledgerDirectory, 'anchor'), path.join(directory, 'lost-anchor'))
    await expect(gateway.wiring.ledgerProcess.catchUp()).rejects.toMatchObject({ code: 'anchor-missing' })
    const environment = {
      LEDGER_DIRECTORY: ledgerDirectory,
      LEDGER_ORIGIN: gateway.environment.config.ledgerOrigin,
    }
    await shell(shellBlock('--checkpoint kept.checkpoint'), environment, directory)
    await gateway.wiring.ledgerProcess.catchUp()
    const { stdout } = await shell(shellBlock('tail -n 1'), environment)
    expect(stdout.split('\n')).toHaveLength(4)
  })

  test('A ledger that cannot be written: 503, nothing is changed, and nothing has to be repaired.', async () => {
    await gateway.owner.query('revoke insert on ledger.entry from concordat_gateway')
    try {
      const answer = await fetch(`${gateway.url}/api/openapi.json`)
      expect(answer.status).toBe(503)
      expect(await answer.text()).toContain('The record of access cannot be written, so nothing is released')
      expect(gateway.logLines().some((line) => line.includes('"ledger.unavailable"'))).toBe(true)
    } finally {
      await gateway.owner.query('grant insert on ledger.entry to concordat_gateway')
    }
    expect((await fetch(`${gateway.url}/api/openapi.json`)).status).toBe(200)
  })

  test('A job that fails: its statements list it, and have it tried again until it is done.', async () => {
    const id = await transferIn(gateway, 'approved')
    const { vaultDirectory } = gateway.environment.config
    await rename(vaultDirectory, `${vaultDirectory}-away`)
    await (await gateway.as('daniel.okafor')).post(`/api/v1/requests/${id}/supply`, { outcome: 'supply' })
    await expect.poll(() => gateway.logLines().some((line) => line.includes('"job.failed"')), { timeout: 20_000 }).toBe(true) // prettier-ignore
    await gateway.owner.query(`update pgboss.job set state = 'failed', retry_count = retry_limit where name = 'seal-package' and state in ('retry', 'active')`) // prettier-ignore
    await rename(`${vaultDirectory}-away`, vaultDirectory)
    const [list = '', again = ''] = sqlBlocks('A job that fails')
    expect((await gateway.owner.query(list)).rows).toMatchObject([
      { name: 'seal-package', data: { transferId: id } },
    ])
    await gateway.owner.query(again)
    await gateway.settle()
    const shown = await (await gateway.as('ayesha.rahman')).get(`/api/v1/requests/${id}`)
    expect(shown.json()['state']).toBe('available')
  })

  test('Register a person, and a person who leaves: the statements take effect at the next request.', async () => {
    const statements = (heading: string) =>
      sqlBlocks(heading).map((block) =>
        block
          .replaceAll('https://id.example', gateway.environment.config.oidc.issuer)
          .replaceAll('a.person@', 'iain.fletcher@')
          .replaceAll("'a.person'", "'iain.fletcher'"),
      )
    const before = await (await gateway.as('iain.fletcher')).get('/api/v1/me')
    expect(before.status).toBe(403)
    const closing = statements('Register a person').at(-1) ?? ''
    for (const block of statements('Register a person'))
      if (block !== closing) await gateway.owner.query(block)
    const registered = await (await gateway.as('iain.fletcher')).get('/api/v1/me')
    expect(registered.json()).toMatchObject({ party: 'hmi-prisons', roles: ['analyst'] })
    const asked = {
      ...(await requestFor(gateway)),
      inspection: 'INS-2027-BMI-1',
      establishments: ['BMI'],
    }
    const check = async () => (await (await gateway.as('iain.fletcher')).post('/api/v1/requests/check', asked)).json()['outcome'] // prettier-ignore
    expect(await check()).toBe('permit')
    await gateway.owner.query(closing)
    expect(await check()).toBe('refusal')

    await gateway.owner.query(
      `insert into concordat.session (sid, sess, expire) select 'of-iain', json_build_object('personId', id), now() + interval '1 hour' from concordat.person where subject = 'iain.fletcher'`,
    )
    for (const block of statements('A person who leaves')) await gateway.owner.query(block)
    expect((await (await gateway.as('iain.fletcher')).get('/api/v1/me')).status).toBe(403)
    const { rows } = await gateway.owner.query(`select from concordat.session where sid = 'of-iain'`)
    expect(rows).toHaveLength(0)
  })

  test('Hold what is due to be destroyed: it stays until the hold is lifted.', async () => {
    await enrolKey(gateway)
    const id = await transferIn(gateway, 'available')
    const shown = (await (await gateway.as('ayesha.rahman')).get(`/api/v1/requests/${id}`)).json()
    const { destroyOn } = shown['item'] as { destroyOn: string }
    const { id: item } = shown['item'] as { id: string }
    const retention = '/api/v1/retention'
    const marta = await gateway.as('marta.kowalczyk')
    const reviewOn = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
    const placed = await marta.post(`${retention}/items/${item}/holds`, { kind: 'inquiry', reason: 'An inquiry.', reviewOn }) // prettier-ignore
    const onTheDay = { ...gateway.wiring, clock: () => new Date(`${destroyOn}T12:00:00Z`) }
    expect((await sweep(onTheDay)).destroyed).not.toContain(item)
    const hold = `${retention}/holds/${String(placed.json()['hold'])}`
    await (await gateway.as('helen.marsh')).post(`${hold}/ask-lift`, { reason: 'It is over.' })
    expect((await marta.post(`${hold}/lift`)).status).toBe(200)
    expect((await sweep(onTheDay)).destroyed).toContain(item)
  })
})

function shellBlock(part: string): string {
  const found = blocks.find(({ language, text }) => language === 'sh' && text.includes(part))
  if (!found) throw new Error(`the runbook has no command with ${part}`)
  return found.text
}

function sqlBlocks(heading: string): string[] {
  const found = blocks.filter((block) => block.language === 'sql' && block.heading === heading)
  if (found.length === 0) throw new Error(`the runbook has no statement under ${heading}`)
  return found.map(({ text }) => text)
}

/** Roles belong to the whole server, which other tests use: they are looked at and never kept. */
async function runInTrial(owner: Database, statements: string, look: () => Promise<void>): Promise<void> {
  await owner.query(statements)
  try {
    await look()
  } finally {
    await owner.query('drop role concordat_gateway_1')
    await owner.query('drop role concordat_ledger_1')
  }
}

async function moves(anchor: string): Promise<string[]> {
  return (await readdir(anchor)).toSorted()
}

async function requestFor(gateway: TestGateway): Promise<Record<string, unknown>> {
  const { permittedRequest } = await import('../support/gateway.ts')
  return permittedRequest(gateway)
}

async function shell(
  block: string,
  environment: Readonly<Record<string, string>> = {},
  cwd: string = root,
): Promise<{ stdout: string }> {
  const script = block.replaceAll('npx concordat', `'${process.execPath}' '${root}/gateway/cli/concordat.ts'`)
  return run('sh', ['-e', '-c', script], { cwd, env: { PATH: '/usr/bin:/bin', ...environment } })
}
