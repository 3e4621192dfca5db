import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { finished } from 'node:stream/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openFileKeyStore } from '../../keys/file-key-store.ts'
import { newItemKey, openItem, sealItem } from '../../keys/item.ts'
import { confirmDestroyed, unwrapForOpening } from '../../keys/opening.ts'
import type { Secret } from '../../keys/secret.ts'
import { committed, opened, uncommitted } from './memory-opening.ts'

const itemId = 'item-1'
const context = { exchange: 'case-level-data', profile: '1' }
const frameBytes = 1024 * 1024

const fault = (code: string): unknown => expect.objectContaining({ name: 'KeyFault', code })
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const inPieces = (bytes: Buffer, size = 50_000): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    ),
  )

async function seal(plaintext: Buffer, itemKey: Secret): Promise<Buffer> {
  return buffer(sealItem(inPieces(plaintext), { itemKey, itemId, context }).ciphertext)
}

/** Reads as a careful reader does: what came before a failure, and whether the stream ended well. */
async function read(stream: Readable): Promise<{ bytes: Buffer; error: unknown }> {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  const error: unknown = await finished(stream).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return { bytes: Buffer.concat(chunks), error }
}

test('What was sealed under one profile does not open under another, and a profile that is not there seals and opens nothing.', async () => {
  const [itemKey, plaintext] = [newItemKey(), randomBytes(700_000)]
  const key = await opened(itemKey)
  const [v1, v2] = ['aes-256-gcm-commit-v1', 'aes-256-gcm-commit-v2']
  const bytes = await buffer(sealItem(inPieces(plaintext), { itemKey, itemId, context, profile: v2 }).ciphertext)
  expect(await buffer(openItem(inPieces(bytes), { itemKey: key, itemId, context, profile: v2 }))).toEqual(plaintext)
  for (const profile of [v1, undefined])
    expect((await read(openItem(inPieces(bytes), { itemKey: key, itemId, context, ...(profile !== undefined && { profile }) }))).error).toEqual(fault('item.altered'))
  expect(() => sealItem(inPieces(plaintext), { itemKey, itemId, context, profile: 'rot13' })).toThrow('no cipher profile rot13')
  expect(() => openItem(inPieces(bytes), { itemKey: key, itemId, context, profile: 'constructor' })).toThrow('no cipher profile')
}) // prettier-ignore

test('hmpps-2025/16-encryption: an item of any size comes back as it was, and what was measured is so.', async () => {
  const sizes = [0, 1, frameBytes - 1, frameBytes, frameBytes + 1, 3 * frameBytes + 12_345]
  for (const size of sizes) {
    const plaintext = randomBytes(size)
    const itemKey = newItemKey()
    const { ciphertext, sealed } = sealItem(inPieces(plaintext), { itemKey, itemId, context })
    const bytes = await buffer(ciphertext)
    expect(await sealed).toEqual({
      plaintextBytes: size,
      plaintextSha256: sha256(plaintext),
      ciphertextBytes: bytes.length,
      ciphertextSha256: sha256(bytes),
    })
    const back = openItem(inPieces(bytes, 77_777), {
      itemKey: await opened(itemKey),
      itemId,
      context,
      ciphertextSha256: sha256(bytes),
    })
    expect((await buffer(back)).equals(plaintext)).toBe(true)
  }
})

test('The sealed object says suite 0x0478, format 2, one data key, frames of 1 MiB.', async () => {
  const bytes = await seal(Buffer.from('x'), newItemKey())
  expect(bytes[0]).toBe(2)
  expect(bytes.readUInt16BE(1)).toBe(0x0478)
  const contextLength = bytes.readUInt16BE(35)
  expect(bytes.readUInt16BE(37 + contextLength)).toBe(1)
  expect(bytes.includes(Buffer.of(2, 0, 0x10, 0, 0))).toBe(true)
})

test('Another item, another context or another key does not open it.', async () => {
  const itemKey = newItemKey()
  const bytes = await seal(Buffer.from('a secret of the prison'), itemKey)
  const key = await opened(itemKey)
  const cases: [Readable, string][] = [
    [openItem(inPieces(bytes), { itemKey: key, itemId: 'item-2', context }), 'item.wrong-context'],
    [openItem(inPieces(bytes), { itemKey: key, itemId, context: {} }), 'item.wrong-context'],
    [
      openItem(inPieces(bytes), { itemKey: key, itemId, context: { ...context, more: 'x' } }),
      'item.wrong-context',
    ],
    [openItem(inPieces(bytes), { itemKey: await opened(), itemId, context }), 'item.altered'],
  ]
  for (const [stream, code] of cases) {
    const { bytes: released, error } = await read(stream)
    expect(error).toEqual(fault(code))
    expect(released).toHaveLength(0)
  }
})

