// Clearances as pages. A form that has a mistake is shown again on its page, with what was typed and what is wrong.
import type { z } from 'zod'
import type { Outcome } from '../decisions/judge.ts'
import { toTheDoor } from '../hub/replies.ts'
import { noMistake, sentForm, typed, type Mistaken } from '../decisions/form.ts'
import { asPage } from '../decisions/replies.ts'
import { managementInformation } from '../figures/figure.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import type { ClearanceDeps } from './act.ts'
import { answer, withdraw } from './answer.ts'
import { ask } from './ask.ts'
import { smallestCount } from '../disclosure/table.ts'
import { attest } from './attest.ts'
import { documentKinds } from './clearance.ts'
import { list, queue, readClearance, readRequest } from './look.ts'
import { closeFactCheck, decide, deliverDraft, object, openClearance } from './open.ts'
import { listReleases, setRelease } from './releases.ts'
import * as schema from './schemas.ts'

const at = { surface: 'page' } as const
export function clearancePages(deps: ClearanceDeps): Endpoint[] {
  return [...ofReports(deps), ...ofRequests(deps), ...ofReleases(deps)]
}

function ofReports(deps: ClearanceDeps): Endpoint[] {
  const input = { params: schema.clearanceParams }
  const back = (id: string) => ({ redirect: `/clearances/${id}` })
  return [
    endpoint({
      ...at, method: 'get', path: '/clearances', summary: 'Reports whose figures are cleared', input: {},
      handle: (context) => listPage(deps, context),
    }),
    endpoint({
      ...at, method: 'post', path: '/clearances', summary: 'Open the clearance of a report', input: { body: typed },
      handle: (context, { body }) => sentForm(context, { form: 'open', given: body }, schema.openBody, (data) => openClearance(deps, context, data), back, (mistaken) => listPage(deps, context, mistaken)),
    }),
    endpoint({
      ...at, method: 'get', path: '/clearances/:id', summary: 'A report: what is clear, and what waits on whom', input,
      handle: (context, { params }) => reportPage(deps, context, params.id),
    }),
    endpoint({
      ...at, method: 'post', path: '/clearances/:id/delivered', summary: 'The draft went to HMPPS', input,
      handle: async (context, { params }) => asPage(await deliverDraft(deps, context, params.id), back),
    }),
    endpoint({
      ...at, method: 'post', path: '/clearances/:id/close', summary: 'Close the fact check', input,
      handle: async (context, { params }) => asPage(await closeFactCheck(deps, context, params.id), back),
    }),
    endpoint({
      ...at, method: 'post', path: '/clearances/:id/consents', summary: 'Ask for consent to a figure', input: { ...input, body: typed },
      handle: (context, { params, body }) => sentForm(context, { form: 'ask', given: { ...body, stated: listed(body['stated']) } }, schema.askBody, (data) => ask(deps, context, params.id, data), () => back(params.id), (mistaken) => reportPage(deps, context, params.id, mistaken)),
    }),
  ] // prettier-ignore
}

function ofRequests(deps: ClearanceDeps): Endpoint[] {
  const input = { params: schema.consentParams, body: typed }
  const back = (id: string) => ({ redirect: `/consents/${id}` })
  const acts = [
    ['answer', 'Answer a request for consent', schema.answerBody, answer],
    ['attest', 'Attest a figure', schema.attestBody, attest],
    ['objections', 'Object to a figure', schema.objectBody, (d: ClearanceDeps, c: PersonContext, id: string, { words }: z.output<typeof schema.objectBody>) => object(d, c, id, words)],
  ] as const // prettier-ignore
  const act = <S extends z.ZodType>(path: string, summary: string, shape: S, run: (d: ClearanceDeps, c: PersonContext, id: string, data: z.output<S>) => Promise<Outcome<string>>) =>
    endpoint({
      ...at, method: 'post', path: `/consents/:id/${path}`, summary, input,
      handle: (context, { params, body }) => sentForm(context, { form: path, given: body }, shape, (data) => run(deps, context, params.id, data), back, (mistaken) => requestPage(deps, context, params.id, mistaken)),
    }) // prettier-ignore
  return [
    endpoint({
      ...at, method: 'get', path: '/consents', summary: 'Requests for consent', input: {},
      handle: async (context) => asPage(await queue(deps, context, 'page'), (lines) => ({ view: { template: 'consents.njk', data: { lines, now: context.now } } })),
    }),
    endpoint({
      ...at, method: 'get', path: '/consents/:id', summary: 'A request for consent, with the figure in its context', input: { params: schema.consentParams },
      handle: (context, { params }) => requestPage(deps, context, params.id),
    }),
    act(...acts[0]), act(...acts[1]), act(...acts[2]),
    endpoint({
      ...at, method: 'post', path: '/consents/:id/withdraw', summary: 'Withdraw a consent', input: { params: schema.consentParams },
      handle: async (context, { params }) => asPage(await withdraw(deps, context, params.id), back),
    }),
    endpoint({
      ...at, method: 'post', path: '/consents/:id/objections/:objection/decide', summary: 'Decide an objection', input: { params: schema.objectionParams, body: typed },
      handle: (context, { params: { id, objection }, body }) => sentForm(context, { form: objection, given: body }, schema.decideBody, (data) => decide(deps, context, { requestId: id, objectionId: objection }, data), back, (mistaken) => requestPage(deps, context, id, mistaken)),
    }),
  ] // prettier-ignore
}

