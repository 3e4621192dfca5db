import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { finished } from 'node:stream/promises'
import fc from 'fast-check'
import {
  enums,
  generateKey,
  PublicKeyEncryptedSessionKeyPacket,
  readMessage,
  SymEncryptedIntegrityProtectedDataPacket,
} from 'openpgp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRightAnswer, makeChallenge } from '../../keys/challenge.ts'
import { createPersonKey, type ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import { encryptForRecipient } from '../../keys/package-pgp.ts'
import type { PackageSigner } from '../../keys/signing-keys.ts'
import { loadOrCreateSuccessions } from '../../keys/succession.ts'
import { Gnupg, isGnupgHere, whyNoGnupg } from './gnupg.ts'

const now = new Date()
let person: ArmoredKeyPair
let signer: PackageSigner
let dir: string

beforeAll(async () => {
  person = await createPersonKey({ name: 'Asha Patel', email: 'asha@hmiprisons.example', at: now })
  dir = await mkdtemp(join(tmpdir(), 'sk-'))
  const made = { createMissing: true, name: 'Concordat gateway', email: 'gateway@concordat.example', at: now }
  signer = (await loadOrCreateSuccessions(dir, made)).packages.current
})
afterAll(() => rm(dir, { recursive: true }))

const fault = (code: string): unknown => expect.objectContaining({ name: 'KeyFault', code })
const inPieces = (bytes: Buffer, size = 50_000): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    ),
  )
const pack = async (bytes: Buffer, recipientArmored = person.publicArmored): Promise<Buffer> =>
  buffer(
    await encryptForRecipient(inPieces(bytes), {
      recipientArmored,
      signer,
      at: new Date(),
      chunkBytes: 65_536,
    }),
  )

function* endlessly(count: (size: number) => void = () => undefined): Generator<Buffer> {
  const block = randomBytes(65_536)
  for (;;) {
    count(block.length)
    yield block
  }
}

test('hmpps-2025/16-encryption: an expired, revoked or unfit key gets an error, never an unencrypted package.', async () => {
  const brief = await createPersonKey({ name: 'A', email: 'a@b.example', at: now, validForDays: 1 })
  const tomorrow = new Date(now.getTime() + 2 * 86_400_000)
  const signOnly = await generateKey({
    type: 'ecc',
    curve: 'ed25519Legacy',
    subkeys: [],
    userIDs: [{ email: 'a@b.example' }],
    date: now,
  })
  const six = await generateKey({ userIDs: [{ email: 'a@b.example' }], date: now, config: { v6Keys: true } })
  const cases: [string, Date, string][] = [
    [brief.publicArmored, tomorrow, 'key.expired'],
    [signOnly.publicKey, now, 'key.cannot-encrypt'],
    [six.publicKey, now, 'key.unreadable-version'],
    [person.privateArmored, now, 'key.private'],
    ['nonsense', now, 'key.not-a-key'],
  ]
  for (const [recipientArmored, at, code] of cases) {
    const plaintext = inPieces(randomBytes(1000))
    await expect(encryptForRecipient(plaintext, { recipientArmored, signer, at })).rejects.toEqual(
      fault(code),
    )
    expect(plaintext.destroyed).toBe(true)
  }
})

test('The message is AES-256 with integrity protection of version 1, and says nothing of its content outside.', async () => {
  const message = await readMessage({ binaryMessage: new Uint8Array(await pack(Buffer.from('case notes'))) })
  const [key, data, ...more] = message.packets
  expect(more).toEqual([])
  expect(key).toBeInstanceOf(PublicKeyEncryptedSessionKeyPacket)
  expect(key).toMatchObject({ version: 3 })
  expect(data).toBeInstanceOf(SymEncryptedIntegrityProtectedDataPacket)
  expect(data).toMatchObject({ version: 1 })
})

