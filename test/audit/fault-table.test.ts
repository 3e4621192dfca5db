// The table of faults: a process killed at each of its awaits, an answer to COMMIT that is lost, fences switched off, disks
// that are full. After each the ledger is whole again by itself, every change has its entry, and nothing forked.
import { execFile } from 'node:child_process'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { append } from '../../audit/append.ts'
import { folderLog } from '../../audit/fsck/folder-log.ts'
import { fsck } from '../../audit/fsck/fsck.ts'
import { printReport } from '../../audit/fsck/report.ts'
import { publish } from '../../audit/publisher.ts'
import { sequence } from '../../audit/sequencer.ts'
import { compileCache } from '../cli/run.ts'
import { CommitUnknown, openDatabase } from '../../gateway/db.ts'
import type { Order } from './fault-child.ts'
import { AT, type LedgerFixture, openLedger, viewed } from './ledger-fixture.ts'

interface Ended {
  readonly signal: NodeJS.Signals | null | undefined
  readonly outcomes: Readonly<Record<string, number>>
  readonly awaits: number
}

let db: LedgerFixture
beforeAll(async () => {
  db = await openLedger()
  await db.owner.query('create table public.change (name text primary key)')
  await db.owner.query('grant select, insert on public.change to concordat_gateway')
})
afterAll(() => db.close())

function child(order: Partial<Order>): Promise<Ended> {
  const whole: Order = { ...db.urls, directory: db.directory, killAt: 0, passes: 1, name: 'child', ...order }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [path.resolve(import.meta.dirname, 'fault-child.ts'), JSON.stringify(whole)], { env: compileCache }, (error, out, err) => {
      if (error?.signal) resolve({ signal: error.signal, outcomes: {}, awaits: whole.killAt })
      else if (error) reject(new Error(err))
      else resolve({ signal: null, ...(JSON.parse(out) as Pick<Ended, 'outcomes' | 'awaits'>) }) // the child writes it
    }) // prettier-ignore
  })
}

/** What any process that comes next does by itself, until nothing waits. */
async function goOn(): Promise<void> {
  await expect
    .poll(async () => {
      await db.sequenceAll()
      await db.publish()
      const { rows } = await db.owner.query('select (select count(*) from ledger.outbox) + size - coalesce((select max(size) from ledger.checkpoint), 0) as waiting from ledger.head') // prettier-ignore
      return rows[0]?.['waiting']
    })
    .toBe(0)
}

/** Every change that was kept has its entry, no entry is without its change, and every byte of the ledger is right. */
async function expectWhole(): Promise<void> {
  const { rows } = await db.owner.query(
    `select (select count(*) from public.change)::int as changes, (select count(*) from ledger.entry)::int as entries, (select size from ledger.head)::int as size,
       (select count(*) from public.change c where not exists (select from ledger.index i where i.kind = 'transfer' and i.key = c.name))::int as unrecorded`,
  )
  expect(rows[0]).toEqual({ changes: rows[0]?.['changes'], entries: rows[0]?.['changes'], size: rows[0]?.['changes'], unrecorded: 0 }) // prettier-ignore
  const { report } = await fsck({ keys: [db.signer.key], db: db.gateway, log: folderLog(path.join(db.directory, 'full')), onProgress: () => undefined }) // prettier-ignore
  expect(report.clean, printReport(report)).toBe(true)
}

describe('a process that is killed', () => {
  test('at any await of a change, of numbering or of publishing leaves a ledger that goes on, with every change recorded', async () => {
    const whole = await child({ name: 'whole' })
    expect(whole.outcomes).toEqual({ change: 1, sequence: 1, publish: 1 })
    let killAt = 1
    for (; (await child({ killAt, name: `killed-${killAt}` })).signal === 'SIGKILL'; killAt += 1) {
      await goOn()
      if (killAt % 10 === 0) await expectWhole()
    }
    expect(killAt).toBeGreaterThan(80)
    await expectWhole()
    // Some died before their change was kept, some after.
    const { rows } = await db.owner.query(
      `select count(*)::int as kept from public.change where name like 'killed-%'`,
    )
    expect(rows[0]?.['kept']).toBeGreaterThan(killAt / 2)
    expect(rows[0]?.['kept']).toBeLessThan(killAt)
  }, 600_000)
})

