// A concern as its columns have it: for answers over JSON, for forms and for files.
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
  const { faultCount, faults, takenEdition: edition } = intake
  return {
    id, state, rows: rowsRead, sha256, added, changed, closed, unchanged, faultCount, faults, ...(edition !== undefined && { edition }),
  } // prettier-ignore
}
