// What every act on a clearance is given, and the checks that several make. Whoever may not see that there are clearances gets the
// same refusal whether or not the one that they name exists.
import type { Subject } from '../../audit/event-frame.ts'
import type { Config } from '../config.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound, Problem, stateConflict } from '../http/problem.ts'
import type { HubDeps } from '../hub/act.ts'
import type { Clearance, ConsentRequest } from './clearance.ts'
import { findRequest, lockRequest } from './consent-store.ts'
import type { HubPublication } from './hub-publication.ts'
import { lockClearance } from './store.ts'

export interface ClearanceDeps extends HubDeps {
  readonly hubPublication: HubPublication
  readonly config: HubDeps['config'] & Pick<Config, 'hubSilenceRoute'>
}

export type As = 'page' | 'json'

/** Locked until the transaction ends. @throws {Problem} `not-found` */
export async function takeClearance({ tx }: PersonContext, id: string): Promise<Clearance> {
  const clearance = await lockClearance(tx, id)
  if (!clearance) throw notFound()
  return clearance
}

/** Locked until the transaction ends. @throws {Problem} `not-found` */
export async function takeRequest({ tx }: PersonContext, id: string): Promise<ConsentRequest> {
  const request = await lockRequest(tx, id)
  if (!request) throw notFound()
  return request
}

/** Both locked, the report first, as everywhere. @throws {Problem} `not-found` */
export async function takeBoth(
  context: PersonContext,
  requestId: string,
): Promise<{ readonly clearance: Clearance; readonly request: ConsentRequest }> {
  const found = await findRequest(context.tx, requestId)
  if (!found) throw notFound()
  const clearance = await takeClearance(context, found.clearanceId)
  return { clearance, request: await takeRequest(context, requestId) }
}

/** @throws {Problem} `state.conflict` where the move is none that there is */
export function moved<T>(next: T | string): T {
  if (typeof next === 'string') throw stateConflict(next)
  return next
}

export function about(request: Pick<ConsentRequest, 'id' | 'clearanceId' | 'figure'>): Subject[] {
  return [
    { kind: 'consent', id: request.id },
    { kind: 'clearance', id: request.clearanceId },
    { kind: 'figure', id: request.figure.reference },
  ]
}

export function fieldFault(field: string, message: string): Problem {
  return new Problem('input.invalid', 'Correct the field named here and send it again. Nothing was saved.', [
    { field, message },
  ])
}
