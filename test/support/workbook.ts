// A small .xlsx as a spreadsheet program writes it: shared strings, inline strings, dates as numbers of days, formulas, empty cells
// left out (ECMA-376 part 1, §18).
import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'

export async function workbook(
  names: readonly string[],
  rows: readonly Record<string, string>[],
): Promise<Buffer> {
  const strings: string[] = []
  const shared = (text: string) => {
    if (!strings.includes(text)) strings.push(text)
    return strings.indexOf(text)
  }
  const cell = (text: string, column: number, row: number) => {
    const at = `r="${String.fromCharCode(65 + column)}${row}"`
    if (text === '') return ''
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return `<c ${at} s="1"><v>${serial(text)}</v></c>`
    if (text.startsWith('=')) return `<c ${at}><f>${escape(text.slice(1))}</f><v>2</v></c>`
    if (text === 'true' || text === 'false') return `<c ${at} t="b"><v>${text === 'true' ? 1 : 0}</v></c>`
    if (column % 2 === 0) return `<c ${at} t="inlineStr"><is><t>${escape(text)}</t></is></c>`
    return `<c ${at} t="s"><v>${shared(text)}</v></c>`
  }
  const lines = [names, ...rows.map((each) => names.map((name) => each[name] ?? ''))]
  const sheet = lines.map((cells, index) => `<row r="${index + 1}">${cells.map((text, column) => cell(text, column, index + 1)).join('')}</row>`) // prettier-ignore
  const parts = {
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    'xl/workbook.xml': `<workbook ${main} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Concerns" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
    'xl/worksheets/sheet1.xml': `<worksheet ${main}><sheetData>${sheet.join('')}</sheetData></worksheet>`,
    'xl/sharedStrings.xml': `<sst ${main}>${strings.map((text) => `<si><r><t>${escape(text.slice(0, 2))}</t></r><r><t>${escape(text.slice(2))}</t></r><rPh><t>x</t></rPh></si>`).join('')}</sst>`,
  } // prettier-ignore
  return zipOf(parts)
}

export function zipOf(parts: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [name, text] of Object.entries(parts)) zip.addBuffer(Buffer.from(text), name)
  zip.end()
  return buffer(zip.outputStream)
}

function serial(day: string): number {
  return (Date.parse(`${day}T00:00:00Z`) - Date.UTC(1899, 11, 30)) / 86_400_000
}