test('No byte of a sealed object can be flipped without the opening failing.', async () => {
  const plaintext = randomBytes(frameBytes + 1000)
  const itemKey = newItemKey()
  const bytes = await seal(plaintext, itemKey)
  const header = bytes.length - plaintext.length - 2 * 32 - 8
  const key = await opened(itemKey)
  const nearEdges = fc.oneof(
    fc.nat(header + 40),
    fc.integer({ min: header + frameBytes - 10, max: header + frameBytes + 60 }),
    fc.integer({ min: bytes.length - 40, max: bytes.length - 1 }),
    fc.nat(bytes.length - 1),
  )
  await fc.assert(
    fc.asyncProperty(
      nearEdges,
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom(1000, 65_536, bytes.length),
      async (position, mask, size) => {
        const altered = Buffer.from(bytes)
        altered[position] = (altered[position] ?? 0) ^ mask
        const { bytes: released, error } = await read(
          openItem(inPieces(altered, size), { itemKey: key, itemId, context }),
        )
        expect([fault('item.altered'), fault('item.truncated')]).toContainEqual(error)
        // What came out before is whole authenticated frames of the true plaintext, and never all of it.
        expect(released.length % frameBytes).toBe(0)
        expect(released.length).toBeLessThan(plaintext.length)
        expect(released.equals(plaintext.subarray(0, released.length))).toBe(true)
      },
    ),
    { numRuns: 150 },
  )
})

test('A truncated object never yields a complete plaintext, wherever it was cut.', async () => {
  const plaintext = randomBytes(frameBytes + 1000)
  const itemKey = newItemKey()
  const bytes = await seal(plaintext, itemKey)
  const key = await opened(itemKey)
  const header = bytes.length - plaintext.length - 2 * 32 - 8
  const cuts = [
    0,
    1,
    100,
    header - 1,
    header,
    header + 20,
    header + 16 + frameBytes,
    header + 32 + frameBytes,
    bytes.length - 16,
    bytes.length - 1,
  ]
  for (const cut of cuts) {
    const { bytes: released, error } = await read(
      openItem(inPieces(bytes.subarray(0, cut)), { itemKey: key, itemId, context }),
    )
    expect(error, `cut at ${cut}`).toEqual(fault('item.truncated'))
    expect(released.length).toBeLessThan(plaintext.length)
  }
})

test('Cut at any byte of its header, and around each edge inside and between its frames, an object is named as truncated and gives whole frames at most.', async () => {
  const [itemKey, profile, frame] = [newItemKey(), 'aes-256-gcm-commit-v2', 256 * 1024]
  const plaintext = randomBytes(3 * frame + 777)
  const bytes = await buffer(sealItem(inPieces(plaintext), { itemKey, itemId, context, profile }).ciphertext)
  const key = await opened(itemKey)
  const header = bytes.length - plaintext.length - 4 * 32 - 8
  // Of a frame: sequence (4), IV (12), content, tag (16); the last has 8 bytes more before it.
  const inFrames = [0, 1, 2].flatMap((each) => [0, 4, 16, 16 + frame, 32 + frame].map((at) => header + each * (32 + frame) + at))
  const last = header + 3 * (32 + frame)
  const edges = [...inFrames, ...[4, 8, 20, 24, 24 + 777, 24 + 777 + 16].map((at) => last + at)]
  const cuts = new Set([...Array(header + 1).keys(), ...edges.flatMap((edge) => [edge - 1, edge, edge + 1])])
  for (const cut of [...cuts].filter((at) => at < bytes.length)) {
    const { bytes: released, error } = await read(openItem(inPieces(bytes.subarray(0, cut)), { itemKey: key, itemId, context, profile }))
    expect(error, `cut at ${cut}`).toEqual(fault('item.truncated'))
    expect([released.length % frame, released.equals(plaintext.subarray(0, released.length))], `cut at ${cut}`).toEqual([0, true])
    expect(released.length, `cut at ${cut}`).toBeLessThan(plaintext.length)
  }
  expect(cuts.size).toBeGreaterThan(250)
}) // prettier-ignore

test('Frames in another order do not open, and neither does an object with bytes after its end.', async () => {
  const plaintext = randomBytes(3 * frameBytes)
  const itemKey = newItemKey()
  const bytes = await seal(plaintext, itemKey)
  const key = await opened(itemKey)
  const frame = frameBytes + 32
  const header = bytes.length - 3 * frame - 40
  const at = (n: number): Buffer => bytes.subarray(header + n * frame, header + (n + 1) * frame)
  const swapped = Buffer.concat([
    bytes.subarray(0, header),
    at(1),
    at(0),
    at(2),
    bytes.subarray(header + 3 * frame),
  ])
  expect((await read(openItem(inPieces(swapped), { itemKey: key, itemId, context }))).error).toEqual(
    fault('item.altered'),
  )
  const longer = Buffer.concat([bytes, Buffer.from('more')])
  expect((await read(openItem(inPieces(longer), { itemKey: key, itemId, context }))).error).toEqual(
    fault('item.altered'),
  )
})

