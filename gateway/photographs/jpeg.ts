// A JPEG file (ITU-T T.81 annex B) reduced to its picture: tables, frame and scans, each checked to be as long as what it holds.
// Notes, thumbnails, colour profiles and whatever follows the end of the picture are left out. Whether a scan's own data goes on
// behind its last block is not known without decoding it; picture.ts looks for other files in there.
import { orientationIn, tiffOf } from './orientation.ts'
import { damaged, pictureLimits, refuseSize, shownSize, UnreadablePicture, type Picture } from './stripped.ts'

const marker = { soi: 0xd8, eoi: 0xd9, sos: 0xda, dqt: 0xdb, dht: 0xc4, dri: 0xdd, app0: 0xe0, app1: 0xe1, app2: 0xe2, app13: 0xed, app14: 0xee, comment: 0xfe } as const // prettier-ignore
/** Baseline, extended and progressive (table B.1); others are not shown by browsers. */
const frames: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2])
/** JFIF 1.02 §JFIF file syntax: no density, no thumbnail. */
const plainJfif = Buffer.from('4a46494600010200000100010000', 'hex')
const exifHeader = Buffer.from('Exif\0\0', 'latin1')

interface Reading {
  readonly kept: Buffer[]
  readonly removed: Set<string>
  size: { readonly width: number; readonly height: number } | undefined
  orientation: number
  isJfif: boolean
  adobe: Buffer | undefined
  scans: number
}

/** @throws {UnreadablePicture} */
export function stripJpeg(bytes: Buffer): Picture {
  const read: Reading = { kept: [], removed: new Set(), size: undefined, orientation: 1, isJfif: false, adobe: undefined, scans: 0 } // prettier-ignore
  const end = readSegments(bytes, read)
  const { size, scans, removed, orientation } = read
  if (!size || scans === 0) throw damaged()
  if (end < bytes.length) removed.add('trailing')
  const head = [
    Buffer.from([0xff, marker.soi]),
    ...(read.isJfif ? [segment(marker.app0, plainJfif)] : []),
    ...(orientation === 1 ? [] : [segment(marker.app1, Buffer.concat([exifHeader, tiffOf(orientation)]))]),
    ...(read.adobe ? [segment(marker.app14, read.adobe)] : []),
  ]
  return {
    format: 'jpeg',
    bytes: Buffer.concat([...head, ...read.kept, Buffer.from([0xff, marker.eoi])]),
    ...shownSize(size.width, size.height, orientation),
    removed: [...removed].toSorted(),
  }
}

/** @returns where the picture ends */
function readSegments(bytes: Buffer, read: Reading): number {
  let at = 2
  for (;;) {
    if (bytes[at] !== 0xff) throw damaged()
    while (bytes[at] === 0xff) at += 1 // fill bytes, B.1.1.2
    const kind = bytes[at]
    at += 1
    if (kind === marker.eoi) return at
    if (kind === undefined || kind < 0xc0 || (kind >= 0xd0 && kind <= marker.soi)) throw damaged()
    if (at + 2 > bytes.length) throw damaged()
    const length = bytes.readUInt16BE(at)
    const body = bytes.subarray(at + 2, at + length)
    if (length < 2 || at + length > bytes.length) throw damaged()
    at += length
    readSegment(kind, body, read)
    if (kind === marker.sos) {
      const end = endOfScan(bytes, at)
      read.kept.push(bytes.subarray(at, end))
      at = end
    }
  }
}

function readSegment(kind: number, body: Buffer, read: Reading): void {
  if (frames.has(kind)) readFrame(body, read)
  else if (kind === marker.sos) readScan(body, read)
  else if (kind === marker.dqt) refuseUnless(tablesFill(body, (at) => 1 + 64 * (((body[at] ?? 0) >> 4) + 1)))
  else if (kind === marker.dht)
    refuseUnless(tablesFill(body, (at) => 17 + sum(body.subarray(at + 1, at + 17)))) // prettier-ignore
  else if (kind === marker.dri) refuseUnless(body.length === 2)
  else if (kind < marker.app0)
    throw new UnreadablePicture('This kind of JPEG is rare and is not taken. Save it as an ordinary JPEG, and send that.') // prettier-ignore
  else {
    readNote(kind, body, read)
    return
  }
  read.kept.push(segment(kind, body))
}

function readFrame(body: Buffer, read: Reading): void {
  const components = body[5] ?? 0
  refuseUnless(body[0] === 8 && [1, 3, 4].includes(components) && body.length === 6 + 3 * components)
  refuseUnless(read.size === undefined)
  read.size = { height: body.readUInt16BE(1), width: body.readUInt16BE(3) }
  refuseSize(read.size.width, read.size.height)
}

function readScan(body: Buffer, read: Reading): void {
  const components = body[0] ?? 0
  refuseUnless(read.size !== undefined && components >= 1 && components <= 4 && body.length === 4 + 2 * components) // prettier-ignore
  read.scans += 1
  refuseUnless(read.scans <= pictureLimits.scans)
}

/** Application data and comments: looked at for what the picture is drawn by, and left out. */
function readNote(kind: number, body: Buffer, read: Reading): void {
  const starts = (text: string) => body.subarray(0, text.length).equals(Buffer.from(text, 'latin1'))
  if (kind === marker.app0 && starts('JFIF\0')) {
    read.isJfif = true
    if ((body[12] ?? 0) * (body[13] ?? 0) > 0 || body.length > 14) read.removed.add('thumbnail')
  } else if (kind === marker.app14 && starts('Adobe') && body.length === 12) {
    // How its colours are written; its flags and version say nothing more.
    read.adobe = Buffer.concat([Buffer.from('Adobe\0\x64\0\0\0\0', 'latin1'), body.subarray(11)])
  } else if (kind === marker.app1 && starts('Exif\0\0')) {
    read.orientation = orientationIn(body.subarray(6))
    read.removed.add('exif')
  } else read.removed.add(noteNamed(kind, starts))
}

function noteNamed(kind: number, starts: (text: string) => boolean): string {
  if (kind === marker.comment) return 'comment'
  if (kind === marker.app1 && starts('http://ns.adobe.com/x')) return 'xmp'
  if (kind === marker.app2 && starts('ICC_PROFILE\0')) return 'colour-profile'
  if (kind === marker.app13) return 'iptc'
  if (kind === marker.app0 && starts('JFXX\0')) return 'thumbnail'
  return 'other'
}

/** Where the next marker begins that is no restart marker and no stuffed byte (B.1.1.5). */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at)) {
    const next = bytes[at + 1]
    if (next === undefined) throw damaged()
    if (next === 0xff) at += 1
    else if (next === 0 || (next >= 0xd0 && next <= 0xd7)) at += 2
    else return at
  }
  throw damaged()
}

/** @param sizeAt of the table that begins there */
function tablesFill(body: Buffer, sizeAt: (at: number) => number): boolean {
  let at = 0
  while (at < body.length) at += sizeAt(at)
  return at === body.length
}

function sum(bytes: Buffer): number {
  return bytes.reduce((total, each) => total + each, 0)
}

function refuseUnless(isRight: boolean): void {
  if (!isRight) throw damaged()
}

function segment(kind: number, body: Buffer): Buffer {
  const head = Buffer.from([0xff, kind, 0, 0])
  head.writeUInt16BE(body.length + 2, 2)
  return Buffer.concat([head, body])
}
