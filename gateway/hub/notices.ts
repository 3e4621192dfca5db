// Who is told of what of access to the Hub: a link and an innocuous subject (S35). The mailbox of the Hub is named by the memorandum.
import type { PersonContext } from '../http/endpoint.ts'
import { owe } from '../mail.ts'
import { findHolders, findPersonById } from '../people/store.ts'
import type { HubDeps } from './act.ts'

interface Words {
  readonly subject: string
  readonly line: string
  readonly path: string
}

/** The team at Data and Analysis, and the assurance officers of the body whose people are Users. */
export async function tellBoth(deps: HubDeps, context: PersonContext, words: Words): Promise<number> {
  const officers = await findHolders(context.tx, 'assurance-officer', deps.hub.data.to, context.now)
  for (const { email } of officers) await tell(deps, context, email, words)
  return officers.length + (await tellTeam(deps, context, words))
}

/** hub-2023/3.9. @returns how many were told */
export async function tellTeam(deps: HubDeps, context: PersonContext, words: Words): Promise<number> {
  const { party, role } = deps.hub.data.supplies
  const team = await findHolders(context.tx, role, party, context.now)
  for (const { email } of team) await tell(deps, context, email, words)
  return team.length
}

/** hub-2023/2.5. */
export function tellMailbox(deps: HubDeps, context: PersonContext, words: Words): Promise<void> {
  return tell(deps, context, deps.config.hubMailbox, words)
}

export async function tellPerson(deps: HubDeps, context: PersonContext, id: string, words: Words): Promise<void> {
  const person = await findPersonById(context.tx, id, context.now)
  if (person) await tell(deps, context, person.email, words)
} // prettier-ignore

async function tell(
  deps: HubDeps,
  { tx, now }: PersonContext,
  recipient: string,
  { subject, line, path }: Words,
): Promise<void> {
  const body = [line, '', `${deps.publicUrl}${path}`, '', 'This message holds no Hub data. Do not reply to it with any.', ''].join('\n') // prettier-ignore
  await owe(tx, deps.jobs, { recipient, subject, body }, now)
}
