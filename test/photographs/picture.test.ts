// What is left of a picture, and what is refused: by its bytes, and before anything of it is decoded.
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stripPicture } from '../../gateway/photographs/picture.ts'
import { readPicture } from '../../gateway/photographs/read-picture.ts'
import { pictureLimits, UnreadablePicture } from '../../gateway/photographs/stripped.ts'
import {
  chunk,
  exif,
  exifSegment,
  jpeg,
  jpegWith,
  png,
  pngData,
  pngHeader,
  pngOf,
  pngRows,
  segment,
} from '../support/pictures.ts'
import { readZip } from '../support/zip.ts'

/** A ZIP of one file, run.sh. */
const archive = Buffer.from(
  [
    'UEsDBBQAAAAAAI00e12qeNEvCQAAAAkAAAAGAAAAcnVuLnNoIyEvYmluL3NoUEsBAhQDFAAAAAAAjTR7Xap40S8JAAAACQAAAAYAAAAAAAAAAA',
    'AAAIABAAAAAHJ1bi5zaFBLBQYAAAAAAQABADQAAAAtAAAAAAA=',
  ].join(''),
  'base64',
)

const refusal = async (bytes: Buffer) =>
  stripPicture(bytes).then(
    () => 'taken',
    (error: unknown) => (error instanceof UnreadablePicture ? error.message : String(error)),
  )

describe('a JPEG', () => {
  test('stays as it is where nothing but the picture is in it.', async () => {
    expect(await stripPicture(jpeg)).toMatchObject({ format: 'jpeg', width: 24, height: 16, removed: [] })
    expect((await stripPicture(jpeg)).bytes.subarray(-500)).toEqual(jpeg.subarray(-500))
  })

  test('loses place, camera, comments, thumbnails and profiles, whatever they are in.', async () => {
    const noted = jpegWith(
      exifSegment(1), segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>Leeds</x:xmpmeta>'), segment(0xe2, 'ICC_PROFILE\0\u0001\u0001Leeds'),
      segment(0xe2, 'MPF\0Leeds'), segment(0xed, 'Photoshop 3.0\x008BIM Leeds'), segment(0xfe, 'Taken in Leeds'), segment(0xe0, 'JFXX\0\u0010Leeds'), segment(0xef, 'Leeds'),
    ) // prettier-ignore
    const { bytes, removed } = await stripPicture(noted)
    expect(noted.includes('Leeds') && noted.includes('ACME')).toBe(true)
    for (const word of ['Leeds', 'ACME', 'GPS', 'Exif', 'http'])
      expect(bytes.includes(word), word).toBe(false)
    expect(removed).toEqual(['colour-profile', 'comment', 'exif', 'iptc', 'other', 'thumbnail', 'xmp'])
    expect(bytes).toEqual((await stripPicture(jpeg)).bytes)
  })

  test('loses a thumbnail in its JFIF header.', async () => {
    const header = Buffer.concat([Buffer.from('JFIF\0\u0001\u0002\0\0\u0001\0\u0001\u0001\u0001', 'latin1'), Buffer.from('LDS')]) // prettier-ignore
    const { bytes, removed } = await stripPicture(Buffer.concat([jpeg.subarray(0, 2), segment(0xe0, header), jpeg.subarray(20)])) // prettier-ignore
    expect(removed).toEqual(['thumbnail'])
    expect(bytes.includes('LDS')).toBe(false)
  })

  test('keeps the way up, and nothing else of what the camera noted.', async () => {
    const { bytes, width, height } = await stripPicture(jpegWith(exifSegment(6)))
    expect({ width, height }).toEqual({ width: 16, height: 24 })
    const at = bytes.indexOf('Exif\0\0')
    expect(bytes.subarray(at + 6, at + 32).toString('hex')).toBe('4d4d002a0000000800010112000300000001000600000000' + '0000') // prettier-ignore
    expect(bytes.includes('ACME')).toBe(false)
    expect((await stripPicture(bytes)).bytes).toEqual(bytes)
  })

  test('has the same place, whatever orientation its notes claim, where they cannot be read.', async () => {
    for (const wrong of [0, 9, 65_535]) {
      const { bytes, width } = await stripPicture(jpegWith(exifSegment(wrong)))
      expect([width, bytes.includes('Exif')]).toEqual([24, false])
    }
  })

  test('ends where its picture ends: an archive behind it is cut off.', async () => {
    const polyglot = Buffer.concat([jpeg, archive])
    expect(readZip(archive).has('run.sh')).toBe(true)
    const { bytes, removed } = await stripPicture(polyglot)
    expect(removed).toEqual(['trailing'])
    expect(bytes.includes('PK')).toBe(false)
    expect(bytes.length).toBe(jpeg.length)
  })

  test('is refused where another file lies inside the picture’s own data.', async () => {
    const within = Buffer.concat([jpeg.subarray(0, -2), archive, jpeg.subarray(-2)])
    expect(await refusal(within)).toContain('another file inside')
    const html = Buffer.concat([jpeg.subarray(0, -2), Buffer.from('<script>alert(1)</script>'), jpeg.subarray(-2)]) // prettier-ignore
    expect(await refusal(html)).toContain('another file inside')
  })

  test('is refused where a table is longer than what it holds, or a frame comes twice.', async () => {
    expect(await refusal(jpegWith(segment(0xdb, Buffer.alloc(70))))).toContain('damaged')
    expect(await refusal(jpegWith(segment(0xc4, Buffer.alloc(20))))).toContain('damaged')
    expect(await refusal(jpegWith(segment(0xdd, Buffer.alloc(3))))).toContain('damaged')
    const frame = segment(0xc0, Buffer.from('080010001803011100021101031101', 'hex'))
    expect(await refusal(jpegWith(frame))).toContain('damaged')
  })

  test('of 100 megapixels is refused by its header, before its picture is there at all.', async () => {
    const large = Buffer.from('082710271003011100021101031101', 'hex')
    expect(await refusal(Buffer.concat([jpeg.subarray(0, 2), segment(0xc0, large)]))).toContain(
      '100 megapixels',
    )
  })

  test('of a kind that browsers do not show is refused.', async () => {
    for (const rare of [0xc3, 0xc5, 0xc9, 0xcc, 0xdc])
      expect(await refusal(jpegWith(segment(rare, Buffer.alloc(8))))).toContain('rare')
  })

  test('that is cut short anywhere is refused.', async () => {
    for (let length = 1; length < jpeg.length; length += 1)
      expect(await refusal(jpeg.subarray(0, length)), String(length)).not.toBe('taken')
  })
})

