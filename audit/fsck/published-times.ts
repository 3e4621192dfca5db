// The time tokens that were published with a log: each has to be about a checkpoint that the log signed, of the tree whose hashes
// are published, by the authority that the verifier trusts. This needs no database.
import { decodeText, sameBytes } from '../bytes.ts'
import { openCheckpointOf, type SignedCheckpoint } from '../checkpoint.ts'
import { edgeRoot } from '../edge.ts'
import type { TreeHasher } from '../merkle.ts'
import type { VerifierKey } from '../note.ts'
import { timePath } from '../published-times.ts'
import type { CheckTime } from '../time/check.ts'
import type { Fault } from './faults.ts'
import { type PublishedLog, readEdge } from './published-log.ts'
import type { Checks } from './report.ts'

const NAME = 'published times'

export interface PublishedTimes {
  readonly log: PublishedLog
  readonly hasher: TreeHasher
  /** What is published today. */
  readonly checkpoint: SignedCheckpoint
  readonly keys: readonly VerifierKey[]
  readonly checkTime: CheckTime | undefined
}

export async function checkPublishedTimes(checks: Checks, given: PublishedTimes): Promise<void> {
  const { log, checkTime } = given
  const faults: Fault[] = []
  let latest: { readonly size: number; readonly at: Date } | undefined
  let count = 0
  for (let token; (token = await log.read(timePath(count, 'token'))); count += 1) {
    if (checkTime === undefined) {
      checks.skipped(NAME, 'Time tokens are published, and no time authority was given to check them with.')
      return
    }
    try {
      latest = await checkOne(given, checkTime, count, token)
    } catch (error) {
      const says = error instanceof Error ? error.message : String(error)
      faults.push({ class: 'time', where: `${log.name}/${timePath(count, 'token')}`, says })
    }
  }
  if (count === 0) return
  const last = latest && `, the last of ${latest.size} entries at ${latest.at.toISOString()}`
  checks.conclude(NAME, `${count} time tokens are about checkpoints of this log${last ?? ''}.`, faults)
}

/** Where the hashes for that size were pruned since, the log's signature alone says that it was of this tree. */
async function checkOne(
  { log, hasher, checkpoint, keys }: PublishedTimes,
  checkTime: CheckTime,
  number: number,
  token: Uint8Array,
): Promise<{ size: number; at: Date }> {
  const note = await log.read(timePath(number, 'checkpoint'))
  if (note === undefined) throw new RangeError('The checkpoint that it is about is not there.')
  const stamped = await openCheckpointOf(decodeText(note), keys, checkpoint.origin)
  const { size, root } = stamped
  if (size > checkpoint.size) throw new RangeError(`It is about ${size} entries, and ${checkpoint.size} are published.`) // prettier-ignore
  const edge = await readEdge(log, size, checkpoint.size)
  if (edge && !sameBytes(edgeRoot(hasher, edge), root))
    throw new RangeError(`The first ${size} entries are not those of the checkpoint that it is about.`)
  const { at } = await checkTime(token, stamped)
  return { size, at }
}
