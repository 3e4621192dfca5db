// An attempt at what is Data and Analysis's, or a local administrator's, by somebody who has Hub data in hand: their access and every
// session of theirs ends in the transaction that records the refusal, and both bodies are told (hub-2023/2.3). What a person can
// mend, such as terms that they have yet to accept, is no such attempt. Which acts count is local.
import type { Outcome } from '../decisions/judge.ts'
import type { Events, PersonContext } from '../http/endpoint.ts'
import { personActor } from '../http/who.ts'
import { about, type HubDeps } from './act.ts'
import { tellBoth } from './notices.ts'
import * as store from './store.ts'

/** The outcome as it was, with what it led to where it was refused. */
export async function guarded<T>(
  deps: HubDeps,
  context: PersonContext,
  outcome: Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const came = await outcome
  if (came.kind === 'done') return came
  const standing = await store.lockStandingOf(context.tx, context.person.id)
  if (!standing) return came
  const sessions = await endAtOnce(deps, context, standing, undefined)
  const base = { actor: personActor(context.person, context.ip), correlation: context.requestId, agreement: deps.hub.data.agreement, clauses: ['hub-2023/2.3'] } // prettier-ignore
  const events: Events = [
    ...came.events,
    { ...base, type: 'hub-access.ended', subjects: about(standing.id), detail: { how: 'breach', sessions } },
    { ...base, type: 'incident.raised', subjects: about(standing.id), detail: { kind: 'hub-unauthorised-attempt', found: came.letter.act } }, // prettier-ignore
  ]
  return { ...came, events }
}

/** @param by who found it; undefined where a rule did @returns how many sessions ended */
export async function endAtOnce(
  deps: HubDeps,
  context: PersonContext,
  { id, personId }: { readonly id: string; readonly personId: string },
  by: string | undefined,
): Promise<number> {
  await store.changeAuthorisation(context.tx, id, 'breach', by, context.now)
  const sessions = await store.endSessions(context.tx, personId)
  await tellBoth(deps, context, {
    subject: 'Access to the Performance Hub was revoked at once',
    line: 'There was an unauthorised attempt, and the access of the account was revoked. See which, and what it did.',
    path: '/hub/users',
  })
  return sessions
}
