// SQL of a person's next key: it waits for a second person, replaces the one before, or is withdrawn. And of the reminders
// that a key nears its end date.
import type { Permit } from '../../policies/decide.ts'
import type { Party } from '../../policies/facts.ts'
import type { Queryable, Transaction } from '../db.ts'

/** A key whose challenge was answered, and which nobody but its owner has vouched for yet. */
export interface WaitingKey {
  readonly id: string
  readonly fingerprint: string
  readonly owner: {
    readonly id: string
    readonly name: string
    readonly email: string
    readonly party: Party
  }
  readonly answeredAt: Date
  readonly confirmTries: number
}

const waitingColumns = `k.id, k.fingerprint, k.answered_at, k.confirm_tries, p.id as owner_id, p.name, p.email, p.party
  from concordat.person_key k join concordat.person p on p.id = k.person_id`

/** Whether a key of this person's was ever in use: then the next one is a change, and takes two. */
export async function hasHadKey(db: Queryable, personId: string): Promise<boolean> {
  const { rows } = await db.query(
    `select 1 from concordat.person_key where person_id = $1 and enrolled_at is not null limit 1`,
    [personId],
  )
  return rows.length > 0
}

/** One change at a time: what waited before is withdrawn. */
export async function keepWaiting(
  tx: Transaction,
  personId: string,
  fingerprint: string,
  now: Date,
): Promise<void> {
  await tx.query(
    `update concordat.person_key set state = 'withdrawn', ended_at = $2 where person_id = $1 and state = 'waiting'`,
    [personId, now],
  )
  await tx.query(
    `update concordat.person_key set state = 'waiting', challenge_hash = null, answered_at = $3
     where person_id = $1 and fingerprint = $2 and state = 'offered'`,
    [personId, fingerprint, now],
  )
}

export async function findWaitingKeys(db: Queryable, party: Party): Promise<WaitingKey[]> {
  const { rows } = await db.query(
    `select ${waitingColumns} where k.state = 'waiting' and p.party = $1 order by k.answered_at`,
    [party],
  )
  return rows.map(parseWaiting)
}

export async function findWaitingKeyOf(db: Queryable, personId: string): Promise<WaitingKey | undefined> {
  const { rows } = await db.query(`select ${waitingColumns} where k.state = 'waiting' and k.person_id = $1`, [
    personId,
  ])
  return rows[0] && parseWaiting(rows[0])
}

/** Locks it, so that two colleagues cannot both decide. */
export async function lockWaitingKey(tx: Transaction, id: string): Promise<WaitingKey | undefined> {
  const { rows } = await tx.query(
    `select ${waitingColumns} where k.state = 'waiting' and k.id = $1 for update of k`,
    [id],
  )
  return rows[0] && parseWaiting(rows[0])
}

export async function countConfirmTry(tx: Transaction, id: string): Promise<void> {
  await tx.query(`update concordat.person_key set confirm_tries = confirm_tries + 1 where id = $1`, [id])
}

/** The key before it is kept as replaced: deliveries to it stay explained. */
export async function replaceKey(
  tx: Transaction,
  permit: Permit,
  { id, owner }: WaitingKey,
  confirmedBy: string,
  now: Date,
): Promise<void> {
  if (permit.act !== 'confirm-key') throw new Error(`a permit for ${permit.act} was used to confirm a key`)
  await tx.query(
    `update concordat.person_key set state = 'replaced', ended_at = $2 where person_id = $1 and state = 'enrolled'`,
    [owner.id, now],
  )
  await tx.query(
    `update concordat.person_key set state = 'enrolled', enrolled_at = $2, confirmed_by = $3 where id = $1 and state = 'waiting'`,
    [id, now, confirmedBy],
  )
}

/** @returns false where the person has no such key that is in use or on its way */
export async function withdrawKey(
  tx: Transaction,
  personId: string,
  fingerprint: string,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update concordat.person_key set state = 'withdrawn', ended_at = $3, challenge_hash = null
     where person_id = $1 and fingerprint = $2 and state in ('offered', 'waiting', 'enrolled')`,
    [personId, fingerprint, now],
  )
  return rowCount === 1
}

/** A key in use that ends before `until`, whose reminder for so many days before is not owed yet. */
export interface EndingKey {
  readonly fingerprint: string
  readonly personId: string
  readonly email: string
  readonly expiresAt: Date
}

export async function findKeysEnding(
  db: Queryable,
  daysBefore: number,
  now: Date,
  { until, enrolledBefore = now }: { readonly until: Date; readonly enrolledBefore?: Date },
): Promise<EndingKey[]> {
  const { rows } = await db.query(
    `select k.fingerprint, k.person_id, p.email, k.expires_at
     from concordat.person_key k join concordat.person p on p.id = k.person_id
     where k.state = 'enrolled' and k.expires_at > $2 and k.expires_at <= $3 and k.enrolled_at <= $4
       and not exists (select from concordat.key_reminder r where r.fingerprint = k.fingerprint and r.days_before <= $1)
     order by k.expires_at, k.fingerprint`,
    [daysBefore, now, until, enrolledBefore],
  )
  return rows.map((row) => ({
    fingerprint: String(row['fingerprint']),
    personId: String(row['person_id']),
    email: String(row['email']),
    expiresAt: row['expires_at'] as Date, // timestamptz, and not null where it was compared
  }))
}

/** @returns false when another process was first */
export async function noteReminder(
  tx: Transaction,
  fingerprint: string,
  daysBefore: number,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into concordat.key_reminder (fingerprint, days_before, owed_at) values ($1, $2, $3) on conflict do nothing`,
    [fingerprint, daysBefore, now],
  )
  return rowCount === 1
}

function parseWaiting(row: Record<string, unknown>): WaitingKey {
  return {
    id: String(row['id']),
    fingerprint: String(row['fingerprint']),
    owner: {
      id: String(row['owner_id']),
      name: String(row['name']),
      email: String(row['email']),
      party: row['party'] as Party, // checked by the table's constraint
    },
    answeredAt: row['answered_at'] as Date, // set with the state
    confirmTries: Number(row['confirm_tries']),
  }
}
