// SQL of inspections and their teams.
import type { Queryable } from '../db.ts'
import { londonDate } from '../../policies/calendar.ts'
import type { Inspection } from './inspection.ts'

const select = `
  select i.reference, i.establishment, i.starts_on, i.ends_on, i.closed_on,
         array(select m.person_id::text from concordat.inspection_member m
               where m.inspection_id = i.id and m.member_from <= $1 and (m.member_until is null or m.member_until >= $1)
               order by m.person_id) as team
  from concordat.inspection i`

export async function findInspection(
  db: Queryable,
  reference: string,
  now: Date,
): Promise<Inspection | undefined> {
  const { rows } = await db.query(`${select} where i.reference = $2`, [londonDate(now), reference])
  return rows[0] && parse(rows[0])
}

/** The open inspections on whose team a person is: what they may choose from. */
export async function findInspectionsOf(db: Queryable, personId: string, now: Date): Promise<Inspection[]> {
  const { rows } = await db.query(
    `${select} where (i.closed_on is null or i.closed_on > $1) and exists (
       select from concordat.inspection_member m where m.inspection_id = i.id and m.person_id = $2
         and m.member_from <= $1 and (m.member_until is null or m.member_until >= $1))
     order by i.starts_on, i.reference`,
    [londonDate(now), personId],
  )
  return rows.map(parse)
}

function parse(row: Record<string, unknown>): Inspection {
  return {
    reference: String(row['reference']),
    establishment: String(row['establishment']),
    startsOn: String(row['starts_on']),
    endsOn: String(row['ends_on']),
    ...(typeof row['closed_on'] === 'string' && { closedOn: row['closed_on'] }),
    team: row['team'] as string[], // text[]
  }
}
