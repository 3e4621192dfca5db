// One row of a file of concerns becomes a concern, or a list of what is wrong with it, column by column, in plain words.
// Spelling is forgiven where nothing can be mistaken: capitals, spaces for hyphens, dates as 2026-04-01 or 01/04/2026.
import type { Establishments } from '../../../policies/establishments.ts'
import { type Concern, type HealthyPrisonTest, type Judgement, type Rank, type Status } from '../concern.ts'
import { formulaFault, type Given as GivenCells, type RowFault } from '../../tables/heading.ts'
import { mostCellCharacters } from '../../tables/table.ts'
import { columns, type Column, type ColumnName } from '../table-schema.ts'

export type Given = GivenCells<ColumnName>
export type Checked = { readonly concern: Concern } | { readonly faults: readonly RowFault[] }

type Read = Partial<Record<ColumnName, string>>
type Say = (column: ColumnName, message: string) => void

/**
 * @returns what reads rows. It remembers what it has seen of values that come again and again: codes, choices, days
 */
export function rowReader(establishments: Establishments) {
  const readers = columns.map((column: Column & { name: ColumnName }) => ({
    column,
    read: remembering(column),
  }))
  const hints = new Map<string, string | undefined>()
  const wrongEstablishment = (code: string) => {
    if (!hints.has(code) && hints.size < mostRemembered) hints.set(code, hintFor(establishments, code))
    return hints.has(code) ? hints.get(code) : hintFor(establishments, code)
  }
  return (row: number, given: Given, computed: readonly ColumnName[] = []): Checked => {
    const faults: RowFault[] = []
    const say: Say = (column, message) => void faults.push({ row, column, message })
    for (const column of computed) say(column, formulaFault)
    const values: Read = {}
    for (const { column, read } of readers) values[column.name] = read((given[column.name] ?? '').trim(), say)
    const wrong = values.establishment_code && wrongEstablishment(values.establishment_code)
    if (wrong) say('establishment_code', wrong)
    checkTogether(values, say)
    return faults.length > 0 ? { faults } : { concern: concernOf(values) }
  }
}

/** Of one column. A file has few days and few choices; what is past this number is read each time. */
const mostRemembered = 5000

type ReadCell = (text: string, say: Say) => string

/** Only what was right is remembered. */
function remembering(column: Column & { name: ColumnName }): ReadCell {
  const pattern = column.pattern === undefined ? undefined : new RegExp(column.pattern)
  const read: ReadCell = (text, say) => readValue(column, pattern, text, say)
  if (column.type === 'string' && !column.oneOf) return read
  const known = new Map<string, string>()
  return (text, say) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const told = { faults: 0 }
    const value = read(text, (name, message) => {
      told.faults += 1
      say(name, message)
    })
    if (told.faults === 0 && known.size < mostRemembered) known.set(text, value)
    return value
  }
}

function hintFor(establishments: Establishments, code: string): string | undefined {
  if (establishments.find(code)) return undefined
  const nearest = establishments.nearest(code).map((each) => `${each.code} (${each.name})`)
  return `There is no establishment with the code ${code}.${nearest.length > 0 ? ` Did you mean ${nearest.join(', ')}?` : ''}`
}

function readValue(
  column: Column & { name: ColumnName },
  pattern: RegExp | undefined,
  text: string,
  say: Say,
): string {
  if (text === '') {
    if (column.required) say(column.name, `Fill this in: ${column.description}`)
    return ''
  }
  if (!text.isWellFormed() || text.includes('\0')) {
    say(column.name, 'This holds a character that cannot be kept. Take it out.')
    return ''
  }
  if (column.type === 'date') return readDay(column.name, text, say)
  if (column.type === 'boolean') return readFlag(column.name, text, say)
  if (column.oneOf) return readChoice(column.name, column.oneOf, text, say)
  const value = pattern ? text.toUpperCase() : text
  if (pattern && !pattern.test(value))
    say(column.name, `“${shortened(text)}” does not look like ${column.example}.`)
  if (column.longest !== undefined && value.length > column.longest)
    say(column.name, `This is ${lengthOf(value)} characters long. Use at most ${column.longest}.`)
  return value
}

/** A cell of a spreadsheet is read no further than its program would. */
function lengthOf(text: string): string {
  return text.length > mostCellCharacters ? `more than ${mostCellCharacters}` : String(text.length)
}

function readChoice(name: ColumnName, choices: readonly string[], text: string, say: Say): string {
  const key = text.toLowerCase().replaceAll(/[\s_]+/g, '-')
  if (!choices.includes(key)) say(name, `“${shortened(text)}” is not one of: ${choices.join(', ')}.`)
  return key
}

const flags = new Map([['true', 'true'], ['yes', 'true'], ['1', 'true'], ['false', 'false'], ['no', 'false'], ['0', 'false']]) // prettier-ignore

function readFlag(name: ColumnName, text: string, say: Say): string {
  const flag = flags.get(text.toLowerCase())
  if (flag === undefined) say(name, `“${shortened(text)}” is neither true nor false.`)
  return flag ?? ''
}

function readDay(name: ColumnName, text: string, say: Say): string {
  const british = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text)
  const day = british
    ? `${british[3]}-${british[2]?.padStart(2, '0')}-${british[1]?.padStart(2, '0')}`
    : text.replace(/T00:00:00(\.0+)?Z?$/, '')
  const date = new Date(`${day}T00:00:00Z`)
  if (/^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day))
    return day
  say(name, `“${shortened(text)}” is no date. Write it as 2026-04-01 or 01/04/2026.`)
  return ''
}

function checkTogether(read: Read, say: Say): void {
  const published = read.report_published_on
  if (published && read.status_on && read.status_on < published)
    say('status_on', 'This is before the report was published.')
  if (published && read.irp_judged_on && read.irp_judged_on < published)
    say('irp_judged_on', 'This is before the report was published.')
  if (read.irp_judgement && !read.irp_judged_on)
    say('irp_judged_on', 'Give the day of the judgement on progress.')
  if (read.irp_judged_on && !read.irp_judgement)
    say('irp_judgement', 'Say what was judged, or leave the day of the judgement empty.')
}

/** Without faults each value is one of its column's. */
function concernOf(read: Read): Concern {
  const value = (name: ColumnName) => read[name] ?? ''
  return {
    reference: value('concern_id'),
    establishment: value('establishment_code'),
    inspection: value('inspection'),
    reportPublishedOn: value('report_published_on'),
    test: value('healthy_prison_test') as HealthyPrisonTest,
    rank: value('rank') as Rank,
    text: value('text'),
    opinion: value('is_opinion') === 'true',
    status: value('status') as Status,
    statusOn: value('status_on'),
    judgement: (value('irp_judgement') || null) as Judgement | null,
    judgedOn: value('irp_judged_on') || null,
  }
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