describe('a PNG', () => {
  test('keeps header, colours and data, and loses the rest.', async () => {
    const noted = pngOf(
      pngHeader(6, 4), chunk('tEXt', 'Comment\0Leeds'), chunk('iTXt', 'XML:com.adobe.xmp\0\0\0\0\0Leeds'), chunk('zTXt', 'Leeds'), chunk('tIME', 'Leeds12'),
      chunk('iCCP', 'Leeds'), chunk('eXIf', exif(1)), chunk('caBX', 'Leeds'), pngData, chunk('IEND'), Buffer.from('Leeds'),
    ) // prettier-ignore
    const { bytes, removed, format } = await stripPicture(noted)
    expect(format).toBe('png')
    expect(bytes).toEqual(png)
    expect(removed).toEqual(['colour-profile', 'comment', 'exif', 'other', 'time', 'trailing'])
  })

  test('keeps the way up.', async () => {
    const { bytes, width, height } = await stripPicture(pngOf(pngHeader(6, 4), chunk('eXIf', exif(8)), pngData, chunk('IEND'))) // prettier-ignore
    expect({ width, height }).toEqual({ width: 4, height: 6 })
    expect(bytes.includes('eXIf')).toBe(true)
    expect(bytes.includes('ACME')).toBe(false)
  })

  test('may be cut into many chunks, and is joined into one.', async () => {
    const data = deflateSync(pngRows)
    const cut = pngOf(pngHeader(6, 4), chunk('IDAT', data.subarray(0, 5)), chunk('IDAT', data.subarray(5)), chunk('IEND')) // prettier-ignore
    expect((await stripPicture(cut)).bytes).toEqual(png)
  })

  test('is refused where its data is longer or shorter than its pixels, or something follows it.', async () => {
    const of = (data: Buffer) => pngOf(pngHeader(6, 4), chunk('IDAT', data), chunk('IEND'))
    expect(await refusal(of(deflateSync(Buffer.concat([pngRows, Buffer.alloc(1)]))))).toContain('damaged')
    expect(await refusal(of(deflateSync(pngRows.subarray(1))))).toContain('damaged')
    expect(await refusal(of(deflateSync(Buffer.alloc(50_000_000))))).toContain('damaged')
    expect(await refusal(of(Buffer.concat([deflateSync(pngRows), Buffer.from('hidden')])))).toContain('damaged') // prettier-ignore
  })

  test('is refused with a wrong checksum, an unknown chunk that counts, a wrong palette or header.', async () => {
    const spoilt = Buffer.from(png)
    spoilt[20] = 9
    expect(await refusal(spoilt)).toContain('damaged')
    expect(await refusal(pngOf(pngHeader(6, 4), chunk('HIDE', 'x'), pngData, chunk('IEND')))).toContain('damaged') // prettier-ignore
    expect(await refusal(pngOf(pngHeader(6, 4), chunk('PLTE', 'xx'), pngData, chunk('IEND')))).toContain('damaged') // prettier-ignore
    expect(await refusal(pngOf(pngHeader(6, 4), chunk('tRNS', 'x'), pngData, chunk('IEND')))).toContain('damaged') // prettier-ignore
    expect(await refusal(pngOf(pngHeader(6, 4, 5), pngData, chunk('IEND')))).toContain('damaged')
    expect(await refusal(pngOf(pngData, chunk('IEND')))).toContain('damaged')
  })

  test('of 100 megapixels is refused by its header, before anything is inflated.', async () => {
    expect(await refusal(pngOf(pngHeader(10_000, 10_000), chunk('IDAT', 'no zlib'), chunk('IEND')))).toContain('100 megapixels') // prettier-ignore
    expect(await refusal(pngOf(pngHeader(40_000, 2), chunk('IDAT', 'no zlib'), chunk('IEND')))).toContain('megapixels') // prettier-ignore
  })

  test('with every pass of an interlaced picture is measured right.', async () => {
    // 5 by 5, RGB: passes of 1×1, 1×1, 2×1, 1×2 … by hand (§8.1).
    const rows = [[1, 1], [1, 1], [2, 1], [1, 2], [3, 1], [2, 3], [5, 2]] as const // prettier-ignore
    const size = rows.reduce((total, [columns, count]) => total + count * (1 + columns * 3), 0)
    const interlaced = (bytes: number) => pngOf(pngHeader(5, 5, 2, 1), chunk('IDAT', deflateSync(Buffer.alloc(bytes))), chunk('IEND')) // prettier-ignore
    expect(await refusal(interlaced(size))).toBe('taken')
    expect(await refusal(interlaced(size + 1))).toContain('damaged')
  })
})

