// Looking at clearances: the list, one report as one picture, the queue of Data and Analysis, one request with every use of its
// figure. Where each figure stands is judged at each look by the rules that will judge its publication.
import type { Facts } from '../../policies/facts.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound } from '../http/problem.ts'
import { withHubData } from '../hub/open.ts'
import { allowed } from '../people/allowed.ts'
import { factsOfPerson } from '../people/facts.ts'
import { about, type As, type ClearanceDeps } from './act.ts'
import { listChecks, listHolding, type DraftCheck } from './check-store.ts'
import type { Clearance, ConsentRequest } from './clearance.ts'
import { findRequest, listQueue, listRequests, listUses, type QueueLine } from './consent-store.ts'
import { factsOfFigure, standingOf, type FigureStanding } from './facts.ts'
import { listTables, type DisclosureTable } from './table-store.ts'
import { findClearance, listClearances, type ClearanceLine } from './store.ts'

export function list(
  deps: ClearanceDeps,
  context: PersonContext,
  as: As,
): Promise<Outcome<readonly ClearanceLine[]>> {
  return allowed(deps, context, 'read-clearance', async ({ base }) => {
    const value = await listClearances(context.tx)
    return { value, events: [{ ...base, type: 'clearances.viewed', subjects: [], detail: { shown: value.length, as } }] } // prettier-ignore
  })
}

export type Standing = ConsentRequest & FigureStanding

export interface Picture {
  readonly clearance: Clearance
  readonly figures: readonly Standing[]
  /** Drafts that were checked, the newest first. */
  readonly checks: readonly DraftCheck[]
  /** Tables that went through disclosure control, the newest first. */
  readonly tables: readonly DisclosureTable[]
}

/** @throws {Problem} `not-found` */
export function readClearance(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
  as: As,
): Promise<Outcome<Picture>> {
  return withHubData(deps, context, 'read-clearance', 'screen', async ({ base }) => {
    const clearance = await findClearance(context.tx, id)
    if (!clearance) throw notFound()
    const facts = await factsOfPerson(context.tx, context.person, context.now)
    const figures = (await listRequests(context.tx, id)).map((request) => judgedNow(deps, context, facts, clearance, request)) // prettier-ignore
    const subjects = [{ kind: 'clearance', id } as const]
    return {
      value: {
        clearance,
        figures,
        checks: await listChecks(context.tx, id),
        tables: await listTables(context.tx, id),
      },
      events: [{ ...base, type: 'clearance.viewed', subjects, detail: { shown: figures.length, as } }],
    }
  })
}

export function judgedNow(
  deps: Pick<ClearanceDeps, 'judge' | 'hubPublication'>,
  { now }: Pick<PersonContext, 'now'>,
  facts: Facts,
  clearance: Clearance,
  request: ConsentRequest,
): Standing {
  const document = factsOfFigure(deps.hubPublication, clearance, request, now)
  const decision = deps.judge.rehearse('publish', { ...facts, document })
  const refusals = decision.outcome === 'refusal' ? decision.refusals : []
  return { ...request, ...standingOf(request, refusals, now) }
}

export function queue(
  deps: ClearanceDeps,
  context: PersonContext,
  as: As,
): Promise<Outcome<readonly QueueLine[]>> {
  return allowed(deps, context, 'read-clearance', async ({ base }) => {
    const value = await listQueue(context.tx)
    return { value, events: [{ ...base, type: 'consents.viewed', subjects: [], detail: { shown: value.length, as } }] } // prettier-ignore
  })
}

export interface Read {
  readonly request: Standing
  readonly clearance: Clearance
  /** Every request about any version of the figure, this one among them, the newest first. */
  readonly uses: readonly ConsentRequest[]
  /** Drafts that hold this version of it. */
  readonly drafts: readonly DraftCheck[]
}

/** @throws {Problem} `not-found` */
export function readRequest(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
  as: As,
): Promise<Outcome<Read>> {
  return withHubData(deps, context, 'read-clearance', 'screen', async ({ base }) => {
    const request = await findRequest(context.tx, id)
    const clearance = request && (await findClearance(context.tx, request.clearanceId))
    if (!clearance) throw notFound()
    const facts = await factsOfPerson(context.tx, context.person, context.now)
    const uses = await listUses(context.tx, request.figure.reference)
    return {
      value: {
        request: judgedNow(deps, context, facts, clearance, request),
        clearance,
        uses,
        drafts: await listHolding(context.tx, request.figure),
      },
      events: [{ ...base, type: 'consent.viewed', subjects: about(request), detail: { as } }],
    }
  })
}
