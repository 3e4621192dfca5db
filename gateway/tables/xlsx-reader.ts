// Reads the first sheet of an Office Open XML workbook (ECMA-376 part 1, §18): shared strings first, then the sheet's rows as
// they are inflated. What it would inflate to is bounded: a small file that holds a huge one is refused, and so is one with
// macros. Formulas are told to whoever reads the rows; nothing is ever computed.
import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { batchRows, mostCellCharacters, mostCells, UnreadableTable, type TableRow } from './table.ts'
import { damaged, openWorkbook, tooLarge, xlsxLimits, type ReadPart } from './xlsx-parts.ts'

/** @throws {UnreadableTable} */
export async function* readXlsx(file: Buffer): AsyncGenerator<TableRow[]> {
  const workbook = await openWorkbook(file)
  try {
    if (workbook.names.has('xl/vbaProject.bin'))
      throw new UnreadableTable('This workbook holds macros. Save it as .xlsx, which has none.')
    const sheet = await firstSheet(workbook.read)
    const shared = 'xl/sharedStrings.xml'
    const strings = workbook.names.has(shared) ? await sharedStrings(workbook.read(shared)) : []
    yield* rowsOf(workbook.read(sheet), strings)
  } finally {
    workbook.close()
  }
}

interface Seen {
  open?(name: string, attributes: Readonly<Record<string, string>>): void
  text?(text: string): void
  close?(name: string): void
}

/** saxes expands none but XML's own five entities, so that no document type can do harm. */
async function* events<T>(xml: AsyncIterable<string>, seen: Seen, take: () => T[]): AsyncGenerator<T> {
  const parser = new SaxesParser()
  parser.on('opentag', (tag: SaxesTagPlain) => seen.open?.(localName(tag.name), tag.attributes))
  parser.on('text', (text) => seen.text?.(text))
  parser.on('closetag', (tag) => seen.close?.(localName(tag.name)))
  parser.on('doctype', () => {
    throw new UnreadableTable(damaged)
  })
  parser.on('error', () => {
    throw new UnreadableTable(damaged)
  })
  for await (const chunk of xml) {
    parser.write(chunk)
    yield* take()
  }
  parser.close()
  yield* take()
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

async function finish(events: AsyncGenerator): Promise<void> {
  while ((await events.next()).done !== true) continue
}

const nothing = () => []

async function firstSheet(text: ReadPart): Promise<string> {
  let relation: string | undefined
  const book = { from1904: false }
  await finish(events(text('xl/workbook.xml'), {
    open: (name, attributes) => {
      if (name === 'sheet') relation ??= attributes['r:id']
      if (name === 'workbookPr') book.from1904 = ['1', 'true'].includes(attributes['date1904'] ?? '')
    },
  }, nothing)) // prettier-ignore
  if (book.from1904)
    throw new UnreadableTable(
      'This spreadsheet counts its days from 1904. Turn that off, or save it as “CSV UTF-8”.',
    )
  let target: string | undefined
  await finish(events(text('xl/_rels/workbook.xml.rels'), {
    open: (name, { Id, Target }) => {
      if (name === 'Relationship' && Id === relation) target = Target
    },
  }, nothing)) // prettier-ignore
  if (target === undefined) throw new UnreadableTable(damaged)
  return target.startsWith('/') ? target.slice(1) : `xl/${target}`
}

/** §18.4.8: each string is one text, or runs of it; phonetic hints are no part of it. */
async function sharedStrings(xml: AsyncIterable<string>): Promise<string[]> {
  const strings: string[] = []
  let current = ''
  let characters = 0
  let inText = false
  let phonetic = false
  await finish(events(xml, {
    open: (name) => {
      if (name === 'si') current = ''
      if (name === 'rPh') phonetic = true
      inText = name === 't' && !phonetic
    },
    text: (text) => {
      if (inText) current = bounded(current, text)
    },
    close: (name) => {
      inText = false
      if (name === 'rPh') phonetic = false
      if (name !== 'si') return
      strings.push(current)
      characters += current.length
      if (characters > xlsxLimits.sharedCharacters) throw new UnreadableTable(tooLarge)
    },
  }, nothing)) // prettier-ignore
  return strings
}

/** One character more than a cell can have is enough to see that it has too many. */
function bounded(current: string, text: string): string {
  return current.length > mostCellCharacters ? current : (current + text).slice(0, mostCellCharacters + 1)
}

/** §18.3.1.4: a cell names its column, and empty ones are left out. */
async function* rowsOf(xml: AsyncIterable<string>, strings: readonly string[]): AsyncGenerator<TableRow[]> {
  let ready: TableRow[] = []
  let row: { number: number; cells: string[]; formulas?: number[] } = { number: 0, cells: [] }
  let cell = { column: 0, type: '', value: '' }
  let inValue = false
  const seen: Seen = {
    open: (name, attributes) => {
      if (name === 'row') row = { number: rowNumber(attributes['r'], row.number + 1), cells: [] }
      if (name === 'f') (row.formulas ??= []).push(cell.column)
      if (name === 'c') cell = { column: columnOf(attributes['r'], row.cells.length), type: attributes['t'] ?? 'n', value: '' } // prettier-ignore
      inValue = name === 'v' || name === 't'
    },
    text: (text) => {
      if (inValue) cell.value = bounded(cell.value, text)
    },
    close: (name) => {
      inValue = false
      if (name === 'c') {
        while (row.cells.length < cell.column) row.cells.push('')
        row.cells[cell.column] = valueOf(cell, strings)
      }
      if (name === 'row' && (row.formulas || row.cells.some((text) => text !== ''))) ready.push(row)
    },
  }
  const take = () => {
    const taken = ready
    ready = []
    return taken
  }
  let batch: TableRow[] = []
  for await (const each of events(xml, seen, take)) {
    batch.push(each)
    if (batch.length < batchRows) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

function rowNumber(reference: string | undefined, next: number): number {
  if (reference === undefined) return next
  if (!/^[1-9]\d{0,6}$/.test(reference)) throw new UnreadableTable(damaged)
  return Number(reference)
}

function columnOf(reference: string | undefined, next: number): number {
  if (reference === undefined) return next
  let column = 0
  for (const letter of /^[A-Z]+/.exec(reference)?.[0] ?? '') column = column * 26 + letter.charCodeAt(0) - 64
  if (column < 1 || column > mostCells)
    throw new UnreadableTable(`Cell ${reference} is further right than any table here goes.`)
  return column - 1
}

function valueOf({ type, value }: { type: string; value: string }, strings: readonly string[]): string {
  if (type === 's') return strings[Number(value)] ?? ''
  if (type === 'b') return value === '1' ? 'true' : 'false'
  return value
}

/** The day that a spreadsheet's number stands for (§18.17.4.1, from 1900): 46113 → '2026-04-01'. */
export function dayOfSerial(text: string): string | undefined {
  if (!/^\d{1,6}(\.0+)?$/.test(text) || Number(text) < 61) return undefined
  return new Date(Date.UTC(1899, 11, 30) + Number(text) * 86_400_000).toISOString().slice(0, 10)
}
