// A concern as its columns have it: for answers over JSON, for forms and for files.
import Papa from 'papaparse'
import type { Concern } from './concern.ts'
import type { Intake } from './intake/store.ts'
import type { StoredConcern } from './store.ts'
import { columns, type ColumnName } from './table-schema.ts'

/** Each column as text, empty where nothing is known. */
export function cellsOf(concern: Concern): Record<ColumnName, string> {
  const text = ({ of }: (typeof columns)[number]) => String(concern[of] ?? '')
  return Object.fromEntries(columns.map((column) => [column.name, text(column)])) as Record<
    ColumnName,
    string
  > // one for each name
}

/** A file that the intake takes: the heading, then a row for each, as it is and not for a spreadsheet. */
export function csvFile(concerns: readonly Concern[]): string {
  const rows = concerns.map((concern) => Object.values(cellsOf(concern)))
  return `${Papa.unparse([columns.map(({ name }) => name), ...rows], { newline: '\r\n' })}\r\n`
}

export function writeConcern(concern: StoredConcern) {
  return {
    ...Object.fromEntries(columns.map(({ name, of }) => [name, concern[of]])),
    version: concern.version,
  }
}

export function writeIntake({
  id,
  state,
  rowsRead,
  sha256,
  added,
  changed,
  closed,
  unchanged,
  ...intake
}: Intake) {
  const { faultCount, faults, takenEdition: edition, stoppedBecause } = intake
  return {
    id, state, rows: rowsRead, sha256, added, changed, closed, unchanged, faultCount, faults, startedAt: intake.startedAt.toISOString(), ...(edition !== undefined && { edition }), ...(stoppedBecause !== undefined && { stoppedBecause }),
  } // prettier-ignore
}
