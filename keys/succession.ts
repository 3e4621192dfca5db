// How the keys that sign packages and certificates are changed. A successor lies beside the key and is shown, and does not sign;
// then it takes the key's place, the older private key is destroyed, and its public half is kept for what it signed. Killed at any
// step, there is a key that signs: the next start has the older one or its successor, and never none.
//   package-signing.asc, .next.asc, .retired.asc   the key that signs, its successor, the older one on its way out
//   package-signing.before.json                    public halves of those before: [{ "until": "2026-11-27", "key": … }]
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { exportJWK, calculateJwkThumbprint } from 'jose'
import { z } from 'zod'
import { shred, writeOver } from './durable-file.ts'
import { KeyFault } from './key-fault.ts'
import {
  type CertificateKey,
  hasFile,
  loadOrCreate,
  newEd25519,
  newPackageKey,
  type PackageSigner,
  parseEd25519,
  parsePackageKey,
  readIfThere,
} from './signing-keys.ts'

export const succeeding = ['packages', 'certificates'] as const
export type Succeeding = (typeof succeeding)[number]

/** The public half of a key that signs no more. */
export interface KeyBefore<Public> {
  /** The last day on which it signed. */
  readonly until: string
  readonly key: Public
}

export interface Succession<Key, Public> {
  /** It signs. */
  readonly current: Key
  /** It is shown, and does not sign yet. */
  readonly next: Key | undefined
  /** The latest first. */
  readonly before: readonly KeyBefore<Public>[]
}

export type PublicJwk = CertificateKey['publicJwk']
/** By what names each of them: a fingerprint, or a thumbprint (RFC 7638). */
export interface Successions {
  readonly packages: Succession<
    PackageSigner,
    { readonly fingerprint: string; readonly publicArmored: string }
  >
  readonly certificates: Succession<CertificateKey, PublicJwk>
}

export interface NewKeyOptions {
  readonly createMissing: boolean
  /** What the gateway's OpenPGP key calls itself, if it has to be made. */
  readonly name: string
  readonly email: string
  readonly at: Date
}

const places = {
  packages: { name: 'package-signing', extension: 'asc' },
  certificates: { name: 'certificate-signing', extension: 'pem' },
} as const

const packageKeyBefore = z.strictObject({ fingerprint: z.string(), publicArmored: z.string() })
const certificateKeyBefore = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  kid: z.string(),
})

/** @throws {KeyFault} `signing-key.missing`, `signing-key.unsafe-mode`, `signing-key.damaged` */
export async function loadOrCreateSuccessions(dir: string, options: NewKeyOptions): Promise<Successions> {
  return {
    packages: await load(dir, 'packages', options, parsePackageKey, ({ fingerprint }) => fingerprint, packageKeyBefore, ({ fingerprint }) => fingerprint), // prettier-ignore
    certificates: await load(dir, 'certificates', options, parseCertificateKey, ({ publicJwk }) => publicJwk.kid, certificateKeyBefore, ({ kid }) => kid), // prettier-ignore
  }
}

async function load<Key, Public>(
  dir: string,
  which: Succeeding,
  options: NewKeyOptions,
  parse: (text: string) => Promise<Key>,
  nameOf: (key: Key) => string,
  shape: z.ZodType<Public>,
  nameOfBefore: (key: Public) => string,
): Promise<Succession<Key, Public>> {
  const { current, next } = await loadPair(dir, which, options, parse)
  // Broken off after it was written down and before it made room, a key is listed and signs all the same.
  const before = (await readBefore(dir, which, shape)).filter(
    ({ key }) => ![current, ...(next ? [next] : [])].some((living) => nameOf(living) === nameOfBefore(key)),
  )
  return { current, next, before }
}

async function loadPair<Key>(
  dir: string,
  which: Succeeding,
  options: NewKeyOptions,
  parse: (text: string) => Promise<Key>,
): Promise<{ readonly current: Key; readonly next: Key | undefined }> {
  const successor = await loadSuccessor(dir, which)
  // A successor whose elder has made room signs, and nothing is made in the elder's place.
  const createMissing = options.createMissing && successor === undefined
  try {
    const text = await loadOrCreate(dir, fileOf(which), createMissing, () => newKey(which, options))
    // Between the two looks the successor may have taken the place.
    return { current: await parse(text), next: successor === undefined || successor === text ? undefined : await parse(successor) } // prettier-ignore
  } catch (error) {
    if (!(error instanceof KeyFault && error.code === 'signing-key.missing') || successor === undefined) throw error // prettier-ignore
    return { current: await parse(successor), next: undefined }
  }
}

