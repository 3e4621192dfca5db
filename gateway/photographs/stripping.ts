// Run in a thread of its own (read-picture.ts): one picture in, what is left of it out, or why it cannot be taken.
import { parentPort, workerData } from 'node:worker_threads'
import { stripPicture } from './picture.ts'
import { UnreadablePicture, type Picture } from './stripped.ts'

export type Answered = Picture | { readonly unreadable: string }

async function answer(bytes: Uint8Array): Promise<Answered> {
  try {
    return await stripPicture(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  } catch (error) {
    if (error instanceof UnreadablePicture) return { unreadable: error.message }
    throw error
  }
}

parentPort?.postMessage(await answer(workerData as Uint8Array)) // what read-picture.ts gives it
