// A report's clearance from its opening to the close of its fact check. The close is where silence is found, and nowhere else:
// a request whose own time lay within the fact check, and that nobody answered (hmpps-2025/18-hub-silence, S4, S22).
import { randomUUID } from 'node:crypto'
import type { LedgerEvent } from '../../audit/events.ts'
import { londonDate } from '../../policies/calendar.ts'
import { dutyDates } from '../../policies/duty.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { stateConflict } from '../http/problem.ts'
import { allowed, type Allowed } from '../people/allowed.ts'
import { about, takeBoth, takeClearance, takeRequest, type ClearanceDeps } from './act.ts'
import type { Clearance } from './clearance.ts'
import { after } from './consent.ts'
import { lockOverdue, lockRequest, moveRequest } from './consent-store.ts'
import type { OpenBody } from './schemas.ts'
import * as store from './store.ts'

export function openClearance(
  deps: ClearanceDeps,
  context: PersonContext,
  { title, kind }: OpenBody,
): Promise<Outcome<string>> {
  return allowed(deps, context, 'ask-consent', async ({ base, permit }) => {
    const id = randomUUID()
    await store.insertClearance(context.tx, permit, { id, title, kind, openedBy: context.person.id, openedAt: context.now }) // prettier-ignore
    return { value: id, events: [{ ...base, type: 'clearance.opened', subjects: [{ kind: 'clearance', id }], detail: { kind } }] } // prettier-ignore
  })
}

/** The draft went to HMPPS: its window for objections opens, by both clocks. */
export function deliverDraft(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<string>> {
  return allowed(deps, context, 'run-fact-check', async ({ base, permit }) => {
    const clearance = await takeClearance(context, id)
    if (clearance.window) throw stateConflict('The draft was sent to HMPPS already.')
    const { warnAt, dueAt } = dutyDates(deps.hubPublication.objections, context.now)
    await store.openWindow(context.tx, permit, id, { deliveredAt: context.now, warnAt, endsAt: dueAt })
    const detail = { endsOn: londonDate(new Date(dueAt.getTime() - 1)) }
    return { value: id, events: [{ ...base, type: 'clearance.draft-delivered', subjects: [{ kind: 'clearance', id }], detail }] } // prettier-ignore
  })
}

export function closeFactCheck(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<string>> {
  return allowed(deps, context, 'run-fact-check', async ({ base, permit }) => {
    const clearance = await takeClearance(context, id)
    refuseEarlyClose(clearance, context.now)
    await store.closeFactCheck(context.tx, permit, id, context.now)
    const silent = await findSilence(deps, context, base, id)
    const closed = { ...base, type: 'clearance.fact-check-closed', subjects: [{ kind: 'clearance', id }], detail: { silent: silent.length } } as const // prettier-ignore
    return { value: id, events: [closed, ...silent] }
  })
}

/** A consequence against the other party: only once both clocks have passed (S22). */
function refuseEarlyClose({ window, factCheckClosedAt }: Clearance, now: Date): void {
  if (factCheckClosedAt) throw stateConflict('The fact check is closed already.')
  if (!window) throw stateConflict('The draft has not been sent to HMPPS.')
  if (now < window.endsAt) throw stateConflict('HMPPS can still object: the later of its two clocks has not passed.') // prettier-ignore
}

async function findSilence(
  { config, hubPublication }: ClearanceDeps,
  { tx, now }: PersonContext,
  base: Allowed['base'],
  clearanceId: string,
): Promise<LedgerEvent[]> {
  const routeOpen = config.hubSilenceRoute && hubPublication.silenceRoutes
  const events: LedgerEvent[] = []
  for (const id of await lockOverdue(tx, clearanceId, now)) {
    const request = await lockRequest(tx, id)
    if (!request) continue
    const end = { factCheckClosed: true, dueAt: request.dueAt, routeOpen }
    const silent = after(request.consent, { kind: 'fall-silent', at: now, end })
    if (typeof silent === 'string') continue
    await moveRequest(tx, id, silent, undefined)
    events.push({ ...base, type: 'consent.fell-silent', subjects: about(request), detail: {} })
  }
  return events
}

/** hmpps-2025/18-objection: in time is before the fact check is closed. */
export function object(
  deps: ClearanceDeps,
  context: PersonContext,
  requestId: string,
  words: string,
): Promise<Outcome<string>> {
  return allowed(deps, context, 'object-to-figure', async ({ base, permit }) => {
    const { clearance, request } = await takeBoth(context, requestId)
    if (clearance.factCheckClosedAt)
      throw stateConflict('The fact check is closed, so this objection comes too late.')
    await store.insertObjection(context.tx, permit, { id: randomUUID(), requestId, raisedBy: context.person.id, raisedAt: context.now, words }) // prettier-ignore
    return { value: requestId, events: [{ ...base, type: 'figure.objected', subjects: about(request), detail: {} }] } // prettier-ignore
  })
}

export interface Decided {
  readonly decision: 'accepted' | 'overruled'
  readonly reason: string
}

export function decide(
  deps: ClearanceDeps,
  context: PersonContext,
  { requestId, objectionId }: { readonly requestId: string; readonly objectionId: string },
  { decision, reason }: Decided,
): Promise<Outcome<string>> {
  return allowed(deps, context, 'run-fact-check', async ({ base, permit }) => {
    const request = await takeRequest(context, requestId)
    const done = await store.decideObjection(context.tx, permit, { id: objectionId, requestId }, { decision, by: context.person.id, at: context.now, reason }) // prettier-ignore
    if (!done) throw stateConflict('This objection is decided already.')
    return { value: requestId, events: [{ ...base, type: 'figure.objection-decided', subjects: about(request), detail: { decision } }] } // prettier-ignore
  })
}
