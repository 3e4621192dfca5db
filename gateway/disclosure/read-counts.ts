// A file becomes a table of counts, or a list of what is wrong with it, cell by cell. The first row names the columns and the first
// column the rows; a last column and a last row called "Total" are totals, and must add up. A cell is a count, or a count and the
// most of it that comes from one person or place: 412/38.
import type { RowFault } from '../tables/heading.ts'
import type { TableRow } from '../tables/table.ts'
import { totalOfColumn, totalOfRow, type Count, type CountTable } from './table.ts'

export const mostCells = 1000
const totalWords = /^(?:total|totals|all)$/i

export type ReadCounts = { readonly table: CountTable } | { readonly faults: readonly RowFault[] }

export function readCounts(rows: readonly TableRow[]): ReadCounts {
  const [heading, ...lines] = rows.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
  const labels = heading?.cells.slice(1).map((cell) => cell.trim()) ?? []
  while (labels.at(-1) === '') labels.pop()
  if (!heading || labels.length === 0 || lines.length === 0)
    return { faults: [{ message: 'The first row must name the columns and the first column the rows, with counts between them.' }] } // prettier-ignore
  const faults: RowFault[] = []
  const ofRows = totalWords.test(labels.at(-1) ?? '')
  const ofColumns = totalWords.test(lines.at(-1)?.cells[0]?.trim() ?? '')
  const columns = ofRows ? labels.slice(0, -1) : labels
  const inner = ofColumns ? lines.slice(0, -1) : lines
  const counts = lines.map(({ number, cells, formulas }) =>
    labels.map((label, index) => {
      if (formulas?.includes(index + 1)) faults.push({ row: number, column: label, message: 'This is a formula. Put the count in its place.' }) // prettier-ignore
      const read = readCount(cells[index + 1] ?? '')
      if (typeof read === 'string') faults.push({ row: number, column: label, message: read })
      return typeof read === 'string' ? { count: 0 } : read
    }),
  )
  const table: CountTable = {
    rows: inner.map(({ cells }) => cells[0]?.trim() ?? ''),
    columns,
    cells: counts.slice(0, inner.length).map((row) => row.slice(0, columns.length)),
    totals: { ofRows, ofColumns },
  }
  if (table.rows.length * columns.length > mostCells || table.rows.length === 0 || columns.length === 0)
    faults.push({ message: `A table has 1 to ${mostCells} counts. Split it.` })
  if (table.rows.some((label) => label === '') || columns.some((label) => label === ''))
    faults.push({ message: 'Every row and every column needs a name.' })
  if (new Set(table.rows).size < table.rows.length || new Set(columns).size < columns.length)
    faults.push({ message: 'Two rows, or two columns, have the same name.' })
  if (faults.length === 0) faults.push(...wrongTotals(table, counts, lines))
  return faults.length > 0 ? { faults: faults.slice(0, 200) } : { table }
}

function readCount(text: string): Count | string {
  const found = /^(\d{1,3}(?:,\d{3})+|\d{1,12})(?:\s*\/\s*(\d{1,12}))?$/.exec(text.trim())
  if (!found) return 'Give a whole number of 0 or more, or a count and its largest contributor as 412/38.'
  const count = Number((found[1] ?? '').replaceAll(',', ''))
  if (found[2] === undefined) return { count }
  const largest = Number(found[2])
  return largest > count ? 'One contributor cannot be more than the whole.' : { count, largest }
}

function wrongTotals(table: CountTable, counts: readonly (readonly Count[])[], lines: readonly TableRow[]): RowFault[] {
  const faults: RowFault[] = []
  const say = (row: number | undefined, message: string) => faults.push({ ...(row !== undefined && { row }), message })
  if (table.totals.ofRows)
    for (const [row, label] of table.rows.entries())
      if (counts[row]?.at(-1)?.count !== totalOfRow(table, row)) say(lines[row]?.number, `The total of “${label}” is not the sum of its counts.`)
  if (table.totals.ofColumns)
    for (const [column, label] of table.columns.entries())
      if (counts.at(-1)?.[column]?.count !== totalOfColumn(table, column)) say(lines.at(-1)?.number, `The total of “${label}” is not the sum of its counts.`)
  if (table.totals.ofRows && table.totals.ofColumns) {
    const all = table.rows.reduce((sum, _label, row) => sum + totalOfRow(table, row), 0)
    if (counts.at(-1)?.at(-1)?.count !== all) say(lines.at(-1)?.number, 'The grand total is not the sum of the counts.')
  }
  return faults
} // prettier-ignore
