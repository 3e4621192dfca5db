// From the report to the public: put in the draft before it goes to HMPPS, answered there, cleared by a publisher who did not take it,
// and only then given out and shared (hmpps-2025/annex-a). Each step is judged afresh: a consent that ended in between stops it.
import { randomUUID } from 'node:crypto'
import { londonDate } from '../../policies/calendar.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext, Streamed } from '../http/endpoint.ts'
import { Problem, stateConflict } from '../http/problem.ts'
import { about, acting, fieldFault, type Acting, type PhotographDeps } from './act.ts'
import { decideAnswer, insertAnswer, insertCopy, markCleared, markIncluded } from './check-store.ts'
import { tellAnswered, tellIncluded } from './notices.ts'
import { opened } from './open-picture.ts'
import type { Photograph } from './photograph.ts'
import type { AnswerBody, DecideBody, PublishBody } from './schemas.ts'

/** @throws {Problem} `not-found`, `state.conflict` once the draft went to HMPPS */
export function include(deps: PhotographDeps, context: PersonContext, id: string): Promise<Outcome<string>> {
  return acting(deps, context, id, ['include'], async ({ photograph, clearance, base, permit }) => {
    refuseDestroyed(photograph)
    if (photograph.included) throw stateConflict('The photograph is meant for the report already.')
    if (clearance.window) throw stateConflict('The draft went to HMPPS without it, and HMPPS always sees photographs first.') // prettier-ignore
    await markIncluded(context.tx, permit, id, { personId: context.person.id, at: context.now })
    await tellIncluded(deps, context, clearance.id)
    return { value: id, events: [{ ...base, type: 'photograph.included', subjects: about(photograph), detail: {} }] } // prettier-ignore
  })
}

/** hmpps-2025/annex-a/objections: in time is before the fact check is closed. @throws {Problem} `not-found`, `state.conflict` */
export function answer(
  deps: PhotographDeps,
  context: PersonContext,
  id: string,
  body: AnswerBody,
): Promise<Outcome<string>> {
  return acting(deps, context, id, ['answer-photograph'], async ({ photograph, clearance, base, permit }) => {
    if (clearance.factCheckClosedAt) throw stateConflict('The fact check is closed, so this comes too late.')
    const words = body.answer === 'objection' ? body.words : undefined
    await insertAnswer(context.tx, permit, id, { id: randomUUID(), answer: body.answer, words, by: context.person.id, at: context.now }) // prettier-ignore
    if (body.answer === 'objection') await tellAnswered(deps, context, id)
    return { value: id, events: [{ ...base, type: 'photograph.answered', subjects: about(photograph), detail: { answer: body.answer } }] } // prettier-ignore
  })
}

/** @throws {Problem} `not-found`, `state.conflict` */
export function decide(
  deps: PhotographDeps,
  context: PersonContext,
  { id, objection }: { readonly id: string; readonly objection: string },
  { decision, reason }: DecideBody,
): Promise<Outcome<string>> {
  return acting(deps, context, id, ['run-fact-check'], async ({ photograph, base, permit }) => {
    const made = { decision, by: context.person.id, at: context.now, reason }
    if (!(await decideAnswer(context.tx, permit, { photographId: id, answerId: objection }, made)))
      throw stateConflict('There is no such objection, or it is decided already.')
    return { value: id, events: [{ ...base, type: 'photograph.objection-decided', subjects: about(photograph), detail: { decision } }] } // prettier-ignore
  })
}

/** What went into the report is judged again, and then whether it may go out. @throws {Problem} `not-found`, `state.conflict` */
export function clear(deps: PhotographDeps, context: PersonContext, id: string): Promise<Outcome<string>> {
  return cleared(deps, context, id, async ({ photograph, base, permit }) => {
    if (photograph.cleared) throw stateConflict('The photograph is cleared already.')
    await markCleared(context.tx, permit, id, { personId: context.person.id, at: context.now })
    const detail = { sha256: photograph.sha256 }
    return { value: id, events: [{ ...base, type: 'photograph.cleared', subjects: about(photograph), detail }] } // prettier-ignore
  })
}

/** The cleared copy, marked for public release; who took one is called back to it where it may be used no longer. */
export function takeCleared(
  deps: PhotographDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<Streamed>> {
  return cleared(deps, context, id, async (acted) => {
    refuseUncleared(acted.photograph)
    await insertCopy(context.tx, acted.permit, { id: randomUUID(), photographId: id, personId: context.person.id, at: context.now }) // prettier-ignore
    const { value, events } = await opened(deps, context, acted)
    const taken = { ...acted.base, type: 'photograph.taken', subjects: about(acted.photograph), detail: { sha256: acted.photograph.sha256 } } as const // prettier-ignore
    return {
      value: { ...value, filename: `FOR-PUBLIC-RELEASE-${value.filename}` },
      events: [...events, taken],
    }
  })
}

function cleared<T>(deps: PhotographDeps, context: PersonContext, id: string, work: Parameters<typeof acting<T>>[4]) {
  return acting(deps, context, id, ['include', 'clear-photograph'], (acted) => {
    refuseDestroyed(acted.photograph)
    return work(acted)
  })
} // prettier-ignore

/** hmpps-2025/annex-a/digital-channels: on publication of the report, and not before. @throws {Problem} `not-found`, `state.conflict` */
export function publish(
  deps: PhotographDeps,
  context: PersonContext,
  id: string,
  { place, reportPublishedOn }: PublishBody,
): Promise<Outcome<string>> {
  const isOut = reportPublishedOn <= londonDate(context.now)
  const said = (photograph: Photograph) => ({
    sharedWith: 'public',
    events: [...(photograph.included ? ['photograph.included'] : []), ...(isOut ? ['report.published'] : [])],
  })
  return acting(
    deps,
    context,
    id,
    ['share'],
    async ({ photograph, base, permit }) => {
      refuseDestroyed(photograph)
      refuseUncleared(photograph)
      if (photograph.cleared && reportPublishedOn < londonDate(photograph.cleared.at)) throw fieldFault('reportPublishedOn', 'The photograph was cleared after that day.') // prettier-ignore
      await insertCopy(context.tx, permit, { id: randomUUID(), photographId: id, place, personId: context.person.id, at: context.now }) // prettier-ignore
      return { value: id, events: [{ ...base, type: 'photograph.published', subjects: about(photograph), detail: { reportPublishedOn } }] } // prettier-ignore
    },
    said,
  )
}

function refuseDestroyed({ status }: Acting['photograph']): void {
  if (status.state === 'destroyed') throw new Problem('item.destroyed', 'Nothing is left of it but what its record says.') // prettier-ignore
}

function refuseUncleared(photograph: Photograph): void {
  if (!photograph.cleared) throw stateConflict('The photograph is not cleared for public release.')
}
