// The fault table: whatever somebody with the server's keys changes in the ledger's database, or in what it published, the
// check names the class of the fault and the first entry that it touches.
import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SignedCheckpoint } from '../../audit/checkpoint.ts'
import { folderLog } from '../../audit/fsck/folder-log.ts'
import { fsck } from '../../audit/fsck/fsck.ts'
import { printReport } from '../../audit/fsck/report.ts'
import { noteSigner } from '../../audit/note-signer.ts'
import { signNote } from '../../audit/note.ts'
import { type LedgerFixture, openLedger, ORIGIN, viewed, views } from './ledger-fixture.ts'

const SIZE = 600
let db: LedgerFixture
let full: string
beforeAll(async () => {
  db = await openLedger()
  for (const [count, name] of [
    [300, 'first'],
    [250, 'second'],
    [50, 'third'],
  ] as const) {
    await db.write(...views(count, name))
    await db.sequenceAll()
    await db.publish()
  }
  full = path.join(db.directory, 'full')
  await db.owner.query('create schema pristine')
  for (const table of TABLES) await db.owner.query(`create table pristine.${table} as table ledger.${table}`)
  await cp(full, `${full}-pristine`, { recursive: true })
  await db.owner.query('alter table ledger.entry drop constraint entry_check')
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.tamper(
    ...TABLES.flatMap((table) => [
      `delete from ledger.${table}`,
      `insert into ledger.${table} ${table === 'outbox' ? 'overriding system value ' : ''}table pristine.${table}`,
    ]),
  )
  await rm(full, { recursive: true })
  await cp(`${full}-pristine`, full, { recursive: true })
})

const TABLES = ['entry', 'outbox', 'leaf', 'tile', 'head', 'checkpoint', 'secret', 'index']

async function check(what: 'database' | 'files' | 'both', since?: SignedCheckpoint) {
  const outcome = await fsck({
    keys: [db.signer.key],
    db: what === 'files' ? undefined : db.gateway,
    log: what === 'database' ? undefined : folderLog(full),
    since,
    onProgress: () => undefined,
  })
  return { ...outcome.report, verified: outcome.verified }
}

const entryAt = (seq: number) => `(select entry_id from ledger.leaf where seq = ${seq})`
const flipped = (column: string, at = 5) => `set_byte(${column}, ${at}, get_byte(${column}, ${at}) # 1)`

describe('A ledger that is right', () => {
  test('is clean in its database and in its files, and both agree', async () => {
    await db.write(viewed('waiting'))
    const report = await check('both')
    expect(report, printReport(report)).toMatchObject({ clean: true, complete: true, exitCode: 0 })
    expect(report.verified?.size).toBe(SIZE)
  })

  test('is clean after personal values were erased', async () => {
    await db.owner.query(`delete from ledger.secret where value = 'ada.lovelace@example.org'`)
    expect(await check('both')).toMatchObject({ clean: true, complete: true })
  })

  test('with entries that are sequenced and not yet published is clean', async () => {
    await db.write(...views(20, 'later'))
    await db.sequenceAll()
    expect(await check('both')).toMatchObject({ clean: true, complete: true })
  })

  test('is looked at from the last verified checkpoint on', async () => {
    const { verified } = await check('both')
    await db.tamper(`update ledger.entry set body = ${flipped('body')} where id = ${entryAt(10)}`)
    await db.write(...views(20, 'later'))
    await db.sequenceAll()
    const later = await check('both', verified)
    expect(later).toMatchObject({ clean: true, complete: false })
    expect(later.steps.find(({ name }) => name === 'entries')?.says).toContain('from 600 to 620')
    expect(await check('database')).toMatchObject({ exitCode: 14, firstDivergentEntry: 10 })
  })

  test('can be checked by the gateway’s login, and not by the sequencer’s, which may read no personal values', async () => {
    await expect(fsck({ keys: [db.signer.key], db: db.ledger, onProgress: () => undefined })).rejects.toThrow(
      /permission denied/,
    )
  })
})

