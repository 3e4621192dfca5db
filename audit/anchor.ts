// The last tree head that was signed, kept outside the database, so that a database that was restored, rewritten or forked is
// noticed before anything more is signed. It only moves by compare-and-swap. The file form: a directory with one file for
// each move, `anchor-<number>`, holding a checkpoint text.
import { type CheckpointText, formatCheckpoint, parseCheckpoint } from './checkpoint.ts'
import { LedgerFault } from './fault.ts'
import { moveText, readMoved } from './moves.ts'

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

/** @param directory on a disk that is not restored together with the database */
export function fileAnchor(directory: string): Anchor {
  return {
    read: () => readAnchor(directory),
    swap: async (from, to) => {
      if (!(await moveText(directory, 'anchor', from?.move ?? 0, formatCheckpoint(to))))
        throw new LedgerFault('anchor-contended', 'Another process moved the anchor.')
    },
  }
}

async function readAnchor(directory: string): Promise<Anchored | undefined> {
  try {
    const moved = await readMoved(directory, 'anchor')
    return moved && { ...parseCheckpoint(moved.text), move: moved.move }
  } catch (cause) {
    throw new LedgerFault('anchor-unreadable', `The anchor in ${directory} cannot be read.`, { cause })
  }
}
