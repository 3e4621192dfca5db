// A restored database: noticed before anything is numbered, brought up to date from what was published, or closed with all
// that was signed kept, and a new ledger whose first entry commits to its head.
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fileAnchor } from '../../audit/anchor.ts'
import { checkpointOfOwnNote } from '../../audit/checkpoint.ts'
import { parseLeaf } from '../../audit/entry.ts'
import { folderLog } from '../../audit/fsck/folder-log.ts'
import { fsck } from '../../audit/fsck/fsck.ts'
import { openNewEpoch } from '../../audit/new-epoch.ts'
import { noteSigner } from '../../audit/note-signer.ts'
import { proveInclusion } from '../../audit/proofs.ts'
import { publish } from '../../audit/publisher.ts'
import { recoverFromPublished } from '../../audit/recover.ts'
import { checkStanding } from '../../audit/standing.ts'
import { readLeaves } from '../../audit/tree-store.ts'
import { ledgerPlace } from '../../gateway/ledger-place.ts'
import { AT, openLedger, ORIGIN, viewed, views, type LedgerFixture } from './ledger-fixture.ts'

const tables = ['entry', 'outbox', 'leaf', 'tile', 'head', 'checkpoint', 'secret', 'index']

describe('a database that was restored', () => {
  let db: LedgerFixture
  let full: string
  beforeEach(async () => {
    db = await openLedger()
    full = path.join(db.directory, 'full')
    await db.write(...views(300))
    await db.sequenceAll()
    await db.publish()
    await db.write(viewed('waits-in-the-backup'))
    await backUp(db)
    await db.write(...views(400, 'later'))
    await db.sequenceAll()
    await db.publish()
  })
  afterEach(() => db.close())

  const deps = () => ({ db: db.owner, log: folderLog(full), keys: [db.signer.key], origin: ORIGIN, anchor: fileAnchor(path.join(db.directory, 'anchor')), clock: () => AT }) // prettier-ignore
  const standing = () => checkStanding({ db: db.ledger, origin: ORIGIN, anchor: deps().anchor, published: [folderLog(full)] }) // prettier-ignore
  const clean = async () => {
    const { report } = await fsck({ keys: [db.signer.key], db: db.owner, log: folderLog(full), onProgress: () => undefined }) // prettier-ignore
    return report.faults
  }

  test('is noticed by the anchor, and by the published files where the anchor is lost, before anything is numbered', async () => {
    await standing()
    await restore(db)
    await expect(standing()).rejects.toMatchObject({ code: 'anchor-ahead', message: expect.stringContaining('the database has 300') as string }) // prettier-ignore
    await rm(path.join(db.directory, 'anchor'), { recursive: true })
    await writeFile(path.join(db.directory, 'nothing'), '')
    await db.tamper('delete from ledger.checkpoint')
    await expect(standing()).rejects.toMatchObject({ code: 'published-ahead' })
  })

  test('gets back every published entry in its old place, also one that had waited, and goes on from there', async () => {
    const before = await readLeaves(db.ledger, 0, 1000)
    await restore(db)
    const recovery = await recoverFromPublished(deps())
    expect(recovery).toMatchObject({
      outcome: 'replayed',
      from: 300,
      to: 701,
      kinds: { 'transfer.viewed': 401 },
    })
    expect(await readLeaves(db.ledger, 0, 1000)).toEqual(before)
    await standing()
    await db.write(viewed('after'))
    await db.sequenceAll()
    expect(await db.publish()).toMatchObject({ outcome: 'published', size: 703 })
    const [recovered] = (await readLeaves(db.ledger, 701, 702)).map(({ body }) => body && parseLeaf(body))
    expect(recovered).toMatchObject({
      type: 'ledger.recovered',
      detail: { means: 'replayed', from: 300, to: 701 },
    })
    expect(await clean()).toEqual([])
    expect(await recoverFromPublished(deps())).toEqual({ outcome: 'nothing-missing', size: 703 })
  })

  test('is not brought up to date from entries that are not those that were signed, and nothing is changed', async () => {
    await restore(db)
    const bundle = path.join(full, 'tile/entries/001')
    const bytes = Buffer.from((await folderLog(full).read('tile/entries/001')) ?? [])
    await rm(bundle)
    expect(await recoverFromPublished(deps())).toMatchObject({ outcome: 'not-covered' })
    await writeFile(bundle, Buffer.from(bytes.toString('latin1').replace('later-10"', 'later-99"'), 'latin1'))
    await expect(recoverFromPublished(deps())).rejects.toThrow('are not those that were signed')
    expect(await readLeaves(db.ledger, 300, 301)).toEqual([])
  })

  test('that has numbered entries of its own is not mixed with another history', async () => {
    await restore(db)
    await db.write(...views(500, 'own'))
    await db.sequenceAll()
    expect(await recoverFromPublished(deps())).toMatchObject({ outcome: 'diverged' })
    await expect(standing()).rejects.toMatchObject({ code: 'anchor-differs' })
  })

  test('is closed when nobody has the entries any more: a new ledger begins with the head of the old one, and loses nothing else', async () => {
    await restore(db)
    await db.write(viewed('own'))
    await db.sequenceAll()
    await rm(path.join(full, 'tile/entries'), { recursive: true })
    const newOrigin = 'gateway.example/audit/2'
    const opened = await openNewEpoch({
      ...deps(),
      newOrigin,
      setAside: ledgerPlace({ ledgerDirectory: db.directory, ledgerStore: undefined, ledgerOrigin: ORIGIN })
        .setAside,
    })
    expect(opened).toMatchObject({ epoch: 2, closed: { origin: ORIGIN, size: 701 }, kept: 300 })
    const signer = await noteSigner(newOrigin, new Uint8Array(32).fill(1))
    await db.sequenceAll()
    await publish({ ...db.publisher, origin: newOrigin, signers: [signer] })
    const leaves = (await readLeaves(db.ledger, 0, 10)).map(({ body }) => body && parseLeaf(body))
    expect(leaves.map((leaf) => leaf?.type)).toEqual([
      'ledger.epoch-opened',
      'transfer.viewed',
      'transfer.viewed',
    ])
    expect(leaves[0]).toMatchObject({ detail: { closedOrigin: ORIGIN, closedSize: 701, lost: 401, closedRoot: Buffer.from(opened.closed.root).toString('hex') } }) // prettier-ignore
    const { report } = await fsck({ keys: [signer.key], db: db.owner, onProgress: () => undefined })
    expect(report.faults).toEqual([])
    const old = checkpointOfOwnNote(new TextDecoder().decode(await folderLog(path.join(db.directory, 'closed-1/full')).read('checkpoint'))) // prettier-ignore
    expect(old).toMatchObject({ origin: ORIGIN, size: 701 })
    const { rows } = await db.owner.query('select entry_id from ledger.closed_leaf where seq = 7')
    expect(await proveInclusion(db.gateway, String(rows[0]?.['entry_id']))).toEqual({ outcome: 'closed', epoch: 1, index: 7 }) // prettier-ignore
  })
})

/** What a dump of the ledger's schema holds, kept in the database itself. */
async function backUp(db: LedgerFixture): Promise<void> {
  await db.owner.query('create schema backup')
  for (const table of tables) await db.owner.query(`create table backup.${table} as table ledger.${table}`)
}

async function restore(db: LedgerFixture): Promise<void> {
  const columns = (table: string) => (table === 'outbox' ? '(position, entry_id, leaf_hash) overriding system value' : '') // prettier-ignore
  await db.tamper(...tables.flatMap((table) => [`delete from ledger.${table}`, `insert into ledger.${table} ${columns(table)} select * from backup.${table}`])) // prettier-ignore
}
