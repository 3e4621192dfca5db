// Who is told what of a clearance: a link and an innocuous subject, never a figure (S35).
import type { PersonContext } from '../http/endpoint.ts'
import { owe } from '../mail.ts'
import { findHolders, findPersonById } from '../people/store.ts'
import type { ClearanceDeps } from './act.ts'
import type { ConsentRequest } from './clearance.ts'
import { scrutiny } from './hub-publication.ts'

interface Words {
  readonly subject: string
  readonly line: string
  readonly path: string
}

/** @returns how many people were told */
export async function tellDesk(
  deps: ClearanceDeps,
  context: PersonContext,
  desk: { readonly party: string; readonly role: string },
  words: Words,
): Promise<number> {
  const people = await findHolders(context.tx, desk.role, desk.party, context.now)
  for (const { email } of people) await tell(deps, context, email, words)
  return people.length
}

/** hmpps-2025/18-notify: in the transaction that marks the figure, which is the earliest opportunity. @returns how many were told */
export function tellScrutiny(
  deps: ClearanceDeps,
  context: PersonContext,
  clearanceId: string,
): Promise<number> {
  return tellDesk(deps, context, scrutiny, {
    subject: 'A draft is meant to use data that is not public',
    line: 'HMI Prisons means to use data that is not public in a draft. See which, and say whether you object.',
    path: `/clearances/${clearanceId}`,
  })
}

export function tellHub(deps: ClearanceDeps, context: PersonContext, requestId: string): Promise<number> {
  return tellDesk(deps, context, deps.hubPublication.supplies, {
    subject: 'A figure waits for your consent',
    line: 'HMI Prisons asks for your consent to publish a figure from the Performance Hub.',
    path: `/consents/${requestId}`,
  })
}

/** Whoever asked is told of what came of it. */
export async function tellAsker(
  deps: ClearanceDeps,
  context: PersonContext,
  request: Pick<ConsentRequest, 'id' | 'askedBy'>,
  line: string,
): Promise<void> {
  const asker = await findPersonById(context.tx, request.askedBy, context.now)
  if (asker) await tell(deps, context, asker.email, { subject: 'Your request for consent moved', line, path: `/consents/${request.id}` }) // prettier-ignore
}

async function tell(
  deps: ClearanceDeps,
  { tx, now }: PersonContext,
  recipient: string,
  { subject, line, path }: Words,
): Promise<void> {
  const body = [line, '', `${deps.publicUrl}${path}`, '', 'This message holds no figure. Do not reply to it with one.', ''].join('\n') // prettier-ignore
  await owe(tx, deps.jobs, { recipient, subject, body }, now)
}
