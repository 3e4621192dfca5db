// Keys in a hardware module, through PKCS #11: made in the token, never seen outside it, destroyed in it.
//   key        a secret key object (AES-256, sensitive, not extractable) labelled "concordat:<reference>"
//   tombstone  a data object of the application "concordat destroyed" with the same label: this reference never gets a key again
//   identity   a data object of the application "concordat store", whose value is this store's id
// Wrapped, in the token (NIST SP 800-38D):  version (1 byte, 0x02) | nonce (12 bytes, random) | ciphertext | tag (16 bytes)
import { randomBytes, randomUUID } from 'node:crypto'
import { KeyFault } from '../key-fault.ts'
import { destroyedKey, encodeReference, existingKey, unknownKey } from '../key-reference.ts'
import type { KeyState, KeyStore, SealingContext } from '../key-store.ts'
import { Secret } from '../secret.ts'
import { authenticated, notOurs } from '../wrapping.ts'
import { aesGcm, aesKeyGeneration, CryptokiFault, loadCryptoki, template, ulong, type Attribute, type Cryptoki, type Handle } from './cryptoki.ts' // prettier-ignore
import { CKR } from './return-codes.ts'
import { handleFrom, Token, type Session, type TokenSettings } from './token.ts'

const version = 2
const nonceBytes = 12
const tagBytes = 16
const keyBytes = 32

const yes = Buffer.of(1)
const no = Buffer.of(0)
const dataObject = { type: 0x00, value: ulong(0) }
const secretKey = { type: 0x00, value: ulong(4) }
const aes = { type: 0x100, value: ulong(0x1f) }
const inToken = { type: 0x01, value: yes }
const whenLoggedIn = { type: 0x02, value: yes }
const fixed = { type: 0x170, value: no }
const extractable = 0x162
const valueOf = 0x11
const alwaysSensitive = 0x165
const neverExtractable = 0x164
const label = (text: string): Attribute => ({ type: 0x03, value: Buffer.from(text, 'utf8') })
const application = (text: string): Attribute => ({ type: 0x10, value: Buffer.from(text, 'utf8') })

/** What a decryption answers to bytes that were altered; SoftHSM says CKR_GENERAL_ERROR, as it does for much else. */
const isRefusal: readonly number[] = [CKR.ENCRYPTED_DATA_INVALID, CKR.ENCRYPTED_DATA_LEN_RANGE, CKR.AEAD_DECRYPT_FAILED, CKR.GENERAL_ERROR, CKR.FUNCTION_FAILED] // prettier-ignore

/**
 * @param load for tests: the library's functions
 * @throws {KeyFault} `store.missing`, `store.read-only`, `store.locked`, `store.unfit`, `store.unreachable`
 * @clause hmpps-2025/16-encryption
 */
export async function openPkcs11KeyStore(
  settings: TokenSettings,
  load: (libraryFile: string) => Cryptoki = loadCryptoki,
): Promise<KeyStore> {
  const token = new Token(settings, loaded(settings.library, load))
  // Writes and takes away again, so that a store in which nothing could be destroyed stops the start.
  const id = await token.use(async (session) => {
    const probe = await createData(session, 'concordat probe', randomUUID())
    await session.cryptoki('C_DestroyObject', session.handle, probe)
    return identityOf(session)
  })
  return new Pkcs11KeyStore(token, id)
}

function loaded(libraryFile: string, load: (libraryFile: string) => Cryptoki): Cryptoki {
  try {
    return load(libraryFile)
  } catch (cause) {
    throw new KeyFault('store.missing', `The PKCS #11 library ${libraryFile} cannot be loaded.`, { cause })
  }
}

async function identityOf(session: Session): Promise<string> {
  const find = () => session.find([dataObject, application('concordat store')])
  if ((await find()).length === 0) await createData(session, 'concordat store', 'identity', randomUUID())
  const found: string[] = []
  for (const object of await find()) found.push((await session.read(object, valueOf)).toString('utf8').replace(/\0+$/, '')) // prettier-ignore
  // Where two first starts each made one, both take the same.
  return found.sort()[0] ?? ''
}

function createData(session: Session, of: string, named: string, value = ''): Promise<Handle> {
  const attributes = [dataObject, inToken, whenLoggedIn, fixed, application(of), label(named), { type: valueOf, value: Buffer.from(value) }] // prettier-ignore
  return handleFrom((target) =>
    session.cryptoki('C_CreateObject', session.handle, template(attributes), attributes.length, target),
  )
}

class Pkcs11KeyStore implements KeyStore {
  readonly kind = 'pkcs11'
  readonly id: string
  readonly #token: Token

  constructor(token: Token, id: string) {
    this.#token = token
    this.id = id
  }

