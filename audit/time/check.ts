// The time token of a checkpoint, checked by whoever trusts an authority: it is over the checkpoint as the log signed it, that
// is, the note up to one of its signature lines, since witnesses' lines came after.
import { encodeText } from '../bytes.ts'
import type { SignedCheckpoint } from '../checkpoint.ts'
import { type Stamped, type TimeChain, verifyToken } from './token.ts'

export type CheckTime = (token: Uint8Array, checkpoint: Pick<SignedCheckpoint, 'note'>) => Promise<Stamped>

export function timeChecker(chain: TimeChain): CheckTime {
  return (token, { note }) => verifyToken(token, { messages: beginningsOf(note), chain })
}

/** The note with its first signature line, with its first two, and so on. */
function beginningsOf(note: string): Uint8Array[] {
  const text = note.indexOf('\n\n') + 2
  const ends = [...note.slice(text).matchAll(/\n/g)].map(({ index }) => text + index + 1)
  return ends.map((end) => encodeText(note.slice(0, end)))
}
