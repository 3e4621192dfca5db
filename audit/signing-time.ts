// The time that a checkpoint bears. Order never comes from clocks, but a checkpoint says when it was signed: so nothing is
// signed while the clocks of the process, of the database and of the time authority disagree, or when time went back since the
// last checkpoint or the last time token.
import { z } from 'zod'
import { LedgerFault } from './fault.ts'
import type { Queryable } from './queryable.ts'

export interface Clocks {
  readonly clock: () => Date
  readonly databaseClock?: ((tx: Queryable) => Promise<Date>) | undefined
}

export const DISAGREEMENT_MS = 5 * 60_000
/** Several processes sign in turn, and their clocks are never quite the same. */
const STEP_BACK_MS = 10_000

export function areApart(a: Date, b: Date): boolean {
  return Math.abs(a.getTime() - b.getTime()) > DISAGREEMENT_MS
}

const lastRow = z.object({ published_at: z.date() })
const tokenRow = z.object({ stamped_at: z.date(), received_at: z.date() })

/** @throws {LedgerFault} `clock-disagrees`, `clock-went-back` */
export async function checkedTime(
  tx: Queryable,
  { clock, databaseClock = askDatabase }: Clocks,
): Promise<Date> {
  const now = clock()
  const database = await databaseClock(tx)
  if (areApart(now, database))
    throw new LedgerFault(
      'clock-disagrees',
      `This process says ${now.toISOString()}, the database ${database.toISOString()}: one of the clocks is wrong.`,
    )
  const { rows } = await tx.query('select published_at from ledger.checkpoint order by size desc limit 1')
  const last = rows.length === 0 ? undefined : lastRow.parse(rows[0]).published_at
  if (last && now.getTime() < last.getTime() - STEP_BACK_MS)
    throw new LedgerFault(
      'clock-went-back',
      `It is ${now.toISOString()}, and the last checkpoint was signed at ${last.toISOString()}.`,
    )
  await checkAuthority(tx, now)
  return now
}

/** A time token is a clock too, of somebody else: it was wrong with ours when it came, or it is later than now. */
async function checkAuthority(tx: Queryable, now: Date): Promise<void> {
  const { rows } = await tx.query(
    `select stamped_at, received_at from ledger.time_token where epoch = (select epoch from ledger.head)
     order by received_at desc, size desc limit 1`,
  )
  if (rows.length === 0) return
  const { stamped_at: stamped, received_at: received } = tokenRow.parse(rows[0])
  if (areApart(stamped, received))
    throw new LedgerFault(
      'clock-disagrees',
      `The time authority said ${stamped.toISOString()} when this process said ${received.toISOString()}: one of the clocks is wrong.`,
    )
  if (now.getTime() < stamped.getTime() && areApart(now, stamped))
    throw new LedgerFault(
      'clock-went-back',
      `It is ${now.toISOString()}, and the time authority said ${stamped.toISOString()} before.`,
    )
}

async function askDatabase(tx: Queryable): Promise<Date> {
  const { rows } = await tx.query('select clock_timestamp() as now')
  return z.date().parse(rows[0]?.['now'])
}
