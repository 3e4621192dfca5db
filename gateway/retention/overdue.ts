// The alarm for destruction that is late, from outside the worker that destroys: every process that serves looks for items past
// their day that nothing holds, says so in the ledger and by mail, once a day each, and in /health for as long as it lasts.
import { londonDate } from '../../policies/calendar.ts'
import type { Clock } from '../clock.ts'
import type { Database, Queryable, Transaction } from '../db.ts'
import { record } from '../http/mount.ts'
import type { JobQueue } from '../jobs.ts'
import { owe } from '../mail.ts'
import { findHolders } from '../people/store.ts'
import { namedIn } from './item.ts'

export interface OverdueDeps {
  readonly db: Database
  readonly clock: Clock
  readonly jobs: Pick<JobQueue, 'send'>
  readonly publicUrl: string
}

/** Who is told, of the body that it is kept for. */
const told = ['records-manager', 'assurance-officer']

const late = `from concordat.item i join concordat.kept k on k.item_id = i.id
  where i.state = 'sealed' and i.destroy_on < $1
    and not exists (select from concordat.hold h where h.item_id = i.id and h.lifted_at is null)`

/** @returns ids of the items for which the alarm was raised now */
export async function raiseOverdue({ db, clock, jobs, publicUrl }: OverdueDeps): Promise<string[]> {
  const now = clock()
  const today = londonDate(now)
  const { rows } = await db.query(
    `select i.id, i.destroy_on, k.of_kind, k.of_id, k.agreement, k.kept_for, k.state ${late}
       and not exists (select from concordat.overdue_alarm a where a.item_id = i.id and a.raised_on = $1) order by i.destroy_on limit 200`,
    [today],
  )
  const raised: string[] = []
  for (const row of rows) {
    const item = { id: String(row['id']), of: namedIn(row).of, dueOn: String(row['destroy_on']) }
    await db.withTransaction(async (tx) => {
      if (!(await isFirst(tx, item.id, today))) return
      raised.push(item.id)
      await record(tx, [{
        type: 'destruction.overdue', actor: { kind: 'process', name: 'gateway' }, correlation: item.id, agreement: String(row['agreement']),
        subjects: [{ kind: 'item', id: item.id }, item.of],
        detail: { dueOn: item.dueOn, state: String(row['state']) },
      }], now) // prettier-ignore
      for (const role of told)
        for (const { email } of await findHolders(tx, role, String(row['kept_for']), now))
          await owe(tx, jobs, notice(email, item.id, publicUrl), now)
    })
  }
  return raised
}

/** Two gateways see it at the same time; one tells. */
async function isFirst(tx: Transaction, itemId: string, today: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into concordat.overdue_alarm (item_id, raised_on) values ($1, $2) on conflict do nothing`,
    [itemId, today],
  )
  return rowCount === 1
}

function notice(recipient: string, itemId: string, publicUrl: string) {
  const body = [
    'Something should have been destroyed by now and was not. Nothing holds it.', '', `${publicUrl}/retention/items/${itemId}`, '',
    'Open it to see why, and tell the operator. This message holds no data. Do not reply to it with any.', '',
  ].join('\n') // prettier-ignore
  return { recipient, subject: 'A destruction is late', body }
}

export interface DestructionState {
  /** Past their day, and held by nothing. */
  readonly overdue: number
  /** When a worker last came to the end of a pass. */
  readonly lastPassAt?: Date
  /** No worker has made a pass for too long. */
  readonly isStopped: boolean
}

const longestPauseMs = 30 * 60_000

/** For the health answer. A gateway whose first worker has not started yet is given the same time. */
export async function destructionState(db: Queryable, now: Date, startedAt: Date): Promise<DestructionState> {
  const overdue = await db.query(`select count(*) as late ${late}`, [londonDate(now)])
  const passes = await db.query(`select passed_at from concordat.job_pass where job = 'sweep'`)
  const passedAt = passes.rows[0]?.['passed_at']
  const lastPassAt = passedAt instanceof Date ? passedAt : undefined
  const since = Math.max(lastPassAt?.getTime() ?? 0, startedAt.getTime())
  return {
    overdue: Number(overdue.rows[0]?.['late']),
    ...(lastPassAt && { lastPassAt }),
    isStopped: now.getTime() - since > longestPauseMs,
  }
}

/** Said by the worker at the end of each pass. */
export async function recordPass(db: Queryable, job: string, now: Date): Promise<void> {
  await db.query(
    `insert into concordat.job_pass (job, passed_at) values ($1, $2) on conflict (job) do update set passed_at = excluded.passed_at`,
    [job, now],
  )
}

const toleratedMs = 5 * 60_000

/**
 * A clock that jumped would destroy too early, or keep too long: before each pass this process's clock is compared with the
 * database's.
 * @throws {Error} when they differ by more than five minutes
 */
export async function refuseJumpedClock({ db, clock }: Pick<OverdueDeps, 'db' | 'clock'>): Promise<void> {
  const { rows } = await db.query('select clock_timestamp() as now')
  const theirs = rows[0]?.['now']
  const apartMs = theirs instanceof Date ? Math.abs(clock().getTime() - theirs.getTime()) : Infinity
  if (apartMs > toleratedMs)
    throw new Error(`this process's clock and the database's are ${Math.round(apartMs / 1000)} seconds apart`)
}
