// data.csv: nothing is lost on the way, nothing in it is a formula, and a number stays a number.
import fc from 'fast-check'
import Papa from 'papaparse'
import { describe, expect, test } from 'vitest'
import { csvHeader, csvLines, neutralise, undoNeutralisation } from '../../gateway/packages/csv.ts'

const text = (name: string) => ({ name, type: 'string' })
const fields = [text('one'), text('two')]

function readBack(csv: string): string[][] {
  const { data, errors } = Papa.parse<string[]>(csv, { delimiter: ',', newline: '\r\n' })
  expect(errors).toEqual([])
  return data.slice(1, -1) // without the header, and without what follows the last line end
}

// Every code point that UTF-8 can carry, with what spreadsheets and CSV readers trip over far more often than chance has it.
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', "'", '"', ',', ' ', 'a', '＝', '\uFEFF', ';'),
  }),
)

describe('data.csv', () => {
  test('Any text comes back the same once the documented rule is undone.', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyText, anyText), { minLength: 1, maxLength: 5 }), (values) => {
        const rows = values.map(([one, two]) => ({ one, two }))
        const read = readBack(csvHeader(fields) + csvLines(rows, fields))
        expect(read.map((line) => line.map(undoNeutralisation))).toEqual(values)
      }),
      { numRuns: 2_000 },
    )
  })

  test('It survives the bytes too: UTF-8 without a byte order mark.', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const bytes = Buffer.from(csvHeader(fields) + csvLines([{ one: value, two: '' }], fields))
        const [line] = readBack(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
        expect(undoNeutralisation(line?.[0] ?? '?')).toBe(value)
      }),
    )
  })

  test('No value that a spreadsheet reads starts a formula.', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const [line] = readBack(csvHeader(fields) + csvLines([{ one: value, two: value }], fields))
        for (const cell of line ?? []) expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/)
      }),
    )
  })

  test.each(['=1+1', '+44 20', '-5', '@SUM(A1)', '\t=1', '\r=1', "'=1", '＝1'])(
    '%j gets an apostrophe in front.',
    (value) => {
      expect(neutralise(value)).toBe(`'${value}`)
    },
  )

  test('A negative number stays a number, and what is no number is not let into its column.', () => {
    const number = [{ name: 'n', type: 'number' }]
    expect(csvLines([{ n: '-3.5' }, { n: '-10' }], number)).toBe('-3.5\r\n-10\r\n')
    for (const n of ['=1', '-1+2', "-2\r\n=cmd|' /C calc'!A0", '1e5', 'NaN', '']) {
      expect(() => csvLines([{ n }], number)).toThrow(/^The source gave a value for 'n' that is no number\.$/)
    }
  })

  test('Days and flags are held to their type as well.', () => {
    const typed = ['date', 'boolean', 'integer', 'datetime'].map((type) => ({ name: type, type }))
    const row = { date: '2026-06-30', boolean: 'false', integer: '-7', datetime: '2026-06-30T12:00:00Z' }
    expect(csvLines([row], typed)).toBe('2026-06-30,false,-7,2026-06-30T12:00:00Z\r\n')
    for (const field of typed)
      expect(() => csvLines([{ ...row, [field.name]: '@x' }], typed)).toThrow(/that is no/)
    expect(() => csvLines([row], [{ name: 'date', type: 'invented' }])).toThrow(/that is no/)
  })

  test('A missing value is empty, and a row of one missing value is not lost as an empty line.', () => {
    expect(csvLines([{ one: null, two: null }], fields)).toBe(',\r\n')
    expect(csvLines([{ one: null }, { one: 'x' }], [text('one')])).toBe('""\r\nx\r\n')
  })

  test('A field that the source left out is a fault, and a field that nobody chose is left out.', () => {
    expect(() => csvLines([{ one: 'x' }], fields)).toThrow(/without the field 'two'/)
    expect(csvLines([{ one: 'x', two: 'y', secret: 'z' }], fields)).toBe('x,y\r\n')
  })
})
