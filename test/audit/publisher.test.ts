// What is signed was re-read first; a database or a folder that holds another history than the one that was signed is noticed,
// and nothing more is signed.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sameBytes } from '../../audit/bytes.ts'
import { checkpointOfOwnNote, openCheckpoint, type SignedCheckpoint } from '../../audit/checkpoint.ts'
import { EMPTY_EDGE, edgeRoot, grow } from '../../audit/edge.ts'
import type { LedgerFaultCode } from '../../audit/fault.ts'
import { folderLog } from '../../audit/fsck/folder-log.ts'
import { fsck } from '../../audit/fsck/fsck.ts'
import { nodeHasher } from '../../audit/node-hash.ts'
import { noteSigner } from '../../audit/note-signer.ts'
import { publish } from '../../audit/publisher.ts'
import { edgeWidths, hashesOf, newTiles, tilePath } from '../../audit/tiles.ts'
import { readHead } from '../../audit/tree-store.ts'
import { AT, type LedgerFixture, openLedger, ORIGIN, views } from './ledger-fixture.ts'

/** A ledger of its own with some entries signed and some more sequenced, since each fault spoils it. */
async function withLedger(
  { signed, more = 0 }: { signed: number; more?: number },
  work: (db: LedgerFixture) => Promise<void>,
): Promise<void> {
  const db = await openLedger()
  try {
    await db.write(...views(signed))
    await db.sequenceAll()
    await db.publish()
    if (more > 0) await db.write(...views(more, 'more'))
    await db.sequenceAll()
    await work(db)
  } finally {
    await db.close()
  }
}

async function signedSizes(db: LedgerFixture): Promise<unknown[]> {
  return (await db.owner.query('select size from ledger.checkpoint order by size')).rows.map(
    (row) => row['size'],
  )
}

async function expectRefused(db: LedgerFixture, code: LedgerFaultCode): Promise<void> {
  const before = await signedSizes(db)
  await expect(db.publish()).rejects.toMatchObject({ code })
  expect(await signedSizes(db)).toEqual(before)
}

/** Entries of a full publication, in order, cut as C2SP tlog-tiles says. */
async function publishedEntries(directory: string, size: number): Promise<Buffer[]> {
  const entries: Buffer[] = []
  for (let first = 0; first < size; first += 256) {
    const width = Math.min(256, size - first)
    const name = String(first / 256).padStart(3, '0') + (width < 256 ? `.p/${width}` : '')
    const bundle = await readFile(path.join(directory, 'tile/entries', name))
    let at = 0
    while (at < bundle.length) {
      const length = bundle.readUInt16BE(at)
      entries.push(bundle.subarray(at + 2, at + 2 + length))
      at += 2 + length
    }
    expect(at).toBe(bundle.length)
  }
  return entries
}

