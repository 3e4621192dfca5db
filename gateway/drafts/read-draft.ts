// Reads a draft in a thread that may be stopped: a file that means harm can use up its own time and memory, and not the gateway's.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { damaged, draftLimits, UnreadableDraft } from './draft.ts'
import type { Answered, ReadDraft } from './reading.ts'

/** @throws {UnreadableDraft} also where it took too long or too much memory */
export async function readDraft(bytes: Buffer): Promise<ReadDraft> {
  const thread = new Worker(new URL('reading.ts', import.meta.url), {
    workerData: new Uint8Array(bytes),
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: draftLimits.memoryMb },
  })
  try {
    const [answer] = (await once(thread, 'message', { signal: AbortSignal.timeout(draftLimits.readingMs) })) as [Answered] // prettier-ignore
    if ('unreadable' in answer) throw new UnreadableDraft(answer.unreadable)
    return answer
  } catch (error) {
    throw error instanceof UnreadableDraft ? error : new UnreadableDraft(damaged)
  } finally {
    await thread.terminate()
  }
}
