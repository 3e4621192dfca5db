// Who is told of a version of an agreement: the other keepers of the bodies that it binds, by a link and an innocuous subject (S35).
import type { PersonContext } from '../http/endpoint.ts'
import type { JobQueue } from '../jobs.ts'
import { owe } from '../mail.ts'
import { findHolders } from '../people/store.ts'
import type { Proposal } from './version-store.ts'

export interface TellDeps {
  readonly jobs: Pick<JobQueue, 'send'>
  readonly publicUrl: string
}

const news = {
  proposed: ['A version of an agreement waits for you', 'A version of an agreement is proposed. Another keeper than the one who proposed it can activate it.'],
  activated: ['An agreement has another version', 'A version of an agreement was activated. It decides from its first day on.'],
  withdrawn: ['A version of an agreement was withdrawn', 'A version of an agreement that was proposed was withdrawn. What is in force stays in force.'],
} as const // prettier-ignore

export async function tellKeepers(
  { jobs, publicUrl }: TellDeps,
  { tx, person, now }: PersonContext,
  parties: readonly string[],
  { id, agreement, state }: Pick<Proposal, 'id' | 'agreement' | 'state'>,
): Promise<void> {
  const [subject, sentence] = news[state]
  const body = `${sentence}\n\n${publicUrl}/agreements/${agreement}/versions/${id}\n`
  for (const party of parties)
    for (const keeper of await findHolders(tx, 'agreement-keeper', party, now))
      if (keeper.id !== person.id) await owe(tx, jobs, { recipient: keeper.email, subject, body }, now)
}
