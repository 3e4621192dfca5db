// A PNG file (W3C PNG, third edition) reduced to its picture: header, palette, transparency and image data, which is inflated once
// to see that it is as long as the header says and holds nothing more. Every other chunk, and what follows the end, is left out.
import { createInflate, crc32 } from 'node:zlib'
import { orientationIn, tiffOf } from './orientation.ts'
import { damaged, refuseSize, shownSize, type Picture } from './stripped.ts'

const signature = Buffer.from('89504e470d0a1a0a', 'hex')

export function isPng(bytes: Buffer): boolean {
  return bytes.subarray(0, 8).equals(signature)
}

interface Chunk {
  readonly type: string
  readonly body: Buffer
}

interface Header {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly colour: number
  readonly isInterlaced: boolean
}

/** @throws {UnreadablePicture} */
export async function stripPng(bytes: Buffer): Promise<Picture> {
  const { chunks, end } = readChunks(bytes)
  const [first, ...rest] = chunks
  const header = headerOf(first)
  refuseSize(header.width, header.height)
  const of = (type: string) => rest.filter((chunk) => chunk.type === type).map(({ body }) => body)
  const [palettes, transparencies, data, notes] = [of('PLTE'), of('tRNS'), of('IDAT'), of('eXIf')]
  refuseColours(header, palettes, transparencies)
  await refuseData(header, data)
  const orientation = notes[0] ? orientationIn(notes[0]) : 1
  const kept = [
    { type: 'IHDR', body: first?.body ?? Buffer.alloc(0) },
    ...(orientation === 1 ? [] : [{ type: 'eXIf', body: tiffOf(orientation) }]),
    ...palettes.map((body) => ({ type: 'PLTE', body })),
    ...transparencies.map((body) => ({ type: 'tRNS', body })),
    { type: 'IDAT', body: Buffer.concat(data) },
    { type: 'IEND', body: Buffer.alloc(0) },
  ]
  const removed = new Set(rest.flatMap(({ type }) => leftOut(type)))
  if (end < bytes.length) removed.add('trailing')
  return {
    format: 'png',
    bytes: Buffer.concat([signature, ...kept.map(written)]),
    ...shownSize(header.width, header.height, orientation),
    removed: [...removed].toSorted(),
  }
}

function readChunks(bytes: Buffer): { readonly chunks: readonly Chunk[]; readonly end: number } {
  const chunks: Chunk[] = []
  let at = signature.length
  for (;;) {
    if (at + 12 > bytes.length) throw damaged()
    const length = bytes.readUInt32BE(at)
    const next = at + 12 + length
    if (next > bytes.length) throw damaged()
    const type = bytes.subarray(at + 4, at + 8).toString('latin1')
    if (crc32(bytes.subarray(at + 4, next - 4)) !== bytes.readUInt32BE(next - 4)) throw damaged()
    chunks.push({ type, body: bytes.subarray(at + 8, next - 4) })
    at = next
    if (type === 'IEND') return { chunks, end: at }
  }
}

/** Which depths a colour type may have (§11.2.1). */
const depths: Readonly<Record<number, readonly number[]>> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] } // prettier-ignore

function headerOf(chunk: Chunk | undefined): Header {
  const body = chunk?.body
  if (chunk?.type !== 'IHDR' || body?.length !== 13) throw damaged()
  const [depth = 0, colour = 0, compression, filter, interlace] = body.subarray(8)
  if (!depths[colour]?.includes(depth) || compression !== 0 || filter !== 0) throw damaged()
  if (interlace !== 0 && interlace !== 1) throw damaged()
  return { width: body.readUInt32BE(0), height: body.readUInt32BE(4), depth, colour, isInterlaced: interlace === 1 } // prettier-ignore
}

/** How many bytes of transparency a colour type has; of a palette, at most one for each colour. */
const transparencyBytes: Readonly<Record<number, number>> = { 0: 2, 2: 6 }

function refuseColours(
  { colour }: Header,
  palettes: readonly Buffer[],
  transparencies: readonly Buffer[],
): void {
  // prettier-ignore
  const palette = palettes[0]?.length ?? 0
  const hasRoom = colour === 3 ? palette > 0 : colour === 2 || colour === 6 || palettes.length === 0
  if (palettes.length > 1 || !hasRoom || palette % 3 !== 0 || palette > 768) throw damaged()
  const transparency = transparencies[0]
  if (transparencies.length > 1) throw damaged()
  if (!transparency) return
  const isRight = colour === 3 ? transparency.length <= palette / 3 : transparency.length === transparencyBytes[colour] // prettier-ignore
  if (!isRight) throw damaged()
}

/** It ends exactly where its pixels do: no byte more inside, none behind it. Nothing of it is kept. */
async function refuseData(header: Header, data: readonly Buffer[]): Promise<void> {
  const expected = inflatedBytes(header)
  const inflate = createInflate()
  let found = 0
  const sent = data.reduce((total, { length }) => total + length, 0)
  try {
    for (const each of data) inflate.write(each)
    inflate.end()
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      found += chunk.length
      if (found > expected) throw damaged()
    }
  } catch {
    throw damaged()
  } finally {
    inflate.destroy()
  }
  if (found !== expected || inflate.bytesWritten !== sent) throw damaged()
}

/** Where each pass of an interlaced picture begins, and its steps (§8.1). */
const passes = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]] as const // prettier-ignore
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

/** Each row has a byte for its filter. */
function inflatedBytes({ width, height, depth, colour, isInterlaced }: Header): number {
  const of = (columns: number, rows: number) =>
    columns > 0 && rows > 0 ? rows * (1 + Math.ceil((columns * depth * (samples[colour] ?? 0)) / 8)) : 0
  if (!isInterlaced) return of(width, height)
  return passes.reduce((total, [x, y, stepX, stepY]) => total + of(Math.ceil((width - x) / stepX), Math.ceil((height - y) / stepY)), 0) // prettier-ignore
}

const drawn: ReadonlySet<string> = new Set(['PLTE', 'tRNS', 'IDAT', 'IEND'])
const known: Readonly<Record<string, string>> = { eXIf: 'exif', tEXt: 'comment', zTXt: 'comment', iTXt: 'comment', tIME: 'time', iCCP: 'colour-profile' } // prettier-ignore

/** @throws {UnreadablePicture} for a chunk that a reader must know, and this one does not (§5.4) */
function leftOut(type: string): string[] {
  if (drawn.has(type)) return []
  if (/^[A-Z]/.test(type)) throw damaged()
  return [known[type] ?? 'other']
}

/** A chunk as it stands in a file: length, type, body and check (PNG, 5.3). */
export function written({ type, body }: Chunk): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const framed = Buffer.alloc(typed.length + 8)
  framed.writeUInt32BE(body.length, 0)
  typed.copy(framed, 4)
  framed.writeUInt32BE(crc32(typed), typed.length + 4)
  return framed
}