describe('publishing', () => {
  let db: LedgerFixture
  beforeAll(async () => {
    db = await openLedger()
  })
  afterAll(() => db.close())

  test('an empty ledger publishes nothing', async () => {
    expect(await db.publish()).toEqual({ outcome: 'empty' })
  })

  test.each([1, 254, 1, 44, 212, 88])(
    '%d more entries give a signed checkpoint whose files make its root',
    async (count) => {
      await db.write(...views(count))
      await db.sequenceAll()
      const published = await db.publish()
      const { size } = await readHead(db.ledger)
      expect(published).toMatchObject({ outcome: 'published', size })
      for (const profile of ['hashes', 'full']) {
        const directory = path.join(db.directory, profile)
        const checkpoint = await openCheckpoint(await readFile(path.join(directory, 'checkpoint'), 'utf8'), [
          db.signer.key,
        ])
        expect(checkpoint).toMatchObject({ origin: ORIGIN, size })
        const tiles = await Promise.all(
          newTiles(0, size).map(async (tile) => ({
            ...tile,
            data: new Uint8Array(await readFile(path.join(directory, tilePath(tile)))),
          })),
        )
        const leaves = tiles.filter(({ level }) => level === 0).flatMap(({ data }) => hashesOf(data))
        const { edge, tiles: full } = grow(nodeHasher, EMPTY_EDGE, leaves)
        expect(sameBytes(edgeRoot(nodeHasher, edge), checkpoint.root)).toBe(true)
        for (const { level, index, width, data } of tiles) {
          const expected =
            width === 256
              ? full.find((tile) => tile.level === level && tile.index === index)?.data
              : edge.levels[level]
          expect(expected && sameBytes(data, expected), `${level}/${index}`).toBe(true)
        }
        expect(edgeWidths(size)).toEqual(edge.levels.map((level) => level.length / 32))
      }
      const entries = await publishedEntries(path.join(db.directory, 'full'), size)
      const { rows } = await db.owner.query(
        'select body from ledger.entry join ledger.leaf on entry_id = id order by seq',
      )
      expect(entries.map((entry) => entry.toString('latin1'))).toEqual(
        rows.map(({ body }) => (body as Buffer).toString('latin1')),
      ) // bytea
    },
  )

  test('partial tiles go when the full one is there, and the checkpoints before it still verify', async () => {
    const own = await openLedger()
    try {
      const keys = [own.signer.key]
      const folder = path.join(own.directory, 'full')
      const look = (since?: SignedCheckpoint) =>
        fsck({ log: folderLog(folder), keys, since, onProgress: () => undefined })
      const grow = async (count: number, name: string) => {
        await own.write(...views(count, name))
        await own.sequenceAll()
        await own.publish()
      }
      await grow(200, 'a')
      const before = await look()
      expect((await readdir(path.join(folder, 'tile/0'))).toSorted()).toEqual(['000.p'])
      await grow(100, 'b')
      expect((await readdir(path.join(folder, 'tile/0'))).toSorted()).toEqual(['000', '001.p'])
      expect((await readdir(path.join(folder, 'tile/entries'))).toSorted()).toEqual(['000', '001.p'])
      expect((await look(before.verified)).report).toMatchObject({ clean: true, complete: true })
    } finally {
      await own.close()
    }
  })

  test('publishing again without new entries signs nothing and changes no file', async () => {
    const before = await signedSizes(db)
    const note = await readFile(path.join(db.directory, 'hashes/checkpoint'), 'utf8')
    expect(await db.publish()).toMatchObject({ outcome: 'published' })
    expect(await signedSizes(db)).toEqual(before)
    expect(await readFile(path.join(db.directory, 'hashes/checkpoint'), 'utf8')).toBe(note)
  })

  test('files that a crash kept back are there after the next run', async () => {
    await rm(path.join(db.directory, 'hashes'), { recursive: true })
    await db.publish()
    const { size } = checkpointOfOwnNote(await readFile(path.join(db.directory, 'hashes/checkpoint'), 'utf8'))
    expect(size).toBe((await readHead(db.ledger)).size)
    for (const tile of newTiles(0, size)) await readFile(path.join(db.directory, 'hashes', tilePath(tile)))
  })

  test('a crash after the anchor moved and before the checkpoint was stored is made good, also when more came in between', async () => {
    const failing = { key: db.signer.key, sign: () => Promise.reject(new Error('killed')) }
    await db.write(...views(3, 'crash'))
    await db.sequenceAll()
    await expect(publish({ ...db.publisher, signers: [failing] })).rejects.toThrow('killed')
    const { size } = await readHead(db.ledger)
    expect((await db.publisher.anchor.read())?.size).toBe(size)
    expect((await signedSizes(db)).at(-1)).toBeLessThan(size)
    await db.write(...views(2, 'after'))
    await db.sequenceAll()
    expect(await db.publish()).toMatchObject({ size: size + 2 })
    expect((await db.publisher.anchor.read())?.size).toBe(size + 2)
  })

  test('while a key is changed both keys sign, and each alone opens the checkpoint', async () => {
    const next = await noteSigner(ORIGIN, new Uint8Array(32).fill(2))
    await db.write(...views(1, 'rotation'))
    await db.sequenceAll()
    const published = await publish({ ...db.publisher, signers: [db.signer, next] })
    const note = published.outcome === 'published' ? published.note : ''
    for (const key of [db.signer.key, next.key])
      expect((await openCheckpoint(note, [key])).signedBy).toEqual([key])
  })

  test('two at once give one checkpoint for each size', async () => {
    await db.write(...views(5, 'two'))
    await db.sequenceAll()
    const outcomes = await Promise.all([db.publish(), db.publish(), db.publish()])
    expect(outcomes.some(({ outcome }) => outcome === 'published')).toBe(true)
    const sizes = await signedSizes(db)
    expect(new Set(sizes).size).toBe(sizes.length)
    expect(await db.publish()).toMatchObject({ size: (await readHead(db.ledger)).size })
  })
})

