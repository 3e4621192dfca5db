// The day of a hold's review has come: who keeps records at the body that it is kept for is told, once for each such day. Until
// somebody answers, the hold stands and its data stays.
import { londonDate } from '../../policies/calendar.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db.ts'
import { record } from '../http/mount.ts'
import type { JobQueue } from '../jobs.ts'
import { owe } from '../mail.ts'
import { findHolders } from '../people/store.ts'
import { findHoldsToReview, noteHoldReminder, type HoldToReview } from './hold-store.ts'

export interface HoldReminderDeps {
  readonly db: Database
  readonly clock: Clock
  readonly jobs: Pick<JobQueue, 'send'>
  readonly publicUrl: string
}

const told = ['records-manager', 'assurance-officer']

/** @returns how many holds somebody was told of now */
export async function remindOfHolds(deps: HoldReminderDeps): Promise<number> {
  let reminded = 0
  for (const hold of await findHoldsToReview(deps.db, londonDate(deps.clock())))
    if (await remind(deps, hold)) reminded += 1
  return reminded
}

function remind({ db, clock, jobs, publicUrl }: HoldReminderDeps, hold: HoldToReview): Promise<boolean> {
  const now = clock()
  return db.withTransaction(async (tx) => {
    if (!(await noteHoldReminder(tx, hold, now))) return false
    const body = [
      `A hold on ${hold.reference} is to be looked at again today. While it stands, what it holds is not destroyed.`, '', `${publicUrl}/retention/items/${hold.itemId}`, '',
      'Say there that it is still needed and why, or ask for it to be lifted. This message holds no data. Do not reply to it with any.', '',
    ].join('\n') // prettier-ignore
    for (const role of told)
      for (const { email } of await findHolders(tx, role, hold.keptFor, now))
        await owe(tx, jobs, { recipient: email, subject: 'A hold is to be looked at again', body }, now)
    await record(tx, [{
      type: 'hold.review-due', actor: { kind: 'process', name: 'worker' }, correlation: hold.id, agreement: hold.agreement,
      subjects: [{ kind: 'item', id: hold.itemId }, hold.of],
      detail: { hold: hold.id, reviewOn: hold.reviewOn },
    }], now) // prettier-ignore
    return true
  })
}
