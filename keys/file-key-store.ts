// The default key store: a directory that only the gateway's user can read, one file a key.
//   <encoded reference>.key        32 random bytes, or what the envelope made of them
//   <encoded reference>.destroyed  the tombstone, empty: this reference had a key and will never have one again
//   store.id                       which of all stores this is
import { randomUUID } from 'node:crypto'
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { directoryMode, isErrno, shred, writeNew, writeOver } from './durable-file.ts'
import { KeyFault } from './key-fault.ts'
import { destroyedKey, encodeReference, existingKey, unknownKey } from './key-reference.ts'
import type { KeyState, KeyStore, KeyStoreKind } from './key-store.ts'
import { Secret } from './secret.ts'
import { unwrapSecret, wrapSecret } from './wrapping.ts'

const keyBytes = 32
const identity = 'store.id'

/** What keeps the key files from whoever has the disk alone. */
export interface Envelope {
  readonly kind: KeyStoreKind
  close(ref: string, key: Secret): Promise<Uint8Array>
  open(ref: string, closed: Uint8Array): Promise<Secret>
}

const bare: Envelope = {
  kind: 'file',
  close: (_ref, key) => Promise.resolve(key.reveal()),
  open: (_ref, closed) => Promise.resolve(new Secret(closed)),
}

/**
 * @param dir exists and is readable by its owner alone (mode 0700 or narrower)
 * @throws {KeyFault} `store.missing`, `store.unsafe-mode`, `store.read-only`
 * @clause hmpps-2025/16-encryption
 */
export async function openFileKeyStore(dir: string, envelope: Envelope = bare): Promise<KeyStore> {
  const mode = await directoryMode(dir)
  if (mode === undefined) {
    throw new KeyFault(
      'store.missing',
      `There is no key store at ${dir}. Create the directory with mode 0700.`,
    )
  }
  if ((mode & 0o077) !== 0) {
    const shown = mode.toString(8).padStart(4, '0')
    throw new KeyFault(
      'store.unsafe-mode',
      `Others can reach the key store ${dir} (mode ${shown}). Set it to 0700.`,
    )
  }
  // A store that takes no tombstone cannot destroy either, so a start on one stops before anything is sealed.
  await probeWriting(dir)
  return new FileKeyStore(dir, await identityOf(dir), envelope)
}

async function identityOf(dir: string): Promise<string> {
  await writeNew(join(dir, identity), Buffer.from(randomUUID()))
  return readFile(join(dir, identity), 'utf8')
}

async function probeWriting(dir: string): Promise<void> {
  const path = join(dir, `.${randomUUID()}.probe`)
  try {
    await writeNew(path, new Uint8Array())
    await shred(path)
  } catch (cause) {
    const isFull = isErrno(cause, 'ENOSPC')
    throw new KeyFault(
      'store.read-only',
      `The key store ${dir} cannot be written${isFull ? ': the disk is full' : ''}. Keys could be neither made nor destroyed.`,
      { cause },
    )
  }
}

class FileKeyStore implements KeyStore {
  readonly kind: KeyStoreKind
  readonly id: string
  readonly #dir: string
  readonly #envelope: Envelope

  constructor(dir: string, id: string, envelope: Envelope) {
    this.#dir = dir
    this.id = id
    this.#envelope = envelope
    this.kind = envelope.kind
  }

  async create(ref: string): Promise<void> {
    if (await this.#isDestroyed(ref)) throw destroyedKey(ref)
    const key = Secret.random(keyBytes)
    const isNew = await writeNew(this.#path(ref, 'key'), await this.#envelope.close(ref, key))
    key.wipe()
    if (!isNew) throw existingKey(ref)
    // Another process may have created and destroyed the same reference since the first look.
    if (await this.#isDestroyed(ref)) {
      await shred(this.#path(ref, 'key'))
      throw destroyedKey(ref)
    }
  }

  async wrap(ref: string, secret: Secret, context: Readonly<Record<string, string>>): Promise<Uint8Array> {
    const key = await this.#read(ref)
    const wrapped = wrapSecret(key.reveal(), ref, secret, context)
    key.wipe()
    return wrapped
  }

  async unwrap(ref: string, wrapped: Uint8Array, context: Readonly<Record<string, string>>): Promise<Secret> {
    const key = await this.#read(ref)
    try {
      return unwrapSecret(key.reveal(), ref, wrapped, context)
    } finally {
      key.wipe()
    }
  }

  async destroy(ref: string): Promise<void> {
    const wasDestroyed = await this.#isDestroyed(ref)
    const exists = await isFile(this.#path(ref, 'key'))
    if (!wasDestroyed && !exists) throw unknownKey(ref)
    // The tombstone comes first: after a crash between the two, the key is refused although its file is still there.
    if (!wasDestroyed) await writeOver(this.#path(ref, 'destroyed'), new Uint8Array())
    await shred(this.#path(ref, 'key'))
  }

  async has(ref: string): Promise<boolean> {
    return (await this.stateOf(ref)) === 'usable'
  }

  async stateOf(ref: string): Promise<KeyState> {
    const exists = await isFile(this.#path(ref, 'key'))
    if (await this.#isDestroyed(ref)) return exists ? 'ending' : 'destroyed'
    return exists ? 'usable' : 'unknown'
  }

  async #read(ref: string): Promise<Secret> {
    if (await this.#isDestroyed(ref)) throw destroyedKey(ref)
    const read = await readIfThere(this.#path(ref, 'key'))
    if (read === undefined) throw (await this.#isDestroyed(ref)) ? destroyedKey(ref) : unknownKey(ref)
    const key = await this.#envelope.open(ref, read)
    if (key.sizeBytes !== keyBytes)
      throw new KeyFault('store.key-damaged', `The file of key ${ref} is damaged.`)
    return key
  }

  async #isDestroyed(ref: string): Promise<boolean> {
    return isFile(this.#path(ref, 'destroyed'))
  }

  #path(ref: string, suffix: 'key' | 'destroyed'): string {
    return join(this.#dir, `${encodeReference(ref)}.${suffix}`)
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    throw error
  }
}
