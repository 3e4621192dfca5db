// Who on the team asked to be told of each delivery, beside the mailbox that always is.
import type { Queryable, Transaction } from '../db.ts'

/** @returns those of the people who asked to be told */
export async function listSubscribed(db: Queryable, people: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.query(
    'select person_id from concordat.delivery_subscription where person_id = any ($1::uuid[])',
    [people],
  )
  return new Set(rows.map((row) => String(row['person_id'])))
}

export async function setSubscribed(
  tx: Transaction,
  person: string,
  subscribed: boolean,
  now: Date,
): Promise<void> {
  if (subscribed)
    await tx.query(
      'insert into concordat.delivery_subscription (person_id, subscribed_at) values ($1, $2) on conflict do nothing',
      [person, now],
    )
  else await tx.query('delete from concordat.delivery_subscription where person_id = $1', [person])
}
