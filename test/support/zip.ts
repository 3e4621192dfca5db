// Reads a ZIP by its central directory (APPNOTE.TXT 4.3.12), with node:zlib alone: what a recipient's own software does.
import { inflateRawSync } from 'node:zlib'

/** @returns content by name. @throws when it is not a plain ZIP of stored and deflated files */
export function readZip(bytes: Uint8Array): Map<string, Buffer> {
  const zip = Buffer.from(bytes)
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
  if (end < 0) throw new Error('this is not a ZIP')
  const files = new Map<string, Buffer>()
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error('the directory of the ZIP is broken')
    const [method, sizeBytes] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)]
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) =>
      zip.readUInt16LE(at + offset),
    ) as [number, number, number] // three offsets
    const local = zip.readUInt32LE(at + 42)
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const content = zip.subarray(start, start + sizeBytes)
    files.set(
      zip.toString('utf8', at + 46, at + 46 + nameBytes),
      method === 0 ? content : inflateRawSync(content),
    )
    at += 46 + nameBytes + extraBytes + commentBytes
  }
  return files
}
