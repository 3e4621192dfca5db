// The request builder: choose, fill in, check with the clauses that it will be judged by, send. Each step can be gone back
// from with everything that was typed.
import { z } from 'zod'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { notFound } from '../http/problem.ts'
import { checkAsked, formViewed, rehearseBlank } from './check.ts'
import type { TransferDeps } from './deps.ts'
import { citedOf, offered, requestForm, understand, type RequestForm } from './form.ts'
import { refusalPage } from './refusal-page.ts'
import { requestTransfer, resubmitTransfer } from './request.ts'
import { transferParams } from './schemas.ts'
import { findTexts } from './store.ts'
import { viewTransfer } from './view.ts'

const choices = z.strictObject({
  exchange: z.string().max(200).optional(),
  inspection: z.string().max(100).optional(),
  dataset: z.string().max(100).optional(),
  purpose: z.string().max(100).optional(),
})
const resubmission = requestForm.extend({ transferId: z.uuid().optional() })

export function builderPages(deps: TransferDeps): Endpoint[] {
  const form = { surface: 'page', method: 'post', input: { body: resubmission } } as const
  return [
    endpoint({
      surface: 'page', method: 'get', path: '/requests/new', summary: 'Build a request', input: { query: choices },
      handle: (context, { query }) => builder(deps, context, defined(query)),
    }),
    endpoint({
      ...form, path: '/requests/check', summary: 'Check a request before it is sent',
      handle: (context, { body }) => check(deps, context, body),
    }),
    endpoint({
      ...form, path: '/requests/change', summary: 'Go back and change the request',
      handle: (context, { body }) => builder(deps, context, body),
    }),
    endpoint({
      ...form, path: '/requests', summary: 'Send a request',
      handle: (context, { body }) => send(deps, context, body),
    }),
    endpoint({
      surface: 'page', method: 'get', path: '/requests/:id/change', summary: 'Change a returned request', input: { params: transferParams },
      handle: (context, { params: { id } }) => changeReturned(deps, context, id),
    }),
  ] // prettier-ignore
}

type Filled = RequestForm & { transferId?: string | undefined }

async function builder(
  deps: TransferDeps,
  context: PersonContext,
  form: Partial<Filled>,
  faults: readonly unknown[] = [],
): Promise<Reply> {
  const clauses = deps.clausesFor(await rehearseBlank(deps, context, citedOf(form)))
  const data = { ...(await offered(deps, context, form)), faults, clauses, transferId: form.transferId }
  return {
    events: [formViewed(context, '/requests/new')],
    status: faults.length > 0 ? 400 : 200,
    view: { template: 'builder.njk', data },
  }
}

async function check(deps: TransferDeps, context: PersonContext, form: Filled): Promise<Reply> {
  const { transferId, ...fields } = form
  const understood = understand(deps, fields)
  if ('faults' in understood) return builder(deps, context, form, understood.faults)
  const checked = await checkAsked(deps, context, understood.asked)
  const clauses = deps.clausesFor(checked.decision)
  const data = {
    ...(await offered(deps, context, form)),
    asked: understood.asked,
    clauses,
    ...checked,
    establishments: deps.establishments,
    transferId,
  }
  return { events: [formViewed(context, '/requests/check')], view: { template: 'check.njk', data } }
}

async function send(deps: TransferDeps, context: PersonContext, form: Filled): Promise<Reply> {
  const { transferId, ...fields } = form
  const understood = understand(deps, fields)
  if ('faults' in understood) return builder(deps, context, form, understood.faults)
  const outcome =
    transferId === undefined
      ? await requestTransfer(deps, context, understood.asked)
      : await resubmitTransfer(deps, context, transferId, understood.asked)
  return outcome.kind === 'refused'
    ? refusalPage(outcome)
    : { events: outcome.events, redirect: `/requests/${outcome.value.id}` }
}

async function changeReturned(deps: TransferDeps, context: PersonContext, id: string): Promise<Reply> {
  const { transfer, event } = await viewTransfer(deps, context, id)
  if (transfer.state !== 'returned' || transfer.requester !== context.person.id) throw notFound()
  const texts = await findTexts(context.tx, id)
  const form: Filled = {
    exchange: `${transfer.agreement}/${transfer.exchange}`,
    inspection: transfer.inspection,
    dataset: transfer.dataset,
    purpose: transfer.purpose,
    fields: [...transfer.fields],
    establishments: transfer.establishments.join(', '),
    prisonNumbers: transfer.prisonNumbers.join(', '),
    periodFrom: transfer.periodFrom,
    periodTo: transfer.periodTo,
    relevance: texts.findLast((text) => text.kind === 'relevance')?.text ?? '',
    statutoryBasis: transfer.statutoryBasis,
    transferId: id,
  }
  const shown = await builder(deps, context, form)
  return { ...shown, events: [event] }
}

function defined(query: z.output<typeof choices>): Partial<Filled> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
}
