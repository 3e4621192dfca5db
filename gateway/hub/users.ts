// The users of Hub data: Data and Analysis authorises in writing and until a day, revokes or restricts at its discretion; a line
// manager says that somebody left; a local user administrator sees dormant accounts and deletes them, and sees nothing else.
import { randomUUID } from 'node:crypto'
import type { LedgerEvent } from '../../audit/events.ts'
import { addPeriod, londonDate } from '../../policies/calendar.ts'
import type { Facts } from '../../policies/facts.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound, Problem, stateConflict, type FieldFault } from '../http/problem.ts'
import { isWorkAddress } from '../networks.ts'
import { factsOfPerson } from '../people/facts.ts'
import { findPersonByAddress } from '../people/store.ts'
import type { Authorisation, Change } from './access.ts'
import { about, judged, type As, type Base, type HubDeps } from './act.ts'
import { endAtOnce, guarded } from './attempt.ts'
import { tellBoth, tellMailbox, tellPerson, tellTeam } from './notices.ts'
import type { AuthoriseBody } from './schemas.ts'
import * as store from './store.ts'

export interface HubUsers {
  /** Those that stand; for a local administrator the dormant ones alone. */
  readonly users: readonly (Authorisation & { readonly dormant: boolean })[]
  readonly ended: readonly Authorisation[]
}

/** hub-2023/3.8: to Data and Analysis whole, to local user administrators what they need to find accounts to delete. */
export function listUsers(deps: HubDeps, context: PersonContext, as: As): Promise<Outcome<HubUsers>> {
  return guarded(deps, context, listed(deps, context, as))
}

async function listed(deps: HubDeps, context: PersonContext, as: As): Promise<Outcome<HubUsers>> {
  const { agreement, key, from, to, marking } = deps.hub.administration
  const document = { id: randomUUID(), agreement, exchange: key, from, to, marking, kind: 'user-accounts', parts: ['hub-data'], purpose: 'administration', readers: [context.person.id] } // prettier-ignore
  const facts = { ...(await factsOfPerson(context.tx, context.person, context.now)), document }
  return judged(deps, context, 'open', facts, async (base) => {
    const isOwner = context.person.party === from
    const users = (await store.listStanding(context.tx))
      .map((each) => ({ ...each, dormant: isDormant(deps, each, context.now) }))
      .filter(({ dormant }) => isOwner || dormant)
    const ended = isOwner ? await store.listEnded(context.tx) : []
    const event: LedgerEvent = { ...base, type: 'hub-users.viewed', subjects: [], detail: { shown: users.length, as } } // prettier-ignore
    return { value: { users, ended }, events: [event] }
  })
}

function isDormant({ hub }: HubDeps, { lastUsedAt, grantedAt }: Authorisation, now: Date): boolean {
  return addPeriod(londonDate(lastUsedAt ?? grantedAt), hub.dormant.limit) < londonDate(now)
}

/** @throws {Problem} `input.invalid` naming each field */
export function authorise(deps: HubDeps, context: PersonContext, body: AuthoriseBody): Promise<Outcome<string>> {
  return guarded(deps, context, admitted(deps, context, body))
} // prettier-ignore

async function admitted(deps: HubDeps, context: PersonContext, body: AuthoriseBody): Promise<Outcome<string>> {
  const { agreement, key, from, to } = deps.hub.access
  const workAddress = isWorkAddress(deps.config.hubMailDomains, body.username)
  const id = randomUUID()
  const enrolment = { id, agreement, exchange: key, from, to, kind: 'hub-user', organisation: body.organisation, endsOn: body.until, workAddress } // prettier-ignore
  const facts: Facts = { ...(await factsOfPerson(context.tx, context.person, context.now)), enrolment }
  return judged(deps, context, 'admit', facts, async (base, permit) => {
    const { personId, lineManager } = await checked(deps, context, body)
    await store.insertAuthorisation(context.tx, permit, {
      id, personId, lineManager, organisation: body.organisation, document: body.document, writtenOn: body.writtenOn, until: body.until,
      grantedBy: context.person.id, grantedAt: context.now,
    })
    await tellPerson(deps, context, personId, {
      subject: 'You are authorised for Hub data', line: 'Data and Analysis authorised you for data of the Performance Hub. Read the Conditions of Use and accept them before you use it.', path: '/hub',
    })
    const event: LedgerEvent = { ...base, type: 'hub-access.granted', subjects: about(id), detail: { organisation: body.organisation, until: body.until } }
    return { value: id, events: [event] }
  })
} // prettier-ignore