describe('a file', () => {
  test('is what its bytes are: others are named, and refused.', async () => {
    expect(await refusal(Buffer.alloc(0))).toContain('empty')
    expect(await refusal(Buffer.from('GIF89a'))).toContain('GIF')
    expect(await refusal(Buffer.from('\0\0\0\u0018ftypheic', 'latin1'))).toContain('HEIC')
    expect(await refusal(Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1'))).toContain('WebP')
    expect(await refusal(Buffer.from('%PDF-1.7'))).toContain('document')
    expect(await refusal(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toContain('no picture')
  })

  test('of any bytes behind a right beginning is taken or refused, and never fails.', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.boolean(), async (tail, isPng) => {
        const start = isPng ? png.subarray(0, 33) : jpeg.subarray(0, 200)
        const answer = await stripPicture(Buffer.concat([start, tail])).catch((error: unknown) => error)
        expect(answer instanceof UnreadablePicture || (answer as object).hasOwnProperty('format')).toBe(true)
      }),
    )
  })

  test('stripped twice is as it was stripped once, with a byte changed anywhere that it is taken at all.', async () => {
    const noted = jpegWith(exifSegment(3), segment(0xfe, 'Leeds'))
    await fc.assert(
      fc.asyncProperty(fc.nat(noted.length - 1), fc.nat(255), async (at, byte) => {
        const changed = Buffer.from(noted)
        changed[at] = byte
        const once = await stripPicture(changed).catch(() => undefined)
        if (once) expect((await stripPicture(once.bytes)).bytes).toEqual(once.bytes)
      }),
    )
  })

  test('is read in a thread of its own, with the same answer.', async () => {
    expect(await readPicture(jpegWith(exifSegment(6)))).toEqual(await stripPicture(jpegWith(exifSegment(6))))
    await expect(readPicture(Buffer.from('GIF89a'))).rejects.toThrow(UnreadablePicture)
  })

  test('may have as many pixels as the limit, and not one row more.', async () => {
    const { pixels } = pictureLimits
    const of = (height: number) => refusal(pngOf(pngHeader(10_000, height), chunk('IDAT', 'no zlib'), chunk('IEND'))) // prettier-ignore
    expect(await of(pixels / 10_000)).toContain('damaged')
    expect(await of(pixels / 10_000 + 1)).toContain('megapixels')
  })
})
