// One encrypted and signed OpenPGP message (RFC 9580 §10.3): public-key session key, then an integrity-protected packet
// holding a one-pass signature, the literal data and the signature. Integrity protection of version 1 (AES-256, MDC)
// unless the recipient's key itself asks for AES-256 with GCM; never OCB, never AES-128, and never unencrypted.
import { randomBytes } from 'node:crypto'
import {
  createMessage,
  encrypt,
  enums,
  readKey,
  type EncryptOptions,
  type Key,
  type PublicKey,
  type SessionKey,
  type SignaturePacket,
} from 'openpgp'
import { judgeFitness } from './key-fitness.ts'
import { KeyFault } from './key-fault.ts'
import { openpgpConfig, wholeOpenpgpConfig } from './openpgp-keys.ts'
import type { PackageSigner } from './signing-keys.ts'

const versionTwoFeature = 0x08 // RFC 9580 §5.2.3.32

export interface Correspondence {
  readonly recipientArmored: string
  readonly signer: PackageSigner
  readonly at: Date
}

// The published types of streams come from a package of types that is not installed; these are the two uses made of them.
const createStreamed = createMessage as unknown as (options: {
  binary: ReadableStream<Uint8Array>
  filename: string
  date: Date
  format: 'binary'
}) => Promise<EncryptOptions['message']>
const createText = createMessage as unknown as (options: {
  text: string
  date: Date
}) => Promise<EncryptOptions['message']>
const createBytes = createMessage as unknown as (options: {
  binary: Uint8Array
  date: Date
  format: 'binary'
}) => Promise<EncryptOptions['message']>
const encryptStreamed = encrypt as unknown as (options: EncryptOptions) => Promise<ReadableStream<Uint8Array>>
const encryptArmored = encrypt as unknown as (options: EncryptOptions) => Promise<string>

/** @param content what to encrypt, and the file name to say inside the encryption */
export async function encryptStream(
  content: { readonly bytes: ReadableStream<Uint8Array>; readonly fileName: string },
  to: Correspondence,
): Promise<ReadableStream<Uint8Array>> {
  const options = await optionsFor(to)
  const message = await createStreamed({
    binary: content.bytes,
    filename: content.fileName,
    date: to.at,
    format: 'binary',
  })
  return encryptStreamed({ ...options, message, format: 'binary' })
}

/** @returns the armoured message, and the fingerprint of the key that can open it */
export async function encryptText(
  text: string,
  to: Correspondence,
): Promise<{ armored: string; recipient: PublicKey }> {
  const options = await optionsFor(to)
  const armored = await encryptArmored({ ...options, message: await createText({ text, date: to.at }) })
  return { armored, recipient: options.encryptionKeys }
}

/**
 * One message that each of several people can open with their own key, signed by the gateway: for a shared mailbox, whose
 * members are named (hmpps-2025/20-address, S35).
 *
 * @param to every key is judged as of `at`; one that is not fit stops it all
 * @returns the armoured message
 * @throws {KeyFault} with the code of the first thing that is wrong with a key; `message.for-nobody` where nobody is named
 */
export async function encryptForAll(
  content: Uint8Array,
  to: Omit<Correspondence, 'recipientArmored'> & { readonly recipientsArmored: readonly string[] },
): Promise<string> {
  const recipients = await Promise.all(to.recipientsArmored.map((armored) => usableRecipient(armored, to.at)))
  const [first, ...others] = recipients
  if (!first)
    throw new KeyFault('message.for-nobody', 'Nobody is named who could open this. Nothing was sent.')
  const forEach = await Promise.all([first, ...others].map((each) => sessionKeyFor(each, to.at)))
  // GCM only where everybody takes it.
  const sessionKey = forEach.find(({ aeadAlgorithm }) => aeadAlgorithm === undefined) ?? forEach[0]
  return encryptArmored({
    message: await createBytes({ binary: content, date: to.at, format: 'binary' }),
    encryptionKeys: recipients,
    signingKeys: to.signer.reveal(),
    ...(sessionKey && { sessionKey }),
    date: to.at,
    config: openpgpConfig,
  })
}

async function optionsFor(
  to: Correspondence,
): Promise<Omit<EncryptOptions, 'message'> & { encryptionKeys: PublicKey }> {
  const recipient = await usableRecipient(to.recipientArmored, to.at)
  return {
    encryptionKeys: recipient,
    signingKeys: to.signer.reveal(),
    sessionKey: await sessionKeyFor(recipient, to.at),
    date: to.at,
    config: openpgpConfig,
  }
}

/** @throws {KeyFault} with the code of the first thing that is wrong with the key */
async function usableRecipient(armored: string, at: Date): Promise<PublicKey> {
  let key: Key
  try {
    key = await readKey({ armoredKey: armored, config: openpgpConfig })
  } catch (cause) {
    throw new KeyFault('key.not-a-key', 'The recipient’s key cannot be read.', { cause })
  }
  if (key.isPrivate()) throw new KeyFault('key.private', 'The recipient’s key is a private key.')
  const fitness = await judgeFitness(key, at)
  if (!fitness.fit) throw new KeyFault(fitness.faults[0].code, fitness.faults[0].message)
  return key.toPublic()
}

/** OpenPGP.js left alone would choose AES-128 for a key that states no preference, and OCB for some. */
async function sessionKeyFor(recipient: PublicKey, at: Date): Promise<SessionKey> {
  const { selfCertification } = await recipient.getPrimaryUser(at, undefined, wholeOpenpgpConfig)
  const data = new Uint8Array(randomBytes(32))
  return takesGcm(selfCertification)
    ? { data, algorithm: 'aes256', aeadAlgorithm: 'gcm' }
    : { data, algorithm: 'aes256' }
}

function takesGcm(certification: SignaturePacket): boolean {
  // The published types leave this field out: pairs of cipher and mode (RFC 9580 §5.2.3.15).
  const { preferredCipherSuites } = certification as {
    preferredCipherSuites?: [enums.symmetric, enums.aead][] | null
  }
  const featuresByte = certification.features?.[0] ?? 0
  const isVersion2 = (featuresByte & versionTwoFeature) !== 0
  return (
    isVersion2 &&
    (preferredCipherSuites ?? []).some(
      ([cipher, mode]) => cipher === enums.symmetric.aes256 && mode === enums.aead.gcm,
    )
  )
}
