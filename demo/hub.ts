// Who the demonstration starts with as users of the Performance Hub, and the Conditions of Use that they have yet to accept. The words
// are invented: the real ones are cited by the memorandum and not reproduced.
import { createHash, randomUUID } from 'node:crypto'
import type { Queryable } from '../gateway/db.ts'
import { londonDate } from '../policies/calendar.ts'

const users = ['ayesha.rahman', 'tom.whitfield', 'martin.boyle', 'grace.adeyemi', 'marta.kowalczyk']
export const conditionsVersion = '2026-01'
const words = [
  'Demonstration Conditions of Use of the Performance Hub, version 2026-01.',
  'Use Hub data for the conduct of the business of the Ministry of Justice and for nothing else.',
  'Do not circulate it more widely than that business needs, and do not keep it on a personal computer.',
  'Do not publish it, or comment on it, before Data and Analysis has consented in writing.',
  'Your use is recorded with your username and your network address.',
].join('\n')

/** Does nothing to what is there already. */
export async function seedHub(owner: Queryable, issuer: string, now: Date): Promise<void> {
  const sha256 = createHash('sha256').update(words, 'utf8').digest('hex')
  await owner.query(
    `insert into concordat.hub_conditions (version, words, sha256, entered_by, entered_at)
     select $1, $2, decode($3, 'hex'), p.id, $4 from concordat.person p where p.issuer = $5 and p.subject = 'leila.santos' on conflict do nothing`,
    [conditionsVersion, words, sha256, now, issuer],
  )
  const day = (offset: number) => londonDate(new Date(now.getTime() + offset * 24 * 3_600_000))
  for (const subject of users)
    await owner.query(
      `insert into concordat.hub_authorisation (id, person_id, organisation, document, written_on, until, line_manager, granted_by, granted_at)
       select $1, u.id, 'associated-organisation', 'Letter HUB-2026-1', $2, $3, m.id, o.id, $4
       from concordat.person u, concordat.person m, concordat.person o
       where u.issuer = $5 and u.subject = $6 and m.issuer = $5 and m.subject = 'gwen.pritchard' and o.issuer = $5 and o.subject = 'leila.santos'
       on conflict do nothing`,
      [randomUUID(), day(-30), day(300), now, issuer, subject],
    )
}
