// One row of an extract becomes a figure, or a list of what is wrong with it, column by column, in plain words.
import { londonInstant } from '../../policies/calendar.ts'
import { formulaFault, type Given, type RowFault } from '../tables/heading.ts'
import { columns, type Column, type ColumnName } from './columns.ts'
import { decimalOf, type Figure, type FigureMarking, type Provenance } from './figure.ts'

export type CheckedRow = { readonly figure: Figure } | { readonly faults: readonly RowFault[] }
type Say = (column: ColumnName, message: string) => void

export function readRow(
  row: number,
  given: Given<ColumnName>,
  computed: readonly ColumnName[] = [],
): CheckedRow {
  const faults: RowFault[] = []
  const say: Say = (column, message) => void faults.push({ row, column, message })
  for (const column of computed) say(column, formulaFault)
  const cell = Object.fromEntries(
    columns.map((column) => [column.name, readCell(column, (given[column.name] ?? '').trim(), say)]),
  ) as Record<ColumnName, string> // one for each name
  const reference = referenceOf(cell.figure_id, say)
  const extractedAt = instantOf(cell.extracted_at, say)
  const value = valueOf(cell.value, say)
  checkSource(cell.provenance, cell.public_source, say)
  if (faults.length > 0 || !extractedAt) return { faults }
  const { measure, source_report: sourceReport, unit, filters, public_source: publicSource } = cell
  return {
    figure: {
      reference,
      measure,
      sourceReport,
      extractedAt,
      unit,
      filters,
      value,
      marking: cell.marking as FigureMarking, // readCell let nothing else through
      provenance: cell.provenance as Provenance, // the same
      publicSource: publicSource === '' ? null : publicSource,
    },
  }
}

function readCell(column: Column & { name: ColumnName }, text: string, say: Say): string {
  const { name, required, oneOf, longest, description } = column
  if (text === '' && required) say(name, `Fill this in: ${description}`)
  if (text === '') return ''
  if (!text.isWellFormed() || text.includes('\0'))
    say(name, 'This holds a character that cannot be kept. Take it out.')
  else if (text.length > longest) say(name, `This is too long. Use at most ${longest} characters.`)
  if (!oneOf) return text
  const chosen = oneOf.find((each) => each.toLowerCase() === text.toLowerCase().replaceAll(/[\s_]+/g, '-'))
  if (chosen === undefined) say(name, `“${shortened(text)}” is none of: ${oneOf.join(', ')}.`)
  return chosen ?? ''
}

function referenceOf(text: string, say: Say): string {
  const reference = text.toUpperCase()
  if (text !== '' && !/^[A-Z0-9][A-Z0-9-]{1,39}$/.test(reference))
    say('figure_id', `“${shortened(text)}” is no id. Use letters, figures and hyphens, as in SH-LEI-2026-09.`)
  return reference
}

function instantOf(text: string, say: Say): Date | undefined {
  if (text === '') return undefined
  const found = londonInstant(fromSerial(text) ?? text)
  if (!found) say('extracted_at', `“${shortened(text)}” is no day and time. Write it as 2026-10-01 09:30.`)
  return found
}

/** A workbook keeps a day and time as days since the end of 1899 (ECMA-376 part 1, §18.17.4.1): 46296.5 → 2026-10-01T12:00. */
function fromSerial(text: string): string | undefined {
  if (!/^\d{5}(\.\d+)?$/.test(text)) return undefined
  const minutes = Math.round(Number(text) * 24 * 60)
  return new Date(Date.UTC(1899, 11, 30) + minutes * 60_000).toISOString().slice(0, 16)
}

function valueOf(text: string, say: Say): string {
  if (text === '') return ''
  const value = decimalOf(exact(text))
  if (value === undefined)
    say('value', `“${shortened(text)}” is no number. Write it in figures, without a unit or a % sign.`)
  return value ?? ''
}

/** A workbook keeps numbers in binary: 0.3 can stand there as 0.30000000000000004. Fifteen digits are what it shows. */
function exact(text: string): string {
  if (!/^-?\d*\.?\d{16,}$|^-?\d+\.\d{14,}$/.test(text)) return text
  const rounded = String(Number(Number(text).toPrecision(15)))
  return rounded.includes('e') ? text : rounded
}

function checkSource(provenance: string, source: string, say: Say): void {
  if (provenance === 'official-statistics' && source === '')
    say('public_source', 'Say where anybody can find it: the address of the publication.')
  if (provenance === 'performance-hub' && source !== '')
    say('public_source', 'Leave this empty. What is published is registered as official statistics.')
  if (source !== '' && (!URL.canParse(source) || !source.startsWith('https://')))
    say('public_source', 'This is no address. It begins with https://')
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
