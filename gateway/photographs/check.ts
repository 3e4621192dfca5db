// Answering a question about a photograph. Who says that there is nothing has looked at it and may see it; a positive answer needs
// neither, bars the picture for good, and has it destroyed today where the annex would not have it kept.
import { randomUUID } from 'node:crypto'
import { londonDate } from '../../policies/calendar.ts'
import type { Act } from '../../policies/facts.ts'
import type { LedgerEvent } from '../../audit/events.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { stateConflict } from '../http/problem.ts'
import { about, acting, fieldFault, type Acting, type PhotographDeps } from './act.ts'
import { hasLooked, insertCheck } from './check-store.ts'
import { barsOf, endsIt, type Question } from './checking.ts'
import { tellBarred } from './notices.ts'
import { recall } from './recall.ts'
import type { CheckBody } from './schemas.ts'
import { endBy } from './store.ts'

/** @throws {Problem} `not-found`, `input.invalid`, `state.conflict` */
export function check(
  deps: PhotographDeps,
  context: PersonContext,
  id: string,
  body: CheckBody,
): Promise<Outcome<string>> {
  // Who may not see it cannot know that there is nothing.
  const acts: [Act, ...Act[]] = body.answer === 'clear' ? ['show', 'check-photograph'] : ['check-photograph']
  return acting(deps, context, id, acts, (acted) => answered(deps, context, acted, body))
}

async function answered(
  deps: PhotographDeps,
  context: PersonContext,
  acted: Acting,
  { question, answer, words }: CheckBody,
) {
  const { tx, now, person } = context
  const { photograph, base, permit } = acted
  const { id } = photograph
  if (answer === 'clear') await refuseBlind(context, acted, question)
  const made = { id: randomUUID(), question, answer, words, by: person.id, party: person.party, at: now }
  if (!(await insertCheck(tx, permit, id, made))) throw stateConflict('You answered this question already.')
  const event = { ...base, type: 'photograph.checked', subjects: about(photograph), detail: { question, answer } } as const // prettier-ignore
  const barred = answer === 'found' ? await bar(deps, context, acted, question) : []
  return { value: id, events: [event, ...barred] as const }
}

async function refuseBlind(
  { tx, person }: PersonContext,
  { photograph }: Acting,
  question: Question,
): Promise<void> {
  // prettier-ignore
  if (person.party !== 'hmi-prisons') throw fieldFault('answer', 'HMPPS says that it has no objection in its fact check. Here it says what it sees.') // prettier-ignore
  if (barsOf(photograph).includes(question)) throw stateConflict('Somebody answered this question with yes. Nobody can take that back.') // prettier-ignore
  if (photograph.status.state === 'destroyed') throw stateConflict('The photograph is destroyed.')
  if (!(await hasLooked(tx, photograph.id, person.id))) throw fieldFault('answer', 'Look at the photograph first. No look of yours is recorded.') // prettier-ignore
}

async function bar(
  deps: PhotographDeps,
  context: PersonContext,
  { photograph, base, permit }: Acting,
  question: Question,
): Promise<LedgerEvent[]> {
  if (endsIt.has(question)) await endBy(context.tx, permit, photograph.id, londonDate(context.now))
  await tellBarred(deps, context, photograph, question)
  return recall(deps, context, photograph, 'barred', base)
}
