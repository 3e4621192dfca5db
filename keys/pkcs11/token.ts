// One token of a PKCS #11 library, found by its label, with a session that is opened when it is needed and opened again when the
// token was gone and is back. Only one thing at a time is asked of a library; a call that hangs holds up those behind it, and each
// of them gives up after its time.
import { KeyFault } from '../key-fault.ts'
import {
  CryptokiFault,
  initializeWithLocks,
  template,
  ulong,
  ulongBytes,
  type Attribute,
  type Cryptoki,
  type Handle,
} from './cryptoki.ts'
import { CKR } from './return-codes.ts'

export interface TokenSettings {
  /** File of the vendor's library, for example `/usr/lib/softhsm/libsofthsm2.so`. */
  readonly library: string
  /** The token's label. */
  readonly token: string
  readonly pin: string
}

export interface Session {
  readonly cryptoki: Cryptoki
  readonly handle: Handle
  find(attributes: readonly Attribute[]): Promise<Handle[]>
  read(object: Handle, type: number): Promise<Buffer>
  /** @param bytes enough for what the call writes */
  written(call: (target: Buffer, size: Buffer) => Promise<void>, bytes: number): Promise<Buffer>
}

const deadlineMs = 30_000
const tokenInfoBytes = 256 // CK_TOKEN_INFO has 208
const tokenFlagsAt = 96
const writeProtected = 2n
const pinCodes: readonly number[] = [CKR.PIN_INCORRECT, CKR.PIN_INVALID, CKR.PIN_LEN_RANGE, CKR.PIN_EXPIRED, CKR.PIN_LOCKED] // prettier-ignore
const aesKeyGen = 0x1080
const aesGcm = 0x1087

export class Token {
  readonly #settings: TokenSettings
  readonly #cryptoki: Cryptoki
  #session: Handle | undefined
  #last: Promise<unknown> = Promise.resolve()
  /** Kept, so that a wrong PIN is not tried until the token locks itself. */
  #locked: KeyFault | undefined

  constructor(settings: TokenSettings, cryptoki: Cryptoki) {
    this.#settings = settings
    this.#cryptoki = cryptoki
  }

  /** @throws {KeyFault} `store.unreachable`, `store.locked`, `store.missing`, `store.read-only`, `store.unfit`, and what the work throws */
  use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#alone(work))
    this.#last = result.catch(() => undefined)
    return inTime(result, this.#settings.token)
  }

