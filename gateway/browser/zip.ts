// Reads a ZIP archive that is wholly in memory, by its central directory (APPNOTE 6.3.10 §4.3.12): names, sizes, and one
// file's bytes. Only what our own packages are made of: stored or deflated, no encryption, no Zip64.

export interface ZipEntry {
  readonly name: string
  readonly sizeBytes: number
  readonly packedBytes: number
  readonly method: number
  /** Where its local header starts. */
  readonly offset: number
}

const endSignature = 0x06054b50
const centralSignature = 0x02014b50
const localSignature = 0x04034b50
const endBytes = 22
const longestComment = 65_535
const stored = 0
const deflated = 8

/** @throws {Error} where it is no archive that can be read here */
export function zipEntries(archive: Uint8Array): ZipEntry[] {
  const view = viewOf(archive)
  const end = findEnd(view)
  const count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  const entries: ZipEntry[] = []
  for (let index = 0; index < count; index += 1) {
    if (view.getUint32(at, true) !== centralSignature) throw unreadable()
    const nameBytes = view.getUint16(at + 28, true)
    entries.push({
      name: new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameBytes)),
      method: view.getUint16(at + 10, true),
      packedBytes: view.getUint32(at + 20, true),
      sizeBytes: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    })
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return entries
}

/** @param mostBytes how much is wanted from its start; the rest is not unpacked */
export async function unzip(archive: Uint8Array, entry: ZipEntry, mostBytes = Infinity): Promise<Uint8Array> {
  const view = viewOf(archive)
  if (view.getUint32(entry.offset, true) !== localSignature) throw unreadable()
  const start = entry.offset + 30 + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true) // prettier-ignore
  const packed = archive.slice(start, start + entry.packedBytes)
  if (entry.method === stored) return packed.subarray(0, mostBytes)
  if (entry.method !== deflated) throw unreadable()
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return firstBytes(unpacked.getReader(), mostBytes)
}

async function firstBytes(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  mostBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let total = 0
  while (total < mostBytes) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(new Uint8Array(value))
    total += value.length
  }
  await reader.cancel()
  const all = new Uint8Array(await new Blob(chunks).arrayBuffer())
  return all.subarray(0, mostBytes)
}

function findEnd(view: DataView): number {
  const lowest = Math.max(0, view.byteLength - endBytes - longestComment)
  for (let at = view.byteLength - endBytes; at >= lowest; at -= 1)
    if (view.getUint32(at, true) === endSignature) return at
  throw unreadable()
}

function viewOf(archive: Uint8Array): DataView {
  return new DataView(archive.buffer, archive.byteOffset, archive.byteLength)
}

function unreadable(): Error {
  return new Error('What is inside is not an archive that can be shown here. Open it with your own software.')
}
