// The log limit holds for a ledger that was closed: in whole tiles while some of it is young, all of it once the closing is past the
// limit, in the database and in what was published; and nothing goes that is not what was signed.
import { access } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { append } from '../../audit/append.ts'
import { folderLog } from '../../audit/fsck/folder-log.ts'
import { fsck } from '../../audit/fsck/fsck.ts'
import { openNewEpoch } from '../../audit/new-epoch.ts'
import { noteSigner } from '../../audit/note-signer.ts'
import type { NoteSigner } from '../../audit/note.ts'
import { prune } from '../../audit/prune.ts'
import { pruneClosed } from '../../audit/prune-closed.ts'
import { publish, type PublisherDeps } from '../../audit/publisher.ts'
import { bundlePath, tilePath } from '../../audit/tiles.ts'
import { ledgerPlace } from '../../gateway/ledger-place.ts'
import { AT, type LedgerFixture, openLedger, ORIGIN, views } from './ledger-fixture.ts'

const OLD = new Date('2024-01-15T12:00:00Z') // 26 months before AT
const YEARS_ON = new Date('2028-04-01T00:00:00Z')
const NEW = 'gateway.example/audit/2'

let db: LedgerFixture
let signer: NoteSigner
let publisher: PublisherDeps
beforeEach(async () => {
  db = await openLedger()
  signer = await noteSigner(NEW, new Uint8Array(32).fill(1))
  const place = ledgerPlace({ ledgerDirectory: db.directory, ledgerStore: undefined, ledgerOrigin: NEW })
  const closed = { publications: place.closed(1, ORIGIN), signers: [db.signer] as const }
  publisher = { ...db.publisher, origin: NEW, signers: [signer], closed: () => Promise.resolve(closed) }
})
afterEach(() => db.close())

async function writeAt(at: Date, count: number, name: string): Promise<void> {
  await db.gateway.withTransaction((tx) => append(tx, views(count, name), at))
  await db.sequenceAll()
}
async function close(): Promise<void> {
  await db.publish()
  const place = ledgerPlace({ ledgerDirectory: db.directory, ledgerStore: undefined, ledgerOrigin: ORIGIN })
  await openNewEpoch({ db: db.owner, log: place.full, keys: [db.signer.key], origin: ORIGIN, newOrigin: NEW, anchor: db.publisher.anchor, setAside: place.setAside, clock: () => AT }) // prettier-ignore
  await publishNew()
}
async function publishNew(): Promise<void> {
  await db.sequenceAll()
  await publish({ ...publisher, clock: () => AT })
}
const pruneNow = (at = AT) => pruneClosed({ db: db.gateway, keepMonths: 24, clock: () => at })
const isThere = (name: string) => access(path.join(db.directory, 'closed-1', name)).then(() => true, () => false) // prettier-ignore
const count = async (what: string) => Number((await db.owner.query(`select count(*) as count from ${what}`)).rows[0]?.['count']) // prettier-ignore
async function check(what: 'database' | 'full' | 'hashes') {
  const isNew = what === 'database'
  const { report } = await fsck({ keys: [isNew ? signer.key : db.signer.key], ...(isNew ? { db: db.gateway } : { log: folderLog(path.join(db.directory, 'closed-1', what)) }), onProgress: () => undefined }) // prettier-ignore
  return report
}
const inBody = (text: string) => `ledger.entry where position('${Buffer.from(text).toString('hex')}' in encode(body, 'hex')) > 0` // prettier-ignore