/** How many transactions are at the ledger's work. */
async function atWork(): Promise<unknown> {
  const { rows } = await db.owner.query(
    `select count(*)::int as held from pg_locks join pg_database d on d.oid = database
     where locktype = 'advisory' and datname = current_database()`,
  )
  return rows[0]?.['held']
}

describe('an answer to COMMIT that is lost', () => {
  /** Passes everything on until it is armed; then the next COMMIT reaches the server or not, and its answer nobody. */
  async function proxy(to: URL) {
    let armed: 'kept' | 'lost' | undefined
    const server = createServer((client) => {
      const upstream = connect(Number(to.port), to.hostname)
      const end = () => [client, upstream].forEach((socket) => socket.destroy())
      for (const socket of [client, upstream]) socket.on('error', end).on('close', end)
      let isSilent = false
      upstream.on('data', (bytes) => (isSilent ? end() : client.write(bytes)))
      client.on('data', (bytes) => {
        if (armed && bytes.includes('commit\0')) {
          if (armed === 'lost') end()
          isSilent = true
          armed = undefined
        }
        if (!upstream.destroyed) upstream.write(bytes)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
    const url = Object.assign(new URL(to), { hostname: '127.0.0.1', port: String(address.port) }).href
    return { url, arm: (how: 'kept' | 'lost') => (armed = how), close: () => server.close() }
  }

  test.each(['kept', 'lost'] as const)(
    'is told to whoever waited, and the next pass finds out: %s',
    async (how) => {
      const [changes, trees] = [
        await proxy(new URL(db.urls.gatewayUrl)),
        await proxy(new URL(db.urls.ledgerUrl)),
      ]
      const open = (url: string) => openDatabase(url, { applicationName: 'test-proxied', maxConnections: 1 })
      const [gateway, ledger] = [open(changes.url), open(trees.url)]
      const change = (name: string) =>
        gateway.withTransaction(async (tx) => {
          await tx.query('insert into public.change (name) values ($1)', [name])
          return append(tx, [viewed(name)], AT)
        })
      const acts = [
        [changes, () => change(`lost-${how}`)],
        [trees, () => sequence(ledger, { limit: 5000 })],
        [trees, () => publish({ ...db.publisher, db: ledger })],
      ] as const
      await change(`first-${how}`)
      for (const [through, act] of acts) {
        through.arm(how)
        await expect(act()).rejects.toThrow(CommitUnknown)
      }
      const { rows } = await db.owner.query('select from public.change where name = $1', [`lost-${how}`])
      expect(rows).toHaveLength(how === 'kept' ? 1 : 0)
      await change(`after-${how}`)
      // A server takes its time to see that a connection is gone, and holds the locks until then.
      await expect.poll(atWork, { timeout: 30_000 }).toBe(0)
      await goOn()
      await expectWhole()
      await Promise.all([gateway.close(), ledger.close()])
      for (const each of [changes, trees]) each.close()
    },
  )
})

describe('fences that are switched off', () => {
  test('eight processes that number at once without any lock are stopped by the keys, say so, and never fork', async () => {
    const ended = await Promise.all(Array.from({ length: 8 }, (_, i) => child({ withoutLocks: true, passes: 40, name: `racer-${i}` }))) // prettier-ignore
    const outcomes = ended.flatMap(({ outcomes: each }) => Object.entries(each))
    const count = (what: RegExp) =>
      outcomes.reduce((sum, [name, times]) => sum + (what.test(name) ? times : 0), 0)
    expect(count(/^change$/)).toBe(8 * 40)
    // head-contended, or PostgreSQL's unique_violation and serialisation failures.
    expect(count(/^(head-contended|23505|23514|40001|40P01)$/)).toBeGreaterThan(0)
    expect(outcomes.map(([name]) => name).filter((name) => !/^(change|sequence|head-contended|23505|23514|40001|40P01)$/.test(name))).toEqual([]) // prettier-ignore
    await goOn()
    await expectWhole()
  }, 120_000)
})
