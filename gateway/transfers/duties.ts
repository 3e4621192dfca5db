// The supply clock (hmpps-2025/11, 16): starts when the approved request reaches the supply desk, met when the
// desk supplies. Its dates come from the pack at its start and stay (S30: the text gives no number; ours is local).
import { randomUUID } from 'node:crypto'
import { dutiesBetween, type Agreements } from '../../policies/agreements.ts'
import { londonDate } from '../../policies/calendar.ts'
import { dutyDates, type DutyDates } from '../../policies/duty.ts'
import type { Queryable, Transaction } from '../db.ts'
import type { Context } from '../http/endpoint.ts'
import type { Transfer } from './transfer.ts'

export interface StartedClock {
  readonly clause: string
  /** Of the version whose rule it runs by, to its end. */
  readonly packHash: string
  readonly dates: DutyDates
  /** The text gives no limit. */
  readonly isLocal: boolean
}

/** The clocks that start for a transfer when it is approved. */
export type SupplyClocks = (
  transfer: Pick<Transfer, 'agreement' | 'exchange'>,
  startedAt: Date,
) => StartedClock[]

export function supplyClocksIn(policies: { on(day: string): Agreements }): SupplyClocks {
  return ({ agreement, exchange }, startedAt) => {
    const all = policies.on(londonDate(startedAt))
    const packHash = all.agreements.get(agreement)?.hash ?? ''
    return dutiesBetween(all, agreement, exchange, {
      starts: 'transfer.approved',
      meets: 'transfer.supplied',
    }).map((rule) => ({
      clause: rule.clause,
      packHash,
      dates: dutyDates(rule, startedAt),
      isLocal: rule.localParts?.includes('limit') ?? false,
    }))
  }
}

export async function startSupplyClock(
  deps: { readonly supplyClocks: SupplyClocks },
  context: Context,
  transfer: Transfer,
): Promise<void> {
  for (const { clause, packHash, dates } of deps.supplyClocks(transfer, context.now))
    await context.tx.query(
      `insert into concordat.duty (id, clause, transfer_id, owed_by, starts_at, warn_at, due_at, pack_hash) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [randomUUID(), clause, transfer.id, transfer.from, context.now, dates.warnAt, dates.dueAt, packHash],
    )
}

export async function meetSupplyClock(tx: Transaction, transferId: string, now: Date): Promise<void> {
  await tx.query(
    `update concordat.duty set met_at = $2 where transfer_id = $1 and met_at is null and meets = 'transfer.supplied'`,
    [transferId, now],
  )
}

/** transfer id → when its supply is due, for those that still wait for it */
export async function suppliesDue(
  db: Queryable,
  transferIds: readonly string[],
): Promise<Record<string, Date>> {
  const { rows } = await db.query(
    `select transfer_id, due_at from concordat.duty where transfer_id = any ($1) and met_at is null and meets = 'transfer.supplied'`,
    [transferIds],
  )
  return Object.fromEntries(rows.map((row) => [String(row['transfer_id']), row['due_at'] as Date])) // timestamptz
}

export async function supplyDue(
  db: Queryable,
  transferId: string,
): Promise<{ dueAt: Date; metAt?: Date } | undefined> {
  const { rows } = await db.query(
    `select due_at, met_at from concordat.duty where transfer_id = $1 and meets = 'transfer.supplied' order by starts_at desc limit 1`,
    [transferId],
  )
  const row = rows[0]
  if (!row) return undefined
  return { dueAt: row['due_at'] as Date, ...(row['met_at'] instanceof Date && { metAt: row['met_at'] }) } // timestamptz
}
