// The bytes of a sealed item: AWS Encryption SDK message format 2.0, of which we write and read one shape only.
//   header   0x02 | suite 0x0478 | id (32) | context | keys | 0x02 (framed) | frame length (4) | commitment (32) | tag (16)
//   context  length (2), then unless empty: count (2) | for each, in byte order of names: length (2) name, length (2) value
//   keys     count (2) | for each: length (2) provider id, length (2) provider info, length (2) encrypted data key
//   frame    sequence (4) | IV (12): the sequence | content (frame length) | tag (16)
//   last     0xffffffff | sequence (4) | IV (12) | content length (4) | content | tag (16)
import { EncryptedDataKey } from '@aws-crypto/material-management-node'
import { KeyFault } from './key-fault.ts'

export const suiteId = 0x0478
export const messageIdBytes = 32
export const tagBytes = 16
export const ivBytes = 12
export const endOfFrames = 0xffffffff
const version = 2
const framed = 2
const commitmentBytes = 32

export interface MessageHeader {
  readonly messageId: Uint8Array
  readonly context: Readonly<Record<string, string>>
  readonly dataKey: EncryptedDataKey
  readonly commitment: Uint8Array
  /** Content of each frame but the last. */
  readonly frameBytes: number
}

/** @returns the header's bytes up to its tag */
export function writeHeader(header: MessageHeader): Buffer {
  const { providerId, providerInfo, encryptedDataKey, rawInfo } = header.dataKey
  return Buffer.concat([
    Buffer.of(version),
    uint16(suiteId),
    header.messageId,
    contextBytes(header.context),
    uint16(1),
    counted(Buffer.from(providerId)),
    counted(rawInfo ?? Buffer.from(providerInfo)),
    counted(encryptedDataKey),
    Buffer.of(framed),
    uint32(header.frameBytes),
    header.commitment,
  ])
}

/**
 * @param take gives exactly as many bytes as asked, or throws
 * @returns the header, and its bytes as they were read
 * @throws {KeyFault} `item.altered` for anything but the one shape
 */
export async function readHeader(
  take: (sizeBytes: number) => Promise<Buffer>,
): Promise<MessageHeader & { raw: Buffer }> {
  const read: Buffer[] = []
  const next = async (sizeBytes: number): Promise<Buffer> => {
    const bytes = await take(sizeBytes)
    read.push(bytes)
    return bytes
  }
  const part = async (): Promise<Buffer> => next((await next(2)).readUInt16BE())

  mustBe((await next(1))[0] === version, 'format version')
  mustBe((await next(2)).readUInt16BE() === suiteId, 'algorithm suite')
  const messageId = await next(messageIdBytes)
  const context = parseContext(await part())
  mustBe((await next(2)).readUInt16BE() === 1, 'number of data keys')
  const providerId = (await part()).toString('utf8')
  const rawInfo = await part()
  const encryptedDataKey = await part()
  mustBe((await next(1))[0] === framed, 'content type')
  const frameBytes = (await next(4)).readUInt32BE()
  const commitment = await next(commitmentBytes)
  const dataKey = new EncryptedDataKey({
    providerId,
    providerInfo: rawInfo.toString('utf8'),
    rawInfo,
    encryptedDataKey,
  })
  return { messageId, context, dataKey, commitment, frameBytes, raw: Buffer.concat(read) }
}

/** A frame's IV is its sequence number (header: 0). */
export function frameIv(sequence: number): Buffer {
  const iv = Buffer.alloc(ivBytes)
  iv.writeUInt32BE(sequence, ivBytes - 4)
  return iv
}

export function frameHeader(sequence: number, contentBytes: number, isLast: boolean): Buffer {
  const start = Buffer.concat([uint32(sequence), frameIv(sequence)])
  return isLast ? Buffer.concat([uint32(endOfFrames), start, uint32(contentBytes)]) : start
}

export function frameAad(
  messageId: Uint8Array,
  sequence: number,
  contentBytes: number,
  isLast: boolean,
): Buffer {
  const kind = isLast ? 'AWSKMSEncryptionClient Final Frame' : 'AWSKMSEncryptionClient Frame'
  return Buffer.concat([messageId, Buffer.from(kind), uint32(sequence), uint32(0), uint32(contentBytes)])
}

export function mustBe(isSo: boolean, what: string): asserts isSo {
  if (!isSo)
    throw new KeyFault('item.altered', `The sealed object was altered: its ${what} is not what we write.`)
}

function contextBytes(context: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(context).map(
    ([name, value]) => [Buffer.from(name), Buffer.from(value)] as const,
  )
  if (pairs.length === 0) return uint16(0)
  pairs.sort(([a], [b]) => Buffer.compare(a, b))
  return counted(Buffer.concat([uint16(pairs.length), ...pairs.flatMap((pair) => pair.map(counted))]))
}

function parseContext(bytes: Buffer): Record<string, string> {
  const context: Record<string, string> = {}
  let at = 2
  const part = (): string => {
    mustBe(at + 2 <= bytes.length && at + 2 + bytes.readUInt16BE(at) <= bytes.length, 'context')
    const start = at + 2
    at = start + bytes.readUInt16BE(at)
    return bytes.toString('utf8', start, at)
  }
  while (at < bytes.length) {
    const name = part()
    mustBe(!Object.hasOwn(context, name), 'context')
    context[name] = part()
  }
  mustBe(
    bytes.length === 0 || (at === bytes.length && bytes.readUInt16BE() === Object.keys(context).length),
    'context',
  )
  return context
}

function counted(bytes: Uint8Array): Buffer {
  if (bytes.length > 0xffff)
    throw new RangeError('A part of a sealed item header holds at most 65,535 bytes.')
  return Buffer.concat([uint16(bytes.length), bytes])
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