describe('A superuser’s UPDATE is named', () => {
  test.each([
    ['entry.body', `update ledger.entry set body = ${flipped('body')} where id = ${entryAt(300)}`, 14, 300],
    [
      'entry.body with a hash to match',
      `update ledger.entry set body = ${flipped('body')}, leaf_hash = sha256('\\x00'::bytea || ${flipped('body')}) where id = ${entryAt(301)}`,
      14,
      301,
    ],
    [
      'entry.leaf_hash',
      `update ledger.entry set leaf_hash = ${flipped('leaf_hash')} where id = ${entryAt(302)}`,
      15,
      302,
    ],
    [
      'entry.recorded_at',
      `update ledger.entry set recorded_at = recorded_at + interval '1 ms' where id = ${entryAt(303)}`,
      14,
      303,
    ],
    [
      'entry.id',
      `with swapped as (update ledger.leaf set entry_id = '00000000-0000-7000-8000-000000000001' where seq = 304 returning entry_id) update ledger.entry set id = '00000000-0000-7000-8000-000000000001' where id = ${entryAt(304)}`,
      14,
      304,
    ],
    ['leaf.leaf_hash', `update ledger.leaf set leaf_hash = ${flipped('leaf_hash')} where seq = 305`, 15, 305],
    [
      'leaf.leaf_hash of the last entry',
      `update ledger.leaf set leaf_hash = ${flipped('leaf_hash')} where seq = 599`,
      15,
      599,
    ],
    [
      'leaf.entry_id',
      `update ledger.leaf set entry_id = '00000000-0000-7000-8000-000000000002' where seq = 306`,
      13,
      306,
    ],
    ['leaf.seq', `update ledger.leaf set seq = 9999 where seq = 307`, 13, 307],
    [
      'tile.data',
      `update ledger.tile set data = ${flipped('data', 32 * 3)} where level = 0 and idx = 1`,
      16,
      259,
    ],
    ['tile.idx', `update ledger.tile set idx = 77 where level = 0 and idx = 1`, 13, 256],
    ['head.root', `update ledger.head set root = ${flipped('root')}`, 17, undefined],
    ['head.edge', `update ledger.head set edge = ${flipped('edge', 40)}`, 17, undefined],
    ['head.size', `update ledger.head set size = 599`, 12, 599],
    [
      'checkpoint.root',
      `update ledger.checkpoint set root = ${flipped('root')} where size = 550`,
      10,
      undefined,
    ],
    [
      'checkpoint.note',
      `update ledger.checkpoint set note = replace(note, '550', '551') where size = 550`,
      10,
      undefined,
    ],
    ['checkpoint.size', `update ledger.checkpoint set size = 551 where size = 550`, 10, undefined],
    [
      'secret.value',
      `update ledger.secret set value = 'somebody.else@example.org' where entry_id = ${entryAt(308)} and field = 'actor.username'`,
      20,
      308,
    ],
    [
      'secret.salt',
      `update ledger.secret set salt = ${flipped('salt')} where entry_id = ${entryAt(309)} and field = 'actor.ip'`,
      20,
      309,
    ],
    [
      'secret.field',
      `update ledger.secret set field = 'detail.reason' where entry_id = ${entryAt(310)} and field = 'actor.ip'`,
      20,
      310,
    ],
    [
      'index.key',
      `update ledger.index set key = 'another' where entry_id = ${entryAt(311)} and kind = 'transfer'`,
      19,
      311,
    ],
    [
      'index.kind',
      `update ledger.index set kind = 'item' where entry_id = ${entryAt(312)} and kind = 'transfer'`,
      19,
      312,
    ],
  ])('%s', async (_, statement, exitCode, firstDivergentEntry) => {
    await db.tamper(statement)
    const report = await check('database')
    expect(report, printReport(report)).toMatchObject({ clean: false, exitCode })
    expect(report.firstDivergentEntry, printReport(report)).toBe(firstDivergentEntry)
    expect(report.verified).toBeUndefined()
  })

  test('of a whole history, with everything made to match, is a fork from what was signed', async () => {
    await rewriteFrom(400)
    const report = await check('database')
    expect(report, printReport(report)).toMatchObject({
      exitCode: 11,
      firstDivergentEntry: 300,
      counts: { fork: 2 },
    })
    const both = await check('both')
    expect(both.faults.find(({ where }) => where === full)).toMatchObject({ class: 'fork', entry: 400 })
  })

  test('of a whole history with checkpoints signed again is a fork from what was published', async () => {
    await rewriteFrom(400)
    await db.tamper(`delete from ledger.checkpoint`)
    await rm(path.join(db.directory, 'anchor'), { recursive: true })
    await rm(path.join(db.directory, 'hashes'), { recursive: true })
    await rm(full, { recursive: true })
    await db.publish()
    expect(await check('both')).toMatchObject({ clean: true })
    await rm(full, { recursive: true })
    await cp(`${full}-pristine`, full, { recursive: true })
    expect(await check('database')).toMatchObject({ clean: true })
    const report = await check('both')
    expect(report, printReport(report)).toMatchObject({ exitCode: 11, firstDivergentEntry: 400 })
  })
})

