// The default key store: a directory that only the gateway's user can read, one file a key.
//   <encoded reference>.key        32 random bytes
//   <encoded reference>.destroyed  the tombstone, empty: this reference had a key and will never have one again
// Lower-case letters, digits and '-' of a reference stand for themselves; every other byte of its UTF-8 is written
// as '_' and two hexadecimal digits, so that '/', '.' and case survive every file system.
import { randomUUID } from 'node:crypto'
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { directoryMode, isErrno, shred, writeNew, writeOver } from './durable-file.ts'
import { KeyFault } from './key-fault.ts'
import type { KeyState, KeyStore } from './key-store.ts'
import { Secret } from './secret.ts'
import { unwrapSecret, wrapSecret } from './wrapping.ts'

const keyBytes = 32
const longestEncodedReference = 240 // a file name holds 255 bytes, suffix included

/**
 * @param dir exists and is readable by its owner alone (mode 0700 or narrower)
 * @throws {KeyFault} `store.missing`, `store.unsafe-mode`, `store.read-only`
 * @clause hmpps-2025/16-encryption
 */
export async function openFileKeyStore(dir: string): Promise<KeyStore> {
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
  return new FileKeyStore(dir)
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
  readonly #dir: string

  constructor(dir: string) {
    this.#dir = dir
  }

  async create(ref: string): Promise<void> {
    if (await this.#isDestroyed(ref)) throw destroyed(ref)
    const key = Secret.random(keyBytes)
    const isNew = await writeNew(this.#path(ref, 'key'), key.reveal())
    key.wipe()
    if (!isNew) throw new KeyFault('store.key-exists', `There is already a key ${ref}.`)
    // Another process may have created and destroyed the same reference since the first look.
    if (await this.#isDestroyed(ref)) {
      await shred(this.#path(ref, 'key'))
      throw destroyed(ref)
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
    if (!wasDestroyed && !exists) throw unknown(ref)
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
    if (await this.#isDestroyed(ref)) throw destroyed(ref)
    const read = await readIfThere(this.#path(ref, 'key'))
    if (read === undefined) throw (await this.#isDestroyed(ref)) ? destroyed(ref) : unknown(ref)
    const key = new Secret(read)
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

function encodeReference(ref: string): string {
  const encoded = ref.isWellFormed()
    ? Array.from(Buffer.from(ref, 'utf8'), (byte) => {
        const character = String.fromCharCode(byte)
        return /[a-z0-9-]/.test(character) ? character : `_${byte.toString(16).padStart(2, '0')}`
      }).join('')
    : ''
  if (encoded === '' || encoded.length > longestEncodedReference) {
    throw new KeyFault(
      'store.bad-reference',
      'A key reference is well-formed text of 1 to 240 bytes when encoded.',
    )
  }
  return encoded
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

function unknown(ref: string): KeyFault {
  return new KeyFault('store.key-unknown', `There is no key ${ref} in this key store.`)
}

function destroyed(ref: string): KeyFault {
  return new KeyFault('store.key-destroyed', `Key ${ref} was destroyed. What it protected cannot be opened.`)
}
