// The text of an HTML page, of a PDF, and of a text file.
import { Parser } from 'htmlparser2'
import { extractText, getDocumentProxy } from 'unpdf'
import { damaged, draftLimits, tooLong, UnreadableDraft } from './draft.ts'

const unseen = new Set(['script', 'style', 'template', 'noscript'])
const inline = new Set(['a', 'abbr', 'b', 'em', 'i', 'mark', 'small', 'span', 'strong', 'u', 'wbr'])

export function textOfHtml(bytes: Buffer): string {
  let text = ''
  let hidden = 0
  const parser = new Parser({
    onopentag: (name) => {
      if (unseen.has(name)) hidden += 1
      // Two cells, or a number and its footnote's sign, never run into one.
      if (!inline.has(name)) text += ' '
    },
    onclosetag: (name) => {
      if (unseen.has(name)) hidden -= 1
      if (!inline.has(name)) text += '\n'
    },
    ontext: (piece) => {
      if (hidden === 0) text += piece
    },
  })
  parser.end(textOfText(bytes))
  return text
}

/** @throws {UnreadableDraft} also where it needs a password, or holds pictures of pages and no text */
export async function textOfPdf(bytes: Buffer): Promise<string> {
  try {
    const document = await getDocumentProxy(new Uint8Array(bytes), { stopAtErrors: true }) // prettier-ignore
    const { text } = await extractText(document, { mergePages: false })
    const whole = text.join('\n')
    if (whole.length > draftLimits.characters) throw new UnreadableDraft(tooLong)
    if (whole.trim() === '') throw new UnreadableDraft('This PDF holds pictures of pages and no text. Send the document that it was made from.') // prettier-ignore
    return whole
  } catch (error) {
    throw error instanceof UnreadableDraft ? error : new UnreadableDraft(damaged)
  }
}

export function textOfText(bytes: Buffer): string {
  if (bytes.length > draftLimits.characters) throw new UnreadableDraft(tooLong)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UnreadableDraft('This text is not UTF-8. Save it as UTF-8 and send it again.')
  }
}
