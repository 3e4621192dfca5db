// Reminds whoever took a copy before its day, and tells both sides once it is late (local/say-it-arrived, local/attest-copies).
// While it is late nothing more is released to that person: local/no-overdue-duty.
import { londonDate } from '../../policies/calendar.ts'
import type { Exchange } from '../../policies/exchange.ts'
import type { Clock } from '../clock.ts'
import type { Database, Transaction } from '../db.ts'
import { record } from '../http/mount.ts'
import { writeDay } from '../http/filters.ts'
import type { JobQueue } from '../jobs.ts'
import { owe } from '../mail.ts'
import { findHolders } from '../people/store.ts'
import { findUntold, noteTold, type OwedDuty } from '../retention/copy-duties.ts'

export interface CopyReminderDeps {
  readonly db: Database
  readonly clock: Clock
  readonly jobs: Pick<JobQueue, 'send'>
  readonly publicUrl: string
  readonly exchanges: { find(agreement: string, exchange: string, now: Date): Exchange | undefined }
}

/** @returns how many duties somebody was told of now */
export async function remindOfCopies(deps: CopyReminderDeps): Promise<number> {
  let told = 0
  for (const kind of ['overdue', 'reminder'] as const)
    for (const duty of await findUntold(deps.db, kind, deps.clock()))
      if (await deps.db.withTransaction((tx) => tell(deps, tx, duty, kind))) told += 1
  return told
}

async function tell(
  deps: CopyReminderDeps,
  tx: Transaction,
  duty: OwedDuty,
  kind: 'reminder' | 'overdue',
): Promise<boolean> {
  const now = deps.clock()
  if (!(await noteTold(tx, duty, kind, now))) return false
  const isLate = kind === 'overdue'
  // What is late already needs no reminder beside it.
  if (!isLate && duty.lateAt <= now) return false
  const others = isLate ? await othersOf(deps, tx, duty, now) : []
  const link = `${deps.publicUrl}/requests/${duty.transferId}`
  const send = (recipient: string, subject: string, sentence: string) =>
    owe(tx, deps.jobs, { recipient, subject, body: letter(sentence, link, duty.reference) }, now)
  const { what, rest } = wordsOf(duty)
  await send(duty.owedBy.email, `${duty.reference} ${isLate ? 'is overdue' : 'needs an answer'}`, `${isLate ? 'Overdue: ' : ''}${what}${isLate ? ' Until then you cannot collect anything more.' : ` ${rest}`}`) // prettier-ignore
  for (const recipient of others) await send(recipient, `${duty.reference} is overdue`, 'Whoever collected this has not said what they owe. Nothing more is released to them until they do.') // prettier-ignore
  const said = {
    actor: { kind: 'process', name: 'worker' }, correlation: 'copy-reminders', agreement: duty.agreement, clauses: [duty.clause],
    subjects: [{ kind: 'transfer', id: duty.transferId }],
  } as const // prettier-ignore
  const dueOn = dueDay(duty)
  await record(tx, [isLate ? { ...said, type: 'duty.overdue', detail: { dueOn, told: others.length + 1 } } : { ...said, type: 'duty.reminded', detail: { dueOn } }], now) // prettier-ignore
  return true
}

/** The lead contacts of both sides: whoever approves at the one, the supply desk at the other. */
async function othersOf(deps: CopyReminderDeps, tx: Transaction, duty: OwedDuty, now: Date) {
  const exchange = deps.exchanges.find(duty.agreement, duty.exchange, now)
  const desks = [exchange?.approver, exchange?.supplies].flatMap((desk) => desk ?? [])
  const emails = new Set<string>()
  for (const { role, party } of desks)
    for (const { email } of await findHolders(tx, role, party, now)) emails.add(email)
  emails.delete(duty.owedBy.email)
  return [...emails]
}

function wordsOf(duty: OwedDuty): { readonly what: string; readonly rest: string } {
  const day = writeDay(dueDay(duty))
  return duty.meets === 'item.acknowledged'
    ? { what: `Say that the package you collected arrived whole.`, rest: `Please do it by ${day}.` }
    : {
        what: 'Destroy every copy of what you collected, or return it, and say so.',
        rest: `It is due by ${day}. That is downloads, prints and copies that you passed on.`,
      }
}

/** The last day in London on which it can be met. */
export function dueDay({ dueAt }: Pick<OwedDuty, 'dueAt'>): string {
  return londonDate(new Date(dueAt.getTime() - 1))
}

function letter(sentence: string, link: string, reference: string): string {
  return [
    sentence, '', link, '', `Reference: ${reference}`, '',
    'This message holds no data. Do not reply to it with any.', '',
  ].join('\n') // prettier-ignore
}
