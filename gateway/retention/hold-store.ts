// SQL of holds, of moves of clocks, and of offers to return. Each write takes the permit that earned it.
import type { Permit } from '../../policies/decide.ts'
import { demand } from '../decisions/demand.ts'
import type { Queryable, Transaction } from '../db.ts'
import type { Hold, HoldKind } from './hold.ts'
import { namedIn, type Origin } from './item.ts'

const columns = `h.id, h.item_id, h.kind, h.reason, h.placed_by, h.placed_at, h.review_on, h.lift_asked_by, h.lift_asked_at,
  h.lift_reason, h.lifted_by, h.lifted_at, p.name as placer, a.name as asker, l.name as lifter`
const tables = `concordat.hold h join concordat.person p on p.id = h.placed_by left join concordat.person a on a.id = h.lift_asked_by
  left join concordat.person l on l.id = h.lifted_by`

export async function insertHold(
  tx: Transaction,
  permit: Permit,
  hold: Pick<Hold, 'id' | 'itemId' | 'kind' | 'reason' | 'placedAt' | 'reviewOn'> & {
    readonly placedBy: string
  },
): Promise<void> {
  demand(permit, 'place-hold')
  await tx.query(
    `insert into concordat.hold (id, item_id, kind, reason, placed_by, placed_at, review_on) values ($1, $2, $3, $4, $5, $6, $7)`,
    [hold.id, hold.itemId, hold.kind, hold.reason, hold.placedBy, hold.placedAt, hold.reviewOn],
  )
}

export async function lockHold(tx: Transaction, id: string): Promise<Hold | undefined> {
  const { rows } = await tx.query(`select ${columns} from ${tables} where h.id = $1 for update of h`, [id])
  return rows[0] && parse(rows[0])
}

/** Of one item, newest first. */
export async function findHoldsOf(db: Queryable, itemId: string): Promise<Hold[]> {
  const { rows } = await db.query(
    `select ${columns} from ${tables} where h.item_id = $1 order by h.placed_at desc, h.id`,
    [itemId],
  )
  return rows.map(parse)
}

/** Those that stand, of what this party has to do with, the next to be reviewed first; at most 500. */
export async function listHolds(
  db: Queryable,
  party: string,
): Promise<(Hold & { readonly reference: string })[]> {
  const { rows } = await db.query(
    `select ${columns}, k.of_kind, k.of_id, k.reference from ${tables} join concordat.item i on i.id = h.item_id join concordat.kept k on k.item_id = i.id
     where h.lifted_at is null and $1 in (k.from_party, k.to_party, i.schedule_owner) order by h.review_on, h.id limit 500`,
    [party],
  )
  return rows.map((row) => ({ ...parse(row), reference: namedIn(row).reference }))
}

export interface HoldToReview {
  readonly id: string
  readonly itemId: string
  readonly of: Origin
  readonly reference: string
  readonly agreement: string
  /** The body whose records it is among. */
  readonly keptFor: string
  /** 'YYYY-MM-DD' */
  readonly reviewOn: string
}

/** Those that stand, whose day has come, and of which nobody was told; at most 200. @param today 'YYYY-MM-DD' */
export async function findHoldsToReview(db: Queryable, today: string): Promise<HoldToReview[]> {
  const { rows } = await db.query(
    `select h.id, h.item_id, h.review_on, k.of_kind, k.of_id, k.reference, k.agreement, k.kept_for
     from concordat.hold h join concordat.kept k on k.item_id = h.item_id
     where h.lifted_at is null and h.review_on <= $1
       and not exists (select from concordat.hold_reminder r where r.hold_id = h.id and r.review_on = h.review_on)
     order by h.review_on, h.id limit 200`,
    [today],
  )
  return rows.map((row) => ({
    id: String(row['id']),
    itemId: String(row['item_id']),
    of: namedIn(row).of,
    reference: namedIn(row).reference,
    agreement: String(row['agreement']),
    keptFor: String(row['kept_for']),
    reviewOn: String(row['review_on']),
  }))
}

/** @returns false when another worker told first */
export async function noteHoldReminder(tx: Transaction, hold: HoldToReview, at: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into concordat.hold_reminder (hold_id, review_on, told_at) values ($1, $2, $3) on conflict do nothing`,
    [hold.id, hold.reviewOn, at],
  )
  return rowCount === 1
}

/** It is still needed: the next day of review, with the one before it kept. */
export async function insertHoldReview(
  tx: Transaction,
  permit: Permit,
  hold: Pick<Hold, 'id' | 'reviewOn'>,
  made: { readonly by: string; readonly at: Date; readonly reason: string; readonly reviewOn: string },
): Promise<void> {
  demand(permit, 'review-hold')
  await tx.query(
    `insert into concordat.hold_review (hold_id, reviewed_by, reviewed_at, reason, review_on_before, review_on_after) values ($1, $2, $3, $4, $5, $6)`,
    [hold.id, made.by, made.at, made.reason, hold.reviewOn, made.reviewOn],
  )
  await tx.query(`update concordat.hold set review_on = $2 where id = $1`, [hold.id, made.reviewOn])
}

export async function askLift(
  tx: Transaction,
  permit: Permit,
  id: string,
  asked: { readonly by: string; readonly at: Date; readonly reason: string },
): Promise<void> {
  demand(permit, 'ask-lift')
  await tx.query(
    `update concordat.hold set lift_asked_by = $2, lift_asked_at = $3, lift_reason = $4 where id = $1 and lifted_at is null`,
    [id, asked.by, asked.at, asked.reason],
  )
}

export async function liftHold(
  tx: Transaction,
  permit: Permit,
  id: string,
  by: string,
  at: Date,
): Promise<void> {
  demand(permit, 'lift-hold')
  await tx.query(
    `update concordat.hold set lifted_by = $2, lifted_at = $3 where id = $1 and lifted_at is null`,
    [id, by, at],
  )
}

function parse(row: Record<string, unknown>): Hold {
  return {
    id: String(row['id']),
    itemId: String(row['item_id']),
    kind: row['kind'] as HoldKind, // the table's constraint has no other
    reason: String(row['reason']),
    placedBy: { id: String(row['placed_by']), name: String(row['placer']) },
    placedAt: row['placed_at'] as Date, // timestamptz
    reviewOn: String(row['review_on']),
    ...(typeof row['lift_asked_by'] === 'string' && {
      liftAsked: {
        by: { id: row['lift_asked_by'], name: String(row['asker']) },
        at: row['lift_asked_at'] as Date,
        reason: String(row['lift_reason']),
      },
    }),
    ...(row['lifted_at'] instanceof Date && {
      lifted: {
        ...(typeof row['lifted_by'] === 'string' && {
          by: { id: row['lifted_by'], name: String(row['lifter']) },
        }),
        at: row['lifted_at'],
      },
    }),
  }
}
