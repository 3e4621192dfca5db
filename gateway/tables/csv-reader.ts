// Reads CSV as it arrives (RFC 4180): UTF-8, with or without a byte order mark, separated by commas, semicolons or tabs.
import type { Readable } from 'node:stream'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import Papa from 'papaparse'
import { batchRows, mostCells, UnreadableTable, type TableRow } from './table.ts'

/** @throws {UnreadableTable} */
export async function* readCsv(bytes: Readable): AsyncGenerator<TableRow[]> {
  const parser = Papa.parse(Papa.NODE_STREAM_INPUT, { delimitersToGuess: [',', ';', '\t'] })
  const decoded = utf8Only()
  const feeding = pipeline(bytes, decoded, parser)
  feeding.catch((error: unknown) => parser.destroy(error instanceof Error ? error : undefined))
  let batch: TableRow[] = []
  let number = 0
  // papaparse gives arrays of text where no header is asked for.
  for await (const cells of parser as AsyncIterable<string[]>) {
    number += 1
    if (cells.length > mostCells)
      throw new UnreadableTable(
        `Row ${number} has ${cells.length} cells. That is more than any table here has.`,
      )
    if (cells.length === 1 && cells[0] === '') continue
    batch.push({ number, cells })
    if (batch.length === batchRows) {
      yield batch
      batch = []
    }
  }
  await feeding
  if (batch.length > 0) yield batch
}

function utf8Only(): Transform {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const refuse = () =>
    new UnreadableTable('This is not UTF-8 text. In a spreadsheet program, save it as “CSV UTF-8”.')
  return new Transform({
    decodeStrings: true,
    transform(chunk: Buffer, _encoding, callback) {
      try {
        callback(null, decoder.decode(chunk, { stream: true }))
      } catch {
        callback(refuse())
      }
    },
    flush(callback) {
      try {
        callback(null, decoder.decode())
      } catch {
        callback(refuse())
      }
    },
  })
}
