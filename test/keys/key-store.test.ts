// What every key store keeps, whatever is behind it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openFileKeyStore } from '../../keys/file-key-store.ts'
import { openPkcs11KeyStore } from '../../keys/pkcs11/pkcs11-key-store.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import { openKmsEnvelope } from '../../keys/kms-envelope.ts'
import { Secret } from '../../keys/secret.ts'
import { startKms } from '../support/kms-double.ts'
import { makeSoftToken, needsSoftHsm, softHsm } from '../support/soft-token.ts'

interface Opened {
  readonly store: KeyStore
  again(): Promise<KeyStore>
  close(): Promise<void>
}

async function file(): Promise<Opened> {
  const dir = await mkdtemp(join(tmpdir(), 'ks-'))
  const open = () => openFileKeyStore(dir)
  return { store: await open(), again: open, close: () => rm(dir, { recursive: true }) }
}

async function pkcs11(): Promise<Opened> {
  const token = await makeSoftToken()
  const open = () => openPkcs11KeyStore(token.settings)
  return { store: await open(), again: open, close: () => Promise.resolve() }
}

async function awsKms(): Promise<Opened> {
  const kms = await startKms()
  const settings = kms.addKey()
  const dir = await mkdtemp(join(tmpdir(), 'ks-'))
  const open = async () => openFileKeyStore(dir, await openKmsEnvelope(settings))
  const close = async () => {
    await kms.close()
    await rm(dir, { recursive: true })
  }
  return { store: await open(), again: open, close }
}

const ref = 'shelf/hmi-prisons/2027-05-01/1'
const context = { item: 'item-1', purpose: 'vault' }
const fault = (code: string): unknown => expect.objectContaining({ name: 'KeyFault', code })

describe.each([
  { name: 'file', open: file, isHere: true },
  { name: 'AWS KMS', open: awsKms, isHere: true },
  { name: `PKCS #11${needsSoftHsm}`, open: pkcs11, isHere: softHsm !== undefined },
])('the key store: $name', ({ open, isHere }) => {
  let opened: Opened
  let store: KeyStore
  beforeEach(async (each) => {
    each.skip(!isHere)
    opened = await open()
    store = opened.store
  })
  afterEach(async () => {
    if (isHere) await opened.close()
  })

  test('A wrapped secret comes back as it was, also from whoever opens the same store again.', async () => {
    await store.create(ref)
    const secret = Secret.random(32)
    const wrapped = await store.wrap(ref, secret, context)
    const again = await opened.again()
    expect((await again.unwrap(ref, wrapped, { purpose: 'vault', item: 'item-1' })).reveal()).toEqual(
      secret.reveal(),
    )
    expect(Buffer.from(wrapped).includes(Buffer.from(secret.reveal()))).toBe(false)
  })

  test('A key is never created over an existing one, however many try at once.', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => store.create(ref)))
    expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
    await expect(store.create(ref)).rejects.toEqual(fault('store.key-exists'))
  })

  test('hmpps-2025/19-destruction: a destroyed key opens nothing, wraps nothing and is never created again.', async () => {
    await store.create(ref)
    const wrapped = await store.wrap(ref, Secret.random(32), context)
    await store.destroy(ref)
    await expect(store.unwrap(ref, wrapped, context)).rejects.toEqual(fault('store.key-destroyed'))
    await expect(store.wrap(ref, Secret.random(32), context)).rejects.toEqual(fault('store.key-destroyed'))
    await expect(store.create(ref)).rejects.toEqual(fault('store.key-destroyed'))
    expect(await store.has(ref)).toBe(false)
    expect(await store.stateOf(ref)).toBe('destroyed')
  })

  test('Two that destroy one key at once both end well, and the key is gone.', async () => {
    await store.create(ref)
    await Promise.all([store.destroy(ref), store.destroy(ref)])
    expect(await store.has(ref)).toBe(false)
  })

  test('An unknown key and a wrong context have answers of their own.', async () => {
    await store.create(ref)
    const wrapped = await store.wrap(ref, Secret.random(32), context)
    await expect(store.unwrap('shelf/none', wrapped, context)).rejects.toEqual(fault('store.key-unknown'))
    await expect(store.destroy('shelf/none')).rejects.toEqual(fault('store.key-unknown'))
    await expect(store.unwrap(ref, wrapped, { ...context, item: 'item-2' })).rejects.toEqual(
      fault('store.wrong-context'),
    )
    await expect(store.unwrap(ref, wrapped, {})).rejects.toEqual(fault('store.wrong-context'))
    await expect(store.unwrap(ref, new Uint8Array(3), context)).rejects.toEqual(fault('store.wrong-context'))
  })

  test('Contexts that would read the same when joined are different contexts.', async () => {
    await store.create(ref)
    const wrapped = await store.wrap(ref, Secret.random(32), { ab: 'c' })
    await expect(store.unwrap(ref, wrapped, { a: 'bc' })).rejects.toEqual(fault('store.wrong-context'))
  })

  test('A wrapped key with any byte altered does not open.', async () => {
    await store.create(ref)
    const wrapped = await store.wrap(ref, Secret.random(32), context)
    for (let position = 0; position < wrapped.length; position += 1) {
      const altered = new Uint8Array(wrapped)
      altered[position] = (altered[position] ?? 0) ^ 1
      await expect(store.unwrap(ref, altered, context)).rejects.toEqual(fault('store.wrong-context'))
    }
  })

  test('A reference that is empty, too long or not well-formed text is refused.', async () => {
    for (const bad of ['', 'a'.repeat(241), '\ud800']) {
      await expect(store.create(bad)).rejects.toEqual(fault('store.bad-reference'))
    }
  })

  test('A store says which one it is, the same each time, and no other says so.', async () => {
    const other = await open()
    expect((await opened.again()).id).toBe(store.id)
    expect(store.id).toMatch(/^[0-9a-f-]{36}$/)
    expect(other.store.id).not.toBe(store.id)
    await other.close()
  })
})
