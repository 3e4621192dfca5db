// A full disk: of the database, where no change is kept without its entry; of the published files, where the ledger goes on and
// the checkpoint ages. Neither needs a repair once there is room.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { folderStore } from '../../audit/folder-store.ts'
import { fileAnchor } from '../../audit/anchor.ts'
import { folderLog } from '../../audit/fsck/folder-log.ts'
import { fsck } from '../../audit/fsck/fsck.ts'
import { printReport } from '../../audit/fsck/report.ts'
import { publish, type PublisherDeps } from '../../audit/publisher.ts'
import { append } from '../../audit/append.ts'
import { AT, type LedgerFixture, openLedger, viewed, views } from './ledger-fixture.ts'
import { canMount, openSmallDisk, type SmallDisk } from './small-disk.ts'

const mountable = canMount()
if (!mountable) console.warn('Skipped: tests of full disks need to mount one, which this user cannot.')

describe.skipIf(!mountable)('a full disk', () => {
  let db: LedgerFixture
  let disk: SmallDisk
  beforeEach(async () => {
    db = await openLedger()
    disk = await openSmallDisk(8)
  })
  afterEach(async () => {
    await db.close()
    await disk.close()
  })

  async function expectWhole(files: string | undefined): Promise<void> {
    const { report } = await fsck({ keys: [db.signer.key], db: db.gateway, log: files === undefined ? undefined : folderLog(files), onProgress: () => undefined }) // prettier-ignore
    expect(report.clean, printReport(report)).toBe(true)
  }

  test('of the database refuses the change, keeps what was kept, and needs no repair once there is room', async ({
    skip,
  }) => {
    const { rows } = await db.owner.query('show data_directory')
    const data = String(rows[0]?.['data_directory'])
    if (!existsSync(data)) return skip('The database is on another machine.')
    const space = `small_${process.pid}`
    const place = await disk.folderFor('space', data)
    await db.owner.query(`create tablespace ${space} location '${place}'`)
    await db.owner.query(`alter table ledger.entry set tablespace ${space}`)
    await db.owner.query('create table public.change (name text primary key)')
    await db.owner.query('grant select, insert on public.change to concordat_gateway')
    const change = (name: string) =>
      db.gateway.withTransaction(async (tx) => {
        await tx.query('insert into public.change (name) values ($1)', [name])
        return append(tx, [viewed(name), ...views(200, name)], AT)
      })
    await change('first')
    await disk.fill(200_000)
    let kept = 1
    let refused: unknown
    while (refused === undefined && kept < 100) {
      try {
        await change(`more-${kept}`)
        kept += 1
      } catch (error) {
        refused = error
      }
    }
    // PostgreSQL, appendix A: 53100 is disk_full.
    expect(refused).toMatchObject({ code: '53100' })
    const count = async (sql: string) => Number((await db.owner.query(sql)).rows[0]?.['count'])
    expect(await count('select count(*) from public.change')).toBe(kept)
    expect(await count('select count(*) from ledger.entry')).toBe(kept * 201)
    await db.sequenceAll()
    expect(await db.publish()).toMatchObject({ outcome: 'published', size: kept * 201 })
    await disk.empty()
    await change('there-is-room')
    await db.sequenceAll()
    expect(await db.publish()).toMatchObject({ size: (kept + 1) * 201 })
    await expectWhole(path.join(db.directory, 'full'))
    await db.owner.query('alter table ledger.entry set tablespace pg_default')
    await db.owner.query(`drop tablespace ${space}`)
  })

  test('of the published files keeps the last checkpoint readable, and is made good once there is room', async () => {
    const files = path.join(disk.directory, 'full')
    const publisher: PublisherDeps = {
      ...db.publisher,
      publications: [{ profile: 'full', store: folderStore(files) }],
    }
    await db.write(...views(300, 'first'))
    await db.sequenceAll()
    await publish(publisher)
    await disk.fill(8192)
    await db.write(...views(400, 'second'))
    await db.sequenceAll()
    await expect(publish(publisher)).rejects.toMatchObject({ code: 'ENOSPC' })
    const { report } = await fsck({
      keys: [db.signer.key],
      log: folderLog(files),
      onProgress: () => undefined,
    })
    expect(report, printReport(report)).toMatchObject({ clean: true, head: { size: 300 } })
    await disk.empty()
    expect(await publish(publisher)).toMatchObject({ outcome: 'published', size: 700 })
    await expectWhole(files)
  })

  test('of the anchor signs nothing: what cannot be anchored is not published', async () => {
    const publisher: PublisherDeps = {
      ...db.publisher,
      anchor: fileAnchor(path.join(disk.directory, 'anchor')),
    }
    await db.write(...views(10))
    await db.sequenceAll()
    await publish(publisher)
    await disk.fill(0)
    await db.write(...views(10, 'more'))
    await db.sequenceAll()
    await expect(publish(publisher)).rejects.toMatchObject({ code: 'ENOSPC' })
    const { rows } = await db.owner.query('select max(size)::int as signed from ledger.checkpoint')
    expect(rows[0]?.['signed']).toBe(10)
    await disk.empty()
    expect(await publish(publisher)).toMatchObject({ size: 20 })
    await expectWhole(undefined)
  })
})
