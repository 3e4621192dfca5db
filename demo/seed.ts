// Who and what the demonstration starts with: the people of demo/identity with roles and standing, and two inspections of
// real establishments, one with a team. Written by the owner's login: the gateway itself registers nobody.
import { randomUUID } from 'node:crypto'
import type { Queryable } from '../gateway/db.ts'
import { londonDate } from '../policies/calendar.ts'
import { seedFigures } from './figures.ts'
import { seedHub } from './hub.ts'
import type { DemonstrationPerson } from './identity/people.ts'

export interface Seeded {
  /** Reference of the open inspection. */
  readonly inspection: string
  readonly establishment: string
}

/** Leeds: a local prison, where people arrive from court. */
const establishment = 'LEI'
export const openInspection = 'INS-2026-LEI-1'

/** Does nothing to what is there already. @param issuer of the people's identities */
export async function seed(
  owner: Queryable,
  issuer: string,
  people: readonly DemonstrationPerson[],
  now: Date,
): Promise<Seeded> {
  for (const person of people) if (person.party !== undefined) await seedPerson(owner, issuer, person, now)
  await seedInspection(owner, openInspection, establishment, now)
  await seedInspection(owner, 'INS-2026-BMI-1', 'BMI', now)
  await owner.query(
    `insert into concordat.inspection_member (inspection_id, person_id, member_from)
     select i.id, p.id, $3 from concordat.inspection i, concordat.person p
     where i.reference = $1 and p.issuer = $2 and p.subject = 'ayesha.rahman' on conflict do nothing`,
    [openInspection, issuer, day(now, -30)],
  )
  await seedFigures(owner, issuer, now)
  await seedHub(owner, issuer, now)
  return { inspection: openInspection, establishment }
}

async function seedPerson(
  owner: Queryable,
  issuer: string,
  person: DemonstrationPerson,
  now: Date,
): Promise<void> {
  await owner.query(
    `insert into concordat.person (id, issuer, subject, name, email, party) values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [randomUUID(), issuer, person.subject, person.name, person.email, person.party],
  )
  const { rows } = await owner.query('select id from concordat.person where issuer = $1 and subject = $2', [
    issuer,
    person.subject,
  ])
  const id = rows[0]?.['id']
  for (const role of person.roles) {
    await owner.query(
      `insert into concordat.person_role (person_id, role, held_from) values ($1, $2, $3) on conflict do nothing`,
      [id, role, '2025-01-02'],
    )
  }
  for (const kind of ['training', 'vetting']) {
    await owner.query(`insert into concordat.person_standing (person_id, kind, valid_until) values ($1, $2, $3) on conflict do nothing`, [id, kind, day(now, 300)]) // prettier-ignore
  }
}

async function seedInspection(owner: Queryable, reference: string, code: string, now: Date): Promise<void> {
  await owner.query(
    `insert into concordat.inspection (id, reference, establishment, starts_on, ends_on) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [randomUUID(), reference, code, day(now, 14), day(now, 25)],
  )
}

function day(now: Date, offset: number): string {
  return londonDate(new Date(now.getTime() + offset * 24 * 3_600_000))
}
