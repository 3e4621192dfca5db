// Taking in an extract: every row is read and checked first, and then all of them are registered, or none. An extract is small;
// what it may be is bounded.
import { Problem } from '../http/problem.ts'
import type { Upload } from '../http/upload.ts'
import { readHeading, type ReadCells, type RowFault } from '../tables/heading.ts'
import { formatOf, hashed, readTable } from '../tables/received.ts'
import { UnreadableTable, type TableFormat } from '../tables/table.ts'
import { columns, type ColumnName } from './columns.ts'
import type { Figure } from './figure.ts'
import { readRow } from './row.ts'
import type { Registered } from './store.ts'

export const mostExtractBytes = 4 * 2 ** 20
export const mostFigures = 5000
export const mostFaultsShown = 200

export interface Extract {
  readonly figures: readonly Figure[]
  readonly faults: readonly RowFault[]
  readonly faultCount: number
  /** SHA-256 of the file, hex. */
  readonly sha256: string
}

/** What came of an extract: registered whole, or nothing of it and why. */
export interface TakenIn extends Extract {
  readonly registered: Registered | undefined
}

/** @throws {Problem} `media.unsupported`, `table.unreadable`, `body.too-large` */
export async function readExtract(upload: Upload): Promise<Extract> {
  const format = formatOf(upload)
  const passing = hashed(upload.bytes)
  try {
    const read = await readRows(format, readTable(format, passing.bytes))
    return { ...read, sha256: passing.done().sha256 }
  } catch (error) {
    if (error instanceof UnreadableTable) throw new Problem('table.unreadable', error.message)
    throw error
  }
}

async function readRows(
  format: TableFormat,
  batches: ReturnType<typeof readTable>,
): Promise<Omit<Extract, 'sha256'>> {
  const figures = new Map<string, Figure>()
  const faults: RowFault[] = []
  let cells: ReadCells<ColumnName> | undefined
  for await (const batch of batches) {
    const [heading, ...others] = batch
    const rows = cells ? batch : others
    if (!cells) {
      const understood = readHeading(columns, heading, format)
      if (typeof understood !== 'function')
        return { figures: [], faults: understood, faultCount: understood.length }
      cells = understood
    }
    for (const row of rows) {
      const { given, computed } = cells(row)
      const checked = readRow(row.number, given, computed)
      if ('faults' in checked) faults.push(...checked.faults)
      else if (figures.has(checked.figure.reference)) faults.push(twice(row.number))
      else figures.set(checked.figure.reference, checked.figure)
      if (figures.size > mostFigures)
        throw new UnreadableTable(`There are more than ${mostFigures} figures in it. Send it in parts.`)
    }
  }
  if (!cells) faults.push({ message: 'The file is empty. Its first row must name the columns.' })
  else if (figures.size === 0 && faults.length === 0) faults.push({ message: 'There is no figure in it.' })
  return { figures: [...figures.values()], faults: faults.slice(0, mostFaultsShown), faultCount: faults.length } // prettier-ignore
}

function twice(row: number): RowFault {
  return { row, column: 'figure_id', message: 'This figure is there twice. Keep one row for it.' }
}
