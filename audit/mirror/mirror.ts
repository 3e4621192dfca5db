// Copies numbered entries to an audit queue, in order, behind the ledger and never in its way. Numbers are dense, so that "the
// next ones" loses none. The place is moved after the queue accepted them: killed in between, they are sent again, under the
// same ids.
import { z } from 'zod'
import type { Queryable, Transactor } from '../queryable.ts'
import { tryLock } from '../sequencer.ts'
import { bigint, readLeaves } from '../tree-store.ts'
import { auditMessage, type AuditMessage } from './message.ts'

/** Amazon SQS takes this many at once. */
export const MESSAGES_AT_ONCE = 10

export interface MirrorDeps {
  /** All are accepted, or it throws. */
  readonly send: (messages: readonly AuditMessage[]) => Promise<void>
  /** What the messages say that they come from. */
  readonly service: string
  readonly clock: () => Date
}

const placeRow = z.object({
  size: bigint,
  epoch: z.number(),
  head: bigint,
  head_epoch: z.number(),
  pruned: bigint,
})

/** @returns how many entries were accepted; 0 when none waits or another process is at it @throws what `send` throws */
export async function mirrorNext(db: Transactor, { send, service, clock }: MirrorDeps): Promise<number> {
  return db.withTransaction(async (tx) => {
    if (!(await tryLock(tx, 'mirror'))) return 0
    const { rows } = await tx.query(
      `select m.size, m.epoch, h.size as head, h.epoch as head_epoch, ledger.pruned_through() as pruned
       from ledger.mirror m, ledger.head h`,
    )
    const place = placeRow.parse(rows[0])
    const next = place.epoch === place.head_epoch ? place.size : 0
    const from = Math.max(next, place.pruned)
    const leaves = await readLeaves(tx, from, Math.min(from + MESSAGES_AT_ONCE, place.head))
    if (leaves.length === 0) return 0
    const messages = leaves.flatMap(({ seq, body }) => (body === null ? [] : auditMessage({ seq, body }, service))) // prettier-ignore
    if (messages.length > 0) await send(messages)
    await tx.query('update ledger.mirror set epoch = $1, size = $2, accepted_at = $3', [
      place.head_epoch,
      from + leaves.length,
      clock(),
    ])
    return leaves.length
  })
}

export interface MirrorLag {
  /** Entries that were not accepted yet. */
  readonly behind: number
  /** When the oldest of them was recorded. */
  readonly since: Date | undefined
}

const lagRow = z.object({ behind: bigint, since: z.date().nullable() })

export async function readMirrorLag(db: Queryable): Promise<MirrorLag> {
  const { rows } = await db.query(
    `select h.size - p.size as behind,
       (select e.recorded_at from ledger.leaf l join ledger.entry e on e.id = l.entry_id where l.seq = p.size) as since
     from ledger.head h, (select case when m.epoch = h.epoch then m.size else 0 end as size from ledger.mirror m, ledger.head h) p`,
  )
  const { behind, since } = lagRow.parse(rows[0])
  return { behind, since: since ?? undefined }
}
