// People at the door to Hub data, as a test needs them; written as the owner of the database.
import { randomUUID } from 'node:crypto'
import { conditionsVersion } from '../../demo/hub.ts'
import type { Queryable } from '../../gateway/db.ts'

/** Everybody who is authorised accepted the Conditions of Use and said what for, so that Hub data is open to them all day. */
export async function openHubForAll(owner: Queryable): Promise<void> {
  const { rows } = await owner.query(
    'select person_id from concordat.hub_authorisation where ended_at is null',
  )
  for (const { person_id: personId } of rows) {
    await owner.query(`insert into concordat.hub_acceptance (person_id, version, accepted_at) values ($1, $2, now()) on conflict do nothing`, [personId, conditionsVersion]) // prettier-ignore
    // In a far day's time: it is said anew after every sign-in, and tests sign in and move their clock as they go.
    await owner.query(`insert into concordat.hub_session (id, person_id, purpose, opened_at) values ($1, $2, 'inspection', '2199-01-01')`, [randomUUID(), personId]) // prettier-ignore
  }
}

/** Everybody's access as at the start, whatever an attempt led to; nobody is in two places. */
export async function restoreHub(owner: Queryable): Promise<void> {
  await owner.query(`delete from concordat.hub_conditions where version <> $1`, [conditionsVersion])
  await owner.query(`update concordat.hub_authorisation set ended_at = null, ended_how = null, ended_by = null, restricted_at = null where document <> 'Letter 7'`) // prettier-ignore
  await owner.query(`delete from concordat.hub_session where opened_at < now()`)
}