/** Makes the successor. @throws {KeyFault} `signing-key.changing` when there is one already */
export async function beginSuccession(dir: string, which: Succeeding, options: Omit<NewKeyOptions, 'createMissing'>): Promise<string> {
  if ((await loadSuccessor(dir, which)) !== undefined)
    throw new KeyFault('signing-key.changing', 'This key is being changed already: retire the older one first.') // prettier-ignore
  const made = { ...options, createMissing: false }
  await loadOrCreateSuccessions(dir, made) // there is something to change
  await loadOrCreate(dir, fileOf(which, 'next'), true, () => newKey(which, made))
  const { next, current } = (await loadOrCreateSuccessions(dir, made))[which]
  return nameOfKey(next ?? current)
} // prettier-ignore

/** The successor signs from now on, and the older key is destroyed. Run again after a crash it ends the same. */
export async function endSuccession(dir: string, which: Succeeding, until: string): Promise<void> {
  if ((await loadSuccessor(dir, which)) === undefined)
    throw new KeyFault('signing-key.not-changing', 'This key is not being changed: there is nothing to retire.') // prettier-ignore
  const file = (state?: 'next' | 'retired') => join(dir, fileOf(which, state))
  if (await hasFile(file())) {
    await keepPublicHalf(dir, which, until)
    await rename(file(), file('retired'))
  }
  await shred(file('retired'))
  await rename(file('next'), file())
}

/** First, so that there is no moment at which what it signed cannot be verified. */
async function keepPublicHalf(dir: string, which: Succeeding, until: string): Promise<void> {
  const text = await readIfThere(join(dir, fileOf(which)))
  if (text === undefined) return
  const shape = which === 'packages' ? packageKeyBefore : certificateKeyBefore
  const key = which === 'packages' ? await publicPackageKey(text) : (await parseCertificateKey(text)).publicJwk
  const kept = await readBefore<z.output<typeof packageKeyBefore | typeof certificateKeyBefore>>(dir, which, shape)
  if (kept.some((each) => JSON.stringify(each.key) === JSON.stringify(shape.parse(key)))) return
  const all = [{ until, key: shape.parse(key) }, ...kept]
  await writeOver(join(dir, beforeFile(which)), Buffer.from(`${JSON.stringify(all, null, 2)}\n`))
} // prettier-ignore

async function publicPackageKey(text: string) {
  const { fingerprint, publicArmored } = await parsePackageKey(text)
  return { fingerprint, publicArmored }
}

async function readBefore<Public>(
  dir: string,
  which: Succeeding,
  shape: z.ZodType<Public>,
): Promise<KeyBefore<Public>[]> {
  const text = await readIfThere(join(dir, beforeFile(which)))
  if (text === undefined) return []
  try {
    return z.array(z.strictObject({ until: z.iso.date(), key: shape })).parse(JSON.parse(text))
  } catch (cause) {
    throw new KeyFault('signing-key.damaged', `${beforeFile(which)}, the public keys of before, cannot be read.`, { cause }) // prettier-ignore
  }
}

export function nameOfKey(key: PackageSigner | CertificateKey): string {
  return 'fingerprint' in key ? key.fingerprint : key.publicJwk.kid
}

async function parseCertificateKey(pem: string): Promise<CertificateKey> {
  const pair = parseEd25519(pem, places.certificates.name)
  const jwk = await exportJWK(pair.publicKey)
  return { ...pair, publicJwk: { ...jwk, kid: await calculateJwkThumbprint(jwk) } }
}

function newKey(which: Succeeding, options: NewKeyOptions): string | Promise<string> {
  return which === 'packages' ? newPackageKey(options) : newEd25519()
}

function loadSuccessor(dir: string, which: Succeeding): Promise<string | undefined> {
  return readIfThere(join(dir, fileOf(which, 'next')))
}

function fileOf(which: Succeeding, state?: 'next' | 'retired'): string {
  const { name, extension } = places[which]
  return [name, ...(state === undefined ? [] : [state]), extension].join('.')
}

function beforeFile(which: Succeeding): string {
  return `${places[which].name}.before.json`
}
