// The signed checkpoints of a database against the tree that its entries make, and against what was verified or published.
import { sameBytes } from '../bytes.ts'
import type { SignedCheckpoint } from '../checkpoint.ts'
import type { Queryable } from '../queryable.ts'
import { readLeaves } from '../tree-store.ts'
import { HASH_BYTES, TILE_WIDTH } from '../tiles.ts'
import type { CheckpointRow } from './database-rows.ts'
import type { Fault } from './faults.ts'
import { type PublishedLog, readTile } from './published-log.ts'
import type { Standing } from './recount.ts'
import type { Checks } from './report.ts'

export interface DatabaseChecked {
  readonly size: number
  readonly root: Uint8Array
  /** The newest whose signature holds. */
  readonly latest: SignedCheckpoint | undefined
  readonly standing: Standing
}

export interface Signed {
  readonly row: CheckpointRow
  readonly checkpoint: SignedCheckpoint | undefined
  readonly fault: string | undefined
}

export interface SignedHistory {
  /** How many sign the tree up to them. */
  holds: number
  /** Size of the last of those. */
  lastGood: number
  readonly inDoubt: Signed[]
}

interface DatabaseHistory {
  readonly history: SignedHistory
  readonly standing: Standing
  readonly since: SignedCheckpoint | undefined
  readonly size: number
}

export function concludeSigned(checks: Checks, { history, standing, since, size }: DatabaseHistory): void {
  const where = 'ledger.checkpoint'
  const found: Fault[] = []
  let { lastGood } = history
  const total = history.holds + history.inDoubt.length
  for (const { row, checkpoint, fault } of history.inDoubt) {
    if (fault !== undefined)
      found.push({ class: 'checkpoint', where, says: `The checkpoint of ${row.size}: ${fault}` })
    const root = checkpoint && standing.rootAt(checkpoint.size)
    if (!root) continue
    if (sameBytes(root, checkpoint.root)) lastGood = checkpoint.size
    else
      found.push({
        class: 'fork',
        entry: lastGood,
        where,
        says: `Another history was signed for ${checkpoint.size} entries; they agree up to ${lastGood}.`,
      })
  }
  checks.conclude('checkpoints', `Each of the ${total} checkpoints signs the entries up to it.`, found)
  if (since === undefined) return
  const name = 'database history'
  if (size >= since.size && standing.rootAt(since.size) === undefined)
    checks.skipped(name, `Not looked at: the tree of the ${since.size} entries that were verified before was not computed.`) // prettier-ignore
  else checks.conclude(name, `The database extends the ${since.size} entries that were verified before.`, historyFaults(standing, since, size)) // prettier-ignore
}

function historyFaults(standing: Standing, since: SignedCheckpoint, size: number): Fault[] {
  const where = 'ledger.head'
  if (size < since.size)
    return [
      {
        class: 'rollback',
        entry: size,
        where,
        says: `The database has ${size} entries, and ${since.size} were verified before.`,
      },
    ]
  const then = standing.rootAt(since.size)
  return then && !sameBytes(then, since.root)
    ? [
        {
          class: 'fork',
          where,
          says: `The first ${since.size} entries are not those that were verified before.`,
        },
      ]
    : []
}

/** The published log is a part of the database when its signed root is that of the database's own entries. */
export async function concludePublished(
  checks: Checks,
  tx: Queryable,
  log: PublishedLog,
  published: SignedCheckpoint,
  { size, standing }: DatabaseChecked,
): Promise<void> {
  const name = 'files and database'
  const passes = `The ${published.size} published entries are those of the database.`
  if (published.size > size) {
    const says = `${published.size} entries were published, and the database has ${size}: an older state was put back.`
    checks.conclude(name, passes, [{ class: 'rollback', entry: size, where: log.name, says }])
    return
  }
  const root = standing.rootAt(published.size)
  if (root === undefined) {
    checks.skipped(name, 'Not looked at, because the root of the database for that size was not computed.')
  } else if (sameBytes(root, published.root)) {
    checks.passed(name, passes)
  } else {
    const entry = await firstDifference(tx, log, published.size)
    const says = `The published log holds another history than the database, for ${published.size} entries.`
    checks.conclude(name, passes, [
      { class: 'fork', ...(entry !== undefined && { entry }), where: log.name, says },
    ])
  }
}

async function firstDifference(tx: Queryable, log: PublishedLog, size: number): Promise<number | undefined> {
  for (let index = 0; index * TILE_WIDTH < size; index++) {
    const first = index * TILE_WIDTH
    const width = Math.min(TILE_WIDTH, size - first)
    const [hashes, leaves] = await Promise.all([
      readTile(log, { level: 0, index, width }),
      readLeaves(tx, first, first + width),
    ])
    const at = leaves.findIndex(
      ({ leafHash }, i) =>
        !hashes || !sameBytes(leafHash, hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)),
    )
    if (at >= 0) return first + at
  }
  return undefined
}
