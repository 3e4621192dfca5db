// Who is told what of the export: notices with a link and an innocuous subject, never content (S35).
import type { Context } from '../http/endpoint.ts'
import type { Person } from '../http/who.ts'
import { owe } from '../mail.ts'
import { findHolders } from '../people/store.ts'
import type { ExportDeps } from './act.ts'
import type { SentDelivery } from './delivery.ts'
import { membersOf } from './facts.ts'
import { noticeWords, type Words } from './mail-words.ts'
import type { OwedQuarter } from './quarters.ts'
import { listSubscribed } from './subscriptions.ts'

export type Telling = Pick<ExportDeps, 'jobs' | 'publicUrl' | 'concernsExport'>
export type Moment = Pick<Context, 'tx' | 'now'>

/** @returns the ids of the mails that are owed now */
export async function tell(
  deps: Telling,
  { tx, now }: Moment,
  addresses: readonly string[],
  words: Words,
): Promise<string[]> {
  const body = [
    ...words.lines, '', `${deps.publicUrl}${words.path}`, '', 'This message holds no data. Do not reply to it with any.', '',
  ].join('\n') // prettier-ignore
  const owed: string[] = []
  for (const recipient of new Set(addresses))
    owed.push(await owe(tx, deps.jobs, { recipient, subject: words.subject, body }, now))
  return owed
}

/** Everybody at HMI Prisons who can put an export forward or release it. */
export function releasersOf(deps: Telling, { tx, now }: Moment): Promise<Person[]> {
  return findHolders(tx, 'export-releaser', deps.concernsExport.from, now)
}

export async function tellReleasers(
  deps: Telling,
  moment: Moment,
  quarter: OwedQuarter,
  by: string,
): Promise<void> {
  const others = (await releasersOf(deps, moment)).filter(({ id }) => id !== by)
  await tell(deps, moment, others.map(({ email }) => email), {
    subject: 'An export is waiting for a second person',
    lines: [`The export of ${quarter.label} was put forward. A second person has to release it.`],
    path: '/deliveries/next',
  }) // prettier-ignore
}

/** The members who asked to be told; what the mailbox gets is a matter of its own (mail-delivery.ts). */
export async function tellSubscribed(deps: Telling, moment: Moment, delivery: SentDelivery): Promise<void> {
  const members = await membersOf(moment.tx, deps.concernsExport, moment.now)
  const wanted = await listSubscribed(moment.tx, members.map(({ id }) => id)) // prettier-ignore
  const subscribed = members.filter(({ id }) => wanted.has(id)).map(({ email }) => email)
  await tell(deps, moment, subscribed, noticeWords(delivery))
}
