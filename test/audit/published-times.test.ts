// Time tokens among the published files: an outsider checks the time with OpenSSL alone, or with fsck, and without the database.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { folderStore } from '../../audit/folder-store.ts'
import { folderLog } from '../../audit/fsck/folder-log.ts'
import { fsck } from '../../audit/fsck/fsck.ts'
import { publish } from '../../audit/publisher.ts'
import { timeChecker } from '../../audit/time/check.ts'
import { stamp } from '../../audit/time/stamp.ts'
import { parseTimeChain } from '../../audit/time/token.ts'
import { startTimeAuthority, type TimeAuthority } from '../support/time-authority.ts'
import { type LedgerFixture, openLedger, views } from './ledger-fixture.ts'

const run = promisify(execFile)
const now = () => new Date()

let authority: TimeAuthority
let stranger: TimeAuthority
let db: LedgerFixture
beforeAll(async () => {
  authority = await startTimeAuthority()
  stranger = await startTimeAuthority()
  db = await openLedger()
})
afterAll(async () => {
  await db.close()
  await stranger.close()
  await authority.close()
})

const chainOf = async ({ chainFile }: TimeAuthority) => parseTimeChain(await readFile(chainFile, 'utf8'))
const folder = () => path.join(db.directory, 'hashes')
const publishNow = () => publish({ ...db.publisher, clock: now, databaseClock: () => Promise.resolve(now()) })

async function grow(count: number): Promise<void> {
  await db.write(...views(count, randomBytes(4).toString('hex')))
  await db.sequenceAll()
  await publishNow()
}
async function stampNow(clock = now): Promise<void> {
  const chain = await chainOf(authority)
  await stamp(db.ledger, { url: authority.url, chain, everyMs: 1, asksWitnesses: false, fetcher: fetch, timeoutMs: 5000, clock, random: randomBytes }, 'now') // prettier-ignore
}
async function check(of?: TimeAuthority, where = folder()) {
  const checkTime = of && timeChecker(await chainOf(of))
  const { report } = await fsck({ log: folderLog(where), keys: [db.signer.key], checkTime, onProgress: () => undefined }) // prettier-ignore
  return { ...report, time: report.steps.find(({ name }) => name === 'published times') }
}

test('each token whose clock agreed is published once, with the checkpoint that it is about, in both profiles', async () => {
  await grow(3)
  await publishNow()
  expect(await readdir(folder())).not.toContain('time')
  await stampNow()
  await grow(300)
  await stampNow(() => new Date(Date.now() - 6 * 60_000))
  await stampNow()
  await publishNow()
  await publishNow()
  for (const profile of ['hashes', 'full']) {
    const times = path.join(db.directory, profile, 'time')
    expect((await readdir(times)).toSorted()).toEqual(['0', '1'])
    expect(await readFile(path.join(times, '0/checkpoint'), 'utf8')).toContain('\n3\n')
    expect(await readFile(path.join(times, '1/checkpoint'), 'utf8')).toContain('\n303\n')
  }
  const { rows } = await db.owner.query('select token from ledger.time_token where size = 303 and abs(extract(epoch from stamped_at - received_at)) < 300') // prettier-ignore
  expect(await readFile(path.join(folder(), 'time/1/token'))).toEqual(rows[0]?.['token'])
})

test('OpenSSL alone verifies one', async () => {
  const args = ['ts', '-verify', '-data', 'checkpoint', '-in', 'token', '-token_in', '-CAfile', authority.chainFile] // prettier-ignore
  const { stdout } = await run('openssl', args, { cwd: path.join(folder(), 'time/1') })
  expect(stdout).toContain('Verification: OK')
})

test('fsck checks them from the files alone, and says so when it cannot', async () => {
  expect((await check(authority)).time).toMatchObject({ outcome: 'passed' })
  expect((await check(authority)).time?.says).toMatch(/^2 time tokens .* the last of 303 entries at 20/)
  expect((await check()).time).toMatchObject({ outcome: 'skipped' })
  expect(await check(stranger)).toMatchObject({ exitCode: 22, counts: { time: 2 } })
})

test('another process goes on where the last one stopped, also one whose database has fewer of them', async () => {
  await grow(3)
  await stampNow()
  const other = () => publish({ ...db.publisher, publications: [{ profile: 'hashes', store: folderStore(folder()) }], clock: now, databaseClock: () => Promise.resolve(now()) }) // prettier-ignore
  await other()
  expect((await readdir(path.join(folder(), 'time'))).toSorted()).toEqual(['0', '1', '2'])
  await db.tamper(
    'create table kept as table ledger.time_token',
    'delete from ledger.time_token where size > 3',
  )
  await grow(2)
  await stampNow()
  await other()
  expect((await readdir(path.join(folder(), 'time'))).toSorted()).toEqual(['0', '1', '2', '3'])
  await db.tamper('insert into ledger.time_token table kept on conflict do nothing')
  // One that did not end: a checkpoint without its token is nothing yet.
  await grow(2)
  await mkdir(path.join(folder(), 'time/4'))
  await writeFile(path.join(folder(), 'time/4/checkpoint'), 'another checkpoint')
  expect((await check(authority)).time).toMatchObject({ outcome: 'passed' })
  await stampNow()
  await other()
  expect((await check(authority)).time).toMatchObject({ outcome: 'passed' })
  expect((await check(authority)).time?.says).toMatch(/^5 time tokens/)
})

test.each([
  ['that is not about its checkpoint', (times: string) => cp(path.join(times, '0/token'), path.join(times, '1/token'))], // prettier-ignore
  ['whose checkpoint is gone', (times: string) => rm(path.join(times, '1/checkpoint'))],
  ['whose checkpoint the log did not sign', (times: string) => writeFile(path.join(times, '1/checkpoint'), 'x\n1\n\n— x y\n')], // prettier-ignore
])('fsck names a token %s', async (_, change) => {
  const copy = path.join(db.directory, 'copy')
  await cp(folder(), copy, { recursive: true })
  await change(path.join(copy, 'time'))
  expect(await check(authority, copy)).toMatchObject({ exitCode: 22, counts: { time: 1 } })
  await rm(copy, { recursive: true })
})

test('fsck names a token of another history that the log signed', async () => {
  const other = await openLedger()
  try {
    await other.write(...views(4, 'other'))
    await other.sequenceAll()
    await other.publish()
    const copy = path.join(db.directory, 'copy')
    await cp(folder(), copy, { recursive: true })
    await cp(path.join(other.directory, 'hashes/checkpoint'), path.join(copy, 'time/1/checkpoint'))
    const { faults } = await check(authority, copy)
    expect(faults.map(({ says }) => says).join()).toContain('The first 4 entries are not those')
  } finally {
    await other.close()
  }
})
