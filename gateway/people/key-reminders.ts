// Reminds people that their key nears its end date: 60, 30 and 7 days before, each once. Days are local; no agreement gives
// any. That a reminder is missing is seen by the gateway and said in /health: not by the worker, which may be what stopped.
import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db.ts'
import { record } from '../http/mount.ts'
import type { JobQueue } from '../jobs.ts'
import { owe } from '../mail.ts'
import { writeDay } from '../http/filters.ts'
import { findKeysEnding, noteReminder, type EndingKey } from './key-changes-store.ts'

export const remindDaysBefore = [7, 30, 60] as const

export interface KeyReminderDeps {
  readonly db: Database
  readonly clock: Clock
  readonly jobs: Pick<JobQueue, 'send'>
  readonly publicUrl: string
}

/** The nearest reminder only: a key enrolled ten days before its end is not told of sixty. @returns how many were owed now */
export async function remindOfKeys(deps: KeyReminderDeps): Promise<number> {
  let owed = 0
  for (const daysBefore of remindDaysBefore) {
    const now = deps.clock()
    for (const key of await findKeysEnding(deps.db, daysBefore, now, { until: addDays(now, daysBefore) }))
      if (await remind(deps, key, daysBefore, now)) owed += 1
  }
  return owed
}

async function remind(
  deps: KeyReminderDeps,
  key: EndingKey,
  daysBefore: number,
  now: Date,
): Promise<boolean> {
  return deps.db.withTransaction(async (tx) => {
    if (!(await noteReminder(tx, key.fingerprint, daysBefore, now))) return false
    const body = [
      `The key that your packages are locked with can be used until ${writeDay(key.expiresAt)}. After that you cannot collect anything.`, '',
      `Make a new key, or extend this one, and give it to us at ${deps.publicUrl}/keys. A colleague confirms the change, so do not leave it to the last day.`, '',
    ].join('\n') // prettier-ignore
    await owe(tx, deps.jobs, { recipient: key.email, subject: 'Your key is about to end', body }, now)
    await record(tx, [{
      type: 'key.reminded', actor: { kind: 'process', name: 'worker' }, subjects: [{ kind: 'person', id: key.personId }],
      correlation: 'key-reminders', detail: { daysBefore, expiresOn: key.expiresAt.toISOString().slice(0, 10) },
    }], now) // prettier-ignore
    return true
  })
}

/** Keys whose reminder was due a day ago and is not owed to anybody. */
export async function missedReminders(db: Queryable, now: Date): Promise<number> {
  const yesterday = addDays(now, -1)
  let missed = 0
  for (const daysBefore of remindDaysBefore)
    missed += (
      await findKeysEnding(db, daysBefore, now, {
        until: addDays(yesterday, daysBefore),
        enrolledBefore: yesterday,
      })
    ).length
  return missed
}

function addDays(instant: Date, days: number): Date {
  return new Date(instant.getTime() + days * 24 * 3_600_000)
}
