// Reading CSV as it arrives: whatever a writer of RFC 4180 wrote comes back, cut in pieces anywhere; what is no CSV is told with
// its row; and nothing makes it hold more than a record.
import { Readable } from 'node:stream'
import fc from 'fast-check'
import Papa from 'papaparse'
import { describe, expect, test } from 'vitest'
import { readCsv } from '../../gateway/tables/csv-reader.ts'
import { mostRecordCharacters, type TableRow } from '../../gateway/tables/table.ts'

async function read(pieces: readonly (Buffer | string)[]): Promise<TableRow[]> {
  const rows: TableRow[] = []
  for await (const batch of readCsv(Readable.from(pieces.map((piece) => Buffer.from(piece)))))
    rows.push(...batch)
  return rows
}

const cellsOf = async (text: string) => (await read([text])).map(({ cells }) => cells)

const cell = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('', '"', '""', '\r\n', '\n', '\r', ',', ';', '\t', '=1+1', 'Ŵy', '🔒', '\0'),
)

describe('reading CSV', () => {
  test('what was written comes back, in pieces of any length', async () => {
    const tables = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(tables, fc.integer({ min: 1, max: 50 }), fc.constantFrom('\r\n', '\n', '\r'), async (rows, size, newline) => {
        const heading = ['one', 'two', 'three']
        const bytes = Buffer.from(Papa.unparse([heading, ...rows], { newline, quotes: true }))
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size)) // prettier-ignore
        const found = (await read(pieces)).map(({ cells }) => cells)
        expect(found).toEqual([heading, ...rows])
      }),
    ) // prettier-ignore
  })

  test.each([
    ['commas', 'a,b\r\n1,2', [['a', 'b'], ['1', '2']]],
    ['semicolons, as some spreadsheet programs write', 'a;b\n"1,5";2\n', [['a', 'b'], ['1,5', '2']]],
    ['tabs', 'a\tb\n1\t2\n', [['a', 'b'], ['1', '2']]],
    ['a byte order mark', '\uFEFFa,b\n1,2', [['a', 'b'], ['1', '2']]],
    ['separators in a quoted heading', '"a;b;c",d\n1,2', [['a;b;c', 'd'], ['1', '2']]],
    ['a quotation mark inside a bare cell', 'a,b\n5" pipe,2', [['a', 'b'], ['5" pipe', '2']]],
    ['an empty last cell', 'a,b\n1,', [['a', 'b'], ['1', '']]],
  ])('%s are read', async (_what, text, cells) => {
    expect(await cellsOf(text)).toEqual(cells)
  }) // prettier-ignore

  test('an empty line is left out, and the rows below keep their numbers', async () => {
    expect(await read(['a,b\n\n1,2\n'])).toEqual([
      { number: 1, cells: ['a', 'b'] },
      { number: 3, cells: ['1', '2'] },
    ])
  })

  test.each([
    ['a quotation mark that is never closed', 'a,b\n1,"2\n3,4\n', 'row 2 is never closed'],
    [
      'text after a closing quotation mark',
      'a,b\n1,2\n"3"4,5',
      'Row 3 has a quotation mark where none can be',
    ],
    ['bytes that are no UTF-8', Buffer.from([0x61, 0xe9, 0x0a]), 'not UTF-8'],
    ['UTF-16 as some programs export it', Buffer.from('\uFEFFa,b\n', 'utf16le'), 'not UTF-8'],
    ['a character cut off at the end', Buffer.from('a,é').subarray(0, 3), 'not UTF-8'],
    ['more cells than any table has', `${','.repeat(200)}\n`, 'Row 1 has 201 cells'],
  ])('%s is told', async (_what, bytes, words) => {
    await expect(read([bytes])).rejects.toThrow(words)
  })

  test('a cell of ten million characters ends the reading as soon as it is past any row’s length, with its row', async () => {
    const taken = { pieces: 0 }
    const piece = Buffer.alloc(64 * 1024, 'x')
    const endless = Readable.from(
      (function* () {
        yield Buffer.from('a,b\n1,2\n"')
        for (; taken.pieces < 10_000; taken.pieces += 1) yield piece
      })(),
    )
    const reading = (async () => {
      for await (const batch of readCsv(endless)) if (batch.length === 0) throw new Error('an empty batch')
    })()
    await expect(reading).rejects.toThrow('Row 3 is longer than any row can be')
    expect(taken.pieces * piece.length).toBeLessThan(2 * mostRecordCharacters)
  })
})
