// Whether one OpenPGP public key can be encrypted to at a given time: version, strength, revocation, expiry, and an
// encryption subkey that is all of that too. Used when a key is enrolled and again at every package.
import type { AlgorithmInfo, Key, Subkey } from 'openpgp'
import { keyFault, type JudgedFault } from './key-remedies.ts'
import { strongRsaBits, wholeOpenpgpConfig } from './openpgp-keys.ts'

export type Fitness =
  | { readonly fit: true; readonly encryptionKey: Key | Subkey; readonly expiresAt: Date | undefined }
  | { readonly fit: false; readonly faults: readonly [JudgedFault, ...JudgedFault[]] }

/** The newer encodings of Curve25519 and Curve448 (RFC 9580 §9.1), which GnuPG 2.2 does not know. */
const newerAlgorithms = new Set(['x25519', 'ed25519', 'x448', 'ed448'])
const oldAlgorithms = new Set(['dsa', 'elgamal'])
const oldCurves = new Set(['secp256k1'])

export async function judgeFitness(key: Key, at: Date): Promise<Fitness> {
  if (key.keyPacket.version !== 4) return unfit(keyFault('key.unreadable-version'))
  if (newerAlgorithms.has(key.getAlgorithmInfo().algorithm)) return unfit(keyFault('key.unreadable-version'))
  if (await key.isRevoked(undefined, undefined, at, wholeOpenpgpConfig)) return unfit(keyFault('key.revoked'))
  if (key.getCreationTime() > at) return unfit(keyFault('key.not-yet-valid'))

  const faults: JudgedFault[] = []
  const weakness = weaknessOf(key.getAlgorithmInfo())
  if (weakness !== undefined) faults.push(keyFault('key.weak', weakness))
  const expiresAt = finite(await key.getExpirationTime(undefined, wholeOpenpgpConfig))
  if (expiresAt !== undefined && expiresAt <= at) faults.push(keyFault('key.expired', expiredOn(expiresAt)))
  const [first, ...rest] = faults
  if (first !== undefined) return unfit(first, ...rest)

  const encryptionKey = await encryptionKeyAt(key, at)
  if (encryptionKey === undefined) return unfit(await whyNoEncryption(key, at))
  const subkeyExpiresAt =
    'mainKey' in encryptionKey
      ? finite(await encryptionKey.getExpirationTime(at, wholeOpenpgpConfig))
      : undefined
  return { fit: true, encryptionKey, expiresAt: earlier(expiresAt, subkeyExpiresAt) }
}

async function encryptionKeyAt(key: Key, at: Date | null): Promise<Key | Subkey | undefined> {
  try {
    const found = await key.getEncryptionKey(undefined, at, undefined, wholeOpenpgpConfig)
    return newerAlgorithms.has(found.getAlgorithmInfo().algorithm) ? undefined : found
  } catch {
    // OpenPGP.js says why in words only, and one reason hides another: whyNoEncryption looks for itself.
    return undefined
  }
}

async function whyNoEncryption(key: Key, at: Date): Promise<JudgedFault> {
  // Dates set aside, is there a subkey that encrypts? Then its date is what is wrong.
  const dated = await encryptionKeyAt(key, null)
  if (dated !== undefined && 'mainKey' in dated) {
    if (dated.getCreationTime() > at) return keyFault('key.not-yet-valid')
    const expiresAt = finite(await dated.getExpirationTime(at, wholeOpenpgpConfig).catch(() => null))
    return keyFault(
      'key.expired',
      `Its encryption part ${expiresAt ? `expired on ${day(expiresAt)}` : 'has expired'}.`,
    )
  }
  for (const { keyPacket, ...subkey } of key.subkeys.map((one) => ({
    keyPacket: one.keyPacket,
    info: one.getAlgorithmInfo(),
    isRevoked: one.revocationSignatures.length > 0,
  }))) {
    if (keyPacket.version !== 4 || newerAlgorithms.has(subkey.info.algorithm))
      return keyFault('key.unreadable-version')
    if (subkey.isRevoked) return keyFault('key.revoked', 'It is the encryption part that was revoked.')
    const weakness = weaknessOf(subkey.info)
    if (weakness !== undefined) return keyFault('key.weak', weakness)
  }
  return keyFault('key.cannot-encrypt')
}

function weaknessOf({ algorithm, bits, curve }: AlgorithmInfo): string | undefined {
  if (oldAlgorithms.has(algorithm))
    return `It uses ${algorithm === 'dsa' ? 'DSA' : 'ElGamal'}, which is out of date.`
  if (algorithm.startsWith('rsa') && bits !== undefined && bits < strongRsaBits) {
    return `It is an RSA key of ${bits} bits; the least we accept is ${strongRsaBits}.`
  }
  if (curve !== undefined && oldCurves.has(curve))
    return `It uses the curve ${curve}, which we do not accept.`
  return undefined
}

function unfit(...faults: [JudgedFault, ...JudgedFault[]]): Fitness {
  return { fit: false, faults }
}

function finite(time: Date | number | null): Date | undefined {
  return time instanceof Date ? time : undefined
}

function earlier(a: Date | undefined, b: Date | undefined): Date | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a
}

function expiredOn(date: Date): string {
  return `It expired on ${day(date)}.`
}

function day(date: Date): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'Europe/London' }).format(date)
}
