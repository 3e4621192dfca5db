// The use of Hub data in answers to requests for information, over HTTP.
import { z } from 'zod'
import { noMistake, sentForm, typed, type Mistaken } from '../decisions/form.ts'
import { asJson, asPage } from '../decisions/replies.ts'
import { managementInformation } from '../figures/figure.ts'
import { figureAnswer, writeFigure } from '../figures/schemas.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { toTheDoor } from '../hub/replies.ts'
import type { ClearanceDeps } from './act.ts'
import { answerKinds, answerStates, type HubAnswer } from './hub-answer-store.ts'
import { answerUse, askUse, isBarred, listUses, readUse, releaseUse } from './hub-answers.ts'
import { listReleases } from './release-store.ts'
import { answerUseBody, askUseBody, useParams } from './schemas.ts'
import { londonDate } from '../../policies/calendar.ts'

const made = z.object({ id: z.uuid() })
const answers = z.object({
  id: z.uuid(), kind: z.enum(answerKinds), reference: z.string(), figure: figureAnswer, words: z.string(), state: z.enum(answerStates), askedAt: z.iso.datetime(),
  answerWords: z.string().exactOptional(), release: z.string().exactOptional(), section44: z.boolean(), caveat: z.string(),
}) // prettier-ignore

export function hubAnswerEndpoints(deps: ClearanceDeps): Endpoint[] {
  return [...api(deps), ...pages(deps)]
}

function api(deps: ClearanceDeps): Endpoint[] {
  const at = { surface: 'api' } as const
  const one = '/api/v1/hub-answers/:id'
  return [
    endpoint({
      ...at, method: 'get', path: '/api/v1/hub-answers', summary: 'Uses of Hub data in answers to requests for information', input: {}, answers: z.object({ answers: z.array(answers) }),
      handle: async (context) => asJson(await listUses(deps, context, 'json'), (all) => ({ answers: all.map((each) => write(each, context.now)) })),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/hub-answers', summary: 'Ask whether a figure may be used in an answer (FOI, EIR, Parliament)', input: { body: askUseBody }, answers: made, successStatus: 201,
      handle: async (context, { body }) => {
        const reply = asJson(await askUse(deps, context, body), (id) => ({ id }))
        return reply.status === undefined ? { ...reply, status: 201 } : reply
      },
    }),
    endpoint({
      ...at, method: 'get', path: one, summary: 'One use of Hub data in an answer', input: { params: useParams }, answers,
      handle: async (context, { params }) => asJson(await readUse(deps, context, params.id, 'json'), ({ answer }) => write(answer, context.now)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/answer`, summary: 'Permit or refuse the use, as Data and Analysis', input: { params: useParams, body: answerUseBody }, answers: made,
      handle: async (context, { params, body }) => asJson(await answerUse(deps, context, params.id, body), (id) => ({ id })),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/release`, summary: 'Use the figure in the answer; refused without a check that permits it', input: { params: useParams }, answers: made,
      handle: async (context, { params }) => asJson(await releaseUse(deps, context, params.id), (id) => ({ id })),
    }),
  ] // prettier-ignore
}

function write(answer: HubAnswer, now: Date): z.input<typeof answers> {
  const { id, kind, reference, figure, words, state, askedAt, answerWords, release } = answer
  return {
    id, kind, reference, figure: writeFigure(figure), words, state, askedAt: askedAt.toISOString(),
    ...(answerWords !== undefined && { answerWords }),
    ...(release && { release: release.reference }),
    section44: isBarred(answer, now), caveat: managementInformation,
  } // prettier-ignore
}

function pages(deps: ClearanceDeps): Endpoint[] {
  const at = { surface: 'page' } as const
  const back = (id: string) => ({ redirect: `/hub-answers/${id}` })
  return [
    endpoint({
      ...at, method: 'get', path: '/hub-answers', summary: 'Uses of Hub data in answers to requests for information', input: {},
      handle: (context) => listPage(deps, context),
    }),
    endpoint({
      ...at, method: 'post', path: '/hub-answers', summary: 'Ask whether a figure may be used in an answer', input: { body: typed },
      handle: (context, { body }) => sentForm(context, { form: 'ask', given: body }, askUseBody, (data) => askUse(deps, context, data), back, (mistaken) => listPage(deps, context, mistaken)),
    }),
    endpoint({
      ...at, method: 'get', path: '/hub-answers/:id', summary: 'One use of Hub data in an answer', input: { params: useParams },
      handle: (context, { params }) => onePage(deps, context, params.id),
    }),
    endpoint({
      ...at, method: 'post', path: '/hub-answers/:id/answer', summary: 'Permit or refuse the use', input: { params: useParams, body: typed },
      handle: (context, { params, body }) => sentForm(context, { form: 'answer', given: body }, answerUseBody, (data) => answerUse(deps, context, params.id, data), back, (mistaken) => onePage(deps, context, params.id, mistaken)),
    }),
    endpoint({
      ...at, method: 'post', path: '/hub-answers/:id/release', summary: 'Use the figure in the answer', input: { params: useParams },
      handle: async (context, { params }) => asPage(await releaseUse(deps, context, params.id), back),
    }),
  ] // prettier-ignore
}

function rights(deps: ClearanceDeps, { person }: PersonContext) {
  return {
    mayAsk: person.party === deps.hub.data.to && person.roles.includes('analyst'),
    mayAnswer: person.party === deps.hub.data.from && person.roles.includes('hub-administrator'),
  }
}

async function listPage(
  deps: ClearanceDeps,
  context: PersonContext,
  mistaken: Mistaken = noMistake,
): Promise<Reply> {
  const releases = await listReleases(context.tx, londonDate(context.now))
  return toTheDoor(await listUses(deps, context, 'page'), (all) => ({
    ...(mistaken.faults.length > 0 && { status: 400 }),
    view: { template: 'hub-answers.njk', data: { answers: all, releases, mistaken, kinds: answerKinds, ...rights(deps, context) } }, // prettier-ignore
  }))
}

async function onePage(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
  mistaken: Mistaken = noMistake,
): Promise<Reply> {
  const releases = await listReleases(context.tx, londonDate(context.now))
  return toTheDoor(await readUse(deps, context, id, 'page'), (read) => ({
    ...(mistaken.faults.length > 0 && { status: 400 }),
    view: { template: 'hub-answer.njk', data: { ...read, releases, mistaken, managementInformation, ...rights(deps, context) } }, // prettier-ignore
  }))
}
