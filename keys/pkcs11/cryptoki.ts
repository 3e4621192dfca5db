// The few functions of a PKCS #11 library (OASIS, version 2.40) that a key store needs, called through koffi. They are found as the
// standard says, through C_GetFunctionList, and run on threads of their own: a module across a network must not hold up the process.
// A CK_ULONG has eight bytes here, which is so on every 64-bit Unix.
import koffi, { type LibraryHandle } from 'koffi'
import { codeNames } from './return-codes.ts'

/** A session, slot or object. */
export type Handle = bigint

/** What the library answered, where it was not CKR_OK. */
export class CryptokiFault extends Error {
  readonly code: number

  constructor(action: string, code: number) {
    super(`${action} answered ${codeNames.get(code) ?? `0x${code.toString(16)}`}.`)
    this.name = 'CryptokiFault'
    this.code = code
  }
}

export interface Attribute {
  readonly type: number
  readonly value: Buffer
}

const pointer = 'void *'
const attribute = koffi.struct({ type: 'ulong', pValue: pointer, ulValueLen: 'ulong' })
const mechanism = koffi.struct({ mechanism: 'ulong', pParameter: pointer, ulParameterLen: 'ulong' })
const gcmParameters = koffi.struct({ pIv: pointer, ulIvLen: 'ulong', ulIvBits: 'ulong', pAAD: pointer, ulAADLen: 'ulong', ulTagBits: 'ulong' }) // prettier-ignore
const initializeArgs = koffi.struct({ create: pointer, destroy: pointer, lock: pointer, unlock: pointer, flags: 'ulong', reserved: pointer }) // prettier-ignore

/** Place in CK_FUNCTION_LIST (pkcs11f.h), and arguments. */
const functions = {
  C_Initialize: [0, [koffi.pointer(initializeArgs)]],
  C_Finalize: [1, [pointer]],
  C_GetSlotList: [4, ['uchar', pointer, pointer]],
  C_GetTokenInfo: [6, ['ulong', pointer]],
  C_GetMechanismInfo: [8, ['ulong', 'ulong', pointer]],
  C_OpenSession: [12, ['ulong', 'ulong', pointer, pointer, pointer]],
  C_CloseSession: [13, ['ulong']],
  C_GetSessionInfo: [15, ['ulong', pointer]],
  C_Login: [18, ['ulong', 'ulong', pointer, 'ulong']],
  C_CreateObject: [20, ['ulong', koffi.pointer(attribute), 'ulong', pointer]],
  C_DestroyObject: [22, ['ulong', 'ulong']],
  C_GetAttributeValue: [24, ['ulong', 'ulong', koffi.pointer(attribute), 'ulong']],
  C_FindObjectsInit: [26, ['ulong', koffi.pointer(attribute), 'ulong']],
  C_FindObjects: [27, ['ulong', pointer, 'ulong', pointer]],
  C_FindObjectsFinal: [28, ['ulong']],
  C_EncryptInit: [29, ['ulong', koffi.pointer(mechanism), 'ulong']],
  C_Encrypt: [30, ['ulong', pointer, 'ulong', pointer, pointer]],
  C_DecryptInit: [33, ['ulong', koffi.pointer(mechanism), 'ulong']],
  C_Decrypt: [34, ['ulong', pointer, 'ulong', pointer, pointer]],
  C_GenerateKey: [58, ['ulong', koffi.pointer(mechanism), koffi.pointer(attribute), 'ulong', pointer]],
} as const

export type FunctionName = keyof typeof functions
/** @throws {CryptokiFault} for anything but CKR_OK */
export type Cryptoki = (name: FunctionName, ...given: readonly unknown[]) => Promise<void>

// What a call in flight points to must not be collected before it comes back.
const inFlight = new Set<readonly unknown[]>()

// koffi unloads a library that nobody holds any more, also while its functions are held: so it is held here, for good.
const loaded = new Map<string, { readonly library: LibraryHandle; readonly cryptoki: Cryptoki }>()

/** @throws what the loader says, where there is no such library, or it is none of PKCS #11 */
export function loadCryptoki(libraryFile: string): Cryptoki {
  const held = loaded.get(libraryFile)
  if (held) return held.cryptoki
  const library = koffi.load(libraryFile)
  const cryptoki = bind(library)
  loaded.set(libraryFile, { library, cryptoki })
  return cryptoki
}

function bind(library: LibraryHandle): Cryptoki {
  const getFunctionList = library.func('C_GetFunctionList', 'ulong', [koffi.out(koffi.pointer(pointer))])
  const found: unknown[] = [null]
  const code = Number(getFunctionList(found))
  if (code !== 0) throw new CryptokiFault('C_GetFunctionList', code)
  const callable = new Map(
    Object.entries(functions).map(([name, [place, parameters]]) => {
      // A version of two bytes comes first, and takes the room of a pointer.
      const address: unknown = koffi.decode(found[0], 8 * (1 + place), pointer)
      const prototype = koffi.proto('ulong', [...parameters])
      const called = koffi.decode(address, prototype) as ReturnType<LibraryHandle['func']> // koffi has no type for it
      return [name, called] as const
    }),
  )
  return async (name, ...given) => {
    const called = callable.get(name)
    if (!called) throw new Error(`${name} is not bound`)
    inFlight.add(given)
    try {
      const answered = await new Promise<number>((resolve, reject) => {
        called.async(...given, (error: unknown, result: unknown) => {
          if (error instanceof Error) reject(error)
          else resolve(Number(result))
        })
      })
      if (answered !== 0) throw new CryptokiFault(name, answered)
    } finally {
      inFlight.delete(given)
    }
  }
}

/** Lets the library take locks of the operating system: calls come from several threads. */
export const initializeWithLocks = { create: null, destroy: null, lock: null, unlock: null, flags: 2, reserved: null } // prettier-ignore

/** As the argument of a call. */
export function template(attributes: readonly Attribute[]): readonly object[] {
  return attributes.map(({ type, value }) => ({ type, pValue: value, ulValueLen: value.length }))
}

export function aesKeyGeneration(): object {
  return { mechanism: 0x1080, pParameter: null, ulParameterLen: 0 }
}

/** CKM_AES_GCM. @param nonce 12 bytes */
export function aesGcm(nonce: Buffer, authenticated: Buffer, tagBytes: number): object {
  const parameters = Buffer.alloc(koffi.sizeof(gcmParameters))
  koffi.encode(parameters, gcmParameters, {
    pIv: nonce, ulIvLen: nonce.length, ulIvBits: nonce.length * 8,
    pAAD: authenticated, ulAADLen: authenticated.length, ulTagBits: tagBytes * 8,
  }) // prettier-ignore
  // The two buffers ride along, so that they live as long as the call that points to them.
  return { mechanism: 0x1087, pParameter: parameters, ulParameterLen: parameters.length, nonce, authenticated } // prettier-ignore
}

export const ulongBytes = 8

export function ulong(value: number): Buffer {
  const bytes = Buffer.alloc(ulongBytes)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
