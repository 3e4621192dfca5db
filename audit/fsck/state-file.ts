// The checkpoint that was verified or seen last, in a file: the signed note itself, so that nobody without the log's key can
// make one up. And the notes of a fork, each under a name that follows from what it says, so that none replaces another.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { toHex } from '../bytes.ts'
import { openCheckpointOf, type SignedCheckpoint } from '../checkpoint.ts'
import { createDurably, writeDurably } from '../durable-file.ts'
import type { VerifierKey } from '../note.ts'

/** @throws {NoteRefused | CheckpointMalformed} when there is a file and it holds no checkpoint that a known key signed */
export async function readState(
  file: string,
  keys: readonly VerifierKey[],
  origin: string | undefined,
): Promise<SignedCheckpoint | undefined> {
  let note: string
  try {
    note = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  return openCheckpointOf(note, keys, origin)
}

export function writeState(file: string, { note }: SignedCheckpoint): Promise<void> {
  return writeDurably(file, note)
}

/** @returns the files, one a note */
export async function keepEvidence(
  directory: string,
  checkpoints: readonly SignedCheckpoint[],
): Promise<string[]> {
  return Promise.all(
    checkpoints.map(async ({ size, root, note }) => {
      const file = path.join(directory, `checkpoint-${size}-${toHex(root).slice(0, 16)}`)
      await createDurably(file, note)
      return file
    }),
  )
}
