import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openFileKeyStore } from '../../keys/file-key-store.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import { Secret } from '../../keys/secret.ts'

const ref = 'shelf/hmi-prisons/2027-05-01/1'
const context = { item: 'item-1', purpose: 'vault' }
let dir: string
let store: KeyStore

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ks-'))
  store = await openFileKeyStore(dir)
})
afterEach(() => rm(dir, { recursive: true }))

const fault = (code: string): unknown => expect.objectContaining({ name: 'KeyFault', code })

test('A directory that others can reach is refused, and so is a missing one.', async () => {
  for (const mode of [0o750, 0o701, 0o770, 0o704]) {
    await chmod(dir, mode)
    await expect(openFileKeyStore(dir)).rejects.toEqual(fault('store.unsafe-mode'))
  }
  await chmod(dir, 0o700)
  await expect(openFileKeyStore(join(dir, 'elsewhere'))).rejects.toEqual(fault('store.missing'))
})

test('Key files are readable by their owner alone, and no temporary file stays behind.', async () => {
  await store.create(ref)
  const names = await readdir(dir)
  expect(names).toEqual(['shelf_2fhmi-prisons_2f2027-05-01_2f1.key', 'store.id'])
  for (const name of names) expect((await stat(join(dir, name))).mode & 0o777).toBe(0o600)
})

test('Destroying overwrites the bytes before it removes the name.', async () => {
  await store.create(ref)
  const path = join(dir, 'shelf_2fhmi-prisons_2f2027-05-01_2f1.key')
  // A second name for the same bytes stands in for whoever could read the disk.
  const { link } = await import('node:fs/promises')
  await link(path, join(dir, 'second-name'))
  expect((await readFile(join(dir, 'second-name'))).some((byte) => byte !== 0)).toBe(true)
  await store.destroy(ref)
  expect(await readFile(join(dir, 'second-name'))).toEqual(Buffer.alloc(32))
})

test('After a crash between tombstone and removal the key is refused, and destroying again finishes the work.', async () => {
  await store.create(ref)
  const wrapped = await store.wrap(ref, Secret.random(32), context)
  await writeFile(join(dir, 'shelf_2fhmi-prisons_2f2027-05-01_2f1.destroyed'), '')
  await expect(store.unwrap(ref, wrapped, context)).rejects.toEqual(fault('store.key-destroyed'))
  expect(await store.has(ref)).toBe(false)
  await store.destroy(ref)
  await store.destroy(ref)
  expect(await readdir(dir)).toEqual(['shelf_2fhmi-prisons_2f2027-05-01_2f1.destroyed', 'store.id'])
})

test('A key wrapped under one reference does not open under another that holds the same bytes.', async () => {
  await store.create('one')
  await writeFile(join(dir, 'two.key'), await readFile(join(dir, 'one.key')))
  const wrapped = await store.wrap('one', Secret.random(32), context)
  await expect(store.unwrap('two', wrapped, context)).rejects.toEqual(fault('store.wrong-context'))
})

test('A key file that lost bytes is named as damaged.', async () => {
  await store.create(ref)
  await writeFile(join(dir, 'shelf_2fhmi-prisons_2f2027-05-01_2f1.key'), 'short')
  await expect(store.wrap(ref, Secret.random(32), context)).rejects.toEqual(fault('store.key-damaged'))
})

test('No two references share a file, and none leaves the directory.', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), {
        minLength: 2,
        maxLength: 6,
      }),
      async (refs) => {
        const fresh = await mkdtemp(join(tmpdir(), 'ks-'))
        try {
          const held = await openFileKeyStore(fresh)
          for (const one of refs) await held.create(one)
          const names = (await readdir(fresh)).filter((name) => name !== 'store.id')
          expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(refs.length)
          for (const name of names) {
            const bytes = name.replace(/\.key$/, '').replaceAll('_', '%')
            expect(refs).toContain(decodeURIComponent(bytes))
          }
        } finally {
          await rm(fresh, { recursive: true })
        }
      },
    ),
    { numRuns: 40 },
  )
})
