// SQL of moves of clocks, and of offers to return what is held. Both dates of a move stay; the database itself refuses a date
// that moves without its row here.
import type { Permit } from '../../policies/decide.ts'
import { demand } from '../decisions/demand.ts'
import type { Queryable, Transaction } from '../db.ts'
import type { Item } from './item.ts'

/** What a clock is moved to. */
export interface NewClock {
  readonly means: 'date' | 'class' | 'schedule' | 'consent'
  readonly retentionClass: string
  readonly scheduleVersion: string
  readonly scheduleIsDemonstration: boolean
  readonly destroyOn: string
}

export interface ClockMove {
  readonly id: string
  readonly means: NewClock['means']
  readonly classBefore: string
  readonly classAfter: string
  readonly versionBefore: string
  readonly versionAfter: string
  readonly destroyOnBefore: string
  readonly destroyOnAfter: string
  readonly changedBy: string
  readonly changedAt: Date
  readonly reason: string
}

export async function moveClock(
  tx: Transaction,
  permit: Permit,
  item: Item,
  to: NewClock,
  made: { readonly id: string; readonly by: string; readonly at: Date; readonly reason: string },
): Promise<void> {
  demand(permit, 'reschedule')
  await tx.query(
    `insert into concordat.retention_change (id, item_id, means, class_before, class_after, version_before, version_after,
       destroy_on_before, destroy_on_after, changed_by, changed_at, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      made.id, item.id, to.means, item.retentionClass, to.retentionClass, item.scheduleVersion, to.scheduleVersion,
      item.destroyOn, to.destroyOn, made.by, made.at, made.reason,
    ], // prettier-ignore
  )
  await tx.query(
    `update concordat.item set destroy_on = $2, retention_class = $3, schedule_version = $4, schedule_is_demonstration = $5
     where id = $1 and state = 'sealed'`,
    [item.id, to.destroyOn, to.retentionClass, to.scheduleVersion, to.scheduleIsDemonstration],
  )
}

/** Oldest first. */
export async function findClockMoves(db: Queryable, itemId: string): Promise<ClockMove[]> {
  const { rows } = await db.query(
    `select c.id, c.means, c.class_before, c.class_after, c.version_before, c.version_after, c.destroy_on_before, c.destroy_on_after,
       p.name, c.changed_at, c.reason
     from concordat.retention_change c join concordat.person p on p.id = c.changed_by where c.item_id = $1 order by c.changed_at, c.id`,
    [itemId],
  )
  return rows.map((row) => ({
    id: String(row['id']),
    means: row['means'] as NewClock['means'], // the table's constraint has no other
    classBefore: String(row['class_before']),
    classAfter: String(row['class_after']),
    versionBefore: String(row['version_before']),
    versionAfter: String(row['version_after']),
    destroyOnBefore: String(row['destroy_on_before']),
    destroyOnAfter: String(row['destroy_on_after']),
    changedBy: String(row['name']),
    changedAt: row['changed_at'] as Date, // timestamptz
    reason: String(row['reason']),
  }))
}

/** What was offered back, and what the parties said of it (imb-2024/iss-return-first). */
export interface ReturnOffer {
  readonly offeredAt: Date
  readonly answers: readonly { readonly party: string; readonly returnable: boolean; readonly at: Date }[]
}

export async function findReturnOffer(db: Queryable, itemId: string): Promise<ReturnOffer | undefined> {
  const { rows } = await db.query(
    `select o.offered_at, a.party, a.returnable, a.answered_at
     from concordat.return_offer o left join concordat.return_answer a on a.item_id = o.item_id where o.item_id = $1 order by a.answered_at`,
    [itemId],
  )
  const offeredAt = rows[0]?.['offered_at']
  if (!(offeredAt instanceof Date)) return undefined
  const answers = rows.flatMap((row) =>
    row['answered_at'] instanceof Date
      ? [{ party: String(row['party']), returnable: row['returnable'] === true, at: row['answered_at'] }]
      : [],
  )
  return { offeredAt, answers }
}

export async function insertReturnOffer(
  tx: Transaction,
  permit: Permit,
  offer: { readonly itemId: string; readonly by: string; readonly at: Date },
): Promise<void> {
  demand(permit, 'offer-return')
  await tx.query(
    `insert into concordat.return_offer (item_id, offered_by, offered_at) values ($1, $2, $3) on conflict do nothing`,
    [offer.itemId, offer.by, offer.at],
  )
}

/** @returns false when that party has answered already */
export async function insertReturnAnswer(
  tx: Transaction,
  permit: Permit,
  answer: {
    readonly itemId: string
    readonly party: string
    readonly by: string
    readonly at: Date
    readonly returnable: boolean
  },
): Promise<boolean> {
  demand(permit, 'answer-return')
  const { rowCount } = await tx.query(
    `insert into concordat.return_answer (item_id, party, answered_by, answered_at, returnable) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [answer.itemId, answer.party, answer.by, answer.at, answer.returnable],
  )
  return rowCount === 1
}
