// A ledger whose lost entries nobody has any more cannot be continued: its numbers are taken. It is closed as it is, with all
// that was signed of it kept, and a new log with a name of its own begins; its first entry commits to the head of the old one.
import { z } from 'zod'
import type { Anchor } from './anchor.ts'
import { append } from './append.ts'
import { sameBytes, toHex } from './bytes.ts'
import { checkpointOfOwnNote, type CheckpointText, openCheckpointOf } from './checkpoint.ts'
import { edgeRoot, formatEdge } from './edge.ts'
import { type PublishedLog, readEdge } from './fsck/published-log.ts'
import { nodeHasher } from './node-hash.ts'
import type { VerifierKey } from './note.ts'
import type { Queryable, Transactor } from './queryable.ts'
import { lockWork } from './sequencer.ts'
import { bigint, readEdgeAt, readHead, readLatestCheckpoint } from './tree-store.ts'

export interface NewEpochDeps {
  /** The owner's login. */
  readonly db: Transactor
  readonly log: PublishedLog
  readonly keys: readonly VerifierKey[]
  /** Of the log that is closed. */
  readonly origin: string
  readonly newOrigin: string
  readonly anchor: Pick<Anchor, 'read'>
  /** What was published and the anchor make room, under the closed epoch's number. */
  readonly setAside: (epoch: number) => Promise<void>
  readonly clock: () => Date
}

export interface OpenedEpoch {
  readonly epoch: number
  readonly closed: CheckpointText
  /** How many entries of the closed log this database still has. */
  readonly kept: number
}

/** Run again after an interruption, it ends the same. */
export async function openNewEpoch(deps: NewEpochDeps): Promise<OpenedEpoch> {
  const opened = (await alreadyOpened(deps)) ?? (await closeAndOpen(deps))
  await deps.setAside(opened.epoch - 1)
  return opened
}

const epochRow = z.object({ epoch: z.number(), origin: z.string(), size: bigint, root: z.instanceof(Uint8Array), kept: bigint }) // prettier-ignore

async function alreadyOpened({ db, origin, anchor }: NewEpochDeps): Promise<OpenedEpoch | undefined> {
  const { rows } = await db.query(
    `select epoch, origin, size, root, kept from ledger.closed_epoch order by epoch desc limit 1`,
  )
  if (rows[0] === undefined) return undefined
  const { epoch, kept, ...closed } = epochRow.parse(rows[0])
  // The files were not set aside yet: the anchor still is of the log that was closed.
  const anchored = await anchor.read()
  return closed.origin === origin && anchored?.origin === origin
    ? { epoch: epoch + 1, closed, kept }
    : undefined
}

async function closeAndOpen(deps: NewEpochDeps): Promise<OpenedEpoch> {
  const { db, origin, newOrigin, clock } = deps
  if (newOrigin === origin) throw new RangeError('A new ledger needs a name of its own.')
  return db.withTransaction(async (tx) => {
    await lockWork(tx)
    const closed = await latestKnown(tx, deps)
    const kept = await sharedSize(tx, deps, closed)
    const { rows } = await tx.query('select ledger.close_epoch($1, $2, $3, $4, $5, $6) as epoch', [
      closed.origin,
      closed.size,
      closed.root,
      kept,
      formatEdge(await readEdgeAt(tx, (await readHead(tx)).edge, kept)),
      clock(),
    ])
    const epoch = Number(rows[0]?.['epoch'])
    const detail = { epoch, closedOrigin: closed.origin, closedSize: closed.size, closedRoot: toHex(closed.root), lost: closed.size - kept } // prettier-ignore
    await append(tx, [{ type: 'ledger.epoch-opened', actor: { kind: 'process', name: 'operator' }, subjects: [], correlation: `epoch-${epoch}`, detail }], clock()) // prettier-ignore
    await tx.query('insert into ledger.outbox (entry_id, leaf_hash) select entry_id, leaf_hash from waiting_again order by place') // prettier-ignore
    return { epoch, closed, kept }
  })
}

/** The largest head that anything tells of: the anchor, what was published, or the database itself. */
async function latestKnown(
  tx: Queryable,
  { log, keys, origin, anchor }: NewEpochDeps,
): Promise<CheckpointText> {
  const note = await log.read('checkpoint')
  const last = await readLatestCheckpoint(tx)
  const known = [
    note && (await openCheckpointOf(new TextDecoder().decode(note), keys, origin)),
    last && checkpointOfOwnNote(last.note),
    await anchor.read(),
  ]
  const [largest] = known.filter((each) => each !== undefined).toSorted((a, b) => b.size - a.size)
  if (largest === undefined) throw new RangeError('Nothing was ever signed: there is no ledger to close.')
  return { origin: largest.origin, size: largest.size, root: largest.root }
}

/** How many of the first entries are surely those of the closed log: up to a checkpoint that both have. */
async function sharedSize(tx: Queryable, { log }: NewEpochDeps, closed: CheckpointText): Promise<number> {
  const note = await log.read('checkpoint')
  const latest = note && checkpointOfOwnNote(new TextDecoder().decode(note)).size
  const { rows } = await tx.query('select size, root from ledger.checkpoint where size <= $1 order by size desc', [closed.size]) // prettier-ignore
  for (const row of rows) {
    const size = bigint.parse(row['size'])
    const root = z.instanceof(Uint8Array).parse(row['root'])
    if (latest === undefined || size > latest) {
      // Nothing is published to compare with: a checkpoint that we signed is part of what we signed.
      if (latest === undefined) return size
      continue
    }
    const edge = await readEdge(log, size, latest)
    if (edge === undefined || sameBytes(edgeRoot(nodeHasher, edge), root)) return size
  }
  return 0
}
