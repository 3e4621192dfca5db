// A table as it goes out: what is hidden is `[c]`, for confidential, as the Government Statistical Service writes it, and holds no trace
// of its count. And what tables that were cleared before give away together with a new one.
import { grandTotal, keyOf, smallestCount, totalOfColumn, totalOfRow, type CountTable, type Hidden } from './table.ts' // prettier-ignore

export const hiddenMark = '[c]'

export interface ShownTable {
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  /** Counts, null where hidden; totals are a last row and column called "Total". */
  readonly cells: readonly (readonly (number | null)[])[]
}

const total = 'Total'

export function shown(table: CountTable, hidden: Hidden): ShownTable {
  const { ofRows, ofColumns } = table.totals
  const unless = (key: string, value: number) => (hidden.has(key) ? null : value)
  const inner = table.cells.map((cells, row) => [
    ...cells.map(({ count }, column) => unless(keyOf({ kind: 'cell', row, column }), count)),
    ...(ofRows ? [unless(keyOf({ kind: 'row', row }), totalOfRow(table, row))] : []),
  ])
  const last = [
    ...table.columns.map((_label, column) => unless(keyOf({ kind: 'column', column }), totalOfColumn(table, column))), // prettier-ignore
    ...(ofRows ? [unless(keyOf({ kind: 'all' }), grandTotal(table))] : []),
  ]
  return {
    rows: [...table.rows, ...(ofColumns ? [total] : [])],
    columns: [...table.columns, ...(ofRows ? [total] : [])],
    cells: [...inner, ...(ofColumns ? [last] : [])],
  }
}

/** A table on the same matter that was cleared before. */
export interface Earlier {
  readonly shown: ShownTable
  /** Whether it is about the very same people: same measure and same filters. */
  readonly isSame: boolean
}

/**
 * Of the same people: what was hidden before stays hidden. Of a group within another: two counts that differ by one to four give the
 * few between them away. Totals tell as much as cells do.
 */
export function compare(table: CountTable, earlier: readonly Earlier[]): string[] {
  const whole = shown(table, new Map())
  const hide = new Set<string>()
  for (const { shown: before, isSame } of earlier)
    for (const [row, label] of whole.rows.entries())
      for (const [column, name] of whole.columns.entries()) {
        const then = before.cells[before.rows.indexOf(label)]?.[before.columns.indexOf(name)]
        if (then === undefined) continue
        const difference = Math.abs((whole.cells[row]?.[column] ?? 0) - (then ?? 0))
        const tells = isSame ? then === null : then !== null && difference > 0 && difference < smallestCount
        if (tells) hide.add(keyAt(table, row, column))
      }
  return [...hide]
}

/** Of a place in the table as it is shown, where totals are the last row and the last column. */
function keyAt(table: CountTable, row: number, column: number): string {
  const [ofRow, ofColumn] = [column === table.columns.length, row === table.rows.length]
  if (ofRow && ofColumn) return keyOf({ kind: 'all' })
  if (ofRow) return keyOf({ kind: 'row', row })
  return keyOf(ofColumn ? { kind: 'column', column } : { kind: 'cell', row, column })
}

/** Cells of the very same that were shown before and are hidden now, as 'row, column'. */
export function outAlready(now: ShownTable, earlier: readonly Earlier[]): string[] {
  return now.rows.flatMap((label, row) =>
    now.columns.flatMap((name, column) => {
      if (now.cells[row]?.[column] !== null) return []
      const isOut = earlier.some(({ shown: before, isSame }) => isSame && typeof before.cells[before.rows.indexOf(label)]?.[before.columns.indexOf(name)] === 'number') // prettier-ignore
      return isOut ? [`${label}, ${name}`] : []
    }),
  )
}
