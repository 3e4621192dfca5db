// Reads CSV as it arrives (RFC 4180): UTF-8, with or without a byte order mark, separated by commas, semicolons or tabs. It
// holds one piece of the file and the record in hand, whose length is bounded: a quotation mark that is never closed cannot
// make it read, or hold, the whole file.
import type { Readable } from 'node:stream'
import { batchRows, mostCells, mostRecordCharacters, UnreadableTable, type TableRow } from './table.ts'

/** @throws {UnreadableTable} */
export async function* readCsv(bytes: Readable): AsyncGenerator<TableRow[]> {
  const records = new RecordReader()
  let batch: TableRow[] = []
  for await (const piece of pieces(decoded(bytes))) {
    for (const row of records.take(piece)) {
      batch.push(row)
      if (batch.length < batchRows) continue
      yield batch
      batch = []
    }
  }
  batch.push(...records.end())
  if (batch.length > 0) yield batch
}

const notUtf8 = 'This is not UTF-8 text. In a spreadsheet program, save it as “CSV UTF-8”.'

async function* decoded(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const read = (chunk?: Buffer) => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
    } catch {
      throw new UnreadableTable(notUtf8)
    }
  }
  for await (const chunk of bytes) yield read(chunk)
  yield read()
}

const pieceCharacters = 16 * 1024

/** Not smaller than a bit: what is not a whole record yet is looked at again with each. */
async function* pieces(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = ''
  for await (const text of texts) {
    piece += text
    if (piece.length < pieceCharacters) continue
    yield piece
    piece = ''
  }
  yield piece
}

const quote = '"'
const [lineFeed, carriageReturn] = [10, 13]

class RecordReader {
  /** What came and is not a whole record yet. */
  #text = ''
  #number = 0
  #separator: string | undefined;

  /** The records that are whole now; empty lines count and are left out. */
  *take(text: string): Generator<TableRow> {
    this.#text += text
    let from = 0
    for (;;) {
      const record = this.#recordAt(from, false)
      if (!record) break
      from = record.end
      const row = this.#rowOf(record.cells)
      if (row) yield row
    }
    this.#text = this.#text.slice(from)
    if (this.#text.length > mostRecordCharacters)
      throw new UnreadableTable(
        `Row ${this.#number + 1} is longer than any row can be. Is a quotation mark in it never closed?`,
      )
  }

  /** The last record, which may end without a line end. */
  end(): TableRow[] {
    const record = this.#text === '' ? undefined : this.#recordAt(0, true)
    const row = record && this.#rowOf(record.cells)
    return row ? [row] : []
  }

  #rowOf(cells: string[]): TableRow | undefined {
    this.#number += 1
    if (cells.length > mostCells)
      throw new UnreadableTable(
        `Row ${this.#number} has ${cells.length} cells. That is more than any table here has.`,
      )
    return cells.length === 1 && cells[0] === '' ? undefined : { number: this.#number, cells }
  }

  /** @param isLast nothing comes after the text that is here */
  #recordAt(from: number, isLast: boolean): { cells: string[]; end: number } | undefined {
    const text = this.#text
    const separator = this.#separatorOf(from, isLast)
    if (separator === undefined) return undefined
    const cells: string[] = []
    let at = from
    for (;;) {
      const cell = text[at] === quote ? this.#quoted(at, isLast) : bare(text, at, separator)
      if (!cell) return undefined
      cells.push(cell.value)
      at = cell.end
      if (text[at] === separator) {
        at += 1
        continue
      }
      if (text.charCodeAt(at) === lineFeed) return { cells, end: at + 1 }
      if (text.charCodeAt(at) === carriageReturn) {
        // Whether a line feed belongs to it is known only when more is there.
        if (at + 1 === text.length && !isLast) return undefined
        return { cells, end: text.charCodeAt(at + 1) === lineFeed ? at + 2 : at + 1 }
      }
      if (at < text.length)
        throw new UnreadableTable(
          `Row ${this.#number + 1} has a quotation mark where none can be. A cell with quotation marks in it starts and ends with one, and has each of its own twice.`,
        )
      return isLast ? { cells, end: at } : undefined
    }
  }

  /** RFC 4180 §2.5 to §2.7. @returns nothing where its end is not here yet */
  #quoted(from: number, isLast: boolean): { value: string; end: number } | undefined {
    const text = this.#text
    let at = from
    let isDoubled = false
    for (;;) {
      at = text.indexOf(quote, at + 1)
      if (at === -1) {
        if (isLast) throw new UnreadableTable(`A quotation mark in row ${this.#number + 1} is never closed.`)
        return undefined
      }
      if (text[at + 1] !== quote) break
      isDoubled = true
      at += 1
    }
    if (at + 1 === text.length && !isLast) return undefined
    const value = text.slice(from + 1, at)
    return { value: isDoubled ? value.replaceAll('""', quote) : value, end: at + 1 }
  }

  /** What stands most often in the first line, outside quotation marks. */
  #separatorOf(from: number, isLast: boolean): string | undefined {
    if (this.#separator !== undefined) return this.#separator
    const line = /^[^\r\n]*(?=[\r\n])/.exec(this.#text.slice(from))?.[0] ?? (isLast ? this.#text : undefined)
    if (line === undefined) return undefined
    const unquoted = line.replaceAll(/"[^"]*"/g, '')
    const count = (separator: string) => unquoted.split(separator).length
    const [first] = [',', ';', '\t'].toSorted((a, b) => count(b) - count(a))
    return (this.#separator = first)
  }
}

function bare(text: string, from: number, separator: string): { value: string; end: number } {
  const stop = separator.charCodeAt(0)
  let end = from
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end)
    if (code === stop || code === lineFeed || code === carriageReturn) break
  }
  return { value: text.slice(from, end), end }
}
