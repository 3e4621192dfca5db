// Entries past the log limit shrink to the root that they made and to totals; everything younger is still proved, a check of the
// whole says what was pruned and by what right, and nothing can pass for pruned that was not.
import { access, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { append } from '../../audit/append.ts'
import type { SignedCheckpoint } from '../../audit/checkpoint.ts'
import { folderLog } from '../../audit/fsck/folder-log.ts'
import { fsck } from '../../audit/fsck/fsck.ts'
import { mirrorNext } from '../../audit/mirror/mirror.ts'
import { proveConsistency, proveInclusion } from '../../audit/proofs.ts'
import { prune } from '../../audit/prune.ts'
import { readAllPruned } from '../../audit/pruned.ts'
import { bundlePath, tilePath } from '../../audit/tiles.ts'
import { verifyProof } from '../../audit/verify.ts'
import { AT, type LedgerFixture, openLedger, views, viewed } from './ledger-fixture.ts'

const OLD = new Date('2024-01-15T12:00:00Z') // 26 months before AT
const keys = (db: LedgerFixture) => [db.signer.key]

async function writeAt(db: LedgerFixture, at: Date, count: number, name: string) {
  const written = await db.gateway.withTransaction((tx) => append(tx, views(count, name), at))
  await db.sequenceAll()
  await db.publish()
  return written
}

async function check(db: LedgerFixture, what: 'database' | 'full' | 'hashes', since?: SignedCheckpoint) {
  const { report, verified } = await fsck({
    keys: keys(db),
    ...(what === 'database' ? { db: db.gateway } : { log: folderLog(path.join(db.directory, what)) }),
    since,
    onProgress: () => undefined,
  })
  return { ...report, verified }
}

const pruneNow = (db: LedgerFixture, at = AT, isMirrored = false) =>
  prune({ db: db.gateway, keepMonths: 24, isMirrored, clock: () => at })
const isThere = (file: string) => access(file).then(() => true, () => false) // prettier-ignore
const stepOf = ({ steps }: Awaited<ReturnType<typeof check>>, name: string) => steps.find((step) => step.name === name) // prettier-ignore

describe('a ledger of which the first entries are past the limit', () => {
  let db: LedgerFixture
  let before: Awaited<ReturnType<typeof check>>
  let young: Awaited<ReturnType<typeof writeAt>>
  beforeAll(async () => {
    db = await openLedger()
    await writeAt(db, OLD, 700, 'old-subject')
    before = await check(db, 'database')
    young = await writeAt(db, AT, 300, 'young')
  })
  afterAll(() => db.close())

  test('is pruned in whole tiles, and only what is older than the limit', async () => {
    expect(await pruneNow(db)).toEqual({ from: 0, to: 512, before: new Date('2024-03-04T00:00:00Z') })
    expect(await pruneNow(db)).toBeUndefined()
    await db.sequenceAll()
    await db.publish()
    const { rows } = await db.owner.query('select count(*)::int as count, min(seq)::int as first from ledger.leaf') // prettier-ignore
    expect(rows[0]).toEqual({ count: 489, first: 512 })
    const [pruned] = await readAllPruned(db.gateway)
    expect(pruned).toMatchObject({ start: 0, through: 512, totals: [{ month: '2024-01', type: 'transfer.viewed', entries: 512 }] }) // prettier-ignore
  })

  test('holds no trace of what was pruned, in a dump of the database and in its files, and all of what was not', async () => {
    const { rows: tables } = await db.owner.query(`select relname as name from pg_class where relnamespace = 'ledger'::regnamespace and relkind = 'r'`) // prettier-ignore
    const dumps = await Promise.all(tables.map(({ name }) => db.owner.query(`select t::text as row from ledger.${String(name)} t`))) // prettier-ignore
    const dump = dumps.flatMap(({ rows }) => rows.map(({ row }) => String(row))).join('\n')
    const inBody = (i: number) => Buffer.from(`"old-subject-${i}"`).toString('hex')
    for (const trace of [inBody(511), 'old-subject-511,']) expect(dump).not.toContain(trace)
    for (const trace of [inBody(512), 'old-subject-512,']) expect(dump).toContain(trace)
    for (const index of [0, 1]) {
      expect(await isThere(path.join(db.directory, 'full', bundlePath(index, 256)))).toBe(false)
      expect(await isThere(path.join(db.directory, 'full', tilePath({ level: 0, index, width: 256 })))).toBe(false) // prettier-ignore
    }
    expect(await isThere(path.join(db.directory, 'full', bundlePath(2, 256)))).toBe(true)
  })

  test('is clean in its database and its files, and the check says what was pruned', async () => {
    for (const what of ['database', 'full', 'hashes'] as const) {
      const report = await check(db, what)
      expect(report.faults).toEqual([])
      expect(stepOf(report, 'pruned')?.says).toContain('first 512 entries were pruned')
    }
  })

  test('proves each of its younger entries, and that it extends what was signed since', async () => {
    const proved = await proveInclusion(db.gateway, young[7]?.entryId ?? '')
    if (proved.outcome !== 'proved') throw new Error(proved.outcome)
    expect((await verifyProof({ proof: proved.proof, keys: keys(db) })).verified).toBe(true)
    const latest = (await check(db, 'full')).verified?.size ?? 0
    await writeAt(db, AT, 20, 'more')
    expect(await proveConsistency(db.gateway, latest, latest + 20)).not.toEqual([])
    expect((await check(db, 'database', (await check(db, 'full')).verified)).faults).toEqual([])
  })

  test('does not say that it extends a tree of which it cannot know any more', async () => {
    const since = { ...before.verified, size: 300 } as SignedCheckpoint
    expect(stepOf(await check(db, 'database', since), 'database history')?.outcome).toBe('skipped')
    expect(stepOf(await check(db, 'full', since), 'history')?.outcome).toBe('skipped')
  })

  test('is pruned further when more is past the limit, and publishes into an empty folder what is left', async () => {
    const later = new Date('2028-04-01T00:00:00Z')
    expect(await pruneNow(db, later)).toMatchObject({ from: 512, to: 768 })
    await rm(path.join(db.directory, 'hashes'), { recursive: true })
    await db.sequenceAll()
    await db.publish()
    expect(await isThere(path.join(db.directory, 'full', bundlePath(2, 256)))).toBe(false)
    expect(await isThere(path.join(db.directory, 'hashes', tilePath({ level: 1, index: 0, width: 3 })))).toBe(true) // prettier-ignore
    for (const what of ['database', 'full', 'hashes'] as const) expect((await check(db, what)).faults).toEqual([]) // prettier-ignore
  })
})

describe('Pruning', () => {
  let db: LedgerFixture
  beforeAll(async () => {
    db = await openLedger()
    await writeAt(db, OLD, 600, 'old')
  })
  afterAll(() => db.close())

  const asGateway = (through: number, cutoff: Date, at = AT) =>
    db.gateway.withTransaction(async (tx) => {
      const detail = { from: 0, to: through, before: '2024-03-04', root: '00'.repeat(32), totals: '00'.repeat(32) }
      const [entry] = await append(tx, [{ type: 'ledger.pruned', actor: { kind: 'process', name: 'worker' }, subjects: [], correlation: 'p', detail }], at)
      await tx.query('select ledger.prune($1, $2, $3, $4, $5, $6)', [through, new Uint8Array(32), cutoff, '[]', entry?.entryId, at])
    }) // prettier-ignore

  test('is refused by the database for what is younger than 13 months, for half a tile, for what is not signed, and without its entry', async () => {
    await expect(asGateway(256, new Date('2025-03-01T00:00:00Z'))).rejects.toThrow('younger than 13 months')
    await expect(asGateway(255, new Date('2024-03-04'))).rejects.toThrow('pruned_check')
    await expect(asGateway(1024, new Date('2024-03-04'))).rejects.toThrow('not signed yet')
    await expect(asGateway(512, new Date('2024-01-01'))).rejects.toThrow('are younger than')
    await expect(db.gateway.query('select ledger.prune(256, $1, $2, $3, $4, $5)', [new Uint8Array(32), new Date('2024-03-04'), '[]', '00000000-0000-4000-8000-000000000000', AT])).rejects.toThrow('no entry in the ledger') // prettier-ignore
    await expect(db.gateway.query('delete from ledger.leaf')).rejects.toThrow('permission denied')
    await expect(db.owner.query('delete from ledger.leaf where seq = 0')).rejects.toThrow('insert-only')
    await expect(db.owner.query('delete from ledger.entry')).rejects.toThrow('insert-only')
    await expect(db.owner.query('delete from ledger.tile')).rejects.toThrow('insert-only')
    await expect(db.owner.query('truncate ledger.leaf')).rejects.toThrow('insert-only')
  })

  test('waits until the entries were copied to the audit queue, where there is one', async () => {
    expect(await pruneNow(db, AT, true)).toBeUndefined()
    let copied = 0
    for (let last = 10; last !== 0; copied += last)
      last = await mirrorNext(db.ledger, { send: () => Promise.resolve(), service: 'test', clock: () => AT })
    expect(copied).toBe(600)
    expect(await pruneNow(db, AT, true)).toMatchObject({ to: 512 })
  })

  test('does not hide a change: nothing goes when an entry, a leaf or a tile is not what was signed', async () => {
    const changed = await openLedger()
    await writeAt(changed, OLD, 600, 'old')
    await changed.owner.query('create table kept as select * from ledger.entry')
    const faults = [
      `update ledger.tile set data = set_byte(data, 40, get_byte(data, 40) # 1) where level = 0 and idx = 1`,
      `update ledger.leaf set leaf_hash = sha256('x') where seq = 100`,
    ]
    for (const fault of faults) {
      await changed.tamper(`create table if not exists undo_tile as table ledger.tile`, `create table if not exists undo_leaf as table ledger.leaf`, fault) // prettier-ignore
      await expect(pruneNow(changed)).rejects.toThrow(/is not what/)
      await changed.tamper('delete from ledger.tile', 'insert into ledger.tile table undo_tile', 'delete from ledger.leaf', 'insert into ledger.leaf table undo_leaf') // prettier-ignore
    }
    expect((await pruneNow(changed))?.to).toBe(512)
    await changed.close()
  })

  test('is found out where the database or the files say that more was pruned than the ledger says', async () => {
    await db.sequenceAll()
    await db.publish()
    await db.write(viewed('after'))
    await db.sequenceAll()
    await db.publish()
    const full = path.join(db.directory, 'full')
    const note = await readFile(path.join(full, 'pruned'), 'utf8')
    // A checkpoint of the log is not its word that something was pruned.
    await writeFile(path.join(full, 'pruned'), await readFile(path.join(full, 'checkpoint')))
    expect((await check(db, 'full')).counts).toMatchObject({ checkpoint: 1 })
    await rm(path.join(full, 'pruned'))
    expect((await check(db, 'full')).counts.missing).toBeGreaterThan(0)
    await writeFile(path.join(full, 'pruned'), note)
    expect((await check(db, 'full')).faults).toEqual([])
    await db.tamper(`update ledger.pruned set totals = '[]'`)
    expect((await check(db, 'database')).counts).toEqual({ entry: 1 })
    await db.tamper(`update ledger.pruned set root = sha256('x')`)
    expect((await check(db, 'database')).counts).toMatchObject({ tile: 1, missing: 2 })
  })
})