describe('a ledger that was closed', () => {
  test('is pruned in whole tiles while some of it is young, and wholly when the closing is past the limit', async () => {
    await writeAt(OLD, 700, 'old-subject')
    await writeAt(AT, 300, 'young-subject')
    await close()
    expect(await pruneNow()).toEqual({ epoch: 1, from: 0, to: 512 })
    expect(await pruneNow()).toBeUndefined()
    await publishNew()
    expect(await count(inBody('"old-subject-511"'))).toBe(0)
    expect(await count(inBody('"old-subject-512"'))).toBe(1)
    expect(await count('ledger.closed_leaf')).toBe(488)
    expect(await isThere(`full/${bundlePath(1, 256)}`)).toBe(false)
    expect(await isThere(`full/${bundlePath(2, 256)}`)).toBe(true)
    for (const what of ['database', 'full', 'hashes'] as const) expect((await check(what)).faults).toEqual([])
    expect(await pruneNow(YEARS_ON)).toEqual({ epoch: 1, from: 512, to: 1000 })
    expect(await pruneNow(YEARS_ON)).toBeUndefined()
    await publishNew()
    expect(await count('ledger.closed_leaf')).toBe(0)
    expect(await count(inBody('-subject-'))).toBe(0)
    expect(await count(`ledger.index where key like '%-subject-%'`)).toBe(0)
    expect(await isThere(`full/${bundlePath(3, 232)}`)).toBe(false)
    expect(await isThere(`full/${tilePath({ level: 0, index: 3, width: 232 })}`)).toBe(true)
    for (const what of ['database', 'full', 'hashes'] as const) expect((await check(what)).faults).toEqual([])
    expect((await check('full')).steps.find(({ name }) => name === 'pruned')?.says).toContain('first 1000 entries were pruned') // prettier-ignore
  })

  test('goes on from where it was pruned before it was closed', async () => {
    await writeAt(OLD, 600, 'old')
    await writeAt(AT, 400, 'young')
    await db.publish()
    expect(await prune({ db: db.gateway, keepMonths: 24, isMirrored: false, clock: () => AT })).toMatchObject({ to: 512 }) // prettier-ignore
    await db.sequenceAll()
    await close()
    expect(await pruneNow()).toBeUndefined()
    expect(await pruneNow(YEARS_ON)).toEqual({ epoch: 1, from: 512, to: 1001 })
    expect((await check('database')).faults).toEqual([])
  })

  test('of which entries were lost here loses them from its files too, at the end', async () => {
    const tables = ['entry', 'outbox', 'leaf', 'tile', 'head', 'checkpoint', 'secret', 'index']
    await writeAt(OLD, 300, 'old')
    await db.publish()
    await db.owner.query('create schema backup')
    for (const table of tables) await db.owner.query(`create table backup.${table} as table ledger.${table}`)
    await writeAt(AT, 400, 'lost')
    await db.publish()
    await db.tamper(...tables.flatMap((table) => [`delete from ledger.${table}`, `insert into ledger.${table} ${table === 'outbox' ? '(position, entry_id, leaf_hash) overriding system value' : ''} select * from backup.${table}`])) // prettier-ignore
    const place = ledgerPlace({ ledgerDirectory: db.directory, ledgerStore: undefined, ledgerOrigin: ORIGIN })
    expect(await openNewEpoch({ db: db.owner, log: place.full, keys: [db.signer.key], origin: ORIGIN, newOrigin: NEW, anchor: db.publisher.anchor, setAside: place.setAside, clock: () => AT })).toMatchObject({ kept: 300, closed: { size: 700 } }) // prettier-ignore
    await publishNew()
    expect(await pruneNow()).toEqual({ epoch: 1, from: 0, to: 256 })
    await publishNew()
    expect(await isThere(`full/${bundlePath(1, 256)}`)).toBe(true)
    expect(await pruneNow(YEARS_ON)).toEqual({ epoch: 1, from: 256, to: 700 })
    await publishNew()
    expect(await isThere(`full/${bundlePath(1, 256)}`)).toBe(false)
    expect(await isThere(`full/${bundlePath(2, 188)}`)).toBe(false)
    for (const what of ['database', 'full', 'hashes'] as const) expect((await check(what)).faults).toEqual([])
  })

  test.each([
    ['an entry', `update ledger.entry set body = convert_to(replace(convert_from(body, 'UTF8'), '"page"', '"json"'), 'UTF8') where id = (select entry_id from ledger.closed_leaf where seq = 100)`], // prettier-ignore
    ['a leaf', `update ledger.closed_leaf set leaf_hash = sha256('x') where seq = 100`],
    ['a tile', `update ledger.closed_tile set data = set_byte(data, 40, get_byte(data, 40) # 1) where level = 0 and idx = 1`], // prettier-ignore
    ['what was signed', `update ledger.closed_checkpoint set root = sha256('x')`],
  ])('loses nothing when %s was changed', async (_, change) => {
    await writeAt(OLD, 600, 'old')
    await close()
    await db.tamper('alter table ledger.entry drop constraint entry_check', change)
    await expect(pruneNow()).rejects.toMatchObject({ name: 'LedgerFault' })
    expect(await count('ledger.closed_leaf')).toBe(600)
  })

  test('loses nothing by another way, nor by whoever says what is not so', async () => {
    await writeAt(OLD, 600, 'old')
    await writeAt(AT, 10, 'young')
    await close()
    await expect(db.owner.query('delete from ledger.closed_leaf where seq = 0')).rejects.toThrow(
      'insert-only',
    )
    await expect(db.owner.query('delete from ledger.closed_tile')).rejects.toThrow('insert-only')
    await expect(db.owner.query(`delete from ledger.entry where id = (select entry_id from ledger.closed_leaf where seq = 0)`)).rejects.toThrow('insert-only') // prettier-ignore
    await expect(db.gateway.query('delete from ledger.closed_leaf')).rejects.toThrow('permission denied')
    const as = (through: number, cutoff: Date, at = AT) => db.gateway.query('select ledger.prune_closed(1, $1, $2, $3, $4, $5, $6)', [through, new Uint8Array(32), cutoff, '[]', '00000000-0000-4000-8000-000000000000', at]) // prettier-ignore
    await expect(as(256, new Date('2025-03-01T00:00:00Z'))).rejects.toThrow('younger than 13 months')
    await expect(as(610, new Date('2024-03-04'))).rejects.toThrow('are younger than')
    await expect(as(700, new Date('2024-03-04'))).rejects.toThrow('not all older')
    await expect(as(512, new Date('2024-03-04'))).rejects.toThrow('no entry in the ledger')
    await expect(db.ledger.query('select ledger.prune_closed(1, 256, $1, $2, $3, $4, $5)', [new Uint8Array(32), new Date('2024-03-04'), '[]', '00000000-0000-4000-8000-000000000000', AT])).rejects.toThrow('permission denied') // prettier-ignore
  })
})
