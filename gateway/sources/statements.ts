// The SQL that reads a case system in PostgreSQL. Names of tables and columns come from the dataset's schema alone and
// are checked once, when the source is made; everything that a person chose travels as a parameter.
import type { CaseQuery, SourceDataset } from './case-source.ts'

export interface Statement {
  readonly text: string
  readonly values: unknown[]
}

export const cursorName = 'case_rows'
const rowsPerFetch = 1000
export const fetchStatement = `fetch forward ${rowsPerFetch} from ${cursorName}`
export const beginStatement = 'begin transaction isolation level repeatable read, read only'

/** Settings that last as long as the transaction: how long it may take, and one spelling of days and instants. */
export function settingsStatement(limits: { statementMs: number; idleMs: number }): Statement {
  return {
    text: `select set_config('statement_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $2, true),
             set_config('datestyle', 'ISO, YMD', true), set_config('timezone', 'UTC', true)`,
    values: [String(limits.statementMs), String(limits.idleMs)],
  }
}

export function readStatement(schema: string, dataset: SourceDataset, query: CaseQuery): Statement {
  const columns = query.fields.map((field) => `${asText(dataset, field)} as ${quoted(field)}`)
  const order = [dataset.establishmentField, dataset.dateField, ...dataset.schema.primaryKey]
  const people = query.prisonNumbers && dataset.personField !== undefined
  const values: unknown[] = [query.establishments, query.periodFrom, query.periodTo]
  if (people) values.push(query.prisonNumbers)
  return {
    text: `declare ${cursorName} no scroll cursor for
           select ${columns.join(', ')} ${fromWhere(schema, dataset)}
           ${people ? `and ${quoted(dataset.personField)} = any ($4::text[])` : ''}
           order by ${[...new Set(order)].map((field) => quoted(field)).join(', ')}`,
    values,
  }
}

/** Without the people: whoever asks learns how much, and never whether a prison number exists. */
export function estimateStatement(schema: string, dataset: SourceDataset, query: CaseQuery): Statement {
  return {
    text: `select count(*)::text as rows ${fromWhere(schema, dataset)}`,
    values: [query.establishments, query.periodFrom, query.periodTo],
  }
}

/** @throws {Error} where a name in the dataset could not be a plain name in SQL */
export function checkNames(schema: string, dataset: SourceDataset): void {
  const names = [
    schema,
    tableName(dataset),
    dataset.establishmentField,
    dataset.dateField,
    ...(dataset.personField === undefined ? [] : [dataset.personField]),
    ...dataset.schema.primaryKey,
    ...dataset.schema.fields.map((field) => field.name),
  ]
  const odd = names.find((name) => !/^[a-z][a-z0-9_]{0,62}$/.test(name))
  if (odd !== undefined) throw new Error(`${dataset.key}: '${odd}' cannot be the name of a table or column`)
}

/** The table of a dataset: its key, with underscores. */
export function tableName(dataset: { readonly key: string }): string {
  return dataset.key.replaceAll('-', '_')
}

function fromWhere(schema: string, dataset: SourceDataset): string {
  return `from ${quoted(schema)}.${quoted(tableName(dataset))}
          where ${quoted(dataset.establishmentField)} = any ($1::text[])
            and ${quoted(dataset.dateField)} between $2::date and $3::date`
}

function asText(dataset: SourceDataset, name: string): string {
  const isInstant = dataset.schema.fields.some((field) => field.name === name && field.type === 'datetime')
  return isInstant ? `to_char(${quoted(name)}, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')` : `${quoted(name)}::text`
}

function quoted(name: string): string {
  return `"${name}"`
}
