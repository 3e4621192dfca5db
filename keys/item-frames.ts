// Turns a stream of plaintext into the frames of a sealed item, and back. The keys, their derivation and the key
// commitment are the AWS Encryption SDK's; its streams are not used, because they end the process when a reader
// goes away or a frame is altered (an 'error' with nobody left to hear it). Tests compare both, in both directions.
import { randomBytes } from 'node:crypto'
import {
  AlgorithmSuiteIdentifier,
  CommitmentPolicy,
  getDecryptionHelper,
  getEncryptHelper,
  NodeAlgorithmSuite,
  NodeDefaultCryptographicMaterialsManager,
  type GetDecipher,
} from '@aws-crypto/material-management-node'
import type { RawAesKeyringNode } from '@aws-crypto/raw-aes-keyring-node'
import { ByteReader, joined, sizeOf, type Pieces } from './byte-reader.ts'
import * as message from './item-message.ts'
import { mustBe } from './item-message.ts'
import type { CipherProfile } from './cipher-profiles.ts'
import { KeyFault } from './key-fault.ts'

type Context = Readonly<Record<string, string>>

const suite = new NodeAlgorithmSuite(
  AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
)
const nothing: Pieces = [Buffer.alloc(0)]

export async function* sealFrames(
  plaintext: AsyncIterable<Uint8Array>,
  keyring: RawAesKeyringNode,
  context: Context,
  { frameBytes }: CipherProfile,
): AsyncGenerator<Buffer> {
  const material = await new NodeDefaultCryptographicMaterialsManager(keyring).getEncryptionMaterials({
    suite,
    encryptionContext: context,
    commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
  })
  const { getCipherInfo, dispose } = getEncryptHelper(material)
  try {
    const messageId = new Uint8Array(randomBytes(message.messageIdBytes))
    const { getCipher, keyCommitment: commitment } = getCipherInfo(messageId)
    const [dataKey] = material.encryptedDataKeys
    if (commitment === undefined || dataKey === undefined)
      throw new Error('The suite gave no commitment or data key.')
    const header = message.writeHeader({ messageId, context, dataKey, commitment, frameBytes })
    yield* encrypted(getCipher(message.frameIv(0)), header, nothing, header)

    const bytes = new ByteReader(plaintext)
    for (let sequence = 1, isLast = false; !isLast; sequence += 1) {
      const content = await bytes.upTo(frameBytes)
      const contentBytes = sizeOf(content)
      isLast = contentBytes < frameBytes
      const cipher = getCipher(message.frameIv(sequence))
      const aad = message.frameAad(messageId, sequence, contentBytes, isLast)
      yield* encrypted(cipher, message.frameHeader(sequence, contentBytes, isLast), content, aad)
    }
  } finally {
    dispose()
  }
}

function* encrypted(
  cipher: ReturnType<ReturnType<ReturnType<typeof getEncryptHelper>['getCipherInfo']>['getCipher']>,
  before: Buffer,
  content: Pieces,
  aad: Buffer,
): Generator<Buffer> {
  cipher.setAAD(aad)
  yield before
  for (const piece of content) {
    const ciphertext = cipher.update(piece)
    if (ciphertext.length > 0) yield ciphertext
  }
  cipher.final()
  yield cipher.getAuthTag()
}

/**
 * @param sameContext says whether the context found is the one expected; asked before any plaintext comes out
 * @throws {KeyFault} `item.altered`, `item.truncated`, `item.wrong-context`
 */
export async function* openFrames(
  ciphertext: AsyncIterable<Uint8Array>,
  keyring: RawAesKeyringNode,
  sameContext: (found: Context) => boolean,
  { frameBytes }: CipherProfile,
): AsyncGenerator<Buffer> {
  const bytes = new ByteReader(ciphertext)
  const takePieces = async (sizeBytes: number): Promise<Pieces> => {
    const taken = await bytes.upTo(sizeBytes)
    if (sizeOf(taken) < sizeBytes) throw new KeyFault('item.truncated', 'The sealed object is not complete.')
    return taken
  }
  const take = async (sizeBytes: number): Promise<Buffer> => joined(await takePieces(sizeBytes))
  const header = await message.readHeader(take)
  mustBe(header.frameBytes === frameBytes, 'frame length')
  const headerTag = await take(message.tagBytes)
  const { getDecipher, dispose } = await unlock(header, keyring)
  try {
    authentic(getDecipher(message.frameIv(0)), header.raw, nothing, headerTag)
    if (!sameContext(header.context)) {
      throw new KeyFault('item.wrong-context', 'The sealed object belongs to another item or purpose.')
    }
    for (let sequence = 1, isLast = false; !isLast; sequence += 1) {
      const start = (await take(4)).readUInt32BE()
      isLast = start === message.endOfFrames
      mustBe((isLast ? (await take(4)).readUInt32BE() : start) === sequence, 'order of frames')
      const iv = await take(message.ivBytes)
      mustBe(iv.equals(message.frameIv(sequence)), 'frame IV')
      const contentBytes = isLast ? (await take(4)).readUInt32BE() : frameBytes
      mustBe(contentBytes <= frameBytes, 'frame length')
      const content = await takePieces(contentBytes)
      const aad = message.frameAad(header.messageId, sequence, contentBytes, isLast)
      yield* authentic(getDecipher(iv), aad, content, await take(message.tagBytes))
    }
    mustBe(await bytes.isAtEnd(), 'end')
  } finally {
    dispose()
  }
}

/** Decrypts the data key and checks the key commitment. */
async function unlock(
  header: message.MessageHeader,
  keyring: RawAesKeyringNode,
): Promise<{ getDecipher: GetDecipher; dispose: () => void }> {
  try {
    const material = await new NodeDefaultCryptographicMaterialsManager(keyring).decryptMaterials({
      suite,
      encryptionContext: header.context,
      encryptedDataKeys: [header.dataKey],
    })
    const { getDecipherInfo, dispose } = getDecryptionHelper(material)
    return { getDecipher: getDecipherInfo(header.messageId, header.commitment), dispose }
  } catch (cause) {
    throw altered(cause)
  }
}

/** Plaintext leaves this function only when its tag is right. */
function authentic(decipher: ReturnType<GetDecipher>, aad: Buffer, content: Pieces, tag: Buffer): Pieces {
  decipher.setAAD(aad).setAuthTag(tag)
  const plaintext = content.map((piece) => decipher.update(piece))
  try {
    decipher.final()
  } catch (cause) {
    for (const piece of plaintext) piece.fill(0)
    throw altered(cause)
  }
  return plaintext
}

function altered(cause: unknown): KeyFault {
  return new KeyFault('item.altered', 'The sealed object was altered, or the key is not its own.', { cause })
}
