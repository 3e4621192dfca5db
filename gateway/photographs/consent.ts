// What people in a photograph consented to, and its withdrawal: the picture is blocked at once, destroyed the same day, and every copy
// of it outside becomes a task (hmpps-2025/annex-a/identity-consent-content, annex-a/identity-withdrawal, S16).
import { randomUUID } from 'node:crypto'
import { londonDate } from '../../policies/calendar.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { stateConflict } from '../http/problem.ts'
import { about, acting, fieldFault, type PhotographDeps } from './act.ts'
import { endCopy, insertConsent, withdrawConsent } from './consent-store.ts'
import { tellBlocked } from './notices.ts'
import type { Photograph } from './photograph.ts'
import { recall } from './recall.ts'
import type { ConsentBody } from './schemas.ts'
import { endBy } from './store.ts'

/** @throws {Problem} `not-found`, `input.invalid`, `state.conflict` */
export function recordConsent(
  deps: PhotographDeps,
  context: PersonContext,
  id: string,
  body: ConsentBody,
): Promise<Outcome<string>> {
  return acting(deps, context, id, ['keep-photograph'], async ({ photograph, base, permit }) => {
    const { tx, now, person } = context
    refuseUnfit(photograph, body, londonDate(now))
    const consent = { ...body, sharedWith: [...new Set(body.sharedWith)], id: randomUUID(), recordedBy: person.id, recordedAt: now } // prettier-ignore
    if (!(await insertConsent(tx, permit, id, consent))) throw fieldFault('who', 'The consent of this person is recorded already.') // prettier-ignore
    await endBy(tx, permit, id, body.until)
    const detail = { consent: consent.id, writtenOn: body.writtenOn, until: body.until, sharedWith: consent.sharedWith } // prettier-ignore
    return { value: id, events: [{ ...base, type: 'photograph-consent.recorded', subjects: about(photograph), detail }] } // prettier-ignore
  })
}

function refuseUnfit(photograph: Photograph, body: ConsentBody, today: string): void {
  const { people, consents, takenOn, status } = photograph
  if (status.state === 'destroyed') throw stateConflict('The photograph is destroyed.')
  if (people === 0) throw stateConflict('Nobody could be identified in this photograph, so nobody consents to it.') // prettier-ignore
  if (consents.length >= people) throw stateConflict('The consent of everybody in this photograph is recorded, or was withdrawn.') // prettier-ignore
  if (body.writtenOn > takenOn) throw fieldFault('writtenOn', `A consent counts that was signed before the photograph was taken, on ${takenOn}.`) // prettier-ignore
  if (body.until < today) throw fieldFault('until', 'This consent is over.')
}

/** @throws {Problem} `not-found`, `state.conflict` where it was withdrawn already */
export function withdraw(
  deps: PhotographDeps,
  context: PersonContext,
  { id, consent }: { readonly id: string; readonly consent: string },
): Promise<Outcome<string>> {
  return acting(deps, context, id, ['keep-photograph'], async ({ photograph, base, permit }) => {
    const { tx, now, person } = context
    const done = await withdrawConsent(tx, permit, { photographId: id, consentId: consent }, { personId: person.id, at: now }) // prettier-ignore
    if (!done) throw stateConflict('There is no such consent, or it was withdrawn already.')
    const today = londonDate(now)
    await endBy(tx, permit, id, today)
    await tellBlocked(deps, context, id, photograph.photographer)
    const withdrawn = { ...base, type: 'photograph-consent.withdrawn', subjects: about(photograph), detail: { consent, destroyOn: today } } as const // prettier-ignore
    return { value: id, events: [withdrawn, ...(await recall(deps, context, photograph, 'withdrawn', base))] }
  })
}

/** Somebody says that a copy outside is gone. @throws {Problem} `not-found`, `state.conflict` */
export function endRecalled(
  deps: PhotographDeps,
  context: PersonContext,
  { id, copy }: { readonly id: string; readonly copy: string },
  how: string,
): Promise<Outcome<string>> {
  return acting(deps, context, id, ['recall-photograph'], async ({ photograph, base, permit }) => {
    const end = { by: context.person.id, at: context.now, how }
    if (!(await endCopy(context.tx, permit, { photographId: id, copyId: copy }, end)))
      throw stateConflict('There is no such copy to take down, or it is done already.')
    return { value: id, events: [{ ...base, type: 'photograph-copy.ended', subjects: about(photograph), detail: { copy }, }] } // prettier-ignore
  })
}
