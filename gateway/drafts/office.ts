// The text of a Word document (ECMA-376) or an OpenDocument text: the parts that people see, paragraph by paragraph. What they
// inflate to is bounded; a document with macros is turned away.
import { SaxesParser } from 'saxes'
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl'
import { damaged, draftLimits, tooLong, UnreadableDraft } from './draft.ts'

const macros = 'This document holds macros. Save it as .docx or ODT without macros and send that.'
const parts = {
  docx: /^word\/(document|footnotes|endnotes|header\d*|footer\d*)\.xml$/,
  odt: /^(content|styles)\.xml$/,
} as const
/** Where a paragraph, a cell or a line ends, so that two numbers never run into one. */
const breaks = new Set(['w:p', 'w:tc', 'w:br', 'w:cr', 'text:p', 'text:h', 'text:line-break', 'table:table-cell']) // prettier-ignore
const spaces = new Set(['w:tab', 'text:tab', 'text:s', 'w:footnoteReference', 'w:endnoteReference'])

/** @throws {UnreadableDraft} */
export async function textOfOffice(bytes: Buffer, format: keyof typeof parts): Promise<string> {
  const zip = await fromBufferPromise(bytes).catch(() => {
    throw new UnreadableDraft(damaged)
  })
  try {
    const entries = await entriesOf(zip)
    if (entries.some(({ fileName }) => /vbaProject\.bin$|^Basic\/|^Scripts\//.test(fileName))) throw new UnreadableDraft(macros) // prettier-ignore
    const wanted = entries.filter(({ fileName }) => parts[format].test(fileName))
    if (wanted.length === 0) throw new UnreadableDraft(damaged)
    const budget = { left: draftLimits.inflatedBytes }
    const texts: string[] = []
    for (const entry of wanted) texts.push(await textOf(zip, entry, budget))
    return texts.join('\n')
  } catch (error) {
    throw error instanceof UnreadableDraft ? error : new UnreadableDraft(damaged)
  } finally {
    zip.close()
  }
}

async function entriesOf(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = []
  for await (const entry of zip.eachEntry()) {
    entries.push(entry)
    if (entries.length > draftLimits.entries) throw new UnreadableDraft(tooLong)
  }
  return entries
}

async function textOf(zip: ZipFile, entry: Entry, budget: { left: number }): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const parser = new SaxesParser()
  let text = ''
  let deleted = 0
  parser.on('opentag', ({ name }) => {
    if (name === 'w:del' || name === 'text:tracked-changes') deleted += 1
    if (spaces.has(name)) text += ' '
  })
  parser.on('closetag', ({ name }) => {
    if (name === 'w:del' || name === 'text:tracked-changes') deleted -= 1
    if (breaks.has(name)) text += '\n'
  })
  parser.on('text', (piece) => {
    // What a reviewer struck out is not in the report.
    if (deleted === 0) text += piece
    if (text.length > draftLimits.characters) throw new UnreadableDraft(tooLong)
  })
  parser.on('doctype', () => {
    throw new UnreadableDraft(damaged)
  })
  parser.on('error', () => {
    throw new UnreadableDraft(damaged)
  })
  const stream = await zip.openReadStreamPromise(entry)
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    budget.left -= chunk.length
    if (budget.left < 0) throw new UnreadableDraft(tooLong)
    parser.write(decoder.decode(chunk, { stream: true }))
  }
  parser.write(decoder.decode()).close()
  return text
}
