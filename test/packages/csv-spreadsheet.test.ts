// A delivery's cells in a real spreadsheet program: whole, and none of them a formula.
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { csvHeader, csvLines, undoNeutralisation } from '../../gateway/packages/csv.ts'

const isOfficeHere = spawnSync('soffice', ['--version']).error === undefined
const whyNoOffice = 'needs LibreOffice (soffice), which is not installed'
const fields = ['id', 'text'].map((name) => ({ name, type: 'string' }))
const texts = [
  '=HYPERLINK("http://evil.example";"x")', '=1+1', '+44 113 496 0000', '-5 and less', '@SUM(A1)', '\t=1+1', '＝1+1',
  'says "so", and; goes on', 'one\r\nline more', 'Yr oedd lefelau trais yn rhy uchel: Ŵŷ', '🔒 locked', 'before\u0000after',
] // prettier-ignore

let folder: string
let sheet = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'spreadsheet-'))
  if (!isOfficeHere) return
  const file = path.join(folder, 'concerns.csv')
  const rows = texts.map((text, index) => ({ id: `C-${index}`, text }))
  await writeFile(file, csvHeader(fields) + csvLines(rows, fields))
  // Separator 44, quotation mark 34, UTF-8 76, from the first line on.
  await promisify(execFile)('soffice', [`-env:UserInstallation=file://${folder}/profile`, '--headless', '--infilter=CSV:44,34,76,1', '--convert-to', 'fods', '--outdir', folder, file]) // prettier-ignore
  sheet = await readFile(path.join(folder, 'concerns.fods'), 'utf8')
}, 180_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The text of the cell beside that id; a paragraph for each of its lines. */
function cellBeside(id: string): string {
  const row = [...sheet.matchAll(/<table:table-row[\s\S]*?<\/table:table-row>/g)].find(([text]) => text.includes(`<text:p>${id}</text:p>`)) // prettier-ignore
  const cell = row?.[0].match(/<table:table-cell[\s\S]*?<\/table:table-cell>/g)?.[1] ?? ''
  const lines = [...cell.matchAll(/<text:p>([\s\S]*?)<\/text:p>/g)].map(([, text = '']) => text)
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return lines.join('\n').replaceAll('<text:tab/>', '\t').replaceAll(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole) // prettier-ignore
}

describe('in a spreadsheet program', () => {
  test('no cell is a formula', ({ skip }) => {
    skip(!isOfficeHere, whyNoOffice)
    expect(sheet).toContain('C-0')
    expect(sheet).not.toContain('table:formula')
  })

  test.for(texts.map((text, index) => ({ text, id: `C-${index}` })))('$text comes out whole', ({ text, id }, { skip }) => {
    skip(!isOfficeHere, whyNoOffice)
    // A sheet ends lines its own way, and XML has no NUL.
    expect(undoNeutralisation(cellBeside(id))).toBe(text.replace('\r\n', '\n').replace('\u0000', ''))
  }) // prettier-ignore
})