  async #alone<T>(work: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await work(this.#sessionOf(await this.#open()))
    } catch (error) {
      if (!(error instanceof CryptokiFault)) throw error
      await this.#leave()
      throw unreachable(this.#settings.token, error)
    }
  }

  async #open(): Promise<Handle> {
    if (this.#locked) throw this.#locked
    if (this.#session !== undefined && (await this.#isAlive(this.#session))) return this.#session
    this.#session = undefined
    await initialize(this.#cryptoki)
    const slot = (await this.#findSlot()) ?? (await this.#findSlotAgain())
    if (slot === undefined)
      throw new KeyFault(
        'store.missing',
        `No token called “${this.#settings.token}” is in any slot of ${this.#settings.library}.`,
      )
    await this.#mustFit(slot)
    const session = await handleFrom((target) => this.#cryptoki('C_OpenSession', slot, 6, null, null, target))
    await this.#login(session)
    this.#session = session
    return session
  }

  async #isAlive(session: Handle): Promise<boolean> {
    return answers(this.#cryptoki('C_GetSessionInfo', session, Buffer.alloc(64)))
  }

  /** A library reads its slots when it is initialised: a token that came back may be in a new one. */
  async #findSlotAgain(): Promise<Handle | undefined> {
    await answers(this.#cryptoki('C_Finalize', null))
    await initialize(this.#cryptoki)
    return this.#findSlot()
  }

  async #findSlot(): Promise<Handle | undefined> {
    const count = ulong(0)
    await this.#cryptoki('C_GetSlotList', 1, null, count)
    const list = Buffer.alloc(Number(count.readBigUInt64LE()) * ulongBytes)
    if (list.length === 0) return undefined
    await this.#cryptoki('C_GetSlotList', 1, list, count)
    const found: Handle[] = []
    for (let at = 0; at < Number(count.readBigUInt64LE()) * ulongBytes; at += ulongBytes) {
      const slot = list.readBigUInt64LE(at)
      const info = Buffer.alloc(tokenInfoBytes)
      // Another slot's token may be broken, or its reader empty: it is not the one.
      if (!(await answers(this.#cryptoki('C_GetTokenInfo', slot, info)))) continue
      if (info.subarray(0, 32).toString('utf8').trimEnd() === this.#settings.token) found.push(slot)
    }
    if (found.length > 1)
      throw new KeyFault(
        'store.foreign',
        `There are ${found.length} tokens called “${this.#settings.token}”. Give each its own label.`,
      )
    return found[0]
  }

  async #mustFit(slot: Handle): Promise<void> {
    const info = Buffer.alloc(tokenInfoBytes)
    await this.#cryptoki('C_GetTokenInfo', slot, info)
    if ((info.readBigUInt64LE(tokenFlagsAt) & writeProtected) !== 0n)
      throw new KeyFault('store.read-only', `The token “${this.#settings.token}” cannot be written. Keys could be neither made nor destroyed.`) // prettier-ignore
    for (const mechanism of [aesKeyGen, aesGcm])
      if (!(await answers(this.#cryptoki('C_GetMechanismInfo', slot, mechanism, Buffer.alloc(24)))))
        throw new KeyFault('store.unfit', `The token “${this.#settings.token}” cannot make AES keys or encrypt with AES-GCM.`) // prettier-ignore
  }

  async #login(session: Handle): Promise<void> {
    const pin = Buffer.from(this.#settings.pin, 'utf8')
    try {
      await this.#cryptoki('C_Login', session, 1, pin, pin.length)
    } catch (error) {
      if (!(error instanceof CryptokiFault)) throw error
      if (error.code === CKR.USER_ALREADY_LOGGED_IN) return
      await answers(this.#cryptoki('C_CloseSession', session))
      if (!pinCodes.includes(error.code)) throw error
      this.#locked = new KeyFault('store.locked', `The token “${this.#settings.token}” does not take PKCS11_PIN (${error.message}) It is not tried again until the next start.`, { cause: error }) // prettier-ignore
      throw this.#locked
    } finally {
      pin.fill(0)
    }
  }

  async #leave(): Promise<void> {
    if (this.#session !== undefined) await answers(this.#cryptoki('C_CloseSession', this.#session))
    this.#session = undefined
  }

  #sessionOf(handle: Handle): Session {
    const cryptoki = this.#cryptoki
    const written: Session['written'] = async (call, bytes) => {
      const [target, size] = [Buffer.alloc(bytes), ulong(bytes)]
      await call(target, size)
      return target.subarray(0, Number(size.readBigUInt64LE()))
    }
    return {
      cryptoki,
      handle,
      written,
      find: (attributes) => find(cryptoki, handle, attributes),
      read: async (object, type) => {
        const value = Buffer.alloc(256)
        await cryptoki('C_GetAttributeValue', handle, object, template([{ type, value }]), 1)
        return value
      },
    }
  }
}

async function find(
  cryptoki: Cryptoki,
  session: Handle,
  attributes: readonly Attribute[],
): Promise<Handle[]> {
  const atOnce = 64
  await cryptoki('C_FindObjectsInit', session, template(attributes), attributes.length)
  const found: Handle[] = []
  try {
    for (let count = atOnce; count === atOnce;) {
      const [handles, size] = [Buffer.alloc(atOnce * ulongBytes), ulong(0)]
      await cryptoki('C_FindObjects', session, handles, atOnce, size)
      count = Number(size.readBigUInt64LE())
      for (let at = 0; at < count; at += 1) found.push(handles.readBigUInt64LE(at * ulongBytes))
    }
  } finally {
    await answers(cryptoki('C_FindObjectsFinal', session))
  }
  return found
}

/** A handle that a call writes. */
export async function handleFrom(call: (target: Buffer) => Promise<void>): Promise<Handle> {
  const target = ulong(0)
  await call(target)
  return target.readBigUInt64LE()
}

async function initialize(cryptoki: Cryptoki): Promise<void> {
  try {
    await cryptoki('C_Initialize', initializeWithLocks)
  } catch (error) {
    if (!(error instanceof CryptokiFault && error.code === CKR.CRYPTOKI_ALREADY_INITIALIZED)) throw error
  }
}

/** @returns whether the library answered with CKR_OK */
async function answers(call: Promise<void>): Promise<boolean> {
  try {
    await call
    return true
  } catch (error) {
    if (error instanceof CryptokiFault) return false
    throw error
  }
}

function inTime<T>(work: Promise<T>, token: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(unreachable(token)), deadlineMs)
  timer.unref()
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}

export function unreachable(token: string, cause?: Error): KeyFault {
  const said = cause?.message ?? `It has not answered for ${deadlineMs / 1000} seconds.`
  return new KeyFault('store.unreachable', `The key store’s token “${token}” cannot be used: ${said} Do it again when the token is back.`, { cause }) // prettier-ignore
}
