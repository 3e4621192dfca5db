// The time that a checkpoint bears. Order never comes from clocks, but a checkpoint says when it was signed: so nothing is
// signed while the clocks of the process and of the database disagree, or when time went back since the last checkpoint.
import { z } from 'zod'
import { LedgerFault } from './fault.ts'
import type { Queryable } from './queryable.ts'

export interface Clocks {
  readonly clock: () => Date
  readonly databaseClock?: ((tx: Queryable) => Promise<Date>) | undefined
}

const DISAGREEMENT_MS = 5 * 60_000
/** Several processes sign in turn, and their clocks are never quite the same. */
const STEP_BACK_MS = 10_000

const lastRow = z.object({ published_at: z.date() })

/** @throws {LedgerFault} `clock-disagrees`, `clock-went-back` */
export async function checkedTime(
  tx: Queryable,
  { clock, databaseClock = askDatabase }: Clocks,
): Promise<Date> {
  const now = clock()
  const database = await databaseClock(tx)
  const apartMs = Math.abs(now.getTime() - database.getTime())
  if (apartMs > DISAGREEMENT_MS)
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
  return now
}

async function askDatabase(tx: Queryable): Promise<Date> {
  const { rows } = await tx.query('select clock_timestamp() as now')
  return z.date().parse(rows[0]?.['now'])
}
