// `concordat ledger monitor` without its files: is the checkpoint that a log shows today an extension of the one that it
// showed last? Proved by the log's own tiles under the new signature. Two signed checkpoints that cannot both be of one log
// are evidence that nobody can deny, and are given back to be kept. No Node API.
import { sameBytes } from '../bytes.ts'
import type { SignedCheckpoint } from '../checkpoint.ts'
import { LedgerFault } from '../fault.ts'
import { rootsOfConsistency } from '../merkle-verify.ts'
import { consistencyRanges, placesOf, rangeHash, type TreeHasher } from '../merkle.ts'
import type { VerifierKey } from '../note.ts'
import type { Policy } from '../policy.ts'
import { hashAtIn, TILE_WIDTH, tileOf } from '../tiles.ts'
import { type Fault, Faults } from './faults.ts'
import { type PublishedLog, readLogCheckpoint, readTile } from './published-log.ts'
import { concludeWitnesses } from './published-witnesses.ts'
import { Checks, type FsckReport, reportOf } from './report.ts'

export interface MonitorInput {
  readonly log: PublishedLog
  readonly hasher: TreeHasher
  readonly keys: readonly VerifierKey[]
  readonly origin?: string | undefined
  /** Which witnesses must have cosigned what it shows today; not asked when undefined. */
  readonly policy?: Policy | undefined
  /** What the log showed the last time; undefined the first time, which is taken on trust. */
  readonly last?: SignedCheckpoint | undefined
}

export interface Monitored {
  readonly report: FsckReport
  /** To be remembered: what it showed today, when that extends what it showed before. */
  readonly seen?: SignedCheckpoint
  /** Both checkpoints of a fork or a rollback; keep their notes. */
  readonly evidence: readonly SignedCheckpoint[]
}

/** @throws {LogUnreadable} and the network's or the file system's errors: nothing follows from those */
export async function monitor(input: MonitorInput): Promise<Monitored> {
  const { log, hasher, keys, origin, policy, last } = input
  const checks = new Checks(new Faults())
  const checkpoint = await readLogCheckpoint(log, keys, origin, checks)
  if (!checkpoint) return { report: reportOf(checks, {}), evidence: [] }
  if (policy) await concludeWitnesses(checks, checkpoint, policy, `${log.name}/checkpoint`)
  if (!last) checks.passed('history', 'No checkpoint was seen before: this one is remembered, on trust.')
  else {
    const passes = `The log of ${checkpoint.size} entries extends the one of ${last.size} that was seen before.`
    checks.conclude('history', passes, await historyFaults(log, hasher, last, checkpoint))
  }
  const report = reportOf(checks, { origin: checkpoint.origin, head: checkpoint })
  if (report.clean) return { report, seen: checkpoint, evidence: [] }
  const isEvidence = report.faults.some(({ class: kind }) => kind === 'fork' || kind === 'rollback')
  return { report, evidence: last && isEvidence ? [last, checkpoint] : [] }
}

async function historyFaults(
  log: PublishedLog,
  hasher: TreeHasher,
  last: SignedCheckpoint,
  next: SignedCheckpoint,
): Promise<Fault[]> {
  const where = log.name
  if (next.origin !== last.origin)
    return [
      { class: 'checkpoint', where, says: `It is the log ${next.origin}, and was ${last.origin} before.` },
    ]
  if (next.size < last.size)
    return [
      {
        class: 'rollback',
        entry: next.size,
        where,
        says: `The log shows ${next.size} entries, and showed ${last.size} before.`,
      },
    ]
  if (next.size === last.size || last.size === 0) {
    const isSame = next.size > last.size || sameBytes(next.root, last.root)
    return isSame ? [] : [forked(where, last)]
  }
  return growthFaults(log, hasher, last, next)
}

/** The proof is made of tiles, which are not signed: it accuses only when it leads to the root that is. */
async function growthFaults(
  log: PublishedLog,
  hasher: TreeHasher,
  last: SignedCheckpoint,
  next: SignedCheckpoint,
): Promise<Fault[]> {
  const where = log.name
  try {
    const proof = await consistencyProof(log, hasher, last.size, next.size)
    const roots = await rootsOfConsistency(last.size, next.size, proof, last.root)
    if (sameBytes(roots.first, last.root) && sameBytes(roots.second, next.root)) return []
    if (sameBytes(roots.second, next.root)) return [forked(where, last)]
    // From a power of two the proof begins with the older root itself, so that a wrong one spoils the newer root too.
    const own = await rootFromTiles(log, hasher, next.size)
    if (sameBytes(own, next.root)) return [forked(where, last)]
    return [
      {
        class: 'tile',
        where,
        says: `Its tiles do not make the root that is signed for ${next.size} entries.`,
      },
    ]
  } catch (error) {
    if (error instanceof LedgerFault) return [{ class: 'missing', where, says: error.message }]
    throw error
  }
}

function forked(where: string, last: SignedCheckpoint): Fault {
  return {
    class: 'fork',
    where,
    says: `The log does not hold the ${last.size} entries that it signed before: two histories, both signed.`,
  }
}

async function consistencyProof(
  log: PublishedLog,
  hasher: TreeHasher,
  first: number,
  size: number,
): Promise<Uint8Array[]> {
  const ranges = consistencyRanges(first, size)
  const hashAt = await hashesOf(log, hasher, ranges, size)
  return ranges.map((range) => rangeHash(hasher, hashAt, range))
}

async function rootFromTiles(log: PublishedLog, hasher: TreeHasher, size: number): Promise<Uint8Array> {
  const range = { start: 0, end: size }
  return rangeHash(hasher, await hashesOf(log, hasher, [range], size), range)
}

async function hashesOf(
  log: PublishedLog,
  hasher: TreeHasher,
  ranges: ReturnType<typeof consistencyRanges>,
  size: number,
) {
  const tiles = new Map<string, Uint8Array | undefined>()
  for (const { level, index } of ranges.flatMap(placesOf).map(tileOf)) {
    const name = `${level}/${index}`
    const width = Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH)
    if (!tiles.has(name)) tiles.set(name, await readTile(log, { level, index, width }))
  }
  return hashAtIn(hasher, (level, index) => tiles.get(`${level}/${index}`))
}
