// What the clocks of clearances ask somebody to be told, and what was told already.
import { z } from 'zod'
import type { Queryable, Transaction } from '../db.ts'

const kinds = ['answer-due', 'answer-late', 'window-closing', 'window-over'] as const

export interface ClearanceNotice {
  readonly kind: (typeof kinds)[number]
  /** A request for consent; for a window, the report. */
  readonly about: string
  readonly clearanceId: string
  readonly dueAt: Date
  /** The person who asked, or who opened the report. */
  readonly askedBy: string
}

const row = z.object({ kind: z.enum(kinds), about: z.string(), clearance_id: z.string(), due_at: z.date(), asked_by: z.string() }) // prettier-ignore

/** Soonest first, at most 500. What is late already is not said to be nearly due. */
export async function findUntold(db: Queryable, now: Date): Promise<ClearanceNotice[]> {
  const { rows } = await db.query(
    `select owed.* from (
       select case when due_at <= $1 then 'answer-late' else 'answer-due' end as kind, id as about, clearance_id, due_at, asked_by
       from concordat.consent_request where state = 'requested' and warn_at <= $1
       union all
       select case when window_ends_at <= $1 then 'window-over' else 'window-closing' end, id, id, window_ends_at, opened_by
       from concordat.clearance where fact_check_closed_at is null and window_warn_at <= $1
     ) as owed
     where not exists (select from concordat.clearance_notice n where n.about = owed.about and n.kind = owed.kind and n.due_at = owed.due_at)
     order by owed.due_at, owed.about limit 500`,
    [now],
  )
  return rows.map((found) => {
    const { clearance_id, due_at, asked_by, ...rest } = row.parse(found)
    return { ...rest, clearanceId: clearance_id, dueAt: due_at, askedBy: asked_by }
  })
}

/** @returns false when another worker told first */
export async function noteTold(tx: Transaction, notice: ClearanceNotice, now: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into concordat.clearance_notice (about, kind, due_at, told_at) values ($1, $2, $3, $4) on conflict do nothing`,
    [notice.about, notice.kind, notice.dueAt, now],
  )
  return rowCount === 1
}