  create(ref: string): Promise<void> {
    return this.#with(ref, async (session) => {
      if (await isDestroyed(session, ref)) throw destroyedKey(ref)
      if ((await keysOf(session, ref)).length > 0) throw existingKey(ref)
      const key = await generate(session, ref)
      await mustStayInside(session, key)
      // Another process may have created and destroyed the same reference since the first look.
      if (!(await isDestroyed(session, ref))) return
      await session.cryptoki('C_DestroyObject', session.handle, key)
      throw destroyedKey(ref)
    })
  }

  wrap(ref: string, secret: Secret, context: SealingContext): Promise<Uint8Array> {
    return this.#with(ref, async (session) => {
      const [key] = await usableKeysOf(session, ref)
      const nonce = randomBytes(nonceBytes)
      const plain = Buffer.from(secret.reveal())
      try {
        await session.cryptoki('C_EncryptInit', session.handle, aesGcm(nonce, authenticated(ref, context), tagBytes), key) // prettier-ignore
        const ciphertext = await session.written(
          (target, size) => session.cryptoki('C_Encrypt', session.handle, plain, plain.length, target, size),
          plain.length + tagBytes,
        )
        return new Uint8Array(Buffer.concat([Buffer.of(version), nonce, ciphertext]))
      } finally {
        plain.fill(0)
      }
    })
  }

  unwrap(ref: string, wrapped: Uint8Array, context: SealingContext): Promise<Secret> {
    return this.#with(ref, async (session) => {
      const keys = await usableKeysOf(session, ref)
      if (wrapped.length <= 1 + nonceBytes + tagBytes || wrapped[0] !== version) throw notOurs()
      const aad = authenticated(ref, context)
      // More than one only where two processes made the key at the same instant: then both belong to it.
      for (const key of keys) {
        const opened = await decrypt(session, key, wrapped, aad)
        if (opened) return opened
      }
      throw notOurs()
    })
  }

  destroy(ref: string): Promise<void> {
    return this.#with(ref, async (session) => {
      const wasDestroyed = await isDestroyed(session, ref)
      const keys = await keysOf(session, ref)
      if (!wasDestroyed && keys.length === 0) throw unknownKey(ref)
      // The tombstone comes first: where the token goes away between the two, the key is refused although it is still there.
      if (!wasDestroyed) await createData(session, 'concordat destroyed', labelOf(ref))
      for (const key of keys) await session.cryptoki('C_DestroyObject', session.handle, key)
    })
  }

  async has(ref: string): Promise<boolean> {
    return (await this.stateOf(ref)) === 'usable'
  }

  stateOf(ref: string): Promise<KeyState> {
    return this.#with(ref, async (session) => {
      const exists = (await keysOf(session, ref)).length > 0
      if (await isDestroyed(session, ref)) return exists ? 'ending' : 'destroyed'
      return exists ? 'usable' : 'unknown'
    })
  }

  async #with<T>(ref: string, work: (session: Session) => Promise<T>): Promise<T> {
    encodeReference(ref)
    return this.#token.use(work)
  }
}

function generate(session: Session, ref: string): Promise<Handle> {
  const attributes = [
    secretKey, aes, inToken, whenLoggedIn, fixed, label(labelOf(ref)),
    { type: 0x161, value: ulong(keyBytes) }, // CKA_VALUE_LEN
    { type: 0x103, value: yes }, // CKA_SENSITIVE
    { type: extractable, value: no },
    { type: 0x104, value: yes }, // CKA_ENCRYPT
    { type: 0x105, value: yes }, // CKA_DECRYPT
  ] // prettier-ignore
  return handleFrom(
    (target) =>
    session.cryptoki('C_GenerateKey', session.handle, aesKeyGeneration(), template(attributes), attributes.length, target), // prettier-ignore
  )
}

/** Asked of the token itself: a key that could ever leave it is not used. */
async function mustStayInside(session: Session, key: Handle): Promise<void> {
  const flags = []
  for (const type of [alwaysSensitive, neverExtractable]) flags.push((await session.read(key, type))[0])
  if (flags.every((flag) => flag === 1)) return
  await session.cryptoki('C_DestroyObject', session.handle, key)
  throw new KeyFault('store.unfit', 'The token made a key that could be taken out of it. It is destroyed, and nothing was sealed.') // prettier-ignore
}

async function decrypt(
  session: Session,
  key: Handle,
  wrapped: Uint8Array,
  aad: Buffer,
): Promise<Secret | undefined> {
  const bytes = Buffer.from(wrapped)
  const nonce = bytes.subarray(1, 1 + nonceBytes)
  const ciphertext = bytes.subarray(1 + nonceBytes)
  await session.cryptoki('C_DecryptInit', session.handle, aesGcm(nonce, aad, tagBytes), key)
  let opened
  try {
    opened = await session.written(
      (target, size) => session.cryptoki('C_Decrypt', session.handle, ciphertext, ciphertext.length, target, size), // prettier-ignore
      ciphertext.length,
    )
  } catch (error) {
    if (!(error instanceof CryptokiFault && isRefusal.includes(error.code))) throw error
    // Of a token that has gone, this is asked in vain, and the fault is the token's.
    await session.read(key, neverExtractable)
    return undefined
  }
  const secret = new Secret(new Uint8Array(opened))
  opened.fill(0)
  return secret
}

/** @throws {KeyFault} `store.key-destroyed`, `store.key-unknown` */
async function usableKeysOf(session: Session, ref: string): Promise<Handle[]> {
  if (await isDestroyed(session, ref)) throw destroyedKey(ref)
  const keys = await keysOf(session, ref)
  if (keys.length === 0) throw unknownKey(ref)
  return keys
}

function keysOf(session: Session, ref: string): Promise<Handle[]> {
  return session.find([secretKey, aes, inToken, label(labelOf(ref))])
}

async function isDestroyed(session: Session, ref: string): Promise<boolean> {
  return (await session.find([dataObject, application('concordat destroyed'), label(labelOf(ref))])).length > 0 // prettier-ignore
}

function labelOf(ref: string): string {
  return `concordat:${ref}`
}
