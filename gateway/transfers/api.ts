// The journey over JSON: request, approve or return, supply, collect, acknowledge, and looking.
import { z } from 'zod'
import type { Outcome } from '../decisions/judge.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { personActor } from '../http/who.ts'
import { acknowledgeTransfer } from './acknowledge.ts'
import type { Done } from './act.ts'
import { answerOf, answerOfAct, answersOf } from './answers.ts'
import { attestCopies } from './attest.ts'
import { approveTransfer, returnTransfer } from './approve.ts'
import { viewCertificate } from './certificate-view.ts'
import { collectTransfer } from './collect.ts'
import type { TransferDeps } from './deps.ts'
import { listFor } from './list.ts'
import { checkRequest } from './check.ts'
import { requestTransfer, resubmitTransfer } from './request.ts'
import { owedTo, owedViewed } from './owed.ts'
import { answerMedia, endCopy, receiveCopy, registerCopy } from './outside-copies.ts'
import * as copies from './outside-copy-schemas.ts'
import {
  actAnswer,
  attestBody,
  owedAnswer,
  requestSchemas,
  returnBody,
  supplyBody,
  transferAnswer,
  transferParams,
} from './schemas.ts'
import { supplyTransfer } from './supply.ts'
import { viewTransfer } from './view.ts'

const base = '/api/v1/requests'

export function transferApi(deps: TransferDeps): Endpoint[] {
  const { request } = requestSchemas(deps.establishments)
  const act = { surface: 'api', method: 'post', answers: actAnswer } as const
  const params = transferParams
  return [
    endpoint({
      ...act, path: base, summary: 'Ask for data', successStatus: 201, input: { body: request },
      handle: async (context, { body }) => replyTo(await requestTransfer(deps, context, body), 201),
    }),
    endpoint({
      ...act, path: `${base}/check`, summary: 'Say what would be decided, by which clauses, and how much it would be; nothing is asked for',
      input: { body: request }, answers: z.object({ outcome: z.enum(['permit', 'refusal']) }).loose(),
      handle: (context, { body }) => checkRequest(deps, context, body),
    }),
    endpoint({
      ...act, method: 'put', path: `${base}/:id`, summary: 'Send a returned request again, changed', input: { params, body: request },
      handle: async (context, { params: { id }, body }) => replyTo(await resubmitTransfer(deps, context, id, body)),
    }),
    endpoint({
      ...act, path: `${base}/:id/approve`, summary: 'Approve, as a second person', input: { params },
      handle: async (context, { params: { id } }) => replyTo(await approveTransfer(deps, context, id)),
    }),
    endpoint({
      ...act, path: `${base}/:id/return`, summary: 'Return for a change, with a reason', input: { params, body: returnBody },
      handle: async (context, { params: { id }, body }) => replyTo(await returnTransfer(deps, context, id, body.reason)),
    }),
    endpoint({
      ...act, path: `${base}/:id/supply`, summary: 'Supply, part-supply or escalate; there is no refusal', input: { params, body: supplyBody },
      handle: async (context, { params: { id }, body }) => replyTo(await supplyTransfer(deps, context, id, body)),
    }),
    endpoint({
      ...act, path: `${base}/:id/acknowledge`, summary: 'Say that the package arrived whole', input: { params },
      handle: async (context, { params: { id } }) => replyTo(await acknowledgeTransfer(deps, context, id)),
    }),
    endpoint({
      ...act, path: `${base}/:id/attest`, summary: 'Say what became of every copy that you took', input: { params, body: attestBody },
      handle: async (context, { params: { id }, body }) => replyTo(await attestCopies(deps, context, id, body.outcome)),
    }),
    ...outside(deps),
    ...looking(deps),
  ] // prettier-ignore
}

