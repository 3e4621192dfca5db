// Taking in a file of concerns. First it is only checked: every faulty row, and what would be added, changed and closed. Then
// all of it is taken in, or nothing. Rows stream from the file to the database; what is held in memory does not grow with it.
import { createHash, randomUUID } from 'node:crypto'
import { Readable, Transform } from 'node:stream'
import type { Establishments } from '../../../policies/establishments.ts'
import type { Database, Transaction } from '../../db.ts'
import { Problem } from '../../http/problem.ts'
import { readHeading, type ReadCells, type RowFault } from '../../tables/heading.ts'
import { readTable } from '../../tables/received.ts'
import { UnreadableTable, type TableFormat, type TableRow } from '../../tables/table.ts'
import type { Concern } from '../concern.ts'
import { currentEdition } from '../store.ts'
import { columns, type ColumnName } from '../table-schema.ts'
import { compare, faultsAcrossRows } from './compare.ts'
import { rowReader } from './row.ts'
import { finishIntake, inBulk, noteProgress, stagedLine, stageRows, type Intake } from './store.ts'

/** So many faults are kept and shown; beyond that the number is enough. */
export const mostFaultsKept = 500
const progressEvery = 5000

export const mostIntakeBytes = 128 * 2 ** 20

export interface IntakeDeps {
  /** Progress is written beside the transaction, so that a page can show it. */
  readonly db: Database
  readonly establishments: Establishments
}

/** Reads and checks the whole file. @throws {Problem} where it cannot be read to its end */
export async function checkFile(
  deps: IntakeDeps,
  tx: Transaction,
  intake: { readonly id: string; readonly format: TableFormat },
  bytes: Readable,
): Promise<Intake> {
  const hash = createHash('sha256')
  const hashed = bytes.pipe(
    new Transform({ transform: (chunk: Buffer, _encoding, done) => done(null, (hash.update(chunk), chunk)) }),
  )
  bytes.once('error', (error) => hashed.destroy(error))
  try {
    const found = await stage(deps, tx, intake, readTable(intake.format, hashed))
    return await concludeIntake(tx, intake.id, found, hash.digest())
  } catch (error) {
    if (error instanceof UnreadableTable) throw new Problem('table.unreadable', error.message)
    throw error
  }
}

/** The same for concerns that came as JSON: one object with the template's columns each. */
export async function checkRows(
  deps: IntakeDeps,
  tx: Transaction,
  id: string,
  given: readonly Readonly<Record<string, string>>[],
): Promise<Intake> {
  const names = Object.keys(given[0] ?? {})
  const heading = { number: 1, cells: names }
  const rows = given.map((row, index) => ({ number: index + 2, cells: names.map((name) => row[name] ?? '') }))
  const hash = createHash('sha256').update(JSON.stringify(given)).digest()
  const found = await stage(deps, tx, { id, format: 'csv' }, Readable.from([[heading, ...rows]]))
  return concludeIntake(tx, id, found, hash)
}

/** Compares what is staged with the concerns as they stand now. */
export async function concludeIntake(
  tx: Transaction,
  id: string,
  found: Found,
  sha256: Buffer,
): Promise<Intake> {
  const [across, compared] = await inBulk(tx, async () => [
    found.faults.length === 0 ? await faultsAcrossRows(tx, id, mostFaultsKept) : [],
    await compare(tx, id),
  ])
  const faults = [...found.faults, ...across].slice(0, mostFaultsKept)
  return finishIntake(tx, id, {
    sha256,
    rowsRead: found.rowsRead,
    baseEdition: await currentEdition(tx),
    faultCount: found.faultCount + across.length,
    faults,
    ...compared,
  })
}

export interface Found {
  readonly rowsRead: number
  readonly faultCount: number
  readonly faults: readonly RowFault[]
}

async function stage(
  { db, establishments }: IntakeDeps,
  tx: Transaction,
  { id, format }: { readonly id: string; readonly format: TableFormat },
  batches: AsyncIterable<readonly TableRow[]>,
): Promise<Found> {
  const read = rowReader(establishments)
  const faults: RowFault[] = []
  let cells: ReadCells<ColumnName> | undefined
  let [faultCount, rowsRead, noted] = [0, 0, 0]
  let staging: Promise<void> = Promise.resolve()
  for await (const batch of batches) {
    const [heading, ...others] = batch
    const rows = cells ? batch : others
    if (!cells) {
      const understood = readHeading(columns, heading, format)
      if (typeof understood !== 'function')
        return { rowsRead: 0, faultCount: understood.length, faults: understood }
      cells = understood
    }
    let lines = ''
    for (const row of rows) {
      const { given, computed } = cells(row)
      const checked = read(row.number, given, computed)
      if ('concern' in checked) lines += stagedLine(id, row.number, checked.concern)
      else {
        faultCount += checked.faults.length
        if (faults.length < mostFaultsKept) faults.push(...checked.faults)
      }
    }
    // The database writes these while the next are read.
    await staging
    staging = stageRows(tx, lines)
    staging.catch(() => undefined)
    rowsRead += rows.length
    if (rowsRead - noted >= progressEvery) {
      noted = rowsRead
      await noteProgress(db, id, rowsRead)
    }
  }
  await staging
  if (!cells) return { rowsRead: 0, faultCount: 1, faults: [{ message: 'The file is empty. Its first row must name the columns.' }] } // prettier-ignore
  return { rowsRead, faultCount, faults }
}

export function newIntakeId(): string {
  return randomUUID()
}

export type { Concern }
