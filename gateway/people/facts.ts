// What the rules see of a person at the instant of an act.
import type { Facts } from '../../policies/facts.ts'
import type { Queryable } from '../db.ts'
import type { Person } from '../http/who.ts'
import { findStanding } from './store.ts'

export async function factsOfPerson(
  db: Queryable,
  person: Pick<Person, 'id' | 'party' | 'roles'>,
  now: Date,
): Promise<Facts> {
  const standing = uuid.test(person.id)
    ? await findStanding(db, person.id, now)
    : { keyEnrolled: false, overdueDuties: 0 }
  return {
    now: now.toISOString(),
    person: { id: person.id, party: person.party, roles: person.roles, ...standing },
  }
}

/** A process of the gateway is nobody in the register. */
const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/
