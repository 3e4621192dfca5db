// Which way up a picture is (Exif 3.0 §4.6.5, tag 0x0112): the one thing that is needed of a camera's own notes. It is read, the
// notes are left out, and the one number is written back in notes that hold nothing else.
const orientationTag = 0x0112
const shortType = 3

/** @param tiff the TIFF part of Exif @returns 1 to 8; 1, the picture as it lies, where it is not said or cannot be read */
export function orientationIn(tiff: Buffer): number {
  const order = tiff.subarray(0, 4).toString('latin1')
  if (order !== 'II*\0' && order !== 'MM\0*') return 1
  const read16 = (at: number) => (at + 2 > tiff.length ? 0 : order === 'II*\0' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at)) // prettier-ignore
  if (tiff.length < 8) return 1
  const directory = order === 'II*\0' ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  const entries = read16(directory)
  for (let index = 0; index < entries; index += 1) {
    const at = directory + 2 + index * 12
    if (at + 12 > tiff.length) return 1
    if (read16(at) !== orientationTag || read16(at + 2) !== shortType) continue
    const value = read16(at + 8)
    return value >= 1 && value <= 8 ? value : 1
  }
  return 1
}

/** One directory with one entry: 8 bytes of header, a count, 12 of the entry, and no next directory. */
export function tiffOf(orientation: number): Buffer {
  const tiff = Buffer.from('4d4d002a00000008000101120003000000010000000000000000', 'hex')
  tiff.writeUInt16BE(orientation, 18)
  return tiff
}
