// What runs beside the gateway, in a thread of its own with bounded memory: a draft becomes its numbers, or what is wrong with it.
import { parentPort, workerData } from 'node:worker_threads'
import { formatOfDraft, UnreadableDraft, type DraftFormat } from './draft.ts'
import { numbersIn, type DraftNumber } from './numbers.ts'
import { textOfOffice } from './office.ts'
import { textOfHtml, textOfPdf, textOfText } from './plain.ts'

export interface ReadDraft {
  readonly format: DraftFormat
  readonly numbers: readonly DraftNumber[]
}
export type Answered = ReadDraft | { readonly unreadable: string }

async function read(bytes: Buffer): Promise<Answered> {
  try {
    const format = formatOfDraft(bytes)
    return { format, numbers: numbersIn(await textOf(format, bytes)) }
  } catch (error) {
    if (error instanceof UnreadableDraft) return { unreadable: error.message }
    throw error
  }
}

function textOf(format: DraftFormat, bytes: Buffer): string | Promise<string> {
  if (format === 'docx' || format === 'odt') return textOfOffice(bytes, format)
  if (format === 'pdf') return textOfPdf(bytes)
  return format === 'html' ? textOfHtml(bytes) : textOfText(bytes)
}

parentPort?.postMessage(await read(Buffer.from(workerData as Uint8Array))) // as read-draft.ts gives it
