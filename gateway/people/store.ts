// SQL of people: who they are, what they may do today, which key they collect with.
import type { Party } from '../../policies/facts.ts'
import type { Queryable, Transaction } from '../db.ts'
import type { Person } from '../http/who.ts'
import { londonDate } from '../../policies/calendar.ts'
import type { EnrolledKey, OfferedKey, Standing } from './person.ts'

const columns = `p.id, p.name, p.email, p.party,
  array(select r.role from concordat.person_role r
        where r.person_id = p.id and r.held_from <= $2 and (r.held_until is null or r.held_until >= $2) order by r.role) as roles`

export async function findPersonById(db: Queryable, id: string, now: Date): Promise<Person | undefined> {
  const { rows } = await db.query(`select ${columns} from concordat.person p where p.id = $1`, [
    id,
    londonDate(now),
  ])
  return rows[0] && parsePerson(rows[0])
}

export async function findPersonByIdentity(
  db: Queryable,
  issuer: string,
  subject: string,
  now: Date,
): Promise<Person | undefined> {
  const { rows } = await db.query(
    `select ${columns} from concordat.person p where p.issuer = $1 and p.subject = $3`,
    [issuer, londonDate(now), subject],
  )
  return rows[0] && parsePerson(rows[0])
}

/** Of two with one address, neither: an address is no identity. */
export async function findPersonByAddress(
  db: Queryable,
  email: string,
  now: Date,
): Promise<Person | undefined> {
  const { rows } = await db.query(`select ${columns} from concordat.person p where lower(p.email) = lower($1) limit 2`, [email, londonDate(now)]) // prettier-ignore
  return rows.length === 1 && rows[0] ? parsePerson(rows[0]) : undefined
}

/** Everybody who holds a role of a party today, for notices. */
export async function findHolders(db: Queryable, role: string, party: Party, now: Date): Promise<Person[]> {
  const { rows } = await db.query(
    `select ${columns} from concordat.person p
     where p.party = $1 and exists (select from concordat.person_role r where r.person_id = p.id and r.role = $3
       and r.held_from <= $2 and (r.held_until is null or r.held_until >= $2))
     order by p.email`,
    [party, londonDate(now), role],
  )
  return rows.map(parsePerson)
}

export async function findStanding(db: Queryable, personId: string, now: Date): Promise<Standing> {
  const { rows } = await db.query(
    `select (select valid_until from concordat.person_standing where person_id = $1 and kind = 'training') as trained_until,
            (select valid_until from concordat.person_standing where person_id = $1 and kind = 'vetting') as vetted_until,
            exists (select from concordat.person_key where person_id = $1 and state = 'enrolled'
                    and (expires_at is null or expires_at > $2)) as key_enrolled,
            (select count(*) from concordat.owed_duty d where d.owed_by = $1::text and d.late_at < $2) as overdue_duties`,
    [personId, now],
  )
  const row = rows[0] ?? {}
  return {
    ...(typeof row['trained_until'] === 'string' && { trainedUntil: row['trained_until'] }),
    ...(typeof row['vetted_until'] === 'string' && { vettedUntil: row['vetted_until'] }),
    keyEnrolled: row['key_enrolled'] === true,
    overdueDuties: Number(row['overdue_duties'] ?? 0),
  }
}

export async function findEnrolledKey(db: Queryable, personId: string): Promise<EnrolledKey | undefined> {
  const { rows } = await db.query(
    `select fingerprint, armored, expires_at from concordat.person_key where person_id = $1 and state = 'enrolled'`,
    [personId],
  )
  return rows[0] && parseKey(rows[0])
}

/** @returns false when the fingerprint is already known, whoever's it is */
export async function insertOfferedKey(tx: Transaction, key: OfferedKey): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into concordat.person_key (fingerprint, person_id, armored, state, challenge_hash, offered_at, expires_at)
     values ($1, $2, $3, 'offered', $4, $5, $6)
     on conflict (fingerprint) do update
       set challenge_hash = excluded.challenge_hash, challenge_tries = 0, offered_at = excluded.offered_at
       where person_key.person_id = excluded.person_id and person_key.state = 'offered'`,
    [key.fingerprint, key.personId, key.armored, key.challengeHash, key.offeredAt, key.expiresAt ?? null],
  )
  return rowCount === 1
}

/** Counts the try and locks the row, so that guesses cannot run side by side. */
export async function takeChallenge(
  tx: Transaction,
  personId: string,
  fingerprint: string,
): Promise<{ hash: Buffer; tries: number } | undefined> {
  const { rows } = await tx.query(
    `update concordat.person_key set challenge_tries = challenge_tries + 1
     where person_id = $1 and fingerprint = $2 and state = 'offered' returning challenge_hash, challenge_tries`,
    [personId, fingerprint],
  )
  return rows[0] && { hash: rows[0]['challenge_hash'] as Buffer, tries: Number(rows[0]['challenge_tries']) } // bytea is a Buffer
}

/** A person's first key. @throws where there is one already: then it is a change, which takes two */
export async function enrolKey(
  tx: Transaction,
  personId: string,
  fingerprint: string,
  now: Date,
): Promise<void> {
  await tx.query(
    `update concordat.person_key set state = 'enrolled', challenge_hash = null, answered_at = $3, enrolled_at = $3
     where person_id = $1 and fingerprint = $2 and state = 'offered'`,
    [personId, fingerprint, now],
  )
}

function parsePerson(row: Record<string, unknown>): Person {
  return {
    id: String(row['id']),
    name: String(row['name']),
    email: String(row['email']),
    party: row['party'] as Party, // checked by the table's constraint
    roles: row['roles'] as string[], // text[]
  }
}

function parseKey(row: Record<string, unknown>): EnrolledKey {
  const expiresAt = row['expires_at']
  return {
    fingerprint: String(row['fingerprint']),
    armored: String(row['armored']),
    ...(expiresAt instanceof Date && { expiresAt }),
  }
}