async function checked(
  deps: HubDeps,
  { tx, now }: PersonContext,
  body: AuthoriseBody,
): Promise<{ readonly personId: string; readonly lineManager: string }> {
  const faults: FieldFault[] = []
  const user = await findPersonByAddress(tx, body.username, now)
  const manager = await findPersonByAddress(tx, body.lineManager, now)
  if (user?.party !== deps.hub.data.to) faults.push({ field: 'username', message: 'Nobody at HMI Prisons is registered with this address.' }) // prettier-ignore
  if (!manager || manager.party !== user?.party || manager.id === user.id)
    faults.push({ field: 'lineManager', message: 'Give the address of another person at HMI Prisons who is registered.' }) // prettier-ignore
  if (body.writtenOn > londonDate(now)) faults.push({ field: 'writtenOn', message: 'This day has not come.' })
  if (body.until <= londonDate(now)) faults.push({ field: 'until', message: 'This day is past. Give a day to come.' }) // prettier-ignore
  if (body.until > addPeriod(body.writtenOn, { amount: 12, unit: 'month' }))
    faults.push({ field: 'until', message: 'An authorisation lasts twelve months and no longer, which is local. Give an earlier day.' }) // prettier-ignore
  if (!user || !manager || faults.length > 0) throw new Problem('input.invalid', 'Correct the fields named here and send it again. Nothing was saved.', faults) // prettier-ignore
  return { personId: user.id, lineManager: manager.id }
}

/** Ends an authorisation, or leaves the screen only; it bites at the next look and in the middle of a download. @throws {Problem} `not-found`, `state.conflict` */
export function change(deps: HubDeps, context: PersonContext, id: string, how: Change): Promise<Outcome<string>> {
  return guarded(deps, context, changed(deps, context, id, how))
} // prettier-ignore

async function changed(
  deps: HubDeps,
  context: PersonContext,
  id: string,
  how: Change,
): Promise<Outcome<string>> {
  const { agreement, key, from, to } = deps.hub.access
  const found = await store.lockAuthorisation(context.tx, id)
  const enrolment = {
    ...{ id, agreement, exchange: key, from, to, kind: how },
    ...(found?.lineManager !== undefined && { lineManager: found.lineManager }),
    dormant: found !== undefined && isDormant(deps, found, context.now),
  }
  const facts: Facts = { ...(await factsOfPerson(context.tx, context.person, context.now)), enrolment }
  return judged(deps, context, 'end-hub-access', facts, async (base) => {
    if (!found) throw notFound()
    if (found.ended) throw stateConflict('This authorisation has ended already.')
    const sessions = how === 'breach' ? await endAtOnce(deps, context, found, context.person.id) : 0
    if (how !== 'breach') await store.changeAuthorisation(context.tx, id, how, context.person.id, context.now)
    const subjects = about(id)
    if (how === 'restricted')
      return { value: id, events: [{ ...base, type: 'hub-access.restricted', subjects, detail: {} }] }
    return {
      value: id,
      events: [
        { ...base, type: 'hub-access.ended', subjects, detail: { how, sessions } },
        ...(await tellOf(deps, context, base, id, how)),
      ],
    }
  })
}

/** HMI Prisons is told of what Data and Analysis does (hub-2023/2.6); of a leaver both the mailbox and the team are (2.5, 3.9). */
async function tellOf(
  deps: HubDeps,
  context: PersonContext,
  base: Base,
  id: string,
  how: Change,
): Promise<LedgerEvent[]> {
  const path = '/hub/users'
  if (how === 'revoked') await tellBoth(deps, context, { subject: 'Access to the Performance Hub was revoked', line: 'Data and Analysis revoked the access of an account. It need give no reason.', path }) // prettier-ignore
  if (how !== 'left' && how !== 'role-changed') return []
  const words = { subject: 'A user no longer needs the Performance Hub', line: `The line manager says that a user ${how === 'left' ? 'has left' : 'has changed role'}. Access through the gateway has ended. The account is ${id}.`, path } // prettier-ignore
  await tellMailbox(deps, context, words)
  const people = await tellTeam(deps, context, words)
  return [
    { ...base, type: 'hub-mailbox.told', subjects: about(id), detail: {} },
    { ...base, type: 'hub-team.told', subjects: about(id), detail: { people } },
  ]
}
