// Strips a picture in a thread that may be stopped: a file that means harm uses up its own time and memory, and not the gateway's.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { damaged, pictureLimits, UnreadablePicture, type Picture } from './stripped.ts'
import type { Answered } from './stripping.ts'

/** @throws {UnreadablePicture} also where it took too long or too much memory */
export async function readPicture(bytes: Buffer): Promise<Picture> {
  const thread = new Worker(new URL('stripping.ts', import.meta.url), {
    workerData: new Uint8Array(bytes),
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: pictureLimits.memoryMb },
  })
  try {
    const [answer] = (await once(thread, 'message', { signal: AbortSignal.timeout(pictureLimits.readingMs) })) as [Answered] // prettier-ignore
    if ('unreadable' in answer) throw new UnreadablePicture(answer.unreadable)
    // A Buffer crosses to another thread as plain bytes.
    return { ...answer, bytes: Buffer.from(answer.bytes) }
  } catch (error) {
    throw error instanceof UnreadablePicture ? error : damaged()
  } finally {
    await thread.terminate()
  }
}