/** Paper and removable media. */
function outside(deps: TransferDeps): Endpoint[] {
  const act = { surface: 'api', method: 'post' } as const
  const answers = actAnswer
  const params = copies.copyParams
  return [
    endpoint({
      ...act, path: `${base}/:id/copies`, summary: 'Register a copy on paper, or ask for one on a removable medium', successStatus: 201,
      input: { params: transferParams, body: copies.copyBody }, answers: actAnswer.extend({ copy: z.uuid() }),
      handle: async (context, { params: { id }, body }) => {
        const outcome = await registerCopy(deps, context, id, body)
        if (outcome.kind === 'refused') return refusalReply(outcome)
        return { events: outcome.events, status: 201, json: { ...answerOfAct(outcome.value), copy: outcome.value.copy } }
      },
    }),
    endpoint({
      ...act, path: `${base}/:id/copies/:copy/receive`, summary: 'Say that paper that was handed over arrived', input: { params }, answers,
      handle: async (context, { params: { id, copy } }) => replyTo(await receiveCopy(deps, context, id, copy)),
    }),
    endpoint({
      ...act, path: `${base}/:id/copies/:copy/answer`, summary: 'Allow a removable medium or not, as an assurance officer', input: { params, body: copies.answerBody }, answers,
      handle: async (context, { params: { id, copy }, body }) => replyTo(await answerMedia(deps, context, id, copy, body)),
    }),
    endpoint({
      ...act, path: `${base}/:id/copies/:copy/end`, summary: 'Say how a copy on paper or on a removable medium ended', input: { params, body: copies.endingBody }, answers,
      handle: async (context, { params: { id, copy }, body }) => replyTo(await endCopy(deps, context, id, copy, body)),
    }),
  ] // prettier-ignore
}

function looking(deps: TransferDeps): Endpoint[] {
  const look = { surface: 'api', method: 'get' } as const
  const params = transferParams
  return [
    endpoint({
      ...look, path: base, summary: 'Requests that are yours or wait for you', input: {},
      answers: z.object({ waitingOnYou: z.array(transferAnswer), yours: z.array(transferAnswer) }),
      handle: async (context) => {
        const lists = await listFor(deps, context)
        const answer = (list: typeof lists.yours) => answersOf(context.tx, list)
        const json = { waitingOnYou: await answer(lists.waitingOnYou), yours: await answer(lists.yours) }
        return { events: [listed(context, lists.yours.length + lists.waitingOnYou.length)], json }
      },
    }),
    endpoint({
      ...look, path: '/api/v1/duties', summary: 'What you owe for copies that you took, and what is overdue of what your body gave or took', input: {}, answers: owedAnswer,
      handle: async (context) => {
        const json = await owedTo(deps, context)
        return { events: [owedViewed(context, json.yours.length + json.others.length)], json }
      },
    }),
    endpoint({
      ...look, path: `${base}/:id`, summary: 'One request and where it stands', input: { params }, answers: transferAnswer,
      handle: async (context, { params: { id } }) => {
        const { transfer, event } = await viewTransfer(deps, context, id)
        return { events: [event], json: await answerOf(context.tx, transfer) }
      },
    }),
    endpoint({
      ...look, path: `${base}/:id/package`, summary: 'Collect the package, encrypted to your enrolled key and signed by the gateway', input: { params },
      handle: async (context, { params: { id } }) => {
        const outcome = await collectTransfer(deps, context, id)
        return outcome.kind === 'refused' ? refusalReply(outcome) : { events: outcome.events, stream: outcome.value }
      },
    }),
    endpoint({
      ...look, path: `${base}/:id/certificate`, summary: 'The signed certificate of destruction', input: { params },
      answers: z.object({ certificate: z.string(), issuedAt: z.iso.datetime() }),
      handle: async (context, { params: { id } }) => {
        const { certificate, event } = await viewCertificate(deps, context, id)
        return { events: [event], json: { certificate: certificate.jws, issuedAt: certificate.issuedAt.toISOString() } }
      },
    }),
  ] // prettier-ignore
}

export function listed(context: PersonContext, shown: number) {
  return {
    type: 'transfers.listed',
    actor: personActor(context.person, context.ip),
    subjects: [],
    correlation: context.requestId,
    detail: { shown },
  } as const
}

function replyTo(outcome: Outcome<Done>, status = 200): Reply {
  if (outcome.kind === 'refused') return refusalReply(outcome)
  return { events: outcome.events, status, json: answerOfAct(outcome.value) }
}

export function refusalReply(outcome: Extract<Outcome<unknown>, { kind: 'refused' }>): Reply {
  return { events: outcome.events, status: 403, json: outcome.letter }
}
