// A draft report as somebody drops it in: what it may be, and what makes it unreadable, in words for whoever sent it. Its text is
// read once and kept nowhere.
export const draftFormats = ['docx', 'odt', 'pdf', 'html', 'text'] as const
export type DraftFormat = (typeof draftFormats)[number]

export const draftLimits = {
  fileBytes: 32 * 2 ** 20,
  /** What a small file may inflate to. */
  inflatedBytes: 128 * 2 ** 20,
  characters: 8 * 2 ** 20,
  entries: 5000,
  numbers: 10_000,
  readingMs: 30_000,
  memoryMb: 512,
} as const

export class UnreadableDraft extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UnreadableDraft'
  }
}

export const damaged = 'This draft cannot be read. Save it again, or as a PDF, and send that.'
export const tooLong =
  'This draft is far larger inside than it says. Send the report alone, without attachments.'

/** By what it is and not by what it is called. @throws {UnreadableDraft} */
export function formatOfDraft(bytes: Buffer): DraftFormat {
  if (bytes.length === 0) throw new UnreadableDraft('This file is empty.')
  if (bytes.subarray(0, 1024).includes('%PDF-')) return 'pdf'
  // [MS-CFB] §2.2: an old .doc, or a document under a password.
  if (bytes.subarray(0, 8).equals(Buffer.from('d0cf11e0a1b11ae1', 'hex')))
    throw new UnreadableDraft('This is an old .doc file, or it has a password. Save it as .docx without a password.')
  if (bytes.subarray(0, 4).equals(Buffer.from('504b0304', 'hex'))) return isOdt(bytes) ? 'odt' : 'docx'
  if (bytes.includes(0)) throw new UnreadableDraft('This is no draft that can be read. Send a Word, ODT, PDF, HTML or text file.')
  return /^\s*(<!doctype html|<html|<\?xml|<body|<div|<p[ >])/i.test(bytes.subarray(0, 1024).toString('utf8')) ? 'html' : 'text'
} // prettier-ignore

/** OpenDocument 1.3 part 2 §3.3: the first entry is its media type, stored as it is. */
function isOdt(bytes: Buffer): boolean {
  return bytes.subarray(30, 120).includes('mimetypeapplication/vnd.oasis.opendocument.text')
}
