// Keys in a module behind PKCS #11, on SoftHSM 2: they cannot be taken out, and a token that goes away at any call of an operation
// leaves nothing half done.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, test } from 'vitest'
import { processEnvironment } from '../../gateway/config.ts'
import { KeyFault } from '../../keys/key-fault.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import { CryptokiFault, loadCryptoki, type Cryptoki, type FunctionName } from '../../keys/pkcs11/cryptoki.ts'
import { openPkcs11KeyStore } from '../../keys/pkcs11/pkcs11-key-store.ts'
import { CKR } from '../../keys/pkcs11/return-codes.ts'
import { Secret } from '../../keys/secret.ts'
import { makeSoftToken, needsSoftHsm, softHsm, type SoftToken } from '../support/soft-token.ts'

const ref = 'shelf/hmi-prisons/2027-05-01/1'
const context = { item: 'item-1', purpose: 'vault' }
const fault = (code: string): unknown => expect.objectContaining({ name: 'KeyFault', code })

describe.skipIf(softHsm === undefined)(`a key store in a PKCS #11 token${needsSoftHsm}`, () => {
  let token: SoftToken
  beforeEach(async () => {
    token = await makeSoftToken()
  })

  test('A key is made in the token, and nothing gets its bytes out of it.', async () => {
    const store = await openPkcs11KeyStore(token.settings)
    await store.create(ref)
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', lookAtKey], {
      cwd: process.cwd(),
      env: { ...processEnvironment(), ...token.environment, LOOK: JSON.stringify(token.settings) },
    })
    expect(JSON.parse(stdout)).toEqual({ keys: 1, sensitive: 1, extractable: 0, value: 'CKR 0x11' })
  })

  test('A missing library, a token that is not there, two of one name and a wrong PIN are each said in plain words.', async () => {
    const opened = (change: object) => openPkcs11KeyStore({ ...token.settings, ...change })
    await expect(opened({ library: '/nowhere/lib.so' })).rejects.toEqual(fault('store.missing'))
    await expect(opened({ token: 'another' })).rejects.toThrow(/No token called “another”/)
    const wrong = await opened({ pin: 'not-the-pin' }).catch((error: unknown) => error)
    expect(wrong).toEqual(fault('store.locked'))
    expect(String(wrong)).toContain('does not take PKCS11_PIN')
    expect(String(wrong)).not.toContain('not-the-pin')
  })

  test('A PIN that is refused is tried once, so that the token does not lock itself.', async () => {
    let logins = 0
    let refuse = false
    const store = await openPkcs11KeyStore(token.settings, (file) => {
      const cryptoki = loadCryptoki(file)
      return (name, ...given) => {
        if (name === 'C_GetSessionInfo') return Promise.reject(new CryptokiFault(name, CKR.SESSION_CLOSED))
        if (name !== 'C_Login') return cryptoki(name, ...given)
        logins += 1
        return refuse ? Promise.reject(new CryptokiFault(name, CKR.PIN_INCORRECT)) : cryptoki(name, ...given)
      }
    })
    refuse = true
    for (let times = 0; times < 3; times += 1)
      await expect(store.stateOf(ref)).rejects.toEqual(fault('store.locked'))
    expect(logins).toBe(2)
  })

  test('A token that is pulled out is named, nothing is done, and all goes on when it is back.', async () => {
    const store = await openPkcs11KeyStore(token.settings)
    await store.create(ref)
    const secret = Secret.random(32)
    const wrapped = await store.wrap(ref, secret, context)
    await token.pull()
    try {
      // SoftHSM notices when it is started anew, as a module's driver does when the module has gone.
      const other = openPkcs11KeyStore(token.settings, finalizedFirst)
      await expect(other).rejects.toEqual(fault('store.unreachable'))
      const tried = await store.create('shelf/imb/2027-05-01/1').catch((error: unknown) => error)
      expect(tried).toEqual(fault('store.unreachable'))
      expect(String(tried)).toContain(`token “${token.settings.token}” cannot be used`)
    } finally {
      await token.putBack()
    }
    expect((await store.unwrap(ref, wrapped, context)).reveal()).toEqual(secret.reveal())
    expect(await store.stateOf('shelf/imb/2027-05-01/1')).toBe('unknown')
  })

  test('A library that hangs holds nobody up for ever.', async () => {
    const { setTimeout: real } = globalThis
    const store = await openPkcs11KeyStore(token.settings, (file) => {
      const cryptoki = loadCryptoki(file)
      return (name, ...given) => (name === 'C_GenerateKey' ? new Promise(() => undefined) : cryptoki(name, ...given))
    }) // prettier-ignore
    globalThis.setTimeout = ((done: () => void) => real(done, 20)) as typeof setTimeout // its deadline, nearer
    try {
      await expect(store.create(ref)).rejects.toEqual(fault('store.unreachable'))
      await expect(store.stateOf(ref)).rejects.toEqual(fault('store.unreachable'))
    } finally {
      globalThis.setTimeout = real
    }
  })
})

