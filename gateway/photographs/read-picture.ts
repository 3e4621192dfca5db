// Strips a picture in a thread of its own.
import { inThread } from '../in-thread.ts'
import { damaged, pictureLimits, UnreadablePicture, type Picture } from './stripped.ts'
import type { Answered } from './stripping.ts'

/** @throws {UnreadablePicture} also where it took too long or too much memory */
export async function readPicture(bytes: Buffer): Promise<Picture> {
  const answer = (await inThread(new URL('stripping.ts', import.meta.url), bytes, pictureLimits).catch(() => {
    throw damaged()
  })) as Answered // what stripping.ts posts
  if ('unreadable' in answer) throw new UnreadablePicture(answer.unreadable)
  // A Buffer crosses to another thread as plain bytes.
  return { ...answer, bytes: Buffer.from(answer.bytes) }
}
