// What reads files of others runs in a thread that may be stopped: a file that means harm uses up its own time and memory, and not
// the gateway's.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

export interface ThreadLimits {
  readonly memoryMb: number
  readonly readingMs: number
}

/**
 * @param script posts one message, its answer
 * @throws where it took too long or too much memory, and what is thrown in it
 */
export async function inThread(script: URL, bytes: Buffer, limits: ThreadLimits): Promise<unknown> {
  const thread = new Worker(script, {
    workerData: new Uint8Array(bytes),
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb },
  })
  try {
    const [answer] = (await once(thread, 'message', { signal: AbortSignal.timeout(limits.readingMs) })) as [unknown] // prettier-ignore
    return answer
  } finally {
    await thread.terminate()
  }
}
