// Which column of the file is which of ours, from its first row. The columns may stand in any order; one that is missing, is
// there twice or is not known is a fault of the file, told before any row is looked at.
import type { TableFormat, TableRow } from '../../tables/table.ts'
import { dayOfSerial } from '../../tables/xlsx-reader.ts'
import { columns, type Column, type ColumnName } from '../table-schema.ts'
import type { Given, RowFault } from './row.ts'

/** `computed` names the columns that hold a formula. */
export type ReadCells = (row: TableRow) => {
  readonly given: Given
  readonly computed?: readonly ColumnName[]
}

/** @returns how to read the rows below, or what is wrong with the heading */
export function readHeading(
  heading: TableRow | undefined,
  format: TableFormat,
): ReadCells | readonly RowFault[] {
  if (!heading) return [{ message: 'The file is empty. Its first row must name the columns.' }]
  const names = heading.cells.map((cell) => cell.trim().toLowerCase())
  const faults = faultsOf(names, heading.number)
  if (faults.length > 0) return faults
  const places = columns.map((column: Column & { name: ColumnName }) => ({
    name: column.name,
    at: names.indexOf(column.name),
    // A spreadsheet keeps a date as a number of days.
    read: format === 'xlsx' && column.type === 'date' ? dayOrText : asItIs,
  }))
  return ({ cells, formulas }) => {
    const given: Partial<Record<ColumnName, string>> = {}
    for (const { name, at, read } of places) given[name] = read(cells[at] ?? '')
    const computed = formulas && places.filter(({ at }) => formulas.includes(at)).map(({ name }) => name)
    return { given, ...(computed && { computed }) }
  }
}

const asItIs = (text: string) => text
const dayOrText = (text: string) => dayOfSerial(text) ?? text

function faultsOf(names: readonly string[], row: number): RowFault[] {
  const known = new Set<string>(columns.map((column) => column.name))
  const missing = [...known].filter((name) => !names.includes(name))
  const strange = names.filter((name) => name !== '' && !known.has(name))
  const twice = [...known].filter((name) => names.indexOf(name) !== names.lastIndexOf(name))
  return [
    ...missing.map((column) => ({ row, column, message: 'This column is missing. Add it, empty where nothing is known.' })), // prettier-ignore
    ...strange.map((column) => ({ row, column: column.slice(0, 60), message: 'This column is not known. Take it out, or name it as the template does.' })), // prettier-ignore
    ...twice.map((column) => ({ row, column, message: 'This column is there twice. Keep one.' })),
  ]
}
