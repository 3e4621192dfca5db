// The door to Hub data: whoever at HMI Prisons looks at it, takes it out or puts it in passes it, each time anew. Two decisions: that
// their role does this here, and that their access to the Hub stands (hub-2023, sections 2 and 3).
import { randomUUID } from 'node:crypto'
import type { Permit } from '../../policies/decide.ts'
import type { Act, Facts } from '../../policies/facts.ts'
import { policyHash, refused, type Judged, type Outcome } from '../decisions/judge.ts'
import type { Events, PersonContext } from '../http/endpoint.ts'
import { personActor } from '../http/who.ts'
import { factsOfPerson } from '../people/facts.ts'
import { hubAccessOf, type HubStanding, type Shown } from './access.ts'
import type { Base, HubDeps } from './act.ts'
import { isWithin } from '../networks.ts'
import { findHubStanding, noteUse } from './store.ts'

interface Opened {
  readonly base: Omit<Base, 'agreement'> & { readonly agreement?: string }
  readonly permit: Permit
}

/**
 * Does the work where the act is permitted, and, for people of the body that the memorandum gives access, Hub data may be opened.
 * Data and Analysis, whose data it is, and HMPPS, which is told of it under its own memorandum, need no authorisation.
 */
export async function withHubData<T>(
  deps: HubDeps,
  context: PersonContext,
  act: Act,
  shownAs: Shown,
  work: (opened: Opened) => Promise<{ readonly events: Events; readonly value: T }>,
): Promise<Outcome<T>> {
  const { person } = context
  const facts = await factsOfPerson(context.tx, person, context.now)
  const acted = await deps.judge.judge(context, act, facts)
  if (acted.outcome === 'refusal') return refused(acted)
  const base = {
    actor: personActor(person, context.ip),
    correlation: context.requestId,
    decision: acted.decisionId,
    policy: policyHash(acted.permit.pack),
    clauses: [...acted.permit.tested],
  }
  const opened = await judgeOpening(deps, context, facts, shownAs)
  if (opened === undefined) return { kind: 'done', ...(await work({ base, permit: acted.permit })) }
  if (opened.outcome === 'refusal') return refused(opened)
  const clauses = [...new Set([...base.clauses, ...opened.permit.tested])]
  const both = { ...base, agreement: deps.hub.data.agreement, decision: opened.decisionId, policy: policyHash(opened.permit.pack), clauses } // prettier-ignore
  return { kind: 'done', ...(await work({ base: both, permit: acted.permit })) }
}

/** Whether Hub data may be opened by this person now; undefined for people of a body that needs no authorisation. Noted as a use. */
export async function judgeOpening(
  deps: HubDeps,
  context: PersonContext,
  facts: Facts,
  shownAs: Shown,
): Promise<Judged | undefined> {
  const { tx, person, now } = context
  if (person.party !== deps.hub.data.to) return undefined
  const standing = await findHubStanding(tx, person.id, now)
  const judged = await deps.judge.judge(context, 'open', openingFacts(deps, context, facts, standing, shownAs)) // prettier-ignore
  if (judged.outcome === 'permit' && standing.authorisation) await noteUse(tx, standing.authorisation.id, now)
  return judged
}

/** What the rules see when the person opens Hub data. */
export function openingFacts(
  deps: Pick<HubDeps, 'hub' | 'config'>,
  { person, ip }: Pick<PersonContext, 'person' | 'ip'>,
  facts: Facts,
  standing: HubStanding,
  shownAs: Shown,
): Facts {
  const { agreement, key, from, to, marking, retentionClass } = deps.hub.data
  const { conditions, accepted, purpose } = standing
  const isAccepted = conditions !== undefined && accepted === conditions.version
  return {
    ...facts,
    person: { ...facts.person, managedDevice: isWithin(deps.config.hubManagedNetworks, ip) },
    document: {
      id: randomUUID(), agreement, exchange: key, from, to, kind: 'hub-data', marking, retentionClass, parts: ['hub-data'],
      readers: [person.id], circulation: 'named', shownAs,
      // The gateway puts the words on every figure that it shows or hands out.
      banner: 'management-information',
      ...(purpose !== undefined && { purpose }),
      attested: [...(isAccepted ? ['hub-2023/2.4', 'hub-2023/4.4.1'] : []), ...(purpose === undefined ? [] : ['hub-2023/3.10'])],
      // What its entry holds of a person is what an actor has, and nothing else.
      personalInLog: Object.keys(personActor(person, ip)).filter((name) => name !== 'kind'),
      hubAccess: hubAccessOf(standing, { shownAs, trustedNetwork: isWithin(deps.config.hubNetworks, ip) }),
    },
  } // prettier-ignore
}

/** Clauses that the person can meet alone, at the door. */
const metAtTheDoor = new Set(['hub-2023/2.2-terms', 'hub-2023/2.2-purpose', 'hub-2023/2.4', 'hub-2023/3.10'])

/** Whether nothing stands in the way but what the person can do at the door. */
export function leadsToDoor<T>(outcome: Outcome<T>): boolean {
  return outcome.kind === 'refused' && outcome.letter.act === 'open' && outcome.letter.refusals.every(({ clause }) => metAtTheDoor.has(clause)) // prettier-ignore
}
