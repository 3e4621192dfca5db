// Hub data in an answer under the Freedom of Information Act, the Environmental Information Regulations, or to Parliament: its use is
// checked with the mailbox of the Hub first, and what is due to come out as statistics is shown to be barred by section 44
// (hub-2023/3.7, 3.7-s44).
import { randomUUID } from 'node:crypto'
import { londonDate } from '../../policies/calendar.ts'
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound, Problem, stateConflict, type FieldFault } from '../http/problem.ts'
import { judged } from '../hub/act.ts'
import { tellMailbox, tellPerson, tellTeam } from '../hub/notices.ts'
import { judgeOpening, withHubData } from '../hub/open.ts'
import { listFigureVersions } from '../figures/store.ts'
import { allowed } from '../people/allowed.ts'
import { factsOfPerson } from '../people/facts.ts'
import { fieldFault, type As, type ClearanceDeps } from './act.ts'
import * as store from './hub-answer-store.ts'
import { findRelease } from './release-store.ts'
import type { AskUseBody, AnswerUseBody } from './schemas.ts'

export interface ReadAnswer {
  readonly answer: store.HubAnswer
  /** Whether section 44 bars it: it is due to come out, and a request under the Freedom of Information Act asks for it. */
  readonly section44: boolean
}

export function isBarred({ kind, release }: store.HubAnswer, now: Date): boolean {
  return kind === 'foi-answer' && release !== undefined && (release.releaseOn === undefined || release.releaseOn > londonDate(now)) // prettier-ignore
}

export function listUses(
  deps: ClearanceDeps,
  context: PersonContext,
  as: As,
): Promise<Outcome<readonly store.HubAnswer[]>> {
  return withHubData(deps, context, 'read-clearance', 'screen', async ({ base }) => {
    const value = await store.listAnswers(context.tx)
    return { value, events: [{ ...base, type: 'hub-answers.viewed', subjects: [], detail: { shown: value.length, as } }] } // prettier-ignore
  })
}

/** @throws {Problem} `input.invalid` naming each field */
export function askUse(
  deps: ClearanceDeps,
  context: PersonContext,
  body: AskUseBody,
): Promise<Outcome<string>> {
  return withHubData(deps, context, 'ask-consent', 'screen', async ({ base, permit }) => {
    const faults: FieldFault[] = []
    const [figure] = await listFigureVersions(context.tx, body.figure)
    if (!figure) faults.push({ field: 'figure', message: 'There is no figure with this id. Look it up in the register.' }) // prettier-ignore
    if (figure?.provenance === 'official-statistics') faults.push({ field: 'figure', message: 'This one is public. Use it, and name its source: it needs no check.' }) // prettier-ignore
    if (body.release !== undefined && !(await findRelease(context.tx, body.release))) faults.push({ field: 'release', message: 'There is no release with this id in the calendar.' }) // prettier-ignore
    if (!figure || faults.length > 0) throw new Problem('input.invalid', 'Correct the fields named here and send it again. Nothing was saved.', faults) // prettier-ignore
    const id = randomUUID()
    await store.insertAnswer(context.tx, permit, { id, kind: body.kind, reference: body.reference, figure: figure.reference, version: figure.version, words: body.words, release: body.release, askedBy: context.person.id, askedAt: context.now }) // prettier-ignore
    const words = { subject: 'May Hub data be used in an answer?', line: 'HMI Prisons asks whether a figure from the Performance Hub may be used to answer a request for information.', path: `/hub-answers/${id}` } // prettier-ignore
    await tellMailbox(deps, context, words)
    await tellTeam(deps, context, words)
    const subjects = [{ kind: 'hub-answer', id }, { kind: 'figure', id: figure.reference }] as const // prettier-ignore
    return { value: id, events: [{ ...base, type: 'hub-answer.asked', subjects: [...subjects], detail: { kind: body.kind, version: figure.version } }] } // prettier-ignore
  })
}

/** @throws {Problem} `not-found` */
export function readUse(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
  as: As,
): Promise<Outcome<ReadAnswer>> {
  return withHubData(deps, context, 'read-clearance', 'screen', async ({ base }) => {
    const answer = await existing(context, id)
    return {
      value: { answer, section44: isBarred(answer, context.now) },
      events: [{ ...base, type: 'hub-answer.viewed', subjects: [{ kind: 'hub-answer', id }], detail: { as } }], // prettier-ignore
    }
  })
}

async function existing({ tx }: PersonContext, id: string): Promise<store.HubAnswer> {
  const answer = await store.lockAnswer(tx, id)
  if (!answer) throw notFound()
  return answer
}

/** @throws {Problem} `not-found`, `input.invalid`, `state.conflict` */
export function answerUse(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
  { answer: said, words, release }: AnswerUseBody,
): Promise<Outcome<string>> {
  return allowed(deps, context, 'answer-consent', async ({ base, permit }) => {
    const answer = await existing(context, id)
    if (answer.state !== 'asked') throw stateConflict('This was answered already.')
    if (release !== undefined && !(await findRelease(context.tx, release))) throw fieldFault('release', 'There is no release with this id in the calendar.') // prettier-ignore
    await store.noteAnswered(context.tx, permit, id, { state: said === 'permit' ? 'permitted' : 'refused', by: context.person.id, at: context.now, words, release }) // prettier-ignore
    await tellPerson(deps, context, answer.askedBy, { subject: 'Your question about Hub data was answered', line: 'Data and Analysis said whether Hub data may be used in your answer.', path: `/hub-answers/${id}` }) // prettier-ignore
    return { value: id, events: [{ ...base, type: 'hub-answer.answered', subjects: [{ kind: 'hub-answer', id }], detail: { answer: said } }] } // prettier-ignore
  })
}

/** Judged by the rules of the memorandum: without a check that permits it, it is refused. @throws {Problem} `not-found`, `state.conflict` */
export async function releaseUse(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<string>> {
  const { tx, person, now } = context
  const facts = await factsOfPerson(tx, person, now)
  const asking = await deps.judge.judge(context, 'ask-consent', facts)
  if (asking.outcome === 'refusal') return refused(asking)
  const opening = await judgeOpening(deps, context, facts, 'screen')
  if (opening?.outcome === 'refusal') return refused(opening)
  const answer = await existing(context, id)
  const { agreement, key, from, to, marking, retentionClass } = deps.hub.answer
  const document = {
    ...{
      id,
      agreement,
      exchange: key,
      from,
      to,
      kind: answer.kind,
      marking,
      retentionClass,
      parts: ['hub-data'],
    },
    // The gateway puts the words on every figure that it shows or hands out.
    banner: 'management-information',
    events: answer.state === 'permitted' ? ['hub-use.checked'] : [],
  }
  return judged(deps, context, 'release', { ...facts, document }, async (base, permit) => {
    const [current] = await listFigureVersions(tx, answer.figure.reference)
    if (current?.valueHash !== answer.figure.valueHash) throw stateConflict('The figure changed since its use was checked. Ask again, for the figure as it stands now.') // prettier-ignore
    await store.noteReleased(tx, permit, id, person.id, now)
    const detail = { kind: answer.kind, section44: isBarred(answer, now) }
    return { value: id, events: [{ ...base, type: 'hub-answer.released', subjects: [{ kind: 'hub-answer', id }, { kind: 'figure', id: answer.figure.reference }], detail }] } // prettier-ignore
  })
}
