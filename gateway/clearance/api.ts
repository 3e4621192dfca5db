// Clearances over JSON.
import { z } from 'zod'
import { asJson } from '../decisions/replies.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { ClearanceDeps } from './act.ts'
import { answer, withdraw } from './answer.ts'
import { ask } from './ask.ts'
import { attest } from './attest.ts'
import { list, queue, readClearance, readRequest } from './look.ts'
import { closeFactCheck, decide, deliverDraft, object, openClearance } from './open.ts'
import { listReleases, setRelease } from './releases.ts'
import * as schema from './schemas.ts'
import * as written from './written.ts'

const at = { surface: 'api' } as const
const made = z.object({ id: z.uuid() })

export function clearanceApi(deps: ClearanceDeps): Endpoint[] {
  return [...ofReports(deps), ...ofRequests(deps), ...ofReleases(deps)]
}

function ofReports(deps: ClearanceDeps): Endpoint[] {
  const one = '/api/v1/clearances/:id'
  const input = { params: schema.clearanceParams }
  return [
    endpoint({
      ...at, method: 'get', path: '/api/v1/clearances', summary: 'Reports and how many of their figures wait', input: {},
      answers: z.object({ clearances: z.array(written.clearanceAnswer.extend({ figures: z.int(), waiting: z.int() })) }),
      handle: async (context) => asJson(await list(deps, context, 'json'), (lines) => ({ clearances: lines.map((line) => ({ ...written.writeClearance(line), figures: line.figures, waiting: line.waiting })) })),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/clearances', summary: 'Open the clearance of a report', input: { body: schema.openBody }, answers: made, successStatus: 201,
      handle: async (context, { body }) => created(await openClearance(deps, context, body)),
    }),
    endpoint({
      ...at, method: 'get', path: one, summary: 'A report: what is clear, and what waits on whom', input, answers: written.pictureAnswer,
      handle: async (context, { params }) => asJson(await readClearance(deps, context, params.id, 'json'), written.writePicture),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/delivered`, summary: 'The draft went to HMPPS: its window for objections opens', input, answers: made,
      handle: async (context, { params }) => asJson(await deliverDraft(deps, context, params.id), (id) => ({ id })),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/close`, summary: 'Close the fact check: what nobody answered in time is silent from now on', input, answers: made,
      handle: async (context, { params }) => asJson(await closeFactCheck(deps, context, params.id), (id) => ({ id })),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/consents`, summary: 'Ask Data and Analysis for consent to a figure', input: { ...input, body: schema.askBody }, answers: made, successStatus: 201,
      handle: async (context, { params, body }) => created(await ask(deps, context, params.id, body)),
    }),
  ] // prettier-ignore
}

function ofRequests(deps: ClearanceDeps): Endpoint[] {
  const one = '/api/v1/consents/:id'
  const input = { params: schema.consentParams }
  const show = (context: PersonContext) => (outcome: Outcome<string>) => showRequest(deps, context, outcome)
  const answers = written.requestAnswer
  return [
    endpoint({
      ...at, method: 'get', path: '/api/v1/consents', summary: 'Requests for consent: those that wait first, by when they are due', input: {},
      answers: z.object({ consents: z.array(z.object({ id: z.uuid(), report: z.string(), figure: z.string(), version: z.int(), state: z.string(), dueAt: z.iso.datetime() })) }),
      handle: async (context) => asJson(await queue(deps, context, 'json'), (lines) => ({ consents: lines.map(({ id, report, figure, consent, dueAt }) => ({ id, report, figure: figure.reference, version: figure.version, state: consent.state, dueAt: dueAt.toISOString() })) })),
    }),
    endpoint({
      ...at, method: 'get', path: one, summary: 'A request for consent, with the figure in its context', input, answers,
      handle: async (context, { params }) => asJson(await readRequest(deps, context, params.id, 'json'), ({ request }) => written.writeRequest(request)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/answer`, summary: 'Acknowledge, consent or refuse; a refusal needs no reason', input: { ...input, body: schema.answerBody }, answers,
      handle: async (context, { params, body }) => show(context)(await answer(deps, context, params.id, body)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/withdraw`, summary: 'Withdraw a consent, and tell everybody who uses it', input, answers,
      handle: async (context, { params }) => show(context)(await withdraw(deps, context, params.id)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/attest`, summary: 'Attest the disclosure check, or that the route for silence was followed', input: { ...input, body: schema.attestBody }, answers,
      handle: async (context, { params, body }) => show(context)(await attest(deps, context, params.id, body)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/objections`, summary: 'Object to the publication of a figure, as HMPPS', input: { ...input, body: schema.objectBody }, answers,
      handle: async (context, { params, body }) => show(context)(await object(deps, context, params.id, body.words)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/objections/:objection/decide`, summary: 'Accept or overrule an objection, with the reason', input: { params: schema.objectionParams, body: schema.decideBody }, answers,
      handle: async (context, { params, body }) => show(context)(await decide(deps, context, { requestId: params.id, objectionId: params.objection }, body)),
    }),
  ] // prettier-ignore
}

function ofReleases(deps: ClearanceDeps): Endpoint[] {
  return [
    endpoint({
      ...at, method: 'get', path: '/api/v1/releases', summary: 'The calendar of statistical releases', input: {}, answers: z.object({ releases: z.array(written.releaseAnswer) }),
      handle: async (context) => asJson(await listReleases(deps, context, 'json'), (releases) => ({ releases: releases.map(written.writeRelease) })),
    }),
    endpoint({
      ...at, method: 'put', path: '/api/v1/releases/:reference', summary: 'Add a release, or move its date', input: { params: schema.releaseParams, body: schema.releaseBody }, answers: written.releaseAnswer,
      handle: async (context, { params, body }) => asJson(await setRelease(deps, context, params.reference, body), written.writeRelease),
    }),
  ] // prettier-ignore
}

function created(outcome: Outcome<string>): Reply {
  const reply = asJson(outcome, (id) => ({ id }))
  return reply.status === undefined ? { ...reply, status: 201 } : reply
}

/** As it stands after the act; the act's own entry says what was done, and the look is another. */
async function showRequest(deps: ClearanceDeps, context: PersonContext, outcome: Outcome<string>): Promise<Reply> {
  if (outcome.kind === 'refused') return asJson(outcome, () => ({}))
  const read = await readRequest(deps, context, outcome.value, 'json')
  if (read.kind === 'refused') return asJson(read, () => ({}))
  const [first, ...rest] = outcome.events
  return { events: [first, ...rest, ...read.events], json: written.writeRequest(read.value.request) }
} // prettier-ignore
