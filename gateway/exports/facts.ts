// What the rules see of a delivery: a document from HMI Prisons to one team, told at one address, read by who is on it today.
import { randomUUID } from 'node:crypto'
import type { Facts } from '../../policies/facts.ts'
import type { Queryable } from '../db.ts'
import { factsOfPerson } from '../people/facts.ts'
import type { Person } from '../http/who.ts'
import { findHolders } from '../people/store.ts'
import type { ConcernsExport } from './concerns-export.ts'

type DocumentFacts = NonNullable<Facts['document']>

/** @param id of the delivery; one that does not exist yet has none */
export async function factsOf(
  db: Queryable,
  exported: ConcernsExport,
  person: Pick<Person, 'id' | 'party' | 'roles'>,
  now: Date,
  extra: Partial<DocumentFacts> = {},
): Promise<Facts> {
  const { agreement, key, from, to, marking, retentionClass, recipients, address } = exported
  const readers = await membersOf(db, exported, now)
  const document = {
    id: randomUUID(),
    agreement,
    exchange: key,
    from,
    to,
    kind: key,
    marking,
    retentionClass,
    recipients,
    ...(address !== undefined && { address }),
    readers: readers.map(({ id }) => id),
    ...extra,
  }
  return { ...(await factsOfPerson(db, person, now)), document }
}

/** Everybody who is on the team that the export goes to, today. */
export async function membersOf(
  db: Queryable,
  { recipients }: Pick<ConcernsExport, 'recipients'>,
  now: Date,
): Promise<Person[]> {
  const members: Person[] = []
  for (const desk of recipients) {
    const [party = '', role = ''] = desk.split('/')
    members.push(...(await findHolders(db, role, party, now)))
  }
  return members
}
