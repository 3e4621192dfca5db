// A pack that cannot be trusted is not loaded, and the person who wrote it is told everything at once: each fault has
// its file, its line and what to do about it.

export type FaultCode =
  | 'file'
  | 'yaml'
  | 'shape'
  | 'duplicate'
  | 'unknown-clause'
  | 'wrong-kind'
  | 'missing-mechanism'
  | 'unknown-name'
  | 'cedar'
  | 'annotation'
  | 'example'
  | 'left-over'
  | 'quotation'

/** One thing that is wrong with a pack. `file` is relative to the policies folder; `line` counts from 1. */
export interface Fault {
  readonly code: FaultCode
  readonly file: string
  readonly line: number
  readonly message: string
  readonly remedy: string
}

/** Where something stands: what a fault about it points at. */
export interface Place {
  readonly file: string
  readonly line: number
}

/** Adds a fault to those that were found. */
export type Add = (code: FaultCode, place: Place, message: string, remedy: string) => void

/** Thrown when anything in the policies folder is at fault. Nothing is loaded in part. */
export class PackFault extends Error {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super(faults.map((fault) => `${fault.file}:${fault.line} ${fault.message} ${fault.remedy}`).join('\n'))
    this.name = 'PackFault'
    this.faults = faults
  }
}

/**
 * Faults in the order in which a person would walk through the files; files that could not be read at all come first, since
 * what follows them may follow from them.
 */
export function inOrder(faults: readonly Fault[]): Fault[] {
  return faults.toSorted(
    (a, b) =>
      Number(b.code === 'yaml') - Number(a.code === 'yaml') ||
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
      a.line - b.line ||
      (a.message < b.message ? -1 : 1),
  )
}
