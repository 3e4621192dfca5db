// Checkpoints (C2SP tlog-checkpoint): a signed note whose text is origin, tree size, base64 root, each on a line of its own.
// A SignedCheckpoint can only be had by verifying its signature; everything that trusts a root takes one.
import { fromBase64, toBase64 } from './bytes.ts'
import { canSignLogs, openNote, parseNote, type VerifierKey } from './note.ts'

export interface TreeHead {
  readonly size: number
  readonly root: Uint8Array
}

export interface CheckpointText extends TreeHead {
  readonly origin: string
}

declare const signed: unique symbol
export interface SignedCheckpoint extends CheckpointText {
  readonly note: string
  readonly signedBy: readonly VerifierKey[]
  readonly [signed]: true
}

export class CheckpointMalformed extends Error {}

/** No extension lines: C2SP advises against them, and ours has none. */
export function formatCheckpoint({ origin, size, root }: CheckpointText): string {
  if (origin === '' || /\s/.test(origin)) throw new CheckpointMalformed('An origin has no spaces.')
  return `${origin}\n${size}\n${toBase64(root)}\n`
}

/**
 * The first line of the note that says how many of a log's first entries were pruned, and what root they had: it has the form
 * of a checkpoint, and must not be one.
 */
export function prunedOrigin(origin: string): string {
  return `${origin}/pruned`
}

/** @param text the text of a note, with its last newline @throws {CheckpointMalformed} */
export function parseCheckpoint(text: string): CheckpointText {
  const [origin, sizeText, rootText, ...rest] = text.split('\n')
  if (rest.pop() !== '' || rest.includes('')) throw new CheckpointMalformed('The checkpoint is cut off.')
  if (origin === undefined || origin === '') throw new CheckpointMalformed('The checkpoint names no log.')
  const size = Number(sizeText)
  if (sizeText === undefined || !/^(0|[1-9][0-9]*)$/.test(sizeText) || !Number.isSafeInteger(size))
    throw new CheckpointMalformed('The tree size is not a whole number.')
  const root = fromBase64(rootText ?? '')
  if (root?.length !== 32) throw new CheckpointMalformed('The root is not 32 bytes in base64.')
  return { origin, size, root }
}

/** For a note that this process signed or stored itself; nothing from outside is read this way. */
export function checkpointOfOwnNote(note: string): CheckpointText {
  return parseCheckpoint(parseNote(note).text)
}

/**
 * @param keys the log's; a witness's among them says nothing here
 * @throws {NoteRefused | CheckpointMalformed}
 */
export async function openCheckpoint(note: string, keys: readonly VerifierKey[]): Promise<SignedCheckpoint> {
  const { text, verified } = await openNote(note, keys.filter(canSignLogs))
  // The one place that makes a SignedCheckpoint.
  return { ...parseCheckpoint(text), note, signedBy: verified } as unknown as SignedCheckpoint
}

/**
 * @param origin the log that it must be of; without one, its first line must be the name of a key that signed it
 * @throws {NoteRefused | CheckpointMalformed}
 */
export async function openCheckpointOf(
  note: string,
  keys: readonly VerifierKey[],
  origin: string | undefined,
): Promise<SignedCheckpoint> {
  const checkpoint = await openCheckpoint(note, keys)
  // C2SP tlog-checkpoint: the log's key name SHOULD match the origin. A key trusted for one log says nothing of another.
  const accepted = origin === undefined ? checkpoint.signedBy.map(({ name }) => name) : [origin]
  if (!accepted.includes(checkpoint.origin))
    throw new CheckpointMalformed(
      `The checkpoint is of the log ${checkpoint.origin}, which is not the log that was asked for.`,
    )
  return checkpoint
}
