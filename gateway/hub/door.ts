// What a person does at the door to Hub data: sees how they stand, accepts the Conditions of Use as they are in force, says what a
// session is for and that nobody else sees the screen, and ends sessions elsewhere (hub-2023/2.2-terms, 2.4, 3.2, 3.10).
import { randomUUID } from 'node:crypto'
import type { LedgerEvent } from '../../audit/events.ts'
import type { Refusal } from '../../policies/decide.ts'
import type { Events, PersonContext } from '../http/endpoint.ts'
import { stateConflict } from '../http/problem.ts'
import { personActor } from '../http/who.ts'
import { factsOfPerson } from '../people/facts.ts'
import type { Authorisation, HubStanding, Purpose } from './access.ts'
import { fieldFault, type As, type HubDeps } from './act.ts'
import { openingFacts } from './open.ts'
import * as store from './store.ts'

export interface Door {
  readonly standing: HubStanding
  /** The words of the Conditions of Use in force; undefined while there are none. */
  readonly words: string | undefined
  /** What keeps Hub data from being opened now. */
  readonly refusals: readonly Refusal[]
  /** People whose line manager this is. */
  readonly managed: readonly Authorisation[]
}

interface Done<T> {
  readonly events: Events
  readonly value: T
}

export async function readDoor(deps: HubDeps, context: PersonContext, as: As): Promise<Done<Door>> {
  const { tx, person, now } = context
  const standing = await store.findHubStanding(tx, person.id, now)
  const facts = await factsOfPerson(tx, person, now)
  const decision = deps.judge.rehearse('open', openingFacts(deps, context, facts, standing, 'screen'))
  const refusals = decision.outcome === 'refusal' ? decision.refusals : []
  const words = (await store.findConditions(tx))?.words
  const managed = await store.listManaged(tx, person.id)
  return {
    value: { standing, words, refusals, managed },
    events: [{ ...baseOf(deps, context), type: 'hub-door.viewed', detail: { as } }],
  }
}

/** hub-2023/3.3-consent: with it goes the consent to be recorded. @throws {Problem} `state.conflict` where another version came in between */
export async function accept(deps: HubDeps, context: PersonContext, version: string): Promise<Done<string>> {
  const { tx, person, now } = context
  const conditions = await store.findConditions(tx)
  if (conditions?.version !== version) throw stateConflict('The Conditions of Use were amended while you read. Read them again, then accept them.') // prettier-ignore
  await store.insertAcceptance(tx, person.id, version, now)
  return { value: version, events: [{ ...baseOf(deps, context), type: 'hub-conditions.accepted', detail: { version, sha256: conditions.sha256 } }] } // prettier-ignore
}

/** @throws {Problem} `input.invalid` where the person does not say that nobody else sees the screen */
export async function openSession(
  deps: HubDeps,
  context: PersonContext,
  { purpose, unseen }: { readonly purpose: Purpose; readonly unseen: boolean },
): Promise<Done<Purpose>> {
  if (!unseen) throw fieldFault('unseen', 'Say that nobody who may not see the screen can see it. If somebody can, move first.') // prettier-ignore
  await store.insertHubSession(context.tx, { id: randomUUID(), personId: context.person.id, purpose, at: context.now }) // prettier-ignore
  return {
    value: purpose,
    events: [{ ...baseOf(deps, context), type: 'hub-session.opened', detail: { purpose } }],
  }
}

/** Ends every session of the person at the pages, this one too. */
export async function endEverywhere(deps: HubDeps, context: PersonContext): Promise<Done<number>> {
  const sessions = await store.endSessions(context.tx, context.person.id)
  return {
    value: sessions,
    events: [{ ...baseOf(deps, context), type: 'person.signed-out', detail: { reason: 'everywhere' } }],
  }
}

function baseOf({ hub }: Pick<HubDeps, 'hub'>, { person, ip, requestId }: PersonContext) {
  return { actor: personActor(person, ip), subjects: [], correlation: requestId, agreement: hub.data.agreement } satisfies Omit<LedgerEvent, 'type' | 'detail'> // prettier-ignore
}
