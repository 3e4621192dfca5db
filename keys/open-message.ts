// The recipient's side of a message: opens it with the person's own private key and insists on the gateway's signature.
// For the browser, the command line and the demonstration, so nothing here is Node's; whole messages in memory, so not for
// packages of gigabytes.
import {
  decrypt,
  decryptKey,
  readKeys,
  readMessage,
  readPrivateKey,
  type Key,
  type PrivateKey,
} from 'openpgp'
import { KeyFault } from './key-fault.ts'
import { fingerprintOf, openpgpConfig } from './openpgp-keys.ts'

export interface Opening {
  /** Unprotected. */
  readonly privateArmored: string
  readonly senderArmored: string
}

/** A private key that can be used: it stays in this process, or in this page, and is never sent. */
export interface UnlockedKey {
  readonly fingerprint: string
  readonly privateKey: PrivateKey
}

/**
 * @param message binary, or armoured text
 * @returns the content; nothing of it comes out before the signature was found good
 * @throws {KeyFault} `message.unopened`
 */
export async function openMessage(
  message: Uint8Array | string,
  { privateArmored, senderArmored }: Opening,
): Promise<Uint8Array> {
  const key = await unlock(privateArmored, undefined)
  return (await openWith(message, key, senderArmored)).content
}

/**
 * @param passphrase undefined for a key that has none
 * @throws {KeyFault} `private-key.unreadable`, `private-key.locked` where the passphrase is not its own
 */
export async function unlock(armored: string, passphrase: string | undefined): Promise<UnlockedKey> {
  let key: PrivateKey
  try {
    key = await readPrivateKey({ armoredKey: armored, config: openpgpConfig })
  } catch (cause) {
    throw new KeyFault('private-key.unreadable', 'This is not a private key.', { cause })
  }
  if (key.isDecrypted()) return { fingerprint: fingerprintOf(key), privateKey: key }
  try {
    const privateKey = await decryptKey({
      privateKey: key,
      passphrase: passphrase ?? '',
      config: openpgpConfig,
    })
    return { fingerprint: fingerprintOf(privateKey), privateKey }
  } catch (cause) {
    throw new KeyFault('private-key.locked', 'The passphrase does not open this key.', { cause })
  }
}

export interface Opened {
  readonly content: Uint8Array
  /** When the gateway says that it signed it. */
  readonly signedAt: Date | undefined
}

// The published types of streams come from a package that is not installed; a whole message gives whole bytes.
const decryptWhole = decrypt as unknown as (options: object) => Promise<{
  data: Uint8Array
  signatures: { signature: Promise<{ packets: { created: Date | null }[] }> }[]
}>

/**
 * @param sendersArmored the gateway's public keys, this year's and those before it: one or more in each text
 * @throws {KeyFault} `message.unopened`
 */
export async function openWith(
  message: Uint8Array | string,
  { privateKey }: UnlockedKey,
  ...sendersArmored: readonly string[]
): Promise<Opened> {
  try {
    const { data, signatures } = await decryptWhole({
      message:
        typeof message === 'string'
          ? await readMessage({ armoredMessage: message })
          : await readMessage({ binaryMessage: message }),
      decryptionKeys: privateKey,
      verificationKeys: await readSenders(sendersArmored),
      expectSigned: true,
      format: 'binary',
      // The signing key is asked about as of the signature; a clock on this side that is slow makes no signature false.
      date: null,
      config: openpgpConfig,
    })
    const signature = await signatures[0]?.signature
    return { content: data, signedAt: signature?.packets[0]?.created ?? undefined }
  } catch (cause) {
    throw new KeyFault(
      'message.unopened',
      'The message cannot be opened with this key, or the gateway did not sign it.',
      { cause },
    )
  }
}

const publicBlock = /-----BEGIN PGP PUBLIC KEY BLOCK-----[^]*?-----END PGP PUBLIC KEY BLOCK-----/g

async function readSenders(texts: readonly string[]): Promise<Key[]> {
  const blocks = texts.flatMap((text) => text.match(publicBlock) ?? [text])
  return (await Promise.all(blocks.map((armoredKeys) => readKeys({ armoredKeys })))).flat()
}
