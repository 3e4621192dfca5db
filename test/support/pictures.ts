// Pictures for tests: a real JPEG of 24 by 16 pixels, a PNG built from its chunks, and what a camera or somebody else adds to either.
import { crc32, deflateSync } from 'node:zlib'

export const jpeg = Buffer.from(
  [
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/',
    '2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAAQABgDASIAAhEBAxEB/8QA',
    'HwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkK',
    'FhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXG',
    'x8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAEC',
    'AxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOE',
    'hYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDOpyd6fRV1',
    'cX7SDjY7aGB9lUU+a9vL/ghRRRXEeif/2Q==',
  ].join(''),
  'base64',
)

/** A segment of a JPEG: 0xe1 is APP1. */
export function segment(marker: number, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body)
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(bytes.length + 2, 2)
  return Buffer.concat([head, bytes])
}

/** The JPEG with segments behind its first two bytes. */
export function jpegWith(...segments: readonly Buffer[]): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)])
}

/** Exif as a telephone writes it: which way up, by whom made, and a place. */
export function exif(orientation: number): Buffer {
  const tiff = Buffer.alloc(8 + 2 + 2 * 12 + 4)
  tiff.write('II*\0', 'latin1')
  tiff.writeUInt32LE(8, 4)
  tiff.writeUInt16LE(2, 8)
  tiff.writeUInt16LE(0x0112, 10)
  tiff.writeUInt16LE(3, 12)
  tiff.writeUInt32LE(1, 14)
  tiff.writeUInt16LE(orientation, 18)
  tiff.writeUInt16LE(0x8825, 22)
  return Buffer.concat([tiff, Buffer.from('GPS 53.7972 N 1.5740 W, ACME Phone 12')])
}

export function exifSegment(orientation: number): Buffer {
  return segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif(orientation)]))
}

export function chunk(type: string, body: Buffer | string = ''): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), Buffer.from(body)])
  const framed = Buffer.alloc(typed.length + 8)
  framed.writeUInt32BE(typed.length - 4, 0)
  typed.copy(framed, 4)
  framed.writeUInt32BE(crc32(typed), typed.length + 4)
  return framed
}

export const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex')

export function pngHeader(width: number, height: number, colour = 2, interlace = 0): Buffer {
  const body = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, colour, 0, 0, interlace])
  body.writeUInt32BE(width, 0)
  body.writeUInt32BE(height, 4)
  return chunk('IHDR', body)
}

/** Six by four pixels of RGB, each row behind its filter's byte. */
export const pngRows = Buffer.alloc(4 * (1 + 6 * 3), 7).map((byte, at) => (at % 19 === 0 ? 0 : byte))
export const pngData = chunk('IDAT', deflateSync(pngRows))
export const png = Buffer.concat([pngSignature, pngHeader(6, 4), pngData, chunk('IEND')])

export function pngOf(...chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([pngSignature, ...chunks])
}
