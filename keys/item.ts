// Seals one item for the vault and opens it again, as a stream in constant memory: AWS Encryption SDK message
// format 2.0, suite 0x0478 (AES-256-GCM, HKDF-SHA-512, key commitment, unsigned), frames as the profile says, one data key
// under the item key (raw AES keyring). The item's id and context are authenticated and compared on opening.
import { PassThrough, pipeline, type Readable } from 'node:stream'
import { RawAesKeyringNode, RawAesWrappingSuiteIdentifier } from '@aws-crypto/raw-aes-keyring-node'
import { cipherProfile } from './cipher-profiles.ts'
import { openFrames, sealFrames } from './item-frames.ts'
import { KeyFault } from './key-fault.ts'
import type { SealingContext } from './key-store.ts'
import { secretOf, type OpenedItemKey } from './opening.ts'
import { Secret } from './secret.ts'
import { measuring } from './measuring.ts'

const itemKeyBytes = 32
const firstProfile = 'aes-256-gcm-commit-v1'

export interface SealedMeasurements {
  readonly plaintextBytes: number
  readonly plaintextSha256: string
  readonly ciphertextBytes: number
  readonly ciphertextSha256: string
}

/** A new random key for one item. */
export function newItemKey(): Secret {
  return Secret.random(itemKeyBytes)
}

/**
 * Seals one item.
 *
 * @param plaintext read once; destroyed if the ciphertext's reader goes away
 * @returns the ciphertext, and what was measured: it settles when the ciphertext has ended or failed
 * @throws {KeyFault} `profile.unknown`
 * @clause hmpps-2025/16-encryption
 */
export function sealItem(
  plaintext: Readable,
  options: {
    readonly itemKey: Secret
    readonly itemId: string
    readonly context: SealingContext
    /** The first one when not given. */
    readonly profile?: string
  },
): { ciphertext: Readable; sealed: Promise<SealedMeasurements> } {
  const profile = cipherProfile(options.profile ?? firstProfile)
  const before = measuring()
  const after = measuring()
  const keyring = keyringOf(options.itemKey)
  const context = contextOf(options.itemId, options.context)
  const { promise, resolve, reject } = Promise.withResolvers<SealedMeasurements>()
  pipeline(
    plaintext,
    before.stage,
    (source: AsyncIterable<Buffer>) => sealFrames(source, keyring, context, profile),
    after.stage,
    (error) => {
      if (error) {
        reject(error)
        return
      }
      const [plain, cipher] = [before.measured(), after.measured()]
      resolve({
        plaintextBytes: plain.sizeBytes,
        plaintextSha256: plain.sha256,
        ciphertextBytes: cipher.sizeBytes,
        ciphertextSha256: cipher.sha256,
      })
    },
  )
  // The same failure reaches the reader of the ciphertext; a caller who looks only there must not crash the process.
  promise.catch(() => undefined)
  return { ciphertext: after.stage, sealed: promise }
}

/**
 * Opens one item. Each frame is authenticated before it comes out; a stream that fails never ends, so a reader
 * must treat only an ended stream as the item.
 *
 * @param options.itemKey what unwrapForOpening let out, and nothing else
 * @param options.ciphertextSha256 if given, the stream ends only when the whole ciphertext has this hash
 * @returns the plaintext; fails with a KeyFault `item.altered`, `item.truncated`, `item.wrong-context`, or with the source's own error
 * @throws {KeyFault} `opening.unproven`, `profile.unknown`
 * @clause hmpps-2025/16-encryption
 */
export function openItem(
  ciphertext: Readable,
  options: {
    readonly itemKey: OpenedItemKey
    readonly itemId: string
    readonly context: SealingContext
    readonly ciphertextSha256?: string
    /** The one that it was sealed under; the first one when not given. */
    readonly profile?: string
  },
): Readable {
  const profile = cipherProfile(options.profile ?? firstProfile)
  const keyring = keyringOf(secretOf(options.itemKey))
  const expected = contextOf(options.itemId, options.context)
  const whole = measuring(({ sha256 }) =>
    options.ciphertextSha256 === undefined || options.ciphertextSha256 === sha256
      ? undefined
      : new KeyFault('item.altered', 'The sealed object is not the one that was recorded.'),
  )
  const plaintext = new PassThrough()
  pipeline(
    ciphertext,
    whole.stage,
    (source: AsyncIterable<Buffer>) =>
      openFrames(source, keyring, (found) => sameContext(found, expected), profile),
    plaintext,
    () => undefined, // a failure reaches the reader of the plaintext
  )
  return plaintext
}

function keyringOf(itemKey: Secret): RawAesKeyringNode {
  return new RawAesKeyringNode({
    keyNamespace: 'concordat',
    keyName: 'item-key',
    unencryptedMasterKey: new Uint8Array(itemKey.reveal()),
    utf8Sorting: true, // as the format says; the SDK's default order depends on the locale
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  })
}

function contextOf(itemId: string, context: SealingContext): Record<string, string> {
  return { ...context, 'item-id': itemId }
}

function sameContext(found: Record<string, string>, expected: Record<string, string>): boolean {
  const names = Object.keys(expected)
  return names.length === Object.keys(found).length && names.every((name) => found[name] === expected[name])
}
