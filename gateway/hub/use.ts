// The record of the use of Hub data (hub-2023/3.3): sign-ins and sign-outs, uploads, reports run and downloads, by username and
// address and by nothing else of a person. It is the ledger, seen through these types alone.
import type { EventType } from '../../audit/events.ts'
import { readLog, type ReadLog } from '../../audit/log.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { factsOfPerson } from '../people/facts.ts'
import { notFound } from '../http/problem.ts'
import { about, judged, type As, type HubDeps } from './act.ts'
import { guarded } from './attempt.ts'
import { findAuthorisation } from './store.ts'

const ofTheHub = [
  'figures.viewed', 'figure.viewed', 'figures.registered', 'hub-data.downloaded', 'hub-return.submitted', 'hub-return.rejected',
  'clearance.viewed', 'consent.viewed', 'hub-session.opened', 'hub-conditions.accepted',
] as const satisfies readonly EventType[] // prettier-ignore
/** Of one user also these, which everybody has. */
const ofSigningIn = ['person.signed-in', 'person.signed-out'] as const satisfies readonly EventType[]

export interface UseQuery {
  /** Id of the account. */
  readonly user?: string | undefined
  readonly before?: string | undefined
}

export interface UseRead {
  readonly log: ReadLog
  /** Of whom it is, where it is of one. */
  readonly username: string | undefined
}

/** @throws {Problem} `not-found` where there is no such account */
export async function readUse(
  deps: HubDeps,
  context: PersonContext,
  { user, before }: UseQuery,
  as: As,
): Promise<Outcome<UseRead>> {
  const facts = await factsOfPerson(context.tx, context.person, context.now)
  return guarded(
    deps,
    context,
    judged(deps, context, 'read-hub-use', facts, async (base) => {
      const account = user === undefined ? undefined : await findAuthorisation(context.tx, user)
      if (user !== undefined && !account) throw notFound()
      const username = account?.username
      const types = username === undefined ? ofTheHub : [...ofTheHub, ...ofSigningIn]
      const filters = { types, ...(username !== undefined && { actor: username }) }
      const log = await readLog(context.tx, filters, {
        limit: 100,
        ...(before !== undefined && { before }),
      })
      return { value: { log, username }, events: [{ ...base, type: 'hub-use.viewed', subjects: account ? about(account.id) : [], detail: { shown: log.lines.length, ofOne: username !== undefined, as } }] } // prettier-ignore
    }),
  )
}