function ofReleases(deps: ClearanceDeps): Endpoint[] {
  return [
    endpoint({
      ...at, method: 'get', path: '/releases', summary: 'The calendar of statistical releases', input: {},
      handle: (context) => releasesPage(deps, context),
    }),
    endpoint({
      ...at, method: 'post', path: '/releases', summary: 'Add a release, or move its date', input: { body: typed },
      handle: (context, { body }) => sentForm(context, { form: 'release', given: body }, schema.releaseBody.extend(schema.releaseParams.shape), ({ reference, ...data }) => setRelease(deps, context, reference, data), () => ({ redirect: '/releases' }), (mistaken) => releasesPage(deps, context, mistaken)),
    }),
  ] // prettier-ignore
}

function listed(value: string | readonly string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat()
}

function shown(mistaken: Mistaken) {
  return mistaken === noMistake ? {} : { status: 400 }
}

async function listPage(deps: ClearanceDeps, context: PersonContext, mistaken = noMistake): Promise<Reply> {
  const mayOpen = context.person.roles.includes('analyst')
  return asPage(await list(deps, context, 'page'), (clearances) => ({
    ...shown(mistaken),
    view: { template: 'clearances.njk', data: { clearances, mistaken, mayOpen, documentKinds } },
  }))
}

async function reportPage(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
  mistaken = noMistake,
): Promise<Reply> {
  const releases = await listReleases(deps, context, 'page')
  return toTheDoor(await readClearance(deps, context, id, 'page'), (picture) => ({
    ...shown(mistaken),
    view: { template: 'clearance.njk', data: { ...picture, ...rights(context), mistaken, now: context.now, statements: deps.hubPublication.statements, releases: releases.kind === 'done' ? releases.value : [], managementInformation } }, // prettier-ignore
  }))
}

async function requestPage(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
  mistaken = noMistake,
): Promise<Reply> {
  return toTheDoor(await readRequest(deps, context, id, 'page'), (read) => ({
    ...shown(mistaken),
    view: { template: 'consent.njk', data: { ...read, ...rights(context), mistaken, smallestCount, mine: read.request.askedBy === context.person.id, managementInformation } }, // prettier-ignore
  }))
}

async function releasesPage(
  deps: ClearanceDeps,
  context: PersonContext,
  mistaken = noMistake,
): Promise<Reply> {
  return asPage(await listReleases(deps, context, 'page'), (releases) => ({
    ...shown(mistaken),
    view: { template: 'releases.njk', data: { releases, ...rights(context), mistaken } },
  }))
}

/** Which forms a page shows; whether an act is permitted is judged when it comes. */
function rights({ person: { party, roles } }: PersonContext) {
  return {
    mayAsk: party === 'hmi-prisons' && roles.includes('analyst'),
    mayCheck:
      party === 'hmi-prisons' &&
      ['analyst', 'report-owner', 'publisher'].some((role) => roles.includes(role)),
    mayRun: party === 'hmi-prisons' && roles.includes('report-owner'),
    mayAnswer: party === 'moj-data-and-analysis' && roles.includes('hub-administrator'),
    mayObject: party === 'hmpps' && roles.includes('scrutiny-team'),
  }
}
