// A table that somebody sent, as CSV or as a spreadsheet: rows of text, read once, in batches, and never held whole. What
// the columns mean is its reader's matter. Everything that makes it unreadable is said in words for whoever sent it.

/** What makes the whole file unreadable; a fault of one row is not one. */
export class UnreadableTable extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UnreadableTable'
  }
}

export interface TableRow {
  /** As a spreadsheet counts: the first row of the file is 1. */
  readonly number: number
  readonly cells: readonly string[]
  /** Places of the cells that hold a formula: what they show was computed elsewhere, and can be anything. */
  readonly formulas?: readonly number[]
}

export type TableFormat = 'csv' | 'xlsx'

/** Cells and characters that a row may have; beyond that it is not a table of ours. */
export const mostCells = 200
export const mostRecordCharacters = 2 ** 20
/** A spreadsheet program keeps no longer text in a cell. */
export const mostCellCharacters = 32_767
export const batchRows = 1000