describe('nothing is signed', () => {
  const body = (seq: number) => `id = (select entry_id from ledger.leaf where seq = ${seq})`
  const edit = `body = convert_to(replace(convert_from(body, 'UTF8'), '"page"', '"json"'), 'UTF8')`
  const rehash = `leaf_hash = sha256('\\x00'::bytea || convert_to(replace(convert_from(body, 'UTF8'), '"page"', '"json"'), 'UTF8'))`

  test('when the owner edited the body of an entry', () =>
    withLedger({ signed: 3, more: 4 }, async (db) => {
      await db.tamper(
        'alter table ledger.entry drop constraint entry_check',
        `update ledger.entry set ${edit} where ${body(5)}`,
      )
      await expectRefused(db, 'body-changed')
    }))

  test('when the owner edited a body and its hash', () =>
    withLedger({ signed: 3, more: 4 }, async (db) => {
      await db.tamper(`update ledger.entry set ${edit}, ${rehash} where ${body(5)}`)
      await expectRefused(db, 'body-changed')
    }))

  test('when the owner edited a body, its hash and its leaf', () =>
    withLedger({ signed: 3, more: 4 }, async (db) => {
      await db.tamper(
        `update ledger.entry set ${edit}, ${rehash} where ${body(5)}`,
        `update ledger.leaf set leaf_hash = (select leaf_hash from ledger.entry where id = entry_id) where seq = 5`,
      )
      await expectRefused(db, 'tree-changed')
    }))

  test('when an entry was deleted', () =>
    withLedger({ signed: 3, more: 4 }, async (db) => {
      await db.tamper(`delete from ledger.entry where ${body(4)}`)
      await expectRefused(db, 'body-missing')
    }))

  test('when a leaf was deleted', () =>
    withLedger({ signed: 3, more: 4 }, async (db) => {
      await db.tamper('delete from ledger.leaf where seq = 4')
      await expectRefused(db, 'body-missing')
    }))

  test('when a full tile was changed', () =>
    withLedger({ signed: 3, more: 300 }, async (db) => {
      await db.tamper('update ledger.tile set data = set_byte(data, 4000, 255 - get_byte(data, 4000))')
      await expectRefused(db, 'tree-changed')
    }))

  test('when the edge was changed where it was already signed', () =>
    withLedger({ signed: 3, more: 4 }, async (db) => {
      await db.tamper('update ledger.head set edge = set_byte(edge, 7, 255 - get_byte(edge, 7))')
      await expectRefused(db, 'tree-changed')
    }))

  test('when the root in the head was changed', () =>
    withLedger({ signed: 3, more: 4 }, async (db) => {
      await db.tamper(`update ledger.head set root = sha256('other')`)
      await expectRefused(db, 'tree-changed')
    }))

  test('when the stored note is of another log or another size', () =>
    withLedger({ signed: 3, more: 4 }, async (db) => {
      await db.tamper(`update ledger.checkpoint set note = replace(note, '${ORIGIN}', 'other.example/log')`)
      await expectRefused(db, 'checkpoint-changed')
      await db.tamper(
        `update ledger.checkpoint set note = replace(note, 'other.example/log', '${ORIGIN}'), size = 2`,
      )
      await expectRefused(db, 'checkpoint-changed')
    }))

  test('when the stored checkpoint is not what was signed', () =>
    withLedger({ signed: 3, more: 4 }, async (db) => {
      await db.tamper(`update ledger.checkpoint set root = sha256('other')`)
      await expectRefused(db, 'checkpoint-changed')
    }))

  /** Puts the database back to nothing and grows another history in it. */
  async function restart(db: LedgerFixture, count: number): Promise<void> {
    await db.tamper(
      ...['entry', 'outbox', 'leaf', 'tile', 'checkpoint', 'secret', 'index'].map(
        (table) => `delete from ledger.${table}`,
      ),
      `update ledger.head set size = 0, root = sha256(''), edge = '', version = 0`,
    )
    if (count > 0) await db.write(...views(count, 'other'))
    await db.sequenceAll()
  }

  test('when an older state of the database was put back: the anchor is ahead', () =>
    withLedger({ signed: 7 }, async (db) => {
      await restart(db, 4)
      await expectRefused(db, 'anchor-ahead')
      await restart(db, 0)
      await expectRefused(db, 'anchor-ahead')
    }))

  test('when there is another history of the same size, or a longer one', () =>
    withLedger({ signed: 7 }, async (db) => {
      await restart(db, 7)
      await expectRefused(db, 'anchor-differs')
      await db.write(...views(300, 'longer'))
      await db.sequenceAll()
      await expectRefused(db, 'anchor-differs')
    }))

  test('when the anchor is gone, cannot be read, or is of another log', () =>
    withLedger({ signed: 3, more: 4 }, async (db) => {
      const anchor = path.join(db.directory, 'anchor')
      const file = path.join(anchor, 'anchor-000000000001')
      const text = await readFile(file, 'utf8')
      await writeFile(file, text.slice(0, -5))
      await expectRefused(db, 'anchor-unreadable')
      await writeFile(file, text.replace(ORIGIN, 'other.example/audit/1'))
      await expectRefused(db, 'anchor-differs')
      await rm(anchor, { recursive: true })
      await expectRefused(db, 'anchor-missing')
    }))

  test('when another process moved the anchor in between', () =>
    withLedger({ signed: 3, more: 4 }, async (db) => {
      const { anchor } = db.publisher
      const before = await signedSizes(db)
      const raced = publish({
        ...db.publisher,
        anchor: {
          read: async () => {
            const read = await anchor.read()
            await anchor.swap(read, { origin: ORIGIN, size: 5, root: new Uint8Array(32) })
            return read
          },
          swap: (from, to) => anchor.swap(from, to),
        },
      })
      await expect(raced).rejects.toMatchObject({ code: 'anchor-contended' })
      expect(await signedSizes(db)).toEqual(before)
    }))

  test('when the clocks disagree by more than five minutes, or went back since the last checkpoint', () =>
    withLedger({ signed: 3, more: 4 }, async (db) => {
      const before = await signedSizes(db)
      const later = (seconds: number) => new Date(AT.getTime() + seconds * 1000)
      const at = (clock: Date, database: Date) => publish({ ...db.publisher, clock: () => clock, databaseClock: () => Promise.resolve(database) }) // prettier-ignore
      for (const apart of [301, -301])
        await expect(at(later(600 + apart), later(600))).rejects.toMatchObject({ code: 'clock-disagrees' })
      await expect(publish({ ...db.publisher, databaseClock: undefined })).rejects.toMatchObject({ code: 'clock-disagrees' }) // prettier-ignore
      await expect(at(later(-11), later(-11))).rejects.toMatchObject({ code: 'clock-went-back' })
      expect(await signedSizes(db)).toEqual(before)
      expect(await at(later(299), later(0))).toMatchObject({ outcome: 'published' })
    }))

  test('and nothing is published over files that are ahead or hold another history', () =>
    withLedger({ signed: 3, more: 4 }, async (db) => {
      const file = path.join(db.directory, 'hashes/checkpoint')
      const note = await readFile(file, 'utf8')
      await writeFile(file, note.replace('\n3\n', '\n300\n'))
      await expect(db.publish()).rejects.toMatchObject({ code: 'files-ahead' })
      await writeFile(file, note.replace('\n3\n', '\n2\n'))
      await expect(db.publish()).rejects.toMatchObject({ code: 'files-differ' })
      await writeFile(file, note)
      await writeFile(path.join(db.directory, 'hashes/tile/0/000.p/7'), 'something else')
      await expect(db.publish()).rejects.toMatchObject({ code: 'files-differ' })
    }))

  test('and no entry is bundled that was changed after it was signed', () =>
    withLedger({ signed: 3, more: 4 }, async (db) => {
      await db.tamper(`update ledger.entry set ${edit}, ${rehash} where ${body(1)}`)
      await expect(db.publish()).rejects.toMatchObject({ code: 'body-changed' })
      const checkpoint = await readFile(path.join(db.directory, 'full/checkpoint'), 'utf8')
      expect(checkpoint).toContain('\n3\n')
    }))
})

describe('the anchor', () => {
  test('moves for one of many who saw the same, and keeps no old moves', () =>
    withLedger({ signed: 1 }, async (db) => {
      const { anchor } = db.publisher
      for (let size = 2; size < 6; size++) {
        const seen = await anchor.read()
        const to = { origin: ORIGIN, size, root: new Uint8Array(32).fill(size) }
        const swaps = await Promise.allSettled(Array.from({ length: 5 }, () => anchor.swap(seen, to)))
        expect(swaps.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
        expect(await anchor.read()).toMatchObject({ ...to, version: String(size) })
      }
      await expect(
        anchor.swap(undefined, { origin: ORIGIN, size: 99, root: new Uint8Array(32) }),
      ).rejects.toMatchObject({ code: 'anchor-contended' })
      expect(await anchor.read()).toMatchObject({ size: 5 })
    }))
})
