// A table of counts that somebody wants to publish: rows by columns, with or without totals. Disclosure control says which cells stay
// hidden so that nobody can be identified (hmpps-2025/18-not-identifiable, probation-2023/32-annex, S45).

export interface CountTable {
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  /** `cells[row][column]`: a count, 0 or more. */
  readonly cells: readonly (readonly Count[])[]
  /** Whether the totals of rows, and those of columns, are shown beside the cells. */
  readonly totals: { readonly ofRows: boolean; readonly ofColumns: boolean }
}

export interface Count {
  readonly count: number
  /** The most of it that comes from one person or one place, where it is known. */
  readonly largest?: number
}

/** The smallest count that is shown. The texts give none: local (S45). */
export const smallestCount = 5
/** The share of a cell that one contributor may have, in hundredths. Local. */
export const largestShare = 50

/** Why a cell is hidden: below the smallest count, one contributor dominates, it could be worked out from a table that was cleared before, or from the totals. */
export type Why = 'small' | 'dominated' | 'differencing' | 'secondary'

/** What is hidden: cells, and totals where nothing less will do. Keys are those of `keyOf`. */
export type Hidden = ReadonlyMap<string, Why>

/** A cell, a row's total, a column's total, or the grand total: 'cell 0 2', 'row 0', 'column 2', 'all'. */
export type Place =
  | { readonly kind: 'cell'; readonly row: number; readonly column: number }
  | { readonly kind: 'row'; readonly row: number }
  | { readonly kind: 'column'; readonly column: number }
  | { readonly kind: 'all' }

export function keyOf(place: Place): string {
  switch (place.kind) {
    case 'cell':
      return `cell ${place.row} ${place.column}`
    case 'row':
      return `row ${place.row}`
    case 'column':
      return `column ${place.column}`
    case 'all':
      return 'all'
  }
}

export function totalOfRow({ cells }: CountTable, row: number): number {
  return (cells[row] ?? []).reduce((sum, { count }) => sum + count, 0)
}

export function totalOfColumn({ cells }: CountTable, column: number): number {
  return cells.reduce((sum, row) => sum + (row[column]?.count ?? 0), 0)
}

export function grandTotal(table: CountTable): number {
  return table.rows.reduce((sum, _label, row) => sum + totalOfRow(table, row), 0)
}
