// What the calendar makes happen: a rehearsal some days before the export is due, and notices when it is due soon and due. Run
// by the worker again and again; each happens once, in the transaction that says so. It is watched from outside (watch.ts).
// What the mailbox is owed is asked for again until it went.
import { londonDate } from '../../policies/calendar.ts'
import type { Transaction } from '../db.ts'
import { record } from '../http/mount.ts'
import type { ExportDeps } from './act.ts'
import { askAgain } from './mail-store.ts'
import { releasersOf, tell } from './notices.ts'
import { markOnce, openQuarters, stateOf, unmetQuarters, type OwedQuarter } from './quarters.ts'

export async function scheduleExports(deps: ExportDeps): Promise<void> {
  const now = deps.clock()
  await deps.db.withTransaction(async (tx) => {
    await openQuarters(tx, deps.concernsExport, now)
    for (const quarter of await unmetQuarters(tx, now)) {
      await oweRehearsal(deps, tx, quarter, now)
      await tellDue(deps, tx, quarter, now)
    }
    const since = new Date(now.getTime() - askAgainAfterMs)
    for (const deliveryId of await askAgain(tx, since, now))
      await deps.jobs.send(tx, 'mail-delivery', { deliveryId })
  })
}

/** Longer than the queue itself tries: a mail server may be down for a day. */
const askAgainAfterMs = 15 * 60_000

async function oweRehearsal(
  deps: ExportDeps,
  tx: Transaction,
  quarter: OwedQuarter,
  now: Date,
): Promise<void> {
  if (londonDate(now) < quarter.rehearseOn) return
  if (await markOnce(tx, quarter.endsOn, 'rehearsal_owed_at', now))
    await deps.jobs.send(tx, 'rehearse-export', { quarter: quarter.endsOn })
}

async function tellDue(deps: ExportDeps, tx: Transaction, quarter: OwedQuarter, now: Date): Promise<void> {
  const state = stateOf(quarter, now)
  if (state !== 'due-soon' && state !== 'due') return
  if (!(await markOnce(tx, quarter.endsOn, state === 'due' ? 'due_told_at' : 'warned_at', now))) return
  const when = state === 'due' ? 'today' : `on ${quarter.dueOn}`
  const releasers = await releasersOf(deps, { tx, now })
  await tell(deps, { tx, now }, releasers.map(({ email }) => email), {
    subject: state === 'due' ? 'The export is due today' : 'The export is due soon',
    lines: [`The export of ${quarter.label} is due ${when}. Two people have to release it.`],
    path: '/deliveries/next',
  }) // prettier-ignore
  const { agreement } = deps.concernsExport
  await record(tx, [{
    type: 'concerns-export.told', actor: { kind: 'process', name: 'worker' }, subjects: [], correlation: `quarter-${quarter.endsOn}`, agreement,
    clauses: [deps.concernsExport.duty.clause], detail: { quarter: quarter.endsOn, state },
  }], now) // prettier-ignore
}
