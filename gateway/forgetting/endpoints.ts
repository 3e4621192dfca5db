// Erasures over HTTP: what was asked for, asking, and the second person's word, after which it is gone.
import { z } from 'zod'
import { asJson, asPage } from '../decisions/replies.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { orAgain } from '../http/again.ts'
import { checkFields } from '../http/input.ts'
import type { FieldFault } from '../http/problem.ts'
import { ask, authorise, look, lookAt, withdraw, type ForgettingDeps } from './act.ts'
import { bases, type Erasure } from './erasure.ts'
import { askBody, askForm, bodyOfForm, erasureAnswer, erasureParams, type AskForm } from './schemas.ts'

export function forgettingEndpoints(deps: ForgettingDeps): Endpoint[] {
  return [...api(deps), ...pages(deps)]
}

function api(deps: ForgettingDeps): Endpoint[] {
  const at = { surface: 'api' } as const
  return [
    endpoint({
      ...at, method: 'get', path: '/api/v1/erasures', summary: 'Erasures that were asked for, and that were done', input: {},
      answers: z.object({ erasures: z.array(erasureAnswer) }),
      handle: async (context) => asJson(await look(deps, context, 'json'), (erasures) => ({ erasures: erasures.map(write) })),
    }),
    endpoint({
      ...at, method: 'get', path: '/api/v1/erasures/:id', summary: 'An erasure, and where what it names stands now', input: { params: erasureParams },
      answers: erasureAnswer.extend({ found: z.array(z.object({ place: z.string(), rows: z.int() })) }),
      handle: async (context, { params }) => asJson(await lookAt(deps, context, params.id, 'json'), ({ erasure, traces }) => ({ ...write(erasure), found: traces.map(({ place, found }) => ({ place, rows: found })) })),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/erasures', summary: 'Ask that a person, or fields of entries, be forgotten', input: { body: askBody }, answers: erasureAnswer, successStatus: 201,
      handle: async (context, { body }) => created(asJson(await ask(deps, context, body), write)),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/erasures/:id/authorise', summary: 'Authorise it as a second person: it is forgotten at once, for good', input: { params: erasureParams }, answers: erasureAnswer,
      handle: async (context, { params }) => asJson(await authorise(deps, context, params.id), write),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/erasures/:id/withdraw', summary: 'Withdraw it before it is done', input: { params: erasureParams }, answers: erasureAnswer,
      handle: async (context, { params }) => asJson(await withdraw(deps, context, params.id), write),
    }),
  ] // prettier-ignore
}

function created(reply: Reply): Reply {
  return reply.status === undefined ? { ...reply, status: 201 } : reply
}

function pages(deps: ForgettingDeps): Endpoint[] {
  const at = { surface: 'page' } as const
  return [
    endpoint({
      ...at, method: 'get', path: '/erasures', summary: 'Erasures', input: {},
      handle: async (context) => asPage(await look(deps, context, 'page'), (erasures) => ({ view: { template: 'erasures.njk', data: { erasures, bases } } })),
    }),
    endpoint({
      ...at, method: 'get', path: '/erasures/new', summary: 'Ask for an erasure', input: {},
      handle: (context) => formPage(deps, context, askForm.parse({})),
    }),
    endpoint({
      ...at, method: 'post', path: '/erasures', summary: 'Send it', input: { body: askForm },
      handle: (context, { body }) => send(deps, context, body),
    }),
    endpoint({
      ...at, method: 'get', path: '/erasures/:id', summary: 'An erasure, and what it would come to', input: { params: erasureParams },
      handle: async (context, { params }) => asPage(await lookAt(deps, context, params.id, 'page'), (looked) => ({
        view: { template: 'erasure.njk', data: { ...looked, bases, own: looked.erasure.askedBy === context.person.id, backupDays: deps.backupDays } },
      })),
    }),
    endpoint({
      ...at, method: 'post', path: '/erasures/:id/authorise', summary: 'Authorise it as a second person', input: { params: erasureParams },
      handle: async (context, { params }) => asPage(await authorise(deps, context, params.id), ({ id }) => ({ redirect: `/erasures/${id}` })),
    }),
    endpoint({
      ...at, method: 'post', path: '/erasures/:id/withdraw', summary: 'Withdraw it', input: { params: erasureParams },
      handle: async (context, { params }) => asPage(await withdraw(deps, context, params.id), ({ id }) => ({ redirect: `/erasures/${id}` })),
    }),
  ] // prettier-ignore
}

async function formPage(
  deps: ForgettingDeps,
  context: PersonContext,
  given: AskForm,
  faults: readonly FieldFault[] = [],
): Promise<Reply> {
  return asPage(await look(deps, context, 'page'), () => ({
    ...(faults.length > 0 && { status: 400 }),
    view: { template: 'erasure-form.njk', data: { given, faults, bases } },
  }))
}

async function send(deps: ForgettingDeps, context: PersonContext, form: AskForm): Promise<Reply> {
  const checked = checkFields(askBody, bodyOfForm(form))
  if ('faults' in checked) {
    const ofForm = checked.faults.map(({ field, message }) => ({
      field: field.split('.')[0] ?? field,
      message,
    }))
    return formPage(deps, context, form, ofForm)
  }
  return orAgain(
    context,
    async () => asPage(await ask(deps, context, checked.data), ({ id }) => ({ redirect: `/erasures/${id}` })),
    ({ fields }) => formPage(deps, context, form, fields),
  )
}

function write({
  id,
  scope,
  basis,
  askedBy,
  askedAt,
  personId,
  fields,
  status,
}: Erasure): z.input<typeof erasureAnswer> {
  const shared = { id, scope, basis, state: status.state, askedBy, askedAt: askedAt.toISOString(), fields: [...fields], ...(personId !== undefined && { person: personId }) } // prettier-ignore
  if (status.state === 'asked')
    return { ...shared, identifiers: [...status.identifiers], reason: status.reason }
  if (status.state === 'withdrawn') return shared
  const { authorisedBy, doneAt, rowsChanged: rows, valuesDeleted: values, entriesTouched: entries } = status
  return { ...shared, authorisedBy, doneAt: doneAt.toISOString(), rows, values, entries }
}