test('A key that takes AES-256 with GCM gets it, also when it would rather have OCB.', async () => {
  const userIDs = [{ email: 'a@b.example' }]
  const base = { type: 'ecc', curve: 'curve25519Legacy', userIDs, date: now } as const
  const gcm = await generateKey({
    ...base,
    config: { aeadProtect: true, preferredAEADAlgorithm: enums.aead.gcm },
  })
  const ocb = await generateKey({
    ...base,
    config: { aeadProtect: true, preferredAEADAlgorithm: enums.aead.ocb },
  })
  const dataOf = async (armored: string): Promise<unknown> =>
    (await readMessage({ binaryMessage: new Uint8Array(await pack(Buffer.from('x'), armored)) })).packets[1]
  for (const { publicKey } of [gcm, ocb]) {
    expect(await dataOf(publicKey)).toMatchObject({
      version: 2,
      cipherAlgorithm: enums.symmetric.aes256,
      aeadAlgorithm: enums.aead.gcm,
    })
  }
})

test('When the plaintext fails half-way, the package fails and never ends.', async () => {
  const source = new PassThrough()
  const message = await encryptForRecipient(source, {
    recipientArmored: person.publicArmored,
    signer,
    at: now,
    chunkBytes: 65_536,
  })
  const ended = finished(message)
  message.resume()
  source.write(randomBytes(300_000))
  setImmediate(() => source.destroy(new Error('the item was altered')))
  await expect(ended).rejects.toThrow('the item was altered')
  expect(message.readableEnded).toBe(false)
})

test('When the reader goes away, everything upstream is destroyed, at once and before the first byte too.', async () => {
  for (const readFirst of [true, false]) {
    const source = Readable.from(endlessly(), { objectMode: false })
    const message = await encryptForRecipient(source, {
      recipientArmored: person.publicArmored,
      signer,
      at: now,
      chunkBytes: 65_536,
    })
    if (readFirst) await new Promise((resolve) => message.once('data', resolve))
    message.destroy()
    await finished(source).catch(() => undefined)
    expect(source.destroyed).toBe(true)
  }
})

test('A source that has stopped giving is destroyed as soon as the reader goes away.', async () => {
  const source = new PassThrough()
  const message = await encryptForRecipient(source, {
    recipientArmored: person.publicArmored,
    signer,
    at: now,
    chunkBytes: 65_536,
  })
  source.write(randomBytes(70_000))
  await new Promise((resolve) => message.once('data', resolve))
  message.destroy()
  await finished(message).catch(() => undefined)
  expect(source.destroyed).toBe(true)
})

