// Which column of a file is which of ours, from its first row. The columns may stand in any order; one that is missing, is
// there twice or is not known is a fault of the file, told before any row is looked at.
import type { TableFormat, TableRow } from './table.ts'
import { dayOfSerial } from './xlsx-reader.ts'

export interface RowFault {
  /** As a spreadsheet counts: the heading is row 1. Absent where it is about the file or a report. */
  readonly row?: number
  readonly column?: string
  readonly message: string
}

/** A column of a contract, as far as reading a file needs it. */
export interface HeadedColumn<N extends string> {
  readonly name: N
  readonly type: string
}

export type Given<N extends string> = Readonly<Partial<Record<N, string>>>

/** `computed` names the columns that hold a formula. */
export type ReadCells<N extends string> = (row: TableRow) => {
  readonly given: Given<N>
  readonly computed?: readonly N[]
}

/** @returns how to read the rows below, or what is wrong with the heading */
export function readHeading<N extends string>(
  columns: readonly HeadedColumn<N>[],
  heading: TableRow | undefined,
  format: TableFormat,
): ReadCells<N> | readonly RowFault[] {
  if (!heading) return [{ message: 'The file is empty. Its first row must name the columns.' }]
  const names = heading.cells.map((cell) => cell.trim().toLowerCase())
  const faults = faultsOf(columns, names, heading.number)
  if (faults.length > 0) return faults
  const places = columns.map((column) => ({
    name: column.name,
    at: names.indexOf(column.name),
    // A spreadsheet keeps a date as a number of days.
    read: format === 'xlsx' && column.type === 'date' ? dayOrText : asItIs,
  }))
  return ({ cells, formulas }) => {
    const given: Partial<Record<N, string>> = {}
    for (const { name, at, read } of places) given[name] = read(cells[at] ?? '')
    const computed = formulas && places.filter(({ at }) => formulas.includes(at)).map(({ name }) => name)
    return { given, ...(computed && { computed }) }
  }
}

const asItIs = (text: string) => text
const dayOrText = (text: string) => dayOfSerial(text) ?? text

function faultsOf(
  columns: readonly HeadedColumn<string>[],
  names: readonly string[],
  row: number,
): RowFault[] {
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

export const formulaFault =
  'This cell holds a formula. Put in its place what it comes to (copy, then paste as value).'
