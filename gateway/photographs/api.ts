// Photographs over JSON.
import { z } from 'zod'
import type { Outcome } from '../decisions/judge.ts'
import { asJson } from '../decisions/replies.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply, type Streamed } from '../http/endpoint.ts'
import type { PhotographDeps } from './act.ts'
import { check } from './check.ts'
import { endRecalled, recordConsent, withdraw } from './consent.ts'
import type { Gate } from './gate.ts'
import { listAll, listOf, readOne } from './look.ts'
import { openPicture } from './open-picture.ts'
import { answer, clear, decide, include, publish, takeCleared } from './publish.ts'
import * as schema from './schemas.ts'
import { pictureLimits } from './stripped.ts'
import { takeIn } from './take-in.ts'
import { photographAnswer, writePhotograph } from './written.ts'

const at = { surface: 'api' } as const
/** What it is, is found in its bytes; the type that it comes under is not asked. */
export const upload = { types: ['image/jpeg', 'image/png', 'application/octet-stream'], mostBytes: pictureLimits.fileBytes } // prettier-ignore
const answers = photographAnswer
const one = '/api/v1/photographs/:id'

export function photographApi(deps: PhotographDeps, gate: Gate): Endpoint[] {
  return [...ofReports(deps, gate), ...ofOne(deps), ...ofConsents(deps), ...ofPublication(deps)]
}

function ofReports(deps: PhotographDeps, gate: Gate): Endpoint[] {
  const path = '/api/v1/clearances/:id/photographs'
  return [
    endpoint({
      ...at, method: 'get', path: '/api/v1/photographs', summary: 'Reports, with how many photographs each has and how many copies are to be taken down', input: {},
      answers: z.object({ reports: z.array(z.object({ id: z.uuid(), title: z.string(), photographs: z.int(), recalls: z.int() })) }),
      handle: async (context) => asJson(await listAll(deps, context, 'json'), (reports) => ({ reports: [...reports] })),
    }),
    endpoint({
      ...at, method: 'get', path, summary: 'The photographs of a report, with their consents and where they stand', input: { params: schema.reportParams },
      answers: z.object({ photographs: z.array(photographAnswer) }),
      handle: async (context, { params }) => asJson(await listOf(deps, context, params.id, 'json'), ({ photographs }) => ({ photographs: photographs.map(writePhotograph) })),
    }),
    endpoint({
      ...at, method: 'post', path, summary: 'Keep a photograph (JPEG, PNG) for a report: stripped to the picture, sealed, and destroyed on its date', input: { params: schema.reportParams, body: schema.photographFields }, upload, answers, successStatus: 201,
      handle: async (context, { params, body }) => created(await shown(deps, context, await gate(() => takeIn(deps, context, params.id, body, context.upload)))),
    }),
  ] // prettier-ignore
}

function ofOne(deps: PhotographDeps): Endpoint[] {
  const input = { params: schema.photographParams }
  return [
    endpoint({
      ...at, method: 'get', path: one, summary: 'What is known of a photograph', input, answers,
      handle: async (context, { params }) => asJson(await readOne(deps, context, params.id, 'json'), writePhotograph),
    }),
    endpoint({
      ...at, method: 'get', path: `${one}/image`, summary: 'The picture itself, for whoever may see it', input,
      handle: async (context, { params }) => streamed(await openPicture(deps, context, params.id), asJson),
    }),
  ] // prettier-ignore
}

function ofConsents(deps: PhotographDeps): Endpoint[] {
  return [
    endpoint({
      ...at, method: 'post', path: `${one}/consents`, summary: 'Record the written consent of a person in a photograph', input: { params: schema.photographParams, body: schema.consentBody }, answers,
      handle: async (context, { params, body }) => shown(deps, context, await recordConsent(deps, context, params.id, body)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/consents/:consent/withdraw`, summary: 'Record that a person withdrew their consent: blocked at once, destroyed today, called back from wherever it is', input: { params: schema.consentParams }, answers,
      handle: async (context, { params }) => shown(deps, context, await withdraw(deps, context, params)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/copies/:copy/end`, summary: 'Say that a copy that was called back is taken down or deleted', input: { params: schema.copyParams, body: schema.endCopyBody }, answers,
      handle: async (context, { params, body }) => shown(deps, context, await endRecalled(deps, context, params, body.how)),
    }),
  ] // prettier-ignore
}

function ofPublication(deps: PhotographDeps): Endpoint[] {
  const input = { params: schema.photographParams }
  return [
    endpoint({
      ...at, method: 'post', path: `${one}/checks`, summary: 'Answer a question of the annex about a photograph; yes bars it for good', input: { ...input, body: schema.checkBody }, answers,
      handle: async (context, { params, body }) => shown(deps, context, await check(deps, context, params.id, body)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/include`, summary: 'Put a photograph in the draft, before that goes to HMPPS', input, answers,
      handle: async (context, { params }) => shown(deps, context, await include(deps, context, params.id)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/answer`, summary: 'Say, as HMPPS, whether there is an objection to a photograph', input: { ...input, body: schema.answerBody }, answers,
      handle: async (context, { params, body }) => shown(deps, context, await answer(deps, context, params.id, body)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/objections/:objection/decide`, summary: 'Accept or overrule an objection to a photograph, with the reason', input: { params: schema.objectionParams, body: schema.decideBody }, answers,
      handle: async (context, { params, body }) => shown(deps, context, await decide(deps, context, params, body)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/clear`, summary: 'Clear a photograph for public release, as a publisher', input, answers,
      handle: async (context, { params }) => shown(deps, context, await clear(deps, context, params.id)),
    }),
    endpoint({
      ...at, method: 'get', path: `${one}/cleared`, summary: 'The cleared copy, marked for public release', input,
      handle: async (context, { params }) => streamed(await takeCleared(deps, context, params.id), asJson),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/publications`, summary: 'Record where a cleared photograph was published, once the report is out', input: { ...input, body: schema.publishBody }, answers,
      handle: async (context, { params, body }) => shown(deps, context, await publish(deps, context, params.id, body)),
    }),
  ] // prettier-ignore
}

function created(reply: Reply): Reply {
  return reply.status === undefined ? { ...reply, status: 201 } : reply
}

/** The picture as a stream, or the letter that refuses it. */
export function streamed(outcome: Outcome<Streamed>, refusal: typeof asJson): Reply {
  if (outcome.kind === 'refused') return refusal(outcome, () => ({}))
  return { events: outcome.events, stream: outcome.value }
}

/** As it stands after the act; the act's own entry says what was done, and the look is another. */
async function shown(deps: PhotographDeps, context: PersonContext, outcome: Outcome<string>): Promise<Reply> {
  if (outcome.kind === 'refused') return asJson(outcome, () => ({}))
  const read = await readOne(deps, context, outcome.value, 'json')
  if (read.kind === 'refused') return asJson(read, () => ({}))
  const [first, ...rest] = outcome.events
  return { events: [first, ...rest, ...read.events], json: writePhotograph(read.value) }
}
