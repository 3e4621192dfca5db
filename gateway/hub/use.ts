// The record of the use of Hub data (hub-2023/3.3): sign-ins and sign-outs, uploads, reports run and downloads, by username and
// address and by nothing else of a person. It is the ledger, seen through these types alone.
import type { EventType } from '../../audit/events.ts'
import { readLog, type ReadLog } from '../../audit/log.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { factsOfPerson } from '../people/facts.ts'
import { judged, type As, type HubDeps } from './act.ts'
import { guarded } from './attempt.ts'

const ofTheHub = [
  'figures.viewed', 'figure.viewed', 'figures.registered', 'hub-data.downloaded', 'hub-return.submitted', 'hub-return.rejected',
  'clearance.viewed', 'consent.viewed', 'hub-session.opened', 'hub-conditions.accepted',
] as const satisfies readonly EventType[] // prettier-ignore
/** Of one user also these, which everybody has. */
const ofSigningIn = ['person.signed-in', 'person.signed-out'] as const satisfies readonly EventType[]

export interface UseQuery {
  readonly username?: string | undefined
  readonly before?: string | undefined
}

export async function readUse(
  deps: HubDeps,
  context: PersonContext,
  { username, before }: UseQuery,
  as: As,
): Promise<Outcome<ReadLog>> {
  const facts = await factsOfPerson(context.tx, context.person, context.now)
  return guarded(
    deps,
    context,
    judged(deps, context, 'read-hub-use', facts, async (base) => {
      const types = username === undefined ? ofTheHub : [...ofTheHub, ...ofSigningIn]
      const filters = { types, ...(username !== undefined && { actor: username }) }
      const value = await readLog(context.tx, filters, {
        limit: 100,
        ...(before !== undefined && { before }),
      })
      return { value, events: [{ ...base, type: 'hub-use.viewed', subjects: [], detail: { shown: value.lines.length, ofOne: username !== undefined, as } }] } // prettier-ignore
    }),
  )
}