/** Another entry at that place, and every hash after it as if it had always been so. */
async function rewriteFrom(seq: number): Promise<void> {
  const other = `convert_to(replace(convert_from(body, 'UTF8'), '"page"', '"json"'), 'UTF8')`
  await db.tamper(
    `update ledger.entry set body = ${other}, leaf_hash = sha256('\\x00'::bytea || ${other}) where id = ${entryAt(seq)}`,
    `delete from ledger.index`, `delete from ledger.secret`,
    `delete from ledger.leaf`, `delete from ledger.tile`, `delete from ledger.outbox`,
    `update ledger.head set size = 0, root = sha256(''::bytea), edge = ''::bytea`,
    `insert into ledger.outbox (entry_id, leaf_hash) select entry.id, entry.leaf_hash from ledger.entry join pristine.leaf on entry_id = id order by seq`,
  ) // prettier-ignore
  await db.sequenceAll()
  await db.tamper(
    `insert into ledger.index table pristine.index`,
    `insert into ledger.secret table pristine.secret`,
  )
}

describe('What was removed or added is named', () => {
  test.each([
    ['a body', `delete from ledger.entry where id = ${entryAt(100)}`, 13, 100],
    ['the tail of the leaves', `delete from ledger.leaf where seq >= 590`, 13, 590],
    ['a tile', `delete from ledger.tile where level = 0 and idx = 0`, 13, 0],
    ['the head', `delete from ledger.head`, 17, undefined],
    ['a search row', `delete from ledger.index where entry_id = ${entryAt(101)} and kind = 'type'`, 19, 101],
    ['a search row too many', `insert into ledger.index values ('item', 'x', ${entryAt(102)})`, 19, 102],
    [
      'a search row of no entry',
      `insert into ledger.index values ('item', 'x', '00000000-0000-7000-8000-000000000003')`,
      19,
      undefined,
    ],
    [
      'a personal value of no entry',
      `insert into ledger.secret values ('00000000-0000-7000-8000-000000000003', 'actor.username', sha256('x'), 'x')`,
      20,
      undefined,
    ],
    [
      'an entry that waits again',
      `insert into ledger.outbox (entry_id, leaf_hash) select entry_id, leaf_hash from ledger.leaf where seq = 103`,
      18,
      103,
    ],
    [
      'an entry that never waited',
      `insert into ledger.entry select '00000000-0000-7000-8000-000000000004', body, leaf_hash, recorded_at from ledger.entry limit 1`,
      18,
      undefined,
    ],
    [
      'a wait without an entry',
      `insert into ledger.outbox (entry_id, leaf_hash) values ('00000000-0000-7000-8000-000000000005', sha256('x'))`,
      18,
      undefined,
    ],
    [
      'a leaf past the head',
      `insert into ledger.leaf values (600, '00000000-0000-7000-8000-000000000006', sha256('x'))`,
      17,
      600,
    ],
    [
      'a tile past the head',
      `insert into ledger.tile select 1, 0, data from ledger.tile limit 1`,
      16,
      undefined,
    ],
  ])('%s', async (_, statement, exitCode, firstDivergentEntry) => {
    await db.tamper(statement)
    const report = await check('database')
    expect(report, printReport(report)).toMatchObject({ clean: false, exitCode })
    expect(report.firstDivergentEntry, printReport(report)).toBe(firstDivergentEntry)
  })

  test('a waiting entry that was changed', async () => {
    const [appended] = await db.write(viewed('waiting'))
    await db.tamper(
      `update ledger.entry set body = ${flipped('body')} where id = '${appended?.entryId ?? ''}'`,
    )
    expect(await check('database')).toMatchObject({ exitCode: 14 })
  })
})

