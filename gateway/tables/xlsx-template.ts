// An empty workbook to fill in (ECMA-376 part 1, §18): a first sheet with the heading, whose columns take text, days, or one of
// a list, and a second that says what each column means. The same columns give the same bytes.
import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'

export interface TemplateColumn {
  readonly name: string
  readonly type: 'string' | 'date' | 'boolean'
  readonly description: string
  readonly oneOf?: readonly string[]
}

/** Styles of `styles` below, by their place in cellXfs. */
const style = { plain: 0, heading: 1, text: 2, day: 3, wrapped: 4 } as const
const lastRow = 1_048_576
const [sheetNs, relationNs] = [
  'http://schemas.openxmlformats.org/spreadsheetml/2006/main',
  'http://schemas.openxmlformats.org/officeDocument/2006/relationships',
]
const packageNs = 'http://schemas.openxmlformats.org/package/2006'
const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
/** ZIP keeps the time in local figures; a fixed one keeps the bytes the same. */
const written = new Date(1980, 0, 1)

/** @param title of the first sheet, at most 31 characters */
export function writeTemplate(title: string, columns: readonly TemplateColumn[]): Promise<Buffer> {
  const zip = new ZipFile()
  const add = (name: string, text: string) => zip.addBuffer(Buffer.from(`${declaration}${text}`), name, { mtime: written }) // prettier-ignore
  add('[Content_Types].xml', contentTypes)
  add('_rels/.rels', relations([['officeDocument', 'xl/workbook.xml']]))
  add('xl/workbook.xml', `<workbook xmlns="${sheetNs}" xmlns:r="${relationNs}"><sheets><sheet name="${escaped(title)}" sheetId="1" r:id="rId1"/><sheet name="What the columns mean" sheetId="2" r:id="rId2"/></sheets></workbook>`) // prettier-ignore
  add('xl/_rels/workbook.xml.rels', relations([['worksheet', 'worksheets/sheet1.xml'], ['worksheet', 'worksheets/sheet2.xml'], ['styles', 'styles.xml']])) // prettier-ignore
  add('xl/styles.xml', styles)
  add('xl/worksheets/sheet1.xml', sheetToFill(columns))
  add('xl/worksheets/sheet2.xml', sheetThatExplains(columns))
  zip.end()
  return buffer(zip.outputStream)
}

const contentTypes = `<Types xmlns="${packageNs}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`

function relations(targets: readonly (readonly [type: string, target: string])[]): string {
  const each = targets.map(([type, target], index) => `<Relationship Id="rId${index + 1}" Type="${relationNs}/${type}" Target="${target}"/>`) // prettier-ignore
  return `<Relationships xmlns="${packageNs}/relationships">${each.join('')}</Relationships>`
}

/** Format 49 is text: what is typed stays as it was typed. */
const styles = `<styleSheet xmlns="${sheetNs}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf xfId="0"/><xf fontId="1" applyFont="1" xfId="0"/><xf numFmtId="49" applyNumberFormat="1" xfId="0"/><xf numFmtId="164" applyNumberFormat="1" xfId="0"/><xf xfId="0" applyAlignment="1"><alignment wrapText="1" vertical="top"/></xf></cellXfs></styleSheet>`

function sheetToFill(columns: readonly TemplateColumn[]): string {
  const widths = columns.map(({ name, type }, index) => `<col min="${index + 1}" max="${index + 1}" width="${name === 'text' ? 80 : Math.max(14, name.length + 3)}" customWidth="1" style="${type === 'date' ? style.day : style.text}"/>`) // prettier-ignore
  const heading = columns.map(({ name }, index) => cell(letter(index), 1, style.heading, name))
  return `<worksheet xmlns="${sheetNs}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths.join('')}</cols><sheetData><row r="1">${heading.join('')}</row></sheetData>${validations(columns)}</worksheet>`
}

/** Lists to choose from; a spreadsheet program says what is wrong as it is typed. */
function validations(columns: readonly TemplateColumn[]): string {
  const each = columns.flatMap(({ type, oneOf }, index) => {
    const choices = type === 'boolean' ? ['true', 'false'] : oneOf
    return choices ? [`<dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="${letter(index)}2:${letter(index)}${lastRow}"><formula1>"${choices.map(escaped).join(',')}"</formula1></dataValidation>`] : [] // prettier-ignore
  })
  return each.length === 0 ? '' : `<dataValidations count="${each.length}">${each.join('')}</dataValidations>`
}

function sheetThatExplains(columns: readonly TemplateColumn[]): string {
  const rows = columns.map(({ name, description, oneOf }, index) => {
    const says = oneOf ? `${description} One of: ${oneOf.join(', ')}.` : description
    return `<row r="${index + 2}">${cell('A', index + 2, style.wrapped, name)}${cell('B', index + 2, style.wrapped, says)}</row>`
  })
  return `<worksheet xmlns="${sheetNs}"><cols><col min="1" max="1" width="26" customWidth="1"/><col min="2" max="2" width="90" customWidth="1"/></cols><sheetData><row r="1">${cell('A', 1, style.heading, 'Column')}${cell('B', 1, style.heading, 'What it means')}</row>${rows.join('')}</sheetData></worksheet>`
}

function cell(column: string, row: number, styled: number, text: string): string {
  return `<c r="${column}${row}" s="${styled}" t="inlineStr"><is><t>${escaped(text)}</t></is></c>`
}

/** @param index from 0, of at most 26 columns */
function letter(index: number): string {
  return String.fromCharCode(65 + index)
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
