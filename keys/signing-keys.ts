// The gateway's own keys: an OpenPGP key that signs packages, and Ed25519 keys that sign certificates and the
// ledger's checkpoints. They live in a directory of mode 0700 outside the database; a file is never overwritten,
// and a key is made only where the caller says so (a lost key must stop the start, not be replaced in silence).
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { generateKey, readPrivateKey, type PrivateKey } from 'openpgp'
import { directoryMode, isErrno, writeNew } from './durable-file.ts'
import { KeyFault } from './key-fault.ts'
import { Secret } from './secret.ts'
import { fingerprintOf, openpgpConfig, wholeOpenpgpConfig } from './openpgp-keys.ts'

/** The gateway's OpenPGP key. The private part comes out for package-pgp.ts alone, and never into a log. */
export class PackageSigner {
  readonly fingerprint: string
  readonly publicArmored: string
  readonly #privateKey: PrivateKey

  constructor(privateKey: PrivateKey) {
    this.#privateKey = privateKey
    this.fingerprint = fingerprintOf(privateKey)
    this.publicArmored = privateKey.toPublic().armor(wholeOpenpgpConfig)
  }

  reveal(): PrivateKey {
    return this.#privateKey
  }
}

export interface Ed25519KeyPair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export interface CertificateKey extends Ed25519KeyPair {
  /** With `kid`, the RFC 7638 thumbprint. */
  readonly publicJwk: JWK & { readonly kid: string }
}

/**
 * An Ed25519 key of one name, kept as PKCS #8 in PEM.
 * @throws {KeyFault} `signing-key.missing`, `signing-key.unsafe-mode`, `signing-key.damaged`
 */
export async function loadOrCreateEd25519(
  dir: string,
  name: string,
  { createMissing }: { readonly createMissing: boolean },
): Promise<Ed25519KeyPair> {
  return parseEd25519(await loadOrCreate(dir, `${name}.pem`, createMissing, newEd25519), name)
}

export function parseEd25519(pem: string, name: string): Ed25519KeyPair {
  try {
    const privateKey = createPrivateKey(pem)
    if (privateKey.asymmetricKeyType === 'ed25519')
      return { privateKey, publicKey: createPublicKey(privateKey) }
  } catch {
    // Whatever the parser would say about a private key stays unsaid.
  }
  throw new KeyFault('signing-key.damaged', `The signing key ${name} cannot be read.`)
}

export async function hasSigningKey(dir: string, name: string): Promise<boolean> {
  return hasFile(join(dir, `${name}.pem`))
}

export async function hasFile(path: string): Promise<boolean> {
  return (await readIfThere(path)) !== undefined
}

/**
 * A random key of one name for keyed hashes, 32 bytes, kept as hexadecimal digits.
 * @throws {KeyFault} `signing-key.missing`, `signing-key.unsafe-mode`, `signing-key.damaged`
 */
export async function loadOrCreateHashKey(
  dir: string,
  name: string,
  { createMissing }: { readonly createMissing: boolean },
): Promise<Secret> {
  const text = await loadOrCreate(dir, `${name}.key`, createMissing, () => randomBytes(32).toString('hex'))
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new KeyFault('signing-key.damaged', `The key ${name} cannot be read.`)
  return new Secret(new Uint8Array(Buffer.from(text, 'hex')))
}

export async function loadOrCreate(
  dir: string,
  fileName: string,
  createMissing: boolean,
  create: () => string | Promise<string>,
): Promise<string> {
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(fileName))
    throw new RangeError('A signing key’s name is lower-case letters, digits, - and .')
  const mode = await directoryMode(dir)
  if (mode === undefined)
    throw new KeyFault('signing-key.missing', `There is no directory ${dir} for signing keys.`)
  if ((mode & 0o077) !== 0) {
    throw new KeyFault(
      'signing-key.unsafe-mode',
      `Others can reach the signing keys in ${dir}. Set its mode to 0700.`,
    )
  }
  const path = join(dir, fileName)
  const found = await readIfThere(path)
  if (found !== undefined) return found
  if (!createMissing)
    throw new KeyFault('signing-key.missing', `There is no signing key ${fileName} in ${dir}.`)
  // Where another process was first, its key is the one.
  await writeNew(path, Buffer.from(await create()))
  return readFile(path, 'utf8')
}

export async function newPackageKey(owner: { name: string; email: string; at: Date }): Promise<string> {
  const { privateKey } = await generateKey({
    type: 'ecc',
    curve: 'ed25519Legacy',
    userIDs: [{ name: owner.name, email: owner.email }],
    subkeys: [],
    date: owner.at,
    format: 'object',
    config: openpgpConfig,
  })
  return privateKey.armor(wholeOpenpgpConfig)
}

export async function parsePackageKey(armored: string): Promise<PackageSigner> {
  try {
    return new PackageSigner(await readPrivateKey({ armoredKey: armored, config: openpgpConfig }))
  } catch {
    throw new KeyFault('signing-key.damaged', 'The gateway’s OpenPGP signing key cannot be read.')
  }
}

export function newEd25519(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}
