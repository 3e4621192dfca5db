// A key store of files that AWS KMS closes: against a double of its API.
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openFileKeyStore } from '../../keys/file-key-store.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import { openKmsEnvelope, type KmsSettings } from '../../keys/kms-envelope.ts'
import { Secret } from '../../keys/secret.ts'
import { startKms, type KmsDouble } from '../support/kms-double.ts'

const ref = 'shelf/hmi-prisons/2027-05-01/1'
const context = { item: 'item-1' }
const fault = (code: string): unknown => expect.objectContaining({ name: 'KeyFault', code })

describe('a key store that AWS KMS closes', () => {
  let kms: KmsDouble
  let settings: KmsSettings
  let dir: string
  let store: KeyStore
  beforeAll(async () => {
    kms = await startKms()
  })
  beforeEach(async () => {
    kms.fault = undefined
    kms.cutAfterBytes = undefined
    settings = kms.addKey()
    dir = await mkdtemp(join(tmpdir(), 'kms-'))
    store = await openFileKeyStore(dir, await openKmsEnvelope(settings))
    return () => rm(dir, { recursive: true })
  })
  afterAll(() => kms.close())

  test('The files alone open nothing: not bare, not with another key of KMS, not under another name.', async () => {
    await store.create(ref)
    await store.create('other')
    const wrapped = await store.wrap(ref, Secret.random(32), context)
    await expect((await openFileKeyStore(dir)).unwrap(ref, wrapped, context)).rejects.toEqual(fault('store.key-damaged')) // prettier-ignore
    const another = await openFileKeyStore(dir, await openKmsEnvelope(kms.addKey()))
    await expect(another.unwrap(ref, wrapped, context)).rejects.toEqual(fault('store.foreign'))
    await rename(join(dir, 'shelf_2fhmi-prisons_2f2027-05-01_2f1.key'), join(dir, 'other.key'))
    await expect(store.unwrap('other', wrapped, context)).rejects.toEqual(fault('store.key-damaged'))
  })

  test('Each use is asked of KMS with the name of the key, and with nothing else.', async () => {
    kms.asked.length = 0
    await store.create(ref)
    const wrapped = await store.wrap(ref, Secret.random(32), context)
    await store.unwrap(ref, wrapped, context)
    await store.destroy(ref)
    const about = `{"concordat:key":"${ref}"}`
    expect(kms.asked).toEqual([`Encrypt ${about}`, `Decrypt ${about}`, `Decrypt ${about}`])
  })

  test('hmpps-2025/19-destruction: destroying needs no answer from KMS, and what is destroyed KMS cannot bring back.', async () => {
    await store.create(ref)
    const wrapped = await store.wrap(ref, Secret.random(32), context)
    kms.fault = { status: 500, type: 'KMSInternalException' }
    await store.destroy(ref)
    kms.fault = undefined
    await expect(store.unwrap(ref, wrapped, context)).rejects.toEqual(fault('store.key-destroyed'))
    expect((await readdir(dir)).filter((name) => name.endsWith('.key'))).toEqual([])
  })

  test.each([
    { what: 'that refuses this gateway', status: 400, type: 'AccessDeniedException', code: 'store.locked' },
    { what: 'whose key is disabled', status: 400, type: 'com.amazonaws.kms#DisabledException', code: 'store.unreachable' },
    { what: 'that is busy', status: 400, type: 'ThrottlingException', code: 'store.unreachable' },
    { what: 'that fails', status: 500, type: 'KMSInternalException', code: 'store.unreachable' },
  ])('A KMS $what is said in plain words, leaves nothing half done, and all goes on afterwards.', async ({ status, type, code }) => {
    await store.create('shelf/imb/2027-05-01/1')
    const secret = Secret.random(32)
    const wrapped = await store.wrap('shelf/imb/2027-05-01/1', secret, context)
    kms.fault = { status, type }
    await expect(store.create(ref)).rejects.toEqual(fault(code))
    await expect(store.unwrap('shelf/imb/2027-05-01/1', wrapped, context)).rejects.toThrow(/^AWS KMS /)
    expect(await store.stateOf(ref)).toBe('unknown')
    kms.fault = undefined
    await store.create(ref)
    expect((await store.unwrap('shelf/imb/2027-05-01/1', wrapped, context)).reveal()).toEqual(secret.reveal())
  }) // prettier-ignore

  test('A key that is not there, is of another kind, or is asked for with a wrong secret stops the start; so does no answer.', async () => {
    await expect(openKmsEnvelope({ ...settings, key: 'alias/none' })).rejects.toEqual(fault('store.missing'))
    await expect(openKmsEnvelope(kms.addKey('RSA_4096'))).rejects.toEqual(fault('store.unfit'))
    const wrong = await openKmsEnvelope({ ...settings, secretAccessKey: 'wrong-secret' }).catch((error: unknown) => error) // prettier-ignore
    expect(wrong).toEqual(fault('store.locked'))
    expect(String(wrong)).not.toContain('wrong-secret')
    await expect(openKmsEnvelope({ ...settings, endpoint: 'http://127.0.0.1:9' })).rejects.toEqual(fault('store.unreachable')) // prettier-ignore
  })

  test('An answer that is cut off anywhere, also before its first byte, is that KMS cannot be reached; nothing is half done, and it goes on afterwards.', async () => {
    await store.create(ref)
    const wrapped = await store.wrap(ref, Secret.random(32), context)
    for (const cut of [0, 1, 10, 25]) {
      kms.cutAfterBytes = cut
      await expect(openKmsEnvelope(settings), `opening, at ${cut}`).rejects.toEqual(fault('store.unreachable'))
      await expect(store.create(`new-${cut}`), `making, at ${cut}`).rejects.toEqual(fault('store.unreachable'))
      await expect(store.unwrap(ref, wrapped, context), `using, at ${cut}`).rejects.toEqual(fault('store.unreachable'))
      expect((await readdir(dir)).filter((name) => name.includes('new'))).toEqual([])
      kms.cutAfterBytes = undefined
      await store.create(`new-${cut}`)
      expect((await store.unwrap(ref, wrapped, context)).sizeBytes).toBe(32)
      await rm(join(dir, `new-${cut}.key`))
    }
  }) // prettier-ignore

  test('A file of which one byte is another is named as damaged.', async () => {
    await store.create(ref)
    const path = join(dir, 'shelf_2fhmi-prisons_2f2027-05-01_2f1.key')
    const bytes = await readFile(path)
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    await writeFile(path, bytes)
    await expect(store.wrap(ref, Secret.random(32), context)).rejects.toEqual(fault('store.key-damaged'))
  })
})
