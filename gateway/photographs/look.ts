// Looking at the photographs of a report and at one: what is known of each, and what keeps it out. The picture itself is another look,
// with an entry of its own (open-picture.ts).
import type { Refusal } from '../../policies/decide.ts'
import type { Facts } from '../../policies/facts.ts'
import type { Clearance } from '../clearance/clearance.ts'
import { findClearance } from '../clearance/store.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound } from '../http/problem.ts'
import { allowed } from '../people/allowed.ts'
import { factsOfPerson } from '../people/facts.ts'
import { about, existing, isThere, type As, type PhotographDeps } from './act.ts'
import { isStated, type Question } from './checking.ts'
import { factsOfPhotograph } from './facts.ts'
import type { Photograph } from './photograph.ts'
import { standingOf, type Standing } from './standing.ts'
import { listPhotographs, listReports, type ReportLine } from './store.ts'

export interface Seen {
  readonly photograph: Photograph
  readonly standing: Standing
  /** Whether this person may see the picture now. */
  readonly maySee: boolean
  /** Why not. */
  readonly hiddenBy: readonly Refusal[]
  /** What keeps it from going out. */
  readonly heldBy: readonly Refusal[]
  /** Questions that still wait for an answer, or have the wrong one. */
  readonly unanswered: readonly Question[]
}

/** Reports with how many photographs each has, and how many copies are to be taken down. */
export function listAll(
  deps: PhotographDeps,
  context: PersonContext,
  as: As,
): Promise<Outcome<readonly ReportLine[]>> {
  return allowed(deps, context, 'read-photographs', async ({ base }) => {
    const value = await listReports(context.tx, context.person.party !== deps.photographs.from)
    return { value, events: [{ ...base, type: 'photograph-reports.viewed', subjects: [], detail: { shown: value.length, as } }] } // prettier-ignore
  })
}

export interface Album {
  readonly clearance: Clearance
  readonly photographs: readonly Seen[]
}

/** @throws {Problem} `not-found` */
export function listOf(
  deps: PhotographDeps,
  context: PersonContext,
  clearanceId: string,
  as: As,
): Promise<Outcome<Album>> {
  return allowed(deps, context, 'read-photographs', async ({ base }) => {
    const clearance = await findClearance(context.tx, clearanceId)
    if (!clearance) throw notFound()
    const facts = await factsOfPerson(context.tx, context.person, context.now)
    const found = (await listPhotographs(context.tx, clearanceId)).filter((each) => isThere(context.person, each)) // prettier-ignore
    const photographs = found.map((each) => seen(deps, facts, each, clearance))
    const subjects = [{ kind: 'clearance', id: clearanceId } as const]
    return {
      value: { clearance, photographs },
      events: [{ ...base, type: 'photographs.viewed', subjects, detail: { shown: photographs.length, as } }],
    }
  })
}

/** @throws {Problem} `not-found` */
export function readOne(
  deps: PhotographDeps,
  context: PersonContext,
  id: string,
  as: As,
): Promise<Outcome<Seen & { readonly clearance: Clearance }>> {
  return allowed(deps, context, 'read-photographs', async ({ base }) => {
    const { photograph, clearance } = await existing(context, id)
    const facts = await factsOfPerson(context.tx, context.person, context.now)
    return {
      value: { clearance, ...seen(deps, facts, photograph, clearance) },
      events: [{ ...base, type: 'photograph.viewed', subjects: about(photograph), detail: { as } }],
    }
  })
}

function seen(deps: PhotographDeps, person: Facts, photograph: Photograph, clearance: Clearance): Seen {
  const facts = { ...person, photograph: factsOfPhotograph(deps.photographs, photograph, clearance) }
  const refusals = (act: 'show' | 'include' | 'clear-photograph') => {
    const decision = deps.judge.rehearse(act, facts)
    return decision.outcome === 'permit' ? [] : decision.refusals
  }
  const hiddenBy = refusals('show')
  // What would keep a publisher from clearing it; whether this person is one is no part of it.
  const heldBy = [...refusals('include'), ...refusals('clear-photograph')].filter(({ clause }) => !aboutThePerson.has(clause)) // prettier-ignore
  return {
    photograph,
    standing: standingOf(deps.photographs, photograph, clearance, facts),
    maySee: hiddenBy.length === 0 && photograph.status.state === 'sealed',
    hiddenBy,
    heldBy: [...new Map(heldBy.map((refusal) => [refusal.reason, refusal])).values()],
    unanswered: deps.photographs.questions.filter((form) => !isStated(photograph, form)).map(({ question }) => question), // prettier-ignore
  }
}

/** Rules about who acts, and not about the photograph. */
const aboutThePerson = new Set([
  'local/photograph-editor',
  'local/photograph-second-person',
  'local/default-deny',
])
