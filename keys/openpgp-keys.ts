// The one set-up of OpenPGP.js for the product, and the making of keys that GnuPG 2.2 can import.
// Version 4 keys with Curve25519 in its older encoding (`curve25519Legacy`): GnuPG 2.2 reads neither version 6 keys
// nor the newer encoding. AES-256 always; never OCB or AES-128; no compression (ciphertext length must say nothing
// about content, and case files are packed already).
import {
  config as defaults,
  encryptKey,
  enums,
  generateKey,
  type Key,
  type PartialConfig,
  type PrivateKey,
} from 'openpgp'

export const strongRsaBits = 3072

export const openpgpConfig: PartialConfig = {
  preferredSymmetricAlgorithm: enums.symmetric.aes256,
  preferredHashAlgorithm: enums.hash.sha256,
  preferredCompressionAlgorithm: enums.compression.uncompressed,
  preferredAEADAlgorithm: enums.aead.gcm,
  aeadProtect: false,
  aeadChunkSizeByte: 14,
  v6Keys: false,
  showVersion: false,
  showComment: false,
  minRSABits: strongRsaBits,
  rejectPublicKeyAlgorithms: new Set([enums.publicKey.dsa, enums.publicKey.elgamal]),
  rejectCurves: new Set([enums.curve.secp256k1]),
}

/** For calls of OpenPGP.js that take no partial configuration. */
export const wholeOpenpgpConfig = { ...defaults, ...openpgpConfig }

export interface ArmoredKeyPair {
  readonly fingerprint: string
  readonly publicArmored: string
  /** Unprotected where no passphrase was given: never log or store it. */
  readonly privateArmored: string
}

/** Makes a person's key pair: signs with the primary key, decrypts with a subkey. */
export async function createPersonKey(person: {
  readonly name: string
  readonly email: string
  readonly passphrase?: string
  readonly at: Date
  readonly validForDays?: number
}): Promise<ArmoredKeyPair> {
  const made = await generateKey({
    type: 'ecc',
    curve: 'curve25519Legacy',
    userIDs: [{ name: person.name, email: person.email }],
    date: person.at,
    format: 'object',
    config: openpgpConfig,
    ...(person.validForDays === undefined ? {} : { keyExpirationTime: person.validForDays * 86_400 }),
  })
  const privateKey = await withKnownHashes(made.privateKey, person.at)
  return {
    fingerprint: fingerprintOf(privateKey),
    publicArmored: privateKey.toPublic().armor(wholeOpenpgpConfig),
    privateArmored: await protectedBy(person.passphrase, privateKey),
  }
}

/** The certification has its salt notation from the first signing already. */
const resigning = { ...wholeOpenpgpConfig, nonDeterministicSignaturesViaNotation: false }

/** OpenPGP.js always states a preference for SHA-3, which GnuPG 2.2 does not know and stops to complain about. */
async function withKnownHashes(privateKey: PrivateKey, at: Date): Promise<PrivateKey> {
  const [user] = privateKey.users
  const [certification] = user?.selfCertifications ?? []
  if (!user?.userID || !certification) throw new Error('a new key has one certified user ID')
  certification.preferredHashAlgorithms = [enums.hash.sha512, enums.hash.sha256]
  // The published type leaves out the configuration and says bytes for what is the object of packets to sign.
  const { sign } = certification as unknown as {
    sign: (key: object, data: object, at: Date, detached: boolean, config: object) => Promise<void>
  }
  await sign.call(
    certification,
    privateKey.keyPacket,
    { userID: user.userID, key: privateKey.keyPacket },
    at,
    false,
    resigning,
  )
  return privateKey
}

async function protectedBy(passphrase: string | undefined, privateKey: PrivateKey): Promise<string> {
  const kept =
    passphrase === undefined
      ? privateKey
      : await encryptKey({ privateKey, passphrase, config: openpgpConfig })
  return kept.armor(wholeOpenpgpConfig)
}

/** Upper-case hexadecimal, as GnuPG prints it. */
export function fingerprintOf(key: Key): string {
  return key.getFingerprint().toUpperCase()
}
