// The files of a version as they are sent: an archive (.zip) of the agreement's folder, or JSON. Only texts with plain names come
// out of it; an archive that would unpack to more than a pack can be is not unpacked.
import type { Readable } from 'node:stream'
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl'
import { PackFault } from '../../policies/fault.ts'
import type { Upload } from '../http/upload.ts'
import { Problem } from '../http/problem.ts'
import { asProblem, packLimits } from './check-version.ts'

export const archiveRule = {
  types: ['application/zip', 'application/x-zip-compressed', 'application/octet-stream'],
  mostBytes: packLimits.bytes,
} as const

type Files = [path: string, text: string][]

/** @returns texts by path below the agreement's folder. @throws {Problem} `pack.refused`, `body.too-large` */
export async function readArchive({ bytes }: Upload): Promise<Files> {
  const zip = await fromBufferPromise(await wholeOf(bytes)).catch(() => {
    throw unreadable(archive, 'This is no .zip file.', 'Pack the agreement’s folder as one.')
  })
  try {
    return withoutFolder(await textsOf(zip))
  } finally {
    zip.close()
  }
}

async function textsOf(zip: ZipFile): Promise<Files> {
  const files: Files = []
  let left: number = packLimits.bytes
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue
      if (files.length === packLimits.files)
        throw unreadable(entry.fileName, `There are more than ${packLimits.files} files.`, 'Send fewer.')
      if (isLink(entry))
        throw unreadable(
          entry.fileName,
          'This is a link, and a link can lead out of the folder.',
          'Put the file itself in its place.',
        )
      const bytes = await inflated(zip, entry, left)
      left -= bytes.length
      files.push([entry.fileName, textOf(entry.fileName, bytes)])
    }
  } catch (error) {
    if (error instanceof Problem) throw error
    // The reader's own words for a path that leaves the folder, or a directory that contradicts itself.
    const why = error instanceof Error ? error.message : 'unreadable'
    throw unreadable(
      archive,
      `It cannot be unpacked: ${why}.`,
      'Pack the agreement’s folder again, with nothing from outside it.',
    )
  }
  return files
}

const fileTypeBits = 0o170000
const linkType = 0o120000

/** Unix keeps a file's kind in the upper half of its attributes (APPNOTE 4.4.15). */
function isLink({ externalFileAttributes }: Entry): boolean {
  return ((externalFileAttributes >>> 16) & fileTypeBits) === linkType
}

async function inflated(zip: ZipFile, entry: Entry, most: number): Promise<Buffer> {
  const stream: Readable = await zip.openReadStreamPromise(entry)
  return wholeOf(stream, entry.fileName, most)
}

async function wholeOf(stream: Readable, name = archive, most: number = packLimits.bytes): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > most) {
      stream.destroy()
      throw unreadable(name, `With this the files have more than ${packLimits.bytes} bytes.`, 'Send less.')
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function textOf(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw unreadable(path, 'This is no text in UTF-8.', 'Save it as UTF-8.')
  }
}

/** Whoever packs a folder often has its name in front of every path. */
function withoutFolder(files: Files): Files {
  const [folder] = files[0]?.[0].split('/') ?? []
  const isInside = folder !== undefined && files.every(([path]) => path.startsWith(`${folder}/`))
  return isInside ? files.map(([path, text]) => [path.slice(folder.length + 1), text]) : files
}

/** What a fault of the archive itself is said of. */
const archive = 'the archive'

function unreadable(file: string, message: string, remedy: string): unknown {
  return asProblem(new PackFault([{ code: 'file', file, line: 1, message, remedy }]))
}