test('A reader that waits holds the source back.', async () => {
  let given = 0
  const source = Readable.from(
    endlessly((size) => (given += size)),
    { objectMode: false },
  )
  const message = await encryptForRecipient(source, {
    recipientArmored: person.publicArmored,
    signer,
    at: now,
    chunkBytes: 65_536,
  })
  await new Promise((resolve) => message.once('readable', resolve))
  for (let turn = 0; turn < 2000; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  expect(given).toBeLessThan(32 * 65_536)
  message.destroy()
})

describe.skipIf(!isGnupgHere)(`read by GnuPG (${isGnupgHere ? 'here' : whyNoGnupg})`, () => {
  let gpg: Gnupg
  beforeAll(async () => {
    gpg = new Gnupg()
    await gpg.must(['--import'], person.privateArmored)
    await gpg.must(['--import'], signer.publicArmored)
  })
  afterAll(() => gpg.close())

  test('hmpps-2025/16-encryption: packages of every size decrypt, and the gateway’s signature is good.', async () => {
    for (const size of [0, 1, 511, 512, 65_535, 65_536, 65_537, 1_000_003]) {
      const plaintext = randomBytes(size)
      const { status, stdout } = await gpg.must(['--decrypt'], await pack(plaintext))
      expect(stdout.equals(plaintext)).toBe(true)
      expect(status).toContain('DECRYPTION_OKAY')
      expect(status).toContain('GOODMDC')
      expect(status.some((line) => line.startsWith(`VALIDSIG ${signer.fingerprint}`))).toBe(true)
      expect(status.some((line) => line.startsWith('GOODSIG'))).toBe(true)
      expect(status.some((line) => /^PLAINTEXT 62 \d+ package\.zip$/.test(line))).toBe(true)
      expect(status.some((line) => line.startsWith('DECRYPTION_INFO 2 9'))).toBe(true) // MDC by SHA-1, AES-256
    }
  })

  test('A key that GnuPG made, with RSA, opens its package too.', async () => {
    const fingerprint = await gpg.makeKey('Rita <rita@hmpps.example>', 'rsa3072', 'cert,sign')
    await gpg.addSubkey(fingerprint, 'rsa3072', 'encr')
    const { status, stdout } = await gpg.must(
      ['--decrypt'],
      await pack(Buffer.from('notes'), await gpg.exportKey(fingerprint)),
    )
    expect(stdout.toString()).toBe('notes')
    expect(status).toContain('DECRYPTION_OKAY')
  })

  test('No byte of a package can be flipped and the package still be good; nor can it be cut short.', async () => {
    const plaintext = randomBytes(2000)
    const message = await pack(plaintext)
    const read = async (bytes: Buffer): Promise<'good' | 'bad' | 'other text'> => {
      const { exitCode, status, stdout } = await gpg.run(['--decrypt'], bytes)
      const isAccepted =
        exitCode === 0 &&
        status.includes('DECRYPTION_OKAY') &&
        status.some((line) => line.startsWith('GOODSIG'))
      if (!isAccepted) return 'bad'
      return stdout.equals(plaintext) ? 'good' : 'other text'
    }
    expect(await read(message)).toBe('good')
    // The recipient's key id and the bit count of the first number (RFC 4880 §3.2, bytes 12 and 13) are read leniently: GnuPG
    // rounds the count up to bytes. A change there may leave the same text, never another one; from byte 14 on nothing passes.
    const strictFrom = 14
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: message.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (position, mask) => {
          const altered = Buffer.from(message)
          altered[position] = (altered[position] ?? 0) ^ mask
          expect(position < strictFrom ? ['good', 'bad'] : ['bad']).toContain(await read(altered))
          expect(await read(message.subarray(0, position))).toBe('bad')
        },
      ),
      {
        numRuns: 40,
        examples: [
          [12, 1],
          [13, 1],
          [strictFrom, 1],
        ],
      },
    )
  })

  test('A challenge is answered by whoever can decrypt it, and by nothing else.', async () => {
    const { message, answerSha256 } = await makeChallenge({
      recipientArmored: person.publicArmored,
      signer,
      at: now,
    })
    const { stdout, status } = await gpg.must(['--decrypt'], message)
    expect(status.some((line) => line.startsWith('GOODSIG'))).toBe(true)
    const code = /Your code is ([0-9A-Z-]+)/.exec(stdout.toString())?.[1] ?? ''
    expect(code).toMatch(/^(?:[2-9A-Z]{5}-){3}[2-9A-Z]{5}$/)
    const expected = { answerSha256, fingerprint: person.fingerprint }
    expect(isRightAnswer(code, expected)).toBe(true)
    expect(isRightAnswer(` ${code.toLowerCase().replaceAll('-', ' ')} `, expected)).toBe(true)
    expect(isRightAnswer(code.slice(1), expected)).toBe(false)
    expect(isRightAnswer('', expected)).toBe(false)
    expect(isRightAnswer(code, { ...expected, fingerprint: signer.fingerprint })).toBe(false)
    expect(isRightAnswer(code, { ...expected, answerSha256: '' })).toBe(false)
    expect(message).not.toContain(code)
    expect(answerSha256).not.toContain(code)
  })

  test('A person’s key that is protected by a passphrase imports into GnuPG.', async () => {
    const pair = await createPersonKey({
      name: 'Ben',
      email: 'ben@hmpps.example',
      passphrase: 'correct horse',
      at: now,
    })
    const { status } = await gpg.must(['--import'], pair.privateArmored)
    expect(status.some((line) => line.startsWith(`IMPORT_OK`) && line.endsWith(pair.fingerprint))).toBe(true)
  })
})
