// The sealed item is AWS Encryption SDK format: what we write the SDK reads, and what the SDK writes we read.
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import {
  AlgorithmSuiteIdentifier,
  buildClient,
  CommitmentPolicy,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
} from '@aws-crypto/client-node'
import { expect, test } from 'vitest'
import { newItemKey, openItem, sealItem } from '../../keys/item.ts'
import type { Secret } from '../../keys/secret.ts'
import { opened } from './memory-opening.ts'

const client = buildClient({
  commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
  maxEncryptedDataKeys: 1,
})
const suiteId = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY
const frameLength = 1024 * 1024
const sizes = [
  0,
  1,
  15,
  16,
  17,
  frameLength - 1,
  frameLength,
  frameLength + 1,
  2 * frameLength,
  2 * frameLength + 77,
]
const context = {
  'an empty one': '',
  Ünïcode: '“déjà vu” 🗝',
  exchange: 'case-level-data',
  'item-id': 'item-1',
}
const { 'item-id': itemId, ...ours } = context

function keyringOf(key: Secret): RawAesKeyringNode {
  return new RawAesKeyringNode({
    keyNamespace: 'concordat',
    keyName: 'item-key',
    unencryptedMasterKey: new Uint8Array(key.reveal()),
    utf8Sorting: true,
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  })
}

test('The SDK opens what we seal, at every frame edge.', async () => {
  for (const size of sizes) {
    const plaintext = randomBytes(size)
    const itemKey = newItemKey()
    const sealed = await buffer(
      sealItem(Readable.from([plaintext]), { itemKey, itemId, context: ours }).ciphertext,
    )
    const { plaintext: back, messageHeader } = await client.decrypt(keyringOf(itemKey), sealed)
    expect(back.equals(plaintext)).toBe(true)
    expect({ ...messageHeader.encryptionContext }).toEqual(context)
    expect(messageHeader).toMatchObject({ suiteId, frameLength })
  }
})

test('We open what the SDK seals, at every frame edge.', async () => {
  for (const size of sizes) {
    const plaintext = randomBytes(size)
    const itemKey = newItemKey()
    const { result } = await client.encrypt(keyringOf(itemKey), plaintext, {
      suiteId,
      frameLength,
      encryptionContext: context,
    })
    const back = openItem(Readable.from([result]), { itemKey: await opened(itemKey), itemId, context: ours })
    expect((await buffer(back)).equals(plaintext)).toBe(true)
  }
})

test('What the SDK seals with another frame length, a signed suite or no commitment is refused.', async () => {
  const itemKey = newItemKey()
  const loose = buildClient({
    commitmentPolicy: CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT,
    maxEncryptedDataKeys: 1,
  })
  const { result: otherFrames } = await client.encrypt(keyringOf(itemKey), 'x', {
    suiteId,
    frameLength: 4096,
    encryptionContext: context,
  })
  const { result: signed } = await client.encrypt(keyringOf(itemKey), 'x', {
    frameLength,
    encryptionContext: context,
  })
  const { result: uncommitted } = await loose.encrypt(keyringOf(itemKey), 'x', {
    frameLength,
    encryptionContext: context,
  })
  for (const bytes of [otherFrames, signed, uncommitted]) {
    const stream = openItem(Readable.from([bytes]), { itemKey: await opened(itemKey), itemId, context: ours })
    await expect(buffer(stream)).rejects.toMatchObject({ code: 'item.altered' })
  }
})
