// A ledger that is published to an object store: the same files as in a folder, and every way in which a store can fail once, at
// every request. Afterwards the log is whole, and was never another.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openCheckpoint, type SignedCheckpoint } from '../../audit/checkpoint.ts'
import { fsck } from '../../audit/fsck/fsck.ts'
import { monitor } from '../../audit/fsck/monitor.ts'
import { httpLog, LogUnreadable } from '../../audit/fsck/published-log.ts'
import { printReport } from '../../audit/fsck/report.ts'
import type { LogStore } from '../../audit/log-store.ts'
import { nodeHasher } from '../../audit/node-hash.ts'
import { type Objects, objectStore, storeAnchor } from '../../audit/object-store.ts'
import { publish, type Published, type PublisherDeps } from '../../audit/publisher.ts'
import { openBucket } from '../../gateway/s3.ts'
import { startStore, type StoreDouble, type StoreFault } from '../support/s3-double.ts'
import { type LedgerFixture, openLedger, ORIGIN, views } from './ledger-fixture.ts'

const HASTY_MS = 300

describe('an object store', () => {
  let db: LedgerFixture
  let store: StoreDouble
  let bucket: Objects
  let full: LogStore
  let publisher: PublisherDeps
  beforeEach(async () => {
    db = await openLedger()
    store = await startStore()
    bucket = openBucket(store.settings)
    full = objectStore(bucket, `${ORIGIN}/full/`)
    publisher = publisherOn(bucket)
  })
  afterEach(async () => {
    await store.close()
    await db.close()
  })

  function publisherOn(objects: Objects): PublisherDeps {
    return {
      ...db.publisher,
      anchor: storeAnchor(objectStore(objects, `${ORIGIN}/`)),
      publications: [
        { profile: 'hashes', store: objectStore(objects, `${ORIGIN}/hashes/`) },
        { profile: 'full', store: objectStore(objects, `${ORIGIN}/full/`) },
      ],
    }
  }
  /** One that waits for no answer that is not coming. */
  const hasty = () => publisherOn(openBucket(store.settings, HASTY_MS))
  async function grow(count: number, name: string): Promise<void> {
    await db.write(...views(count, name))
    await db.sequenceAll()
  }
  /** The whole log, as whoever may read the bucket sees it. @returns what was verified */
  async function expectWhole(size: number, since?: SignedCheckpoint): Promise<SignedCheckpoint | undefined> {
    const { report, verified } = await fsck({ log: full, db: db.gateway, keys: [db.signer.key], since, onProgress: () => undefined }) // prettier-ignore
    expect(report, printReport(report)).toMatchObject({
      clean: true,
      complete: since === undefined,
      head: { size },
    })
    return verified
  }
  async function signedSizes(): Promise<number[]> {
    const { rows } = await db.owner.query('select size from ledger.checkpoint order by size')
    return rows.map((row) => Number(row['size']))
  }

  test('holds the very files that a folder would, with the anchor beside them, and partial tiles go', async () => {
    for (const [count, name] of [
      [200, 'a'],
      [100, 'b'],
      [300, 'c'],
    ] as const) {
      // prettier-ignore
      await grow(count, name)
      await publish({ ...publisher, publications: [...db.publisher.publications, ...publisher.publications] })
    }
    for (const profile of ['hashes', 'full']) {
      const folder = path.join(db.directory, profile)
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile()).map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))) // prettier-ignore
      const prefix = `${ORIGIN}/${profile}/`
      const keys = [...store.objects.keys()].filter((key) => key.startsWith(prefix))
      expect(keys.map((key) => key.slice(prefix.length)).toSorted()).toEqual(files.toSorted())
      for (const name of files)
        expect(store.objects.get(prefix + name), name).toEqual(await readFile(path.join(folder, name)))
    }
    expect(store.objects.get(`${ORIGIN}/anchor`)?.toString()).toContain(`${ORIGIN}\n600\n`)
    await expectWhole(600)
  })

  test('is read by anybody where it is public, with fsck and monitor; the entries by whoever may', async () => {
    await grow(300, 'a')
    await publish(publisher)
    const open = httpLog(`${store.settings.url}/${ORIGIN}/hashes/`)
    const { report } = await fsck({ log: open, keys: [db.signer.key], onProgress: () => undefined })
    expect(report, printReport(report)).toMatchObject({ clean: true, head: { size: 300 } })
    const watch = (last?: SignedCheckpoint) => monitor({ log: open, hasher: nodeHasher, keys: [db.signer.key], last }) // prettier-ignore
    const { seen } = await watch()
    await grow(20, 'b')
    await publish(publisher)
    expect((await watch(seen)).seen).toMatchObject({ size: 320 })
    await expect(httpLog(`${store.settings.url}/${ORIGIN}/full/`).read('checkpoint')).rejects.toThrow('403')
  })

  test('that does not know our key is not written to, and nothing is signed', async () => {
    const stranger = openBucket({ ...store.settings, access: { ...store.settings.access, secretAccessKey: 'another secret' } }) // prettier-ignore
    await grow(3, 'a')
    await expect(publish(publisherOn(stranger))).rejects.toThrow('403 (SignatureDoesNotMatch)')
    expect(store.objects.size).toBe(0)
    expect(await signedSizes()).toEqual([])
  })

  test('that does not keep to conditions is not used, and nothing is signed', async () => {
    store.ignoresConditions = true
    await grow(3, 'a')
    await expect(publish(publisher)).rejects.toMatchObject({ code: 'store-unfit' })
    expect(await signedSizes()).toEqual([])
    store.ignoresConditions = false
    expect(await publish(publisher)).toMatchObject({ size: 3 })
  })

  test('moves its anchor for one of many who saw the same', async () => {
    const { anchor } = publisher
    for (let size = 1; size < 5; size++) {
      const seen = await anchor.read()
      const to = { origin: ORIGIN, size, root: new Uint8Array(32).fill(size) }
      const swaps = await Promise.allSettled(Array.from({ length: 5 }, () => anchor.swap(seen, to)))
      expect(swaps.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await anchor.read()).toMatchObject(to)
    }
    const to = { origin: ORIGIN, size: 99, root: new Uint8Array(32) }
    await expect(anchor.swap(undefined, to)).rejects.toMatchObject({ code: 'anchor-contended' })
    expect(await anchor.read()).toMatchObject({ size: 4 })
  })

  test.each<StoreFault>(['500', '500 after', 'cut', 'lost'])(
    'that fails once, at any request (%s), is whole after the next pass, and never showed another history',
    async (fault) => {
      let size = 0
      let since: SignedCheckpoint | undefined
      for (let at = 1; ; at += 1) {
        await grow(at % 5 === 0 ? 100 : 3, `at-${at}`)
        size += at % 5 === 0 ? 100 : 3
        const begin = store.asked.length
        let isMet = false
        store.plant = (_, number) => {
          if (number !== begin + at) return undefined
          isMet = true
          return fault
        }
        // Another process each time: nothing is remembered but what the database and the store hold.
        bucket = openBucket(store.settings)
        full = objectStore(bucket, `${ORIGIN}/full/`)
        const faulty: Published | Error = await publish(publisherOn(bucket)).catch((error: unknown) => error as Error) // prettier-ignore
        store.plant = () => undefined
        // It is set while the pass asks the store.
        if (!(isMet as boolean)) break
        expect(faulty instanceof Error || faulty.outcome === 'published').toBe(true)
        expect(await publish(publisherOn(bucket))).toMatchObject({ outcome: 'published', size })
        since = await expectWhole(size, since)
      }
      expect(size).toBeGreaterThan(300)
      await expectWhole(size)
    },
    60_000,
  )

  test('that does not answer is given up, nothing is signed over it, and the next pass makes it good', async () => {
    await grow(3, 'a')
    await publish(publisher)
    await grow(3, 'b')
    store.plant = (asked) => (asked.startsWith('PUT') ? 'silent' : undefined)
    await expect(publish(hasty())).rejects.toThrow(LogUnreadable)
    expect(await signedSizes()).toEqual([3])
    store.plant = () => undefined
    expect(await publish(publisher)).toMatchObject({ size: 6 })
    await expectWhole(6)
  })

  test.each(['anchor', 'full/checkpoint', 'hashes/checkpoint'])(
    'that carries out a write of %s long after it was given up does not go back by it',
    async (name) => {
      await grow(3, 'a')
      await publish(publisher)
      await grow(3, 'b')
      store.plant = (asked) => (asked === `PUT ${ORIGIN}/${name}` ? 'late' : undefined)
      await expect(publish(hasty())).rejects.toThrow('did not answer')
      store.plant = () => undefined
      await grow(3, 'c')
      expect(await publish(publisher)).toMatchObject({ size: 9 })
      expect(store.comeTrue()).toBe(1)
      const after = store.objects.get(`${ORIGIN}/${name}`)?.toString()
      expect(after).toContain(`${ORIGIN}\n9\n`)
      await expectWhole(9)
    },
  )

  test('whose late write comes true before ours is looked at again', async () => {
    await grow(3, 'a')
    await publish(publisher)
    await grow(3, 'b')
    store.plant = (asked) => (asked === `PUT ${ORIGIN}/full/checkpoint` ? 'late' : undefined)
    await expect(publish(hasty())).rejects.toThrow('did not answer')
    await grow(3, 'c')
    store.plant = (asked) => {
      if (asked === `PUT ${ORIGIN}/full/checkpoint`) expect(store.comeTrue()).toBe(0)
      return undefined
    }
    await expect(publish(publisher)).rejects.toMatchObject({ code: 'files-contended' })
    store.plant = () => undefined
    expect(await publish(publisher)).toMatchObject({ size: 9 })
    await expectWhole(9)
  })

  test('whose anchor went back, or is gone, freezes signing', async () => {
    await grow(3, 'a')
    await publish(publisher)
    const older = store.objects.get(`${ORIGIN}/anchor`)
    await grow(3, 'b')
    await publish(publisher)
    await grow(3, 'c')
    if (older) store.objects.set(`${ORIGIN}/anchor`, older)
    await expect(publish(publisher)).rejects.toMatchObject({ code: 'anchor-behind' })
    store.objects.delete(`${ORIGIN}/anchor`)
    await expect(publish(publisher)).rejects.toMatchObject({ code: 'anchor-missing' })
    expect(await signedSizes()).toEqual([3, 6])
  })

  test('whose published checkpoint is another history is not written over', async () => {
    await grow(3, 'a')
    await publish(publisher)
    const key = `${ORIGIN}/full/checkpoint`
    const note = store.objects.get(key)?.toString() ?? ''
    await grow(3, 'b')
    store.objects.set(key, Buffer.from(note.replace('\n3\n', '\n2\n')))
    await expect(publish(publisher)).rejects.toMatchObject({ code: 'files-differ' })
    store.objects.set(key, Buffer.from(note.replace('\n3\n', '\n300\n')))
    await expect(publish(publisher)).rejects.toMatchObject({ code: 'files-ahead' })
    store.objects.set(key, Buffer.from(note))
    store.objects.set(`${ORIGIN}/full/tile/0/000.p/6`, Buffer.from('something else'))
    await expect(publish(publisher)).rejects.toMatchObject({ code: 'files-differ' })
    expect((await openCheckpoint(store.objects.get(key)?.toString() ?? '', [db.signer.key])).size).toBe(3)
  })
})
