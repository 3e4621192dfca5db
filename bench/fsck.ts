// How long checking the ledger's database takes beside reading it: `npm run bench -- fsck`.
// Three readers of the same bodies in one run, in random order: PostgreSQL's own scan, the scan with PostgreSQL's own hash,
// and fsck, which takes every body out and hashes it here. Nothing is cold: this is what hashing and checking cost.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { append } from '../audit/append.ts'
import type { LedgerEvent } from '../audit/events.ts'
import { readEntries } from '../audit/fsck/database-rows.ts'
import { fsck } from '../audit/fsck/fsck.ts'
import { noteSigner } from '../audit/note-signer.ts'
import type { Queryable } from '../audit/queryable.ts'
import { sequence } from '../audit/sequencer.ts'
import { openDatabase, type Database } from '../gateway/db.ts'
import { startEmbeddedDatabase } from '../gateway/embedded-database.ts'
import { rounded, spreadOf, type Spread } from './statistics.ts'

export interface FsckFigures {
  readonly entries: number
  readonly rounds: number
  /** Seconds for all entries. */
  readonly seconds: Readonly<Record<Arm, Spread>>
  readonly bodiesPerSecond: Readonly<Record<Arm, number>>
  /** Time of each arm over that of the scan, from the medians. */
  readonly timesTheScan: Readonly<Record<Arm, number>>
}

const arms = ['scan', 'scanWithHash', 'rehash', 'fsck'] as const
type Arm = (typeof arms)[number]

const says: Readonly<Record<Arm, string>> = {
  scan: 'select sum(length(body)), in PostgreSQL',
  scanWithHash: 'the same with sha256(body), in PostgreSQL',
  rehash: 'every body read out and hashed again here',
  fsck: 'fsck: and the tree, tiles, search rows, personal values',
}

export async function measureFsck(entries: number, rounds: number): Promise<FsckFigures> {
  const cluster = await mkdtemp(path.join(tmpdir(), 'concordat-bench-postgres-'))
  const database = await startEmbeddedDatabase(cluster)
  const open = (url: string) => openDatabase(url, { applicationName: 'bench-fsck', maxConnections: 2 })
  const [gateway, ledger, owner] = [
    open(database.gatewayUrl),
    open(database.ledgerUrl),
    open(database.ownerUrl),
  ]
  try {
    await fill(gateway, ledger, entries)
    await owner.query('vacuum analyze')
    return await measure(gateway, entries, rounds)
  } finally {
    await Promise.all([gateway.close(), ledger.close(), owner.close()])
    await database.server.stop()
    await rm(cluster, { recursive: true, force: true, maxRetries: 5 })
  }
}

const AT_ONCE = 1000

async function fill(gateway: Database, ledger: Database, entries: number): Promise<void> {
  for (let made = 0; made < entries; made += AT_ONCE) {
    const events = Array.from({ length: Math.min(AT_ONCE, entries - made) }, (_, i) => looked(made + i))
    const [first, ...rest] = events
    if (first)
      await gateway.withTransaction((tx) => append(tx, [first, ...rest], new Date(1_767_225_600_000 + made)))
  }
  while ((await sequence(ledger, { limit: 5000 })).count > 0);
}

function looked(number: number): LedgerEvent {
  return {
    type: 'transfer.viewed',
    actor: { kind: 'person', username: `person-${number % 50}@example.org`, ip: '192.0.2.7' },
    subjects: [{ kind: 'transfer', id: `transfer-${number % 997}` }],
    correlation: `request-${number}`,
    agreement: 'hmpps-2025',
    clauses: ['hmpps-2025/16-encryption'],
    detail: { as: 'page', state: 'available' },
  }
}

async function measure(db: Database, entries: number, rounds: number): Promise<FsckFigures> {
  const keys = [(await noteSigner('bench.example/ledger', randomBytes(32))).key]
  const run: Readonly<Record<Arm, () => Promise<unknown>>> = {
    scan: () => db.query('select sum(length(body)) from ledger.entry'),
    scanWithHash: () =>
      db.query(`select count(*) from ledger.entry where leaf_hash = sha256('\\x00'::bytea || body)`),
    rehash: () => db.withTransaction((tx) => rehash(tx, entries)),
    fsck: async () => {
      const { report } = await fsck({ keys, db, onProgress: () => undefined })
      if (!report.clean) throw new Error('the ledger of the benchmark is not clean')
    },
  }
  const taken: Record<Arm, number[]> = { scan: [], scanWithHash: [], rehash: [], fsck: [] }
  for (let round = -1; round < rounds; round++) {
    for (const arm of arms.toSorted(() => Math.random() - 0.5)) {
      const started = performance.now()
      await run[arm]()
      // The round before the first warms the caches.
      if (round >= 0) taken[arm].push((performance.now() - started) / 1000)
    }
  }
  const seconds = byArm((arm) => spreadOf(taken[arm]))
  return {
    entries,
    rounds,
    seconds,
    bodiesPerSecond: byArm((arm) => Math.round(entries / seconds[arm].median)),
    timesTheScan: byArm((arm) => rounded(seconds[arm].median / seconds.scan.median)),
  }
}

async function rehash(tx: Queryable, entries: number): Promise<void> {
  const page = 2048
  let seen = 0
  for (let from = 0; from < entries; from += page)
    for (const { own } of await readEntries(tx, { from, to: from + page })) if (own) seen += 1
  if (seen !== entries) throw new Error(`${seen} of ${entries} bodies were there`)
}

function byArm<T>(value: (arm: Arm) => T): Record<Arm, T> {
  return {
    scan: value('scan'),
    scanWithHash: value('scanWithHash'),
    rehash: value('rehash'),
    fsck: value('fsck'),
  }
}

export function fsckTable({ entries, rounds, bodiesPerSecond, timesTheScan }: FsckFigures): string {
  const lines = arms.map(
    (arm) =>
      `${says[arm].padEnd(56)}  ${String(bodiesPerSecond[arm]).padStart(9)} bodies/s  ${timesTheScan[arm]} times the scan`,
  )
  return `${entries} entries, medians of ${rounds}\n${lines.join('\n')}\n`
}
