// The tables of the synthetic prison case system, made from the datasets' schemas: one a dataset, named by its key. Each
// has one column more, `officer_note`, which no dataset offers: a real system always holds more than may be shared.
import { tableName } from '../../gateway/sources/statements.ts'
import type { SyntheticRow } from './synthetic.ts'

/** The part of a dataset (policies/datasets) that makes a table. */
export interface TableDataset {
  readonly key: string
  readonly establishmentField: string
  readonly dateField: string
  readonly schema: {
    readonly primaryKey: readonly string[]
    readonly fields: readonly {
      readonly name: string
      readonly type: string
      readonly constraints?: { readonly required?: boolean | undefined } | undefined
    }[]
  }
}

export const notice =
  'SYNTHETIC: everybody and everything in this database is invented, for demonstration and test. It holds no real person.'
export const unsharedColumn = 'officer_note'

const columnTypes = new Map([
  ['string', 'text'],
  ['integer', 'integer'],
  ['number', 'numeric'],
  ['boolean', 'boolean'],
  ['date', 'date'],
  ['datetime', 'timestamptz'],
])

export function createTableStatements(dataset: TableDataset): string[] {
  const table = tableName(dataset)
  const columns = dataset.schema.fields.map((field) => {
    return `${field.name} ${columnType(field.type)}${field.constraints?.required ? ' not null' : ''}`
  })
  return [
    `drop table if exists ${table}`,
    `create table ${table} (${columns.join(', ')}, ${unsharedColumn} text, primary key (${dataset.schema.primaryKey.join(', ')}))`,
    `create index on ${table} (${dataset.establishmentField}, ${dataset.dateField})`,
    `comment on table ${table} is '${notice}'`,
  ]
}

/** Select, on the columns that the dataset offers and on no other. */
export function grantStatement(dataset: TableDataset, reader: string): string {
  const columns = dataset.schema.fields.map((field) => field.name)
  return `grant select (${columns.join(', ')}) on ${tableName(dataset)} to ${reader}`
}

/** One statement for many rows: a text array for each column, cast to the column's own type. */
export function insertStatement(
  dataset: TableDataset,
  rows: readonly SyntheticRow[],
): { text: string; values: unknown[] } {
  const columns = [...dataset.schema.fields, { name: unsharedColumn, type: 'string' }]
  const names = columns.map((column) => column.name).join(', ')
  const arrays = columns.map((column, index) => `$${index + 1}::${columnType(column.type)}[]`).join(', ')
  return {
    text: `insert into ${tableName(dataset)} (${names}) select * from unnest(${arrays})`,
    values: columns.map(({ name }) => rows.map((row) => valueOf(row, name))),
  }
}

function columnType(type: string): string {
  const found = columnTypes.get(type)
  if (found === undefined) throw new Error(`There is no column type for '${type}'.`)
  return found
}

function valueOf(row: SyntheticRow, name: string): string | null {
  const value = row[name]
  if (value === undefined) throw new Error(`The synthetic data has no '${name}'.`)
  return value
}
