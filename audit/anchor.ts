// The last tree head that was signed, kept outside the database, so that a database that was restored, rewritten or forked is
// noticed before anything more is signed. It only moves by compare-and-swap. The file form: a directory with one file for
// each move, `anchor-<number>`, holding a checkpoint text; taking the next number is the swap, and no lock can be left behind.
import { readdir, readFile, unlink } from 'node:fs/promises'
import path from 'node:path'
import { type CheckpointText, formatCheckpoint, parseCheckpoint } from './checkpoint.ts'
import { createDurably } from './durable-file.ts'
import { LedgerFault } from './fault.ts'

export interface Anchored extends CheckpointText {
  /** How often it has moved; what the next swap compares. */
  readonly move: number
}

export interface Anchor {
  /** @throws {LedgerFault} `anchor-unreadable` */
  read(): Promise<Anchored | undefined>
  /** @throws {LedgerFault} `anchor-contended` when it has moved since it was read */
  swap(from: Anchored | undefined, to: CheckpointText): Promise<void>
}

/** Moves that are kept on disk: the last and the one before. */
const KEPT = 2

/** @param directory on a disk that is not restored together with the database */
export function fileAnchor(directory: string): Anchor {
  return {
    read: () => readAnchor(directory),
    swap: async (from, to) => {
      const move = (from?.move ?? 0) + 1
      const taken = await createDurably(fileOf(directory, move), formatCheckpoint(to))
      // A number can be free because it was cleared away: then a higher one is there.
      const moves = await movesIn(directory)
      if (!taken || moves.at(-1) !== move) {
        if (taken) await unlink(fileOf(directory, move))
        throw new LedgerFault('anchor-contended', 'Another process moved the anchor.')
      }
      for (const old of moves.slice(0, -KEPT)) await unlink(fileOf(directory, old))
    },
  }
}

async function readAnchor(directory: string): Promise<Anchored | undefined> {
  const move = (await movesIn(directory)).at(-1)
  if (move === undefined) return undefined
  try {
    return { ...parseCheckpoint(await readFile(fileOf(directory, move), 'utf8')), move }
  } catch (cause) {
    throw new LedgerFault('anchor-unreadable', `The anchor in ${directory} cannot be read.`, { cause })
  }
}

async function movesIn(directory: string): Promise<number[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  return names
    .flatMap((name) => /^anchor-(\d{12})$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

function fileOf(directory: string, move: number): string {
  return path.join(directory, `anchor-${String(move).padStart(12, '0')}`)
}
