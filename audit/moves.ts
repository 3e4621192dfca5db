// A text that only moves by compare-and-swap, outside any database: a directory with one file for each move,
// `<prefix>-<number>`. Taking the next number is the swap, so that no lock can be left behind, and of several processes one wins.
import { readdir, readFile, unlink } from 'node:fs/promises'
import path from 'node:path'
import { createDurably } from './durable-file.ts'

export interface Moved {
  /** How often it has moved; what the next swap compares. */
  readonly move: number
  readonly text: string
}

/** Moves that are kept on disk: the last and the one before. */
const KEPT = 2

export async function readMoved(directory: string, prefix: string): Promise<Moved | undefined> {
  const move = (await movesIn(directory, prefix)).at(-1)
  if (move === undefined) return undefined
  return { move, text: await readFile(fileOf(directory, prefix, move), 'utf8') }
}

/**
 * @param from how often it had moved when it was read; 0 where there was nothing
 * @returns false, having changed nothing, when it has moved since
 */
export async function moveText(
  directory: string,
  prefix: string,
  from: number,
  text: string,
): Promise<boolean> {
  const move = from + 1
  const file = fileOf(directory, prefix, move)
  const taken = await createDurably(file, text)
  // A number can be free because it was cleared away: then a higher one is there.
  const moves = await movesIn(directory, prefix)
  if (!taken || moves.at(-1) !== move) {
    if (taken) await unlink(file)
    return false
  }
  for (const old of moves.slice(0, -KEPT)) await unlink(fileOf(directory, prefix, old))
  return true
}

async function movesIn(directory: string, prefix: string): Promise<number[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  return names
    .filter((name) => name.startsWith(`${prefix}-`))
    .flatMap((name) => /^\d{12}$/.exec(name.slice(prefix.length + 1))?.[0] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

function fileOf(directory: string, prefix: string, move: number): string {
  return path.join(directory, `${prefix}-${String(move).padStart(12, '0')}`)
}
