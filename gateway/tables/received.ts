// A table as it arrives from a person: which format it is, whatever a browser calls it, and its rows.
import { createHash } from 'node:crypto'
import { Transform, type Readable } from 'node:stream'
import { Problem } from '../http/problem.ts'
import type { Upload } from '../http/upload.ts'
import { readCsv } from './csv-reader.ts'
import { UnreadableTable, type TableFormat, type TableRow } from './table.ts'
import { xlsxLimits } from './xlsx-parts.ts'
import { readXlsx } from './xlsx-reader.ts'

export const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
/** What a browser calls a CSV file depends on what is installed beside it. */
const csvTypes = ['text/csv', 'application/csv', 'application/vnd.ms-excel', 'text/plain']
export const tableTypes = [...csvTypes, xlsxType, 'application/octet-stream']

/** @throws {Problem} `media.unsupported` */
export function formatOf({ type, filename }: Pick<Upload, 'type' | 'filename'>): TableFormat {
  const extension = /\.(csv|txt|xlsx)$/i.exec(filename)?.[1]?.toLowerCase()
  if (type === xlsxType || extension === 'xlsx') return 'xlsx'
  if (csvTypes.includes(type) || extension !== undefined) return 'csv'
  throw new Problem('media.unsupported', 'Send a CSV file or an Excel workbook (.xlsx).')
}

/** The same bytes, hashed as they pass. */
export function hashed(bytes: Readable): {
  readonly bytes: Readable
  /** Once they are read. */
  done(): { readonly sha256: string; readonly sizeBytes: number }
} {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const through = new Transform({
    transform: (chunk: Buffer, _encoding, next) => {
      hash.update(chunk)
      sizeBytes += chunk.length
      next(null, chunk)
    },
  })
  bytes.once('error', (error) => through.destroy(error))
  return { bytes: bytes.pipe(through), done: () => ({ sha256: hash.digest('hex'), sizeBytes }) }
}

/** Its rows, in batches. @throws {UnreadableTable} while it is read */
export async function* readTable(format: TableFormat, bytes: Readable): AsyncGenerator<TableRow[]> {
  yield* format === 'csv' ? readCsv(bytes) : readXlsx(await wholeOf(bytes))
}

/** A workbook is read from its end, so it is held whole; how large it may be is bounded. */
async function wholeOf(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > xlsxLimits.fileBytes)
      throw new UnreadableTable(
        'This spreadsheet is larger than 32 MiB. Save it as “CSV UTF-8” and send that.',
      )
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
