// What Data and Analysis says: that it has the request, yes with or without conditions, no without a reason, and later that its yes
// does not stand any more (hub-2023/4.3, 4.3-discretion). Withdrawing finds every use of that version.
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { allowed } from '../people/allowed.ts'
import { about, fieldFault, moved, takeRequest, type ClearanceDeps } from './act.ts'
import { after, type ConsentEvent } from './consent.ts'
import { listHolding } from './check-store.ts'
import { linkRelease, listUses, moveRequest } from './consent-store.ts'
import { tellAsker, tellDesk } from './notices.ts'
import { findRelease } from './release-store.ts'
import type { AnswerBody } from './schemas.ts'

/** @throws {Problem} `not-found`, `input.invalid`, `state.conflict` where it has an answer */
export function answer(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
  body: AnswerBody,
): Promise<Outcome<string>> {
  return allowed(deps, context, 'answer-consent', async ({ base }) => {
    const request = await takeRequest(context, id)
    if (body.release !== undefined && !(await findRelease(context.tx, body.release)))
      throw fieldFault('release', 'There is no release with this id in the calendar.')
    const next = moved(after(request.consent, eventOf(body, context.now)))
    await moveRequest(context.tx, id, next, context.person.id)
    if (body.release !== undefined) await linkRelease(context.tx, id, body.release)
    if (body.answer === 'acknowledge')
      return { value: id, events: [{ ...base, type: 'consent.acknowledged', subjects: about(request), detail: {} }] } // prettier-ignore
    await tellAsker(deps, context, request, 'Data and Analysis answered your request for consent.')
    const detail = {
      answer: next.state,
      conditions: body.answer === 'consent' && body.conditions !== undefined,
      ...(body.answer === 'consent' && body.notBefore !== undefined && { notBefore: body.notBefore }),
    }
    return { value: id, events: [{ ...base, type: 'consent.answered', subjects: about(request), detail }] }
  })
}

function eventOf(body: AnswerBody, at: Date): ConsentEvent {
  if (body.answer !== 'consent') return { kind: body.answer, at }
  const { conditions, notBefore } = body
  const terms = {
    ...(conditions !== undefined && { conditions }),
    ...(notBefore !== undefined && { notBefore }),
  }
  return { kind: 'consent', at, terms }
}

/** @throws {Problem} `not-found`, `state.conflict` where no consent stands */
export function withdraw(deps: ClearanceDeps, context: PersonContext, id: string): Promise<Outcome<string>> {
  return allowed(deps, context, 'answer-consent', async ({ base }) => {
    const request = await takeRequest(context, id)
    await moveRequest(context.tx, id, moved(after(request.consent, { kind: 'withdraw', at: context.now })), context.person.id) // prettier-ignore
    const uses = (await listUses(context.tx, request.figure.reference)).filter(({ figure }) => figure.version === request.figure.version) // prettier-ignore
    const drafts = await listHolding(context.tx, request.figure)
    for (const use of uses) await tellAsker(deps, context, use, 'Data and Analysis withdrew its consent to a figure that you use.') // prettier-ignore
    await tellDesk(deps, context, { party: deps.hubPublication.to, role: 'report-owner' }, {
      subject: 'Consent to a figure was withdrawn', line: 'Data and Analysis withdrew its consent to a figure. See where it is used.', path: `/consents/${id}`,
    }) // prettier-ignore
    return { value: id, events: [{ ...base, type: 'consent.withdrawn', subjects: about(request), detail: { uses: uses.length, drafts: drafts.length } }] } // prettier-ignore
  })
}
