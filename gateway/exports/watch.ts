// The watch over the export, outside its scheduler: the gateway's own process looks, whether or not any worker runs, and sends
// what it has to say itself. It alarms when a rehearsal did not happen, when a quarter passes without its delivery, when a
// delivery does not go out by mail or is not acknowledged and when an urgent share is not reviewed: an entry, a mail, a figure in the health answer. Once each.
import type { Queryable, Transaction } from '../db.ts'
import { record } from '../http/mount.ts'
import type { Log } from '../log.ts'
import { sendOwed, type SendMail } from '../mail.ts'
import { findHolders } from '../people/store.ts'
import type { ExportDeps } from './act.ts'
import { releasersOf, tell } from './notices.ts'
import { membersOf } from './facts.ts'
import { openQuarters } from './quarters.ts'

export type AlarmKind = 'not-rehearsed' | 'late' | 'unmailed' | 'unacknowledged' | 'unreviewed'

export interface WatchDeps extends ExportDeps {
  readonly log: Log
  readonly sendMail: SendMail
}

export interface Outstanding {
  readonly kind: AlarmKind
  /** The quarter's last day, the delivery's number, or the reference of an urgent share. */
  readonly about: string
  readonly path: string
  readonly says: string
}

/** Local: a mail server that restarts is no alarm. */
const unmailedAfterMs = 3_600_000

/** What is outstanding now, whether or not anybody was told. */
export async function outstanding(db: Queryable, now: Date): Promise<Outstanding[]> {
  const { rows } = await db.query(
    `select 'not-rehearsed' as kind, q.ends_on::text as about, q.label from concordat.export_quarter q
     where q.met_at is null and q.warn_at <= $1 and not exists (select from concordat.export_rehearsal r where r.quarter_ends_on = q.ends_on)
     union all
     select 'late', q.ends_on::text, q.label from concordat.export_quarter q where q.met_at is null and q.due_at <= $1
     union all
     select 'unmailed', d.number::text, q.label from concordat.delivery_mail m join concordat.delivery d on d.id = m.delivery_id
     join concordat.export_quarter q on q.ends_on = d.quarter_ends_on where m.sent_at is null and m.owed_at <= $2
     union all
     select 'unacknowledged', d.number::text, q.label from concordat.delivery d join concordat.export_quarter q on q.ends_on = d.quarter_ends_on
     where d.state = 'sent' and d.acknowledge_by <= $1
     union all
     select 'unreviewed', u.reference, '' from concordat.urgent_share u where u.reviewed_at is null and u.review_by <= $1
     order by kind, about`,
    [now, new Date(now.getTime() - unmailedAfterMs)],
  )
  return rows.map((row) => {
    const kind = String(row['kind']) as AlarmKind // as the statement writes them
    return { kind, ...words[kind](String(row['about']), String(row['label'])) }
  })
}

const words: Readonly<Record<AlarmKind, (about: string, label: string) => Omit<Outstanding, 'kind'>>> = {
  'not-rehearsed': (about, label) => ({
    about,
    path: '/deliveries/next',
    says: `The export of ${label} was not rehearsed, and is due soon. Rehearse it, and ask the operator whether the worker runs.`,
  }),
  late: (about, label) => ({
    about,
    path: '/deliveries/next',
    says: `The export of ${label} was due and has not been sent.`,
  }),
  unmailed: (about, label) => ({
    about,
    path: `/deliveries/${about}`,
    says: `Delivery ${about}, of ${label}, has not gone to the mailbox for an hour. Ask the operator whether mail is sent. It can be collected.`,
  }),
  unacknowledged: (about, label) => ({
    about,
    path: `/deliveries/${about}`,
    says: `Nobody has said that delivery ${about}, of ${label}, arrived.`,
  }),
  unreviewed: (about) => ({
    about,
    path: '/urgent-concerns',
    says: `The urgent share ${about} has not been reviewed.`,
  }),
}

/** One look. @returns what it alarmed about now */
export async function watchExports(deps: WatchDeps): Promise<Outstanding[]> {
  const now = deps.clock()
  const { raised, mails } = await deps.db.withTransaction(async (tx) => {
    await openQuarters(tx, deps.concernsExport, now)
    const found = await outstanding(tx, now)
    const told = { raised: new Array<Outstanding>(), mails: new Array<string>() }
    for (const each of found) {
      if (!(await insertAlarm(tx, each, now))) continue
      told.raised.push(each)
      told.mails.push(...(await alarm(deps, tx, each, now)))
    }
    return told
  })
  // The worker sends it too, where one runs; whoever is first does.
  for (const mailId of mails) await sendOwed(deps.db, deps.sendMail, mailId, now)
  return raised
}

async function insertAlarm(tx: Transaction, { kind, about }: Outstanding, now: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    'insert into concordat.export_alarm (kind, about, raised_at) values ($1, $2, $3) on conflict do nothing',
    [kind, about, now],
  )
  return rowCount === 1
}

async function alarm(
  deps: WatchDeps,
  tx: Transaction,
  { kind, about, says, path }: Outstanding,
  now: Date,
): Promise<string[]> {
  const { agreement, from, duty, mailboxClause, acknowledgement, urgentReview } = deps.concernsExport
  deps.log.warn('export.alarm', { alarm: kind, about })
  const clause = {
    'not-rehearsed': duty.clause,
    late: duty.clause,
    unmailed: mailboxClause,
    unacknowledged: acknowledgement.clause,
    unreviewed: urgentReview.clause,
  }[kind]
  await record(tx, [{
    type: 'concerns-export.alarmed', actor: { kind: 'process', name: 'gateway' }, subjects: [], correlation: `${kind}-${about}`, agreement,
    clauses: [clause], detail: { alarm: kind, about },
  }], now) // prettier-ignore
  const officers = await findHolders(tx, 'assurance-officer', from, now)
  const others = kind === 'unreviewed' ? [] : await releasersOf(deps, { tx, now })
  const members = kind === 'unacknowledged' ? await membersOf(tx, deps.concernsExport, now) : []
  const addresses = [...officers, ...others, ...members].map(({ email }) => email)
  return tell(deps, { tx, now }, addresses, { subject: 'The concerns export needs you', lines: [says], path })
}

const lookEveryMs = 60_000

/** Looks now and every minute. @returns what stops it */
export function startWatch(deps: WatchDeps): () => Promise<void> {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const look = () => {
    running = watchExports(deps)
      .then(() => undefined)
      .catch((error: unknown) => void deps.log.error('export.watch', { error }))
      .finally(() => {
        if (!stopped) timer = setTimeout(look, lookEveryMs)
      })
  }
  look()
  return async () => {
    stopped = true
    clearTimeout(timer)
    await running
  }
}
