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
    const photographs = found.map((each) => seen(deps, facts, each))
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
      value: { clearance, ...seen(deps, facts, photograph) },
      events: [{ ...base, type: 'photograph.viewed', subjects: about(photograph), detail: { as } }],
    }
  })
}

function seen(deps: PhotographDeps, facts: Facts, photograph: Photograph): Seen {
  const decision = deps.judge.rehearse('show', { ...facts, photograph: factsOfPhotograph(deps.photographs, photograph) }) // prettier-ignore
  return {
    photograph,
    standing: standingOf(photograph, facts),
    maySee: decision.outcome === 'permit' && photograph.status.state === 'sealed',
    hiddenBy: decision.outcome === 'permit' ? [] : decision.refusals,
  }
}
