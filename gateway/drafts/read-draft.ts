// Reads a draft in a thread of its own.
import { inThread } from '../in-thread.ts'
import { damaged, draftLimits, UnreadableDraft } from './draft.ts'
import type { Answered, ReadDraft } from './reading.ts'

/** @throws {UnreadableDraft} also where it took too long or too much memory */
export async function readDraft(bytes: Buffer): Promise<ReadDraft> {
  const answer = (await inThread(new URL('reading.ts', import.meta.url), bytes, draftLimits).catch(() => {
    throw new UnreadableDraft(damaged)
  })) as Answered // what reading.ts posts
  if ('unreadable' in answer) throw new UnreadableDraft(answer.unreadable)
  return answer
}
