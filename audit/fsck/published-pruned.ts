// What a published log says that it pruned: a note that it signed, whose root has to be the one that the hashes above still make.
// Without it a missing file is a fault. No Node API.
import { decodeText, sameBytes } from '../bytes.ts'
import { openCheckpointOf, prunedOrigin, type SignedCheckpoint } from '../checkpoint.ts'
import { type Edge, edgeRoot } from '../edge.ts'
import type { TreeHasher } from '../merkle.ts'
import type { VerifierKey } from '../note.ts'
import { type PublishedLog, readEdge } from './published-log.ts'
import type { Checks } from './report.ts'

const NAME = 'pruned'

export interface PrunedFiles {
  readonly log: PublishedLog
  readonly hasher: TreeHasher
  readonly checkpoint: SignedCheckpoint
  readonly keys: readonly VerifierKey[]
}

/** @returns the tree of what was pruned; undefined where nothing was, or nothing says so that can be believed */
export async function readPrunedFiles(
  { log, hasher, checkpoint, keys }: PrunedFiles,
  checks: Checks,
): Promise<Edge | undefined> {
  const bytes = await log.read(NAME)
  if (bytes === undefined) return undefined
  const where = `${log.name}/${NAME}`
  try {
    const { size, root } = await openCheckpointOf(decodeText(bytes), keys, prunedOrigin(checkpoint.origin))
    const edge = size <= checkpoint.size ? await readEdge(log, size, checkpoint.size) : undefined
    if (edge && sameBytes(edgeRoot(hasher, edge), root)) {
      checks.passed(NAME, `The log says, signed, that its first ${size} entries were pruned; the hashes above them make their root.`) // prettier-ignore
      return edge
    }
    checks.conclude(NAME, '', [{ class: 'tile', entry: 0, where, says: `The published tiles do not make the root of the ${size} entries that were pruned.` }]) // prettier-ignore
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error)
    checks.conclude(NAME, '', [{ class: 'checkpoint', where, says: `What was pruned is not told: ${says}` }])
  }
  return undefined
}
