// What a witness remembers, in a directory: `witness`, which says whose it is; a folder for each log with the checkpoint that was
// cosigned last; and evidence/, where notes that do not fit together are kept. A witness whose directory was lost must not go on
// under the same name: it would cosign whatever it sees first. So only `createWitnessMemory` makes one, and never over another.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { createHash } from 'node:crypto'
import { checkpointOfOwnNote } from '../checkpoint.ts'
import { toHex } from '../bytes.ts'
import { createDurably } from '../durable-file.ts'
import { moveText, readMoved } from '../moves.ts'
import { WitnessFault } from './fault.ts'
import type { WitnessMemory } from './witness.ts'

/** Files of evidence that are kept of one log; a log that goes on forking adds nothing to them. */
const EVIDENCE_LIMIT = 200

/** @returns false when the directory is there already and is of this witness @throws {WitnessFault} when it is of another */
export async function createWitnessMemory(directory: string, name: string): Promise<boolean> {
  if (await createDurably(path.join(directory, 'witness'), `${name}\n`)) return true
  await requireOwner(directory, name)
  return false
}

/** @throws {WitnessFault} */
export async function openWitnessMemory(directory: string, name: string): Promise<WitnessMemory> {
  await requireOwner(directory, name)
  return {
    read: (origin) => readMoved(folderOf(directory, origin), 'checkpoint'),
    swap: (origin, from, note) => moveText(folderOf(directory, origin), 'checkpoint', from?.move ?? 0, note),
    keepEvidence: (origin, notes) => keepEvidence(path.join(directory, 'evidence', nameOf(origin)), notes),
  }
}

async function requireOwner(directory: string, name: string): Promise<void> {
  const owner = await readFile(path.join(directory, 'witness'), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (owner === undefined)
    throw new WitnessFault(
      `${directory} does not hold the memory of a witness. Make it with concordat keys witness.`,
    )
  if (owner.trim() !== name)
    throw new WitnessFault(`${directory} holds the memory of ${owner.trim()}, not of ${name}.`)
}

async function keepEvidence(directory: string, notes: readonly string[]): Promise<void> {
  const kept = await readdir(directory).catch(() => [])
  if (kept.length >= EVIDENCE_LIMIT) return
  for (const note of notes) {
    const { size, root } = checkpointOfOwnNote(note)
    await createDurably(path.join(directory, `checkpoint-${size}-${toHex(root).slice(0, 16)}`), note)
  }
}

function folderOf(directory: string, origin: string): string {
  return path.join(directory, 'logs', nameOf(origin))
}

/** A file name that says which log it is, whatever its origin holds. */
function nameOf(origin: string): string {
  const readable = origin.replaceAll(/[^A-Za-z0-9.-]+/g, '_').slice(0, 80)
  return `${readable}~${createHash('sha256').update(origin).digest('hex').slice(0, 16)}`
}