describe.skipIf(softHsm === undefined)(`a token that goes away${needsSoftHsm}`, () => {
  const secret = Secret.random(32)

  /** What each operation may leave: done before it is done again, and after. */
  const operations: readonly {
    readonly name: string
    readonly before: (store: KeyStore, ref: string) => Promise<Uint8Array | undefined>
    readonly run: (store: KeyStore, ref: string, wrapped: Uint8Array) => Promise<unknown>
    readonly allowed: readonly string[]
    readonly after: string
  }[] = [
    { name: 'create', before: () => Promise.resolve(undefined), run: createOrFind, allowed: ['unknown', 'usable'], after: 'usable' },
    { name: 'wrap', before: madeAndWrapped, run: (store, ref) => store.wrap(ref, secret, context), allowed: ['usable'], after: 'usable' },
    { name: 'unwrap', before: madeAndWrapped, run: (store, ref, wrapped) => store.unwrap(ref, wrapped, context), allowed: ['usable'], after: 'usable' },
    { name: 'destroy', before: madeAndWrapped, run: (store, ref) => store.destroy(ref), allowed: ['usable', 'ending', 'destroyed'], after: 'destroyed' },
  ] // prettier-ignore

  async function madeAndWrapped(store: KeyStore, ref: string): Promise<Uint8Array> {
    await store.create(ref)
    return store.wrap(ref, secret, context)
  }

  /** As the gateway does it: one that is left from a broken attempt is used. */
  async function createOrFind(store: KeyStore, ref: string): Promise<void> {
    await store.create(ref).catch((error: unknown) => {
      if (!(error instanceof KeyFault && error.code === 'store.key-exists')) throw error
    })
  }

  test.each(operations.flatMap((one) => (['before', 'after'] as const).map((when) => ({ ...one, when }))))(
    'in the middle of $name, $when any of its calls is done: said, nothing half done, and done again it ends well',
    async ({ before, run, allowed, after, when }) => {
      const { settings } = await makeSoftToken()
      let calls = 0
      for (let at = 0; at === 0 || calls > at; at += 1) {
        const ref = `shelf/hmi-prisons/2027-05-01/${at + 1}`
        let armed = false
        const store = await openPkcs11KeyStore(settings, (file) =>
          failing(loadCryptoki(file), when, (name) => {
            if (!armed) return false
            calls += 1
            return calls - 1 === at && name !== 'C_GetSessionInfo' && name !== 'C_FindObjectsFinal'
          }),
        )
        const wrapped = await before(store, ref)
        armed = true
        calls = 0
        const outcome = await run(store, ref, wrapped ?? new Uint8Array()).then(
          () => 'done',
          (error: unknown) => error,
        )
        armed = false
        if (outcome !== 'done') {
          expect(outcome).toEqual(fault('store.unreachable'))
          expect(String(outcome)).toContain('CKR_DEVICE_REMOVED')
        }
        expect(allowed).toContain(await store.stateOf(ref))
        if (wrapped && (await store.stateOf(ref)) === 'usable')
          expect((await store.unwrap(ref, wrapped, context)).reveal()).toEqual(secret.reveal())
        await run(store, ref, wrapped ?? new Uint8Array())
        expect(await store.stateOf(ref)).toBe(after)
      }
      expect(calls).toBeGreaterThan(4)
    },
  )
})

function failing(
  cryptoki: Cryptoki,
  when: 'before' | 'after',
  isNow: (name: FunctionName) => boolean,
): Cryptoki {
  return async (name, ...given) => {
    const now = isNow(name)
    if (now && when === 'before') throw new CryptokiFault(name, CKR.DEVICE_REMOVED)
    await cryptoki(name, ...given)
    if (now) throw new CryptokiFault(name, CKR.DEVICE_REMOVED)
  }
}

function finalizedFirst(file: string): Cryptoki {
  const cryptoki = loadCryptoki(file)
  let isFirst = true
  return async (name, ...given) => {
    if (isFirst) {
      isFirst = false
      await cryptoki('C_Finalize', null)
    }
    return cryptoki(name, ...given)
  }
}

/** Another program with the PIN, which asks the token for the key itself. */
const lookAtKey = `
  import { loadCryptoki, template, ulong } from './keys/pkcs11/cryptoki.ts'
  import { Token } from './keys/pkcs11/token.ts'
  const settings = JSON.parse(process.env.LOOK)
  const said = await new Token(settings, loadCryptoki(settings.library)).use(async (session) => {
    const keys = await session.find([{ type: 0, value: ulong(4) }])
    const flag = async (type) => (await session.read(keys[0], type))[0]
    const value = await session.read(keys[0], 0x11).then(() => 'came out', (error) => 'CKR 0x' + error.code.toString(16))
    return { keys: keys.length, sensitive: await flag(0x103), extractable: await flag(0x162), value }
  })
  console.log(JSON.stringify(said))
`