describe('What was published is checked against the database', () => {
  test('a flipped byte of an entry, of a tile, and of a partial form of one', async () => {
    for (const [file, at, exitCode, entry] of [
      ['tile/entries/001', 3, 14, 256],
      ['tile/0/000', 32 * 4, 16, 4],
      ['tile/0/002.p/38', 3, 16, 512],
      ['tile/entries/002.p/38', 3, 14, 512],
    ] as const) {
      const whole = path.join(full, file)
      const bytes = await readFile(whole)
      bytes[at] = (bytes[at] ?? 0) ^ 1
      await writeFile(whole, bytes)
      const report = await check('both')
      expect(report, `${file}\n${printReport(report)}`).toMatchObject({
        exitCode,
        firstDivergentEntry: entry,
      })
      await cp(`${full}-pristine`, full, { recursive: true })
    }
  })

  test('a missing tile, and a truncated one', async () => {
    await rm(path.join(full, 'tile/0/001'))
    expect(await check('files')).toMatchObject({ exitCode: 13, firstDivergentEntry: 256 })
    await cp(`${full}-pristine`, full, { recursive: true })
    await truncate(path.join(full, 'tile/entries/002.p/88'), 100)
    expect(await check('files')).toMatchObject({ exitCode: 14 })
  })

  test('a database that was put back to an older state is behind what was published', async () => {
    await putBack()
    const report = await check('both')
    expect(report, printReport(report)).toMatchObject({ exitCode: 12, firstDivergentEntry: 550 })
  })

  test('a checkpoint that another key signed for the same tree', async () => {
    const other = await noteSigner(ORIGIN, new Uint8Array(32).fill(7))
    const file = path.join(full, 'checkpoint')
    const [text = ''] = (await readFile(file, 'utf8')).split('\n\n')
    await writeFile(file, await signNote(`${text}\n`, [other]))
    expect(await check('both')).toMatchObject({ exitCode: 10 })
  })
})

/** The database as it was at 550 entries; nothing outside it. */
async function putBack(): Promise<void> {
  const gone = 'select entry_id from pristine.leaf where seq >= 550'
  await db.tamper(
    ...['index', 'secret'].map((table) => `delete from ledger.${table} where entry_id in (${gone})`),
    `delete from ledger.entry where id in (${gone})`,
    `delete from ledger.checkpoint where size > 550`,
    `delete from ledger.leaf`, `delete from ledger.tile`,
    `update ledger.head set size = 0, root = sha256(''::bytea), edge = ''::bytea`,
    `insert into ledger.outbox (entry_id, leaf_hash) select entry_id, leaf_hash from pristine.leaf where seq < 550 order by seq`,
  ) // prettier-ignore
  await db.sequenceAll()
}

describe('Signing', () => {
  test('is refused over an older state that was put back, by the anchor', async () => {
    await putBack()
    expect(await check('database')).toMatchObject({ clean: true })
    await expect(db.publish()).rejects.toMatchObject({ code: 'anchor-ahead' })
    await db.write(...views(80, 'restored'))
    await db.sequenceAll()
    await expect(db.publish()).rejects.toMatchObject({ code: 'anchor-differs' })
    const { rows } = await db.owner.query('select max(size) as size from ledger.checkpoint')
    expect(rows[0]?.['size']).toBe(550)
    const report = await check('both')
    expect(report, printReport(report)).toMatchObject({ exitCode: 11, firstDivergentEntry: 550 })
  })
})
