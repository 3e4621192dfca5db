// data.csv: RFC 4180, CRLF, UTF-8 without a byte order mark, header first. Text that a spreadsheet would take for a formula
// is neutralised by an apostrophe in front (OWASP, CSV injection); text that starts with an apostrophe gets one too, so
// that the reader's rule is one sentence and loses nothing. Numbers, days and flags stay as they are: -3.5 is -3.5.
import Papa from 'papaparse'
import type { CaseRow } from '../sources/case-source.ts'

/** The part of a dataset's field that decides how its values are written. */
export interface CsvField {
  readonly name: string
  readonly type: string
}

export const neutralisationRule = {
  appliesTo: 'Each value of a field of type string, once the quotation marks of the CSV are undone.',
  written:
    "A value that starts with one of = + - @ ' tab, carriage return, line feed, or = + - @ in full width has an apostrophe (') in front.",
  toUndo: "If the value starts with an apostrophe ('), remove that one apostrophe.",
} as const

const dangerousStart = /^[=+\-@'\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/

export function neutralise(text: string): string {
  return dangerousStart.test(text) ? `'${text}` : text
}

/** The documented rule, for readers of ours and for the proof that it loses nothing. */
export function undoNeutralisation(text: string): string {
  return text.startsWith("'") ? text.slice(1) : text
}

const lexicalForms = new Map([
  ['integer', /^-?\d+$/],
  ['number', /^-?\d+(\.\d+)?$/],
  ['boolean', /^(true|false)$/],
  ['date', /^\d{4}-\d{2}-\d{2}$/],
  ['datetime', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/],
])

/** The first line, with its line end. */
export function csvHeader(fields: readonly CsvField[]): string {
  return toLines([fields.map((field) => field.name)])
}

/**
 * The lines of a batch, each with its line end; '' for no rows.
 *
 * @throws {Error} where the source gave a row without one of the fields, or a value that is not of its field's type;
 *   neither the row nor the value is told
 */
export function csvLines(rows: readonly CaseRow[], fields: readonly CsvField[]): string {
  return toLines(rows.map((row) => fields.map((field) => toText(row, field))))
}

function toText(row: CaseRow, field: CsvField): string {
  const value = row[field.name]
  if (value === undefined) throw new Error(`The source gave a row without the field '${field.name}'.`)
  if (value === null) return ''
  if (field.type === 'string') return neutralise(value)
  if (!lexicalForms.get(field.type)?.test(value)) {
    throw new Error(`The source gave a value for '${field.name}' that is no ${field.type}.`)
  }
  return value
}

function toLines(records: string[][]): string {
  if (records.length === 0) return ''
  // A line with one empty value would be an empty line, which readers skip: it is written as "".
  const quotes = (value: unknown) => value === '' && records[0]?.length === 1
  return `${Papa.unparse(records, { newline: '\r\n', quotes })}\r\n`
}
