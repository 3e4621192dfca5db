// data.csv: RFC 4180, CRLF, UTF-8 without a byte order mark, header first. Text that a spreadsheet would take for a formula
// is neutralised by an apostrophe in front (OWASP, CSV injection); text that starts with an apostrophe gets one too, so
// that the reader's rule is one sentence and loses nothing. Numbers, days and flags stay as they are: -3.5 is -3.5.
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
  return endLine(fields.map(({ name }) => `,${quoted(name)}`).join(''))
}

/**
 * The lines of a batch, each with its line end; '' for no rows.
 *
 * @throws {Error} where the source gave a row without one of the fields, or a value that is not of its field's type;
 *   neither the row nor the value is told
 */
export function csvLines(rows: readonly CaseRow[], fields: readonly CsvField[]): string {
  const writers = fields.map((field) => ({ name: field.name, write: writerOf(field) }))
  let lines = ''
  for (const row of rows) {
    let line = ''
    for (const { name, write } of writers) line += `,${write(row[name])}`
    lines += endLine(line)
  }
  return lines
}

/** Writing is most of what a large export costs: what depends on the field alone is found out once. */
function writerOf({ name, type }: CsvField): (value: string | null | undefined) => string {
  const form = lexicalForms.get(type)
  return (value) => {
    if (value === undefined) throw new Error(`The source gave a row without the field '${name}'.`)
    if (value === null) return ''
    if (type === 'string') return mayNeedCare.test(value) ? quoted(neutralise(value)) : value
    if (!form?.test(value)) throw new Error(`The source gave a value for '${name}' that is no ${type}.`)
    return value
  }
}

/** Whatever `neutralise` or `quoted` would change. */
const mayNeedCare = /[",\r\n\uFEFF]|^[ =+\-@'\t\uFF1D\uFF0B\uFF0D\uFF20]| $/

/** RFC 4180 §2.6; what readers trim or take for a byte order mark is kept by quotation marks too. */
const needsQuotes = /[",\r\n\uFEFF]|^ | $/

function quoted(text: string): string {
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A line of one empty value would be an empty line, which readers skip. @param line with a comma in front */
function endLine(line: string): string {
  return `${line === ',' ? '""' : line.slice(1)}\r\n`
}

/** Lines of text as they stand, whatever they are lines of; what a spreadsheet would take for a formula is neutralised. */
export function plainCsv(records: readonly (readonly string[])[]): string {
  const write = (text: string) => (/^-?\d+$/.test(text) ? text : quoted(neutralise(text)))
  return records.map((cells) => endLine(cells.map((text) => `,${write(text)}`).join(''))).join('')
}
