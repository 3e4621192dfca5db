// The last tree head that was signed, kept outside the database, so that a database that was restored, rewritten or forked is
// noticed before anything more is signed. It only moves by compare-and-swap. The file form: a directory with one file for
// each move, `anchor-<number>`, holding a checkpoint text. The form of an object store is in object-store.ts.
import { decodeText, encodeText } from './bytes.ts'
import { type CheckpointText, formatCheckpoint, parseCheckpoint } from './checkpoint.ts'
import { LedgerFault } from './fault.ts'
import { moveText, readMoved } from './moves.ts'

export interface Anchored extends CheckpointText {
  /** What the next swap compares: how often it has moved, or the version of the object. */
  readonly version: string
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
    read: async () => {
      const moved = await readMoved(directory, 'anchor')
      return moved && anchorFrom(directory, encodeText(moved.text), String(moved.move))
    },
    swap: async (from, to) => {
      if (!(await moveText(directory, 'anchor', Number(from?.version ?? 0), formatCheckpoint(to))))
        throw new LedgerFault('anchor-contended', 'Another process moved the anchor.')
    },
  }
}

export function anchorText(head: CheckpointText): Uint8Array {
  return encodeText(formatCheckpoint(head))
}

/** @throws {LedgerFault} `anchor-unreadable` */
export function anchorFrom(where: string, bytes: Uint8Array, version: string): Anchored {
  try {
    return { ...parseCheckpoint(decodeText(bytes)), version }
  } catch (cause) {
    throw new LedgerFault('anchor-unreadable', `The anchor in ${where} cannot be read.`, { cause })
  }
}
