// The clocks of a clearance, watched by the worker: whoever has to answer is told before the end, and whoever waits is told after
// it. Being told changes nothing: silence is found at the close of the fact check alone (S4).
import { londonDate } from '../../policies/calendar.ts'
import type { Clock } from '../clock.ts'
import type { Database, Transaction } from '../db.ts'
import { writeDay } from '../http/filters.ts'
import { record } from '../http/mount.ts'
import type { JobQueue } from '../jobs.ts'
import { owe } from '../mail.ts'
import { findHolders, findPersonById } from '../people/store.ts'
import { scrutiny, type HubPublication } from './hub-publication.ts'
import { findUntold, noteTold, type ClearanceNotice } from './notice-store.ts'

export interface ClearanceReminderDeps {
  readonly db: Database
  readonly clock: Clock
  readonly jobs: Pick<JobQueue, 'send'>
  readonly publicUrl: string
  readonly hubPublication: HubPublication
}

/** @returns how many notices somebody was told of now */
export async function remindOfClearances(deps: ClearanceReminderDeps): Promise<number> {
  let told = 0
  for (const notice of await findUntold(deps.db, deps.clock()))
    if (await deps.db.withTransaction((tx) => tell(deps, tx, notice))) told += 1
  return told
}

async function tell(deps: ClearanceReminderDeps, tx: Transaction, notice: ClearanceNotice): Promise<boolean> {
  const now = deps.clock()
  if (!(await noteTold(tx, notice, now))) return false
  const ofConsent = notice.kind === 'answer-due' || notice.kind === 'answer-late'
  const { clause } = ofConsent ? deps.hubPublication.answer : deps.hubPublication.objections
  const path = ofConsent ? `/consents/${notice.about}` : `/clearances/${notice.clearanceId}`
  const dueOn = londonDate(new Date(notice.dueAt.getTime() - 1))
  const letters = lettersOf(notice, writeDay(dueOn))
  let sent = 0
  for (const { to, subject, line } of letters)
    for (const recipient of await addresses(deps, tx, to, notice, now)) {
      const body = [line, '', `${deps.publicUrl}${path}`, '', 'This message holds no figure. Do not reply to it with one.', ''].join('\n') // prettier-ignore
      await owe(tx, deps.jobs, { recipient, subject, body }, now)
      sent += 1
    }
  const said = {
    actor: { kind: 'process', name: 'worker' }, correlation: 'clearance-reminders', agreement: clause.split('/')[0], clauses: [clause],
    subjects: [...(ofConsent ? [{ kind: 'consent', id: notice.about } as const] : []), { kind: 'clearance', id: notice.clearanceId }],
  } as const // prettier-ignore
  await record(tx, [notice.kind === 'answer-late' ? { ...said, type: 'duty.overdue', detail: { dueOn, told: sent } } : { ...said, type: 'duty.reminded', detail: { dueOn } }], now) // prettier-ignore
  return true
}

interface Letter {
  /** Data and Analysis, HMPPS's desk for scrutiny, or the person who asked. */
  readonly to: 'hub' | 'scrutiny' | 'asker'
  readonly subject: string
  readonly line: string
}

function lettersOf({ kind }: ClearanceNotice, day: string): Letter[] {
  switch (kind) {
    case 'answer-due':
      return [{ to: 'hub', subject: 'A figure waits for your answer', line: `HMI Prisons asked for your consent to publish a figure. Please answer by ${day}.` }]
    case 'answer-late':
      return [
        { to: 'hub', subject: 'A figure still waits for your answer', line: `HMI Prisons asked for your consent to publish a figure, and no answer came by ${day}. You can still answer, until the fact check closes.` },
        { to: 'asker', subject: 'Your request for consent has no answer', line: `No answer came by ${day}. That is not consent: ask them, or leave the figure out. What silence means is found when the fact check closes.` },
      ]
    case 'window-closing':
      return [{ to: 'scrutiny', subject: 'Your time to object to a draft ends soon', line: `HMI Prisons means to use data that is not public in a draft. You can object until the end of ${day}.` }]
    case 'window-over':
      return [{ to: 'asker', subject: 'The time for objections is over', line: `The time in which HMPPS could object ended with ${day}. Close the fact check to see what of the report is clear.` }]
  }
} // prettier-ignore

async function addresses(
  { hubPublication }: ClearanceReminderDeps,
  tx: Transaction,
  to: Letter['to'],
  { askedBy }: ClearanceNotice,
  now: Date,
): Promise<string[]> {
  if (to === 'asker') {
    const asker = await findPersonById(tx, askedBy, now)
    return asker ? [asker.email] : []
  }
  const { role, party } = to === 'hub' ? hubPublication.supplies : scrutiny
  return (await findHolders(tx, role, party, now)).map(({ email }) => email)
}
