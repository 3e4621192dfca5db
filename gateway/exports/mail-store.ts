// SQL of what the mailbox is owed: a row for each delivery, done once.
import type { Permit } from '../../policies/decide.ts'
import type { Queryable, Transaction } from '../db.ts'

export type NoticeReason = 'preferred' | 'too-large' | 'nobody-has-a-key' | 'destroyed'

/** How it went out: to how many people's keys, or why not as a message. */
export type Mailed =
  | { readonly form: 'message'; readonly people: number }
  | { readonly form: 'notice'; readonly reason: NoticeReason }

export interface DeliveryMail {
  readonly id: string
  readonly opening: string | undefined
  readonly sent: (Mailed & { readonly at: Date }) | undefined
}

const columns = 'id, opening, form, reason, people, sent_at'

export async function findMail(db: Queryable, deliveryId: string): Promise<DeliveryMail | undefined> {
  const { rows } = await db.query(`select ${columns} from concordat.delivery_mail where delivery_id = $1`, [
    deliveryId,
  ])
  return rows[0] && parse(rows[0])
}

export async function lockMail(tx: Transaction, deliveryId: string): Promise<DeliveryMail | undefined> {
  const { rows } = await tx.query(
    `select ${columns} from concordat.delivery_mail where delivery_id = $1 for update`,
    [deliveryId],
  )
  return rows[0] && parse(rows[0])
}

export async function insertMail(
  tx: Transaction,
  permit: Permit,
  made: { readonly id: string; readonly deliveryId: string; readonly owedAt: Date },
): Promise<void> {
  demand(permit)
  await tx.query(
    'insert into concordat.delivery_mail (id, delivery_id, owed_at, asked_at) values ($1, $2, $3, $3)',
    [made.id, made.deliveryId, made.owedAt],
  )
}

/** From now on this opening alone may be handed over. */
export async function insertOpening(
  tx: Transaction,
  permit: Permit,
  made: { readonly id: string; readonly deliveryId: string; readonly itemId: string; readonly openedAt: Date }, // prettier-ignore
): Promise<void> {
  demand(permit)
  await tx.query('insert into concordat.delivery_mail_opening (id, item_id, opened_at) values ($1, $2, $3)', [
    made.id,
    made.itemId,
    made.openedAt,
  ])
  await tx.query(
    'update concordat.delivery_mail set opening = $2 where delivery_id = $1 and sent_at is null',
    [made.deliveryId, made.id],
  )
}

export async function markMailed(
  tx: Transaction,
  permit: Permit,
  deliveryId: string,
  mailed: Mailed,
  now: Date,
): Promise<void> {
  demand(permit)
  const reason = mailed.form === 'notice' ? mailed.reason : null
  const people = mailed.form === 'message' ? mailed.people : null
  await tx.query(
    `update concordat.delivery_mail set form = $2, reason = $3, people = $4, sent_at = $5
     where delivery_id = $1 and sent_at is null`,
    [deliveryId, mailed.form, reason, people, now],
  )
}

/** Those that nobody asked the worker for since then, and are asked for now. @returns ids of their deliveries */
export async function askAgain(tx: Transaction, since: Date, now: Date): Promise<string[]> {
  const { rows } = await tx.query(
    `update concordat.delivery_mail set asked_at = $2 where sent_at is null and asked_at <= $1 returning delivery_id`,
    [since, now],
  )
  return rows.map((row) => String(row['delivery_id']))
}

function demand(permit: Permit): void {
  if (permit.act !== 'pack') throw new Error(`a permit for ${permit.act} was used to send a delivery by mail`)
}

function parse(row: Record<string, unknown>): DeliveryMail {
  const opening = typeof row['opening'] === 'string' ? row['opening'] : undefined
  return { id: String(row['id']), opening, sent: parseSent(row) }
}

function parseSent(row: Record<string, unknown>): DeliveryMail['sent'] {
  const at = row['sent_at']
  if (!(at instanceof Date)) return undefined
  if (row['form'] === 'message') return { form: 'message', people: Number(row['people']), at }
  return { form: 'notice', reason: String(row['reason']) as NoticeReason, at } // the table's own constraint
}
