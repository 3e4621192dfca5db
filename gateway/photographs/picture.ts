// A photograph as somebody sends it, reduced to what is needed to draw it (hmpps-2025/annex-a). What it is, is found in its bytes and
// never in its name; what it says beside the picture, where it was taken and with what, is left out; nothing is decoded to be shown.
import { stripJpeg } from './jpeg.ts'
import { isPng, stripPng } from './png.ts'
import { UnreadablePicture, type Picture } from './stripped.ts'

/** @throws {UnreadablePicture} in words for whoever sent it */
export async function stripPicture(bytes: Buffer): Promise<Picture> {
  if (bytes.length === 0) throw new UnreadablePicture('This file is empty.')
  const picture = await strip(bytes)
  refuseAnotherFile(picture.bytes)
  return picture
}

async function strip(bytes: Buffer): Promise<Picture> {
  if (bytes.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex'))) return stripJpeg(bytes)
  if (isPng(bytes)) return stripPng(bytes)
  throw new UnreadablePicture(`${nameOf(bytes)} Send a JPEG or a PNG.`)
}

/** What is sent most often in place of a JPEG or a PNG. */
function nameOf(bytes: Buffer): string {
  const start = bytes.subarray(0, 12).toString('latin1')
  if (/^....ftyp(heic|heix|mif1|msf1|hevc|avif)/s.test(start)) return 'This is a HEIC or AVIF picture, as telephones make them. Export it as JPEG.' // prettier-ignore
  if (start.startsWith('GIF8')) return 'This is a GIF.'
  if (/^RIFF....WEBP/s.test(start)) return 'This is a WebP picture.'
  if (/^(II\*\0|MM\0\*)/.test(start)) return 'This is a TIFF or a raw picture.'
  if (start.startsWith('%PDF-') || start.startsWith('PK'))
    return 'This is a document or an archive, and no picture.'
  return 'This is no picture that is known here, whatever it is called.'
}

/** Where other kinds of file begin, or a ZIP ends: long enough that a picture does not hold them by chance. */
const othersBegin = [
  'PK\u0005\u0006\0\0\0\0', 'PK\u0003\u0004\u0014\0', 'PK\u0003\u0004\u000a\0', '%PDF-1.', '%PDF-2.', '<?xpacket', 'Exif\0\0II*\0', '7z\u00bc\u00af\u0027\u001c',
  'Rar!\u001a\u0007', '<script', '<?php', '<!DOCTYPE', '8BIMPhotoshop', 'Photoshop 3.0',
].map((text) => Buffer.from(text, 'latin1')) // prettier-ignore

/** The second net: what lies within the picture's own data cannot be cut out, so it is refused. */
function refuseAnotherFile(bytes: Buffer): void {
  if (othersBegin.some((start) => bytes.includes(start)))
    throw new UnreadablePicture('There is another file inside this picture. Export it anew from the camera’s own file, and send that.') // prettier-ignore
}
