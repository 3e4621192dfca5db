// Reading a workbook: what a hostile or a careless one holds is refused in words, or told to whoever reads the rows.
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ZipFile } from 'yazl'
import { mostCellCharacters, type TableRow } from '../../gateway/tables/table.ts'
import { xlsxLimits } from '../../gateway/tables/xlsx-parts.ts'
import { readXlsx } from '../../gateway/tables/xlsx-reader.ts'
import { writeTemplate } from '../../gateway/tables/xlsx-template.ts'
import { columns } from '../../gateway/concerns/table-schema.ts'
import { zipOf } from '../support/workbook.ts'

async function read(file: Buffer): Promise<TableRow[]> {
  const rows: TableRow[] = []
  for await (const batch of readXlsx(file)) rows.push(...batch)
  return rows
}

/** A workbook whose first sheet has these rows. */
function sheet(rows: string, more: Readonly<Record<string, string>> = {}): Promise<Buffer> {
  return zipOf({
    'xl/workbook.xml': '<workbook xmlns:r="r"><sheets><sheet name="A" r:id="rId1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
    'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${rows}</sheetData></worksheet>`,
    ...more,
  }) // prettier-ignore
}

const row = (cells: string, number = 1) => `<row r="${number}">${cells}</row>`

describe('a workbook', () => {
  test('with a formula tells where it is, and nothing is computed', async () => {
    const [found] = await read(await sheet(row('<c r="A1"><v>1</v></c><c r="B1"><f>HYPERLINK("https://x.example")</f><v>Click</v></c>')))
    expect(found).toEqual({ number: 1, cells: ['1', 'Click'], formulas: [1] })
  }) // prettier-ignore

  test('keeps of a cell one character more than a cell can have', async () => {
    const long = 'x'.repeat(mostCellCharacters + 5000)
    const [found] = await read(await sheet(row(`<c r="A1" t="inlineStr"><is><t>${long}</t></is></c>`)))
    expect(found?.cells[0]).toHaveLength(mostCellCharacters + 1)
  })

  test.each([
    ['with macros', () => sheet(row(''), { 'xl/vbaProject.bin': 'macro' }), 'holds macros'],
    ['that is an old .xls file or has a password', () => Buffer.from('d0cf11e0a1b11ae100', 'hex'), 'has a password'],
    ['cut off half-way', async () => (await sheet(row('<c r="A1"><v>1</v></c>'))).subarray(0, 300), 'not a spreadsheet'],
    ['with a document type', () => sheet('', { 'xl/worksheets/sheet1.xml': '<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>' }), 'not a spreadsheet'],
    ['with a row of no number', () => sheet('<row r="NaN"><c><v>1</v></c></row>'), 'not a spreadsheet'],
    ['with a cell far to the right', () => sheet(row('<c r="XFD1"><v>1</v></c>')), 'further right'],
    ['with a text of ten million characters', () => sheet(row(`<c r="A1" t="inlineStr"><is><t>${'x'.repeat(10_000_000)}</t></is></c>`)), 'longer than any cell'],
    ['without a sheet', () => zipOf({ 'xl/other.xml': '' }), 'not a spreadsheet'],
  ])('%s is refused in words', async (_what, make, words) => {
    await expect(read(await make())).rejects.toThrow(words)
  }) // prettier-ignore

  test('that is a bomb is refused, and not inflated to its end', async () => {
    const zip = new ZipFile()
    for (const [name, text] of [
      ['xl/workbook.xml', '<workbook xmlns:r="r"><sheets><sheet name="A" r:id="rId1"/></sheets></workbook>'],
      [
        'xl/_rels/workbook.xml.rels',
        '<Relationships><Relationship Id="rId1" Target="s.xml"/></Relationships>',
      ],
    ] as const)
      zip.addBuffer(Buffer.from(text), name)
    const piece = Buffer.from(`<row>${' '.repeat(1_000_000)}</row>`)
    const copies = Math.ceil((xlsxLimits.inflatedBytes * 1.1) / piece.length)
    const open = Buffer.from('<worksheet><sheetData>')
    zip.addBuffer(Buffer.concat([open, ...Array.from({ length: copies }, () => piece)]), 'xl/s.xml')
    zip.end()
    const bomb = await buffer(zip.outputStream)
    expect(bomb.length).toBeLessThan(2 ** 20)
    await expect(read(bomb)).rejects.toThrow('far larger inside than it says')
  })
})

describe('the template', () => {
  test('is read back as its heading, and the same columns give the same bytes', async () => {
    const written = await writeTemplate('Concerns', columns)
    expect(await read(written)).toEqual([{ number: 1, cells: columns.map(({ name }) => name) }])
    expect((await writeTemplate('Concerns', columns)).equals(written)).toBe(true)
  })
})
