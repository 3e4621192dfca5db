// Drafts as the programs that people use write them: Word, OpenDocument, PDF, HTML.
import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

async function zipOf(files: Readonly<Record<string, string | Buffer>>, stored: readonly string[] = []): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name, { compress: !stored.includes(name) })
  zip.end()
  return buffer(zip.outputStream)
} // prettier-ignore

/** Each word of a paragraph is a run of its own, as Word likes to have it. */
export function wordOf(paragraphs: readonly string[], more: Readonly<Record<string, string | Buffer>> = {}): Promise<Buffer> {
  const runs = (text: string) => text.split(/(?<= )/).map((run) => `<w:r><w:t xml:space="preserve">${escape(run)}</w:t></w:r>`).join('')
  const body = paragraphs.map((text) => `<w:p>${runs(text)}</w:p>`).join('')
  const document = `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`
  return zipOf({ '[Content_Types].xml': '<Types/>', 'word/document.xml': document, ...more })
} // prettier-ignore

export function odtOf(paragraphs: readonly string[]): Promise<Buffer> {
  const body = paragraphs.map((text) => `<text:p>${escape(text)}</text:p>`).join('')
  const content = `<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>${body}</office:text></office:body></office:document-content>`
  return zipOf({ mimetype: 'application/vnd.oasis.opendocument.text', 'content.xml': content }, ['mimetype'])
} // prettier-ignore

/** PDF 1.7 (ISO 32000-1): one page, one line of text each. */
export function pdfOf(lines: readonly string[]): Buffer {
  const stream = `BT /F1 12 Tf 72 720 Td ${lines.map((line) => `(${line.replaceAll(/[()\\]/g, '\\$&')}) Tj 0 -20 Td`).join(' ')} ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  ]
  let file = '%PDF-1.7\n'
  const offsets = objects.map((object, index) => {
    const at = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
  return Buffer.from(`${file}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF`, 'latin1')
} // prettier-ignore