test('An object that is sound, but is not the one that was recorded, does not open to its end.', async () => {
  const itemKey = newItemKey()
  const recorded = sha256(await seal(Buffer.from('the one'), itemKey))
  const another = await seal(Buffer.from('another'), itemKey)
  const options = { itemKey: await opened(itemKey), itemId, context, ciphertextSha256: recorded }
  expect((await read(openItem(inPieces(another), options))).error).toEqual(fault('item.altered'))
})

test('No ledger entry, no key: an opening that is not proved gets nothing from the key store.', async () => {
  let asked = 0
  const store = {
    unwrap: () => {
      asked += 1
      return Promise.resolve(newItemKey())
    },
  }
  await expect(unwrapForOpening(store, 'ref', new Uint8Array(), {}, uncommitted)).rejects.toEqual(
    fault('opening.unproven'),
  )
  expect(asked).toBe(0)
  expect(() =>
    openItem(inPieces(Buffer.from('x')), { itemKey: { entryId: 'forged' }, itemId, context }),
  ).toThrow(fault('opening.unproven'))
})

test('hmpps-2025/19-destruction: with its shelf key destroyed an item cannot be opened, and the attempt says why.', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ks-'))
  try {
    const store = await openFileKeyStore(dir)
    await store.create('shelf')
    const itemKey = newItemKey()
    const wrapped = await store.wrap('shelf', itemKey, context)
    const bytes = await seal(Buffer.from('case notes'), itemKey)
    const key = await unwrapForOpening(store, 'shelf', wrapped, context, committed)
    expect(await buffer(openItem(inPieces(bytes), { itemKey: key, itemId, context }))).toEqual(
      Buffer.from('case notes'),
    )
    await expect(confirmDestroyed(store, 'shelf', wrapped, context)).rejects.toEqual(fault('store.key-alive'))
    await expect(confirmDestroyed(store, 'never', wrapped, context)).rejects.toEqual(
      fault('store.key-unknown'),
    )
    await expect(confirmDestroyed(store, 'shelf', wrapped, {})).rejects.toEqual(fault('store.wrong-context'))
    await store.destroy('shelf')
    await expect(unwrapForOpening(store, 'shelf', wrapped, context, committed)).rejects.toEqual(
      fault('store.key-destroyed'),
    )
    expect(await confirmDestroyed(store, 'shelf', wrapped, context)).toBe(
      'an attempt to open failed: key-destroyed',
    )
  } finally {
    await rm(dir, { recursive: true })
  }
})

test('When the source fails, sealing fails with the same error on both sides and the object never ends.', async () => {
  const source = new PassThrough()
  const { ciphertext, sealed } = sealItem(source, { itemKey: newItemKey(), itemId, context })
  source.write(randomBytes(2 * frameBytes))
  const reading = read(ciphertext)
  source.destroy(new Error('the upload stopped'))
  expect((await reading).error).toMatchObject({ message: 'the upload stopped' })
  await expect(sealed).rejects.toThrow('the upload stopped')
})

test('When the vault fails while opening, the reader sees its error and not a claim of tampering.', async () => {
  const itemKey = newItemKey()
  const bytes = await seal(randomBytes(2 * frameBytes), itemKey)
  const source = new PassThrough()
  const reading = read(openItem(source, { itemKey: await opened(itemKey), itemId, context }))
  source.write(bytes.subarray(0, frameBytes))
  source.destroy(new Error('disk gone'))
  expect((await reading).error).toMatchObject({ message: 'disk gone' })
})

test('When the reader goes away, everything upstream is destroyed.', async () => {
  const itemKey = newItemKey()
  const bytes = await seal(randomBytes(5 * frameBytes), itemKey)
  const source = inPieces(bytes)
  const plaintext = openItem(source, { itemKey: await opened(itemKey), itemId, context })
  plaintext.once('data', () => plaintext.destroy())
  await finished(source).catch(() => undefined)
  expect(source.destroyed).toBe(true)

  const endless = Readable.from(endlessly(), { objectMode: false })
  const { ciphertext, sealed } = sealItem(endless, { itemKey, itemId, context })
  ciphertext.once('data', () => ciphertext.destroy())
  await expect(sealed).rejects.toThrow()
  expect(endless.destroyed).toBe(true)
})

test('A reader that waits holds the source back: no more than a few frames are read ahead.', async () => {
  let given = 0
  const endless = Readable.from(
    endlessly((size) => (given += size)),
    { objectMode: false },
  )
  const { ciphertext, sealed } = sealItem(endless, { itemKey: newItemKey(), itemId, context })
  await new Promise((resolve) => ciphertext.once('readable', resolve))
  for (let turn = 0; turn < 2000; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  expect(given).toBeLessThan(8 * frameBytes)
  ciphertext.destroy()
  await expect(sealed).rejects.toThrow()
})

function* endlessly(count: (size: number) => void = () => undefined): Generator<Buffer> {
  const block = randomBytes(65_536)
  for (;;) {
    count(block.length)
    yield block
  }
}
