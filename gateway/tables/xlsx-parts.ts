// The parts of an Office Open XML workbook (ECMA-376 part 2): a ZIP whose entries are read as text, piece by piece. What they
// inflate to is bounded: a small file that holds a huge one is refused.
import type { Readable } from 'node:stream'
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl'
import { mostRecordCharacters, UnreadableTable } from './table.ts'

/** A workbook of 100,000 concerns is about 10 MiB, and 80 MiB inflated. Shared strings are held while its rows are read. */
export const xlsxLimits = {
  fileBytes: 32 * 2 ** 20,
  inflatedBytes: 256 * 2 ** 20,
  sharedCharacters: 64 * 2 ** 20,
  entries: 1000,
} as const

const compoundFile = Buffer.from('d0cf11e0a1b11ae1', 'hex')
export const damaged =
  'This is not a spreadsheet that can be read. Save it again as .xlsx, or as “CSV UTF-8”.'

export const tooLarge = 'This spreadsheet is far larger inside than it says. Save it as “CSV UTF-8”.'
const tooLong =
  'A cell of this spreadsheet is longer than any cell can be. Save it as “CSV UTF-8” and look for it.'

/** The text of a part, piece by piece. */
export type ReadPart = (name: string) => AsyncGenerator<string>

export interface Workbook {
  readonly names: ReadonlySet<string>
  readonly read: ReadPart
  close(): void
}

/** @throws {UnreadableTable} */
export async function openWorkbook(file: Buffer): Promise<Workbook> {
  // [MS-CFB] §2.2: an old .xls file, or a workbook under a password.
  if (file.subarray(0, 8).equals(compoundFile))
    throw new UnreadableTable(
      'This is an old .xls file, or it has a password. Save it as .xlsx without a password, or as “CSV UTF-8”.',
    )
  const zip = await fromBufferPromise(file).catch(() => {
    throw new UnreadableTable(damaged)
  })
  const parts = await partsOf(zip)
  const budget = { left: xlsxLimits.inflatedBytes }
  return {
    names: new Set(parts.keys()),
    read: (name) => xmlOf(zip, parts, name, budget),
    close: () => zip.close(),
  }
}

type Parts = ReadonlyMap<string, Entry>

async function partsOf(zip: ZipFile): Promise<Parts> {
  const parts = new Map<string, Entry>()
  try {
    for await (const entry of zip.eachEntry()) {
      parts.set(entry.fileName, entry)
      if (parts.size > xlsxLimits.entries) throw new UnreadableTable(damaged)
    }
  } catch (error) {
    throw error instanceof UnreadableTable ? error : new UnreadableTable(damaged)
  }
  return parts
}

async function* xmlOf(
  zip: ZipFile,
  parts: Parts,
  name: string,
  budget: { left: number },
): AsyncGenerator<string> {
  const entry = parts.get(name)
  if (!entry) throw new UnreadableTable(damaged)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let sinceMark = 0
  const stream: Readable = await zip.openReadStreamPromise(entry)
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      budget.left -= chunk.length
      if (budget.left < 0) throw new UnreadableTable(tooLarge)
      const mark = chunk.lastIndexOf('<')
      sinceMark = mark === -1 ? sinceMark + chunk.length : chunk.length - mark
      // The parser holds a text until it ends.
      if (sinceMark > mostRecordCharacters) throw new UnreadableTable(tooLong)
      yield decoder.decode(chunk, { stream: true })
    }
    yield decoder.decode()
  } catch (error) {
    throw error instanceof UnreadableTable ? error : new UnreadableTable(damaged)
  }
}
