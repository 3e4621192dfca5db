// Access to the Hub as pages: the door for its users, the users' page of Data and Analysis and of local administrators, the record of
// use, and the look through a return.
import { noMistake, sentForm, typed, type Mistaken } from '../decisions/form.ts'
import { asPage } from '../decisions/replies.ts'
import { orAgain } from '../http/again.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import type { FieldFault } from '../http/problem.ts'
import { tableTypes } from '../tables/received.ts'
import { organisations, purposes, purposeWords } from './access.ts'
import type { HubDeps } from './act.ts'
import { amend } from './conditions.ts'
import { accept, endEverywhere, openSession, readDoor } from './door.ts'
import { mostReturnBytes, submitReturn } from './returns.ts'
import * as schema from './schemas.ts'
import { sensitiveKinds } from './screen.ts'
import { authorise, change, listUsers } from './users.ts'
import { readUse } from './use.ts'

const at = { surface: 'page' } as const

export function hubPages(deps: HubDeps): Endpoint[] {
  return [...ofOneself(deps), ...ofUsers(deps)]
}

function ofOneself(deps: HubDeps): Endpoint[] {
  const upload = { types: tableTypes, mostBytes: mostReturnBytes }
  return [
    endpoint({
      ...at, method: 'get', path: '/hub', summary: 'How you stand with the Performance Hub', input: {},
      handle: (context) => doorPage(deps, context),
    }),
    endpoint({
      ...at, method: 'post', path: '/hub/accept', summary: 'Accept the memorandum and the Conditions of Use', input: { body: typed },
      handle: (context, { body }) => sentForm(context, { form: 'accept', given: body }, schema.acceptForm, async ({ version }) => ({ kind: 'done', ...(await accept(deps, context, version)) }), () => ({ redirect: '/hub' }), (mistaken) => doorPage(deps, context, mistaken)),
    }),
    endpoint({
      ...at, method: 'post', path: '/hub/session', summary: 'Say what Hub data is used for, and that nobody else sees the screen', input: { body: typed },
      handle: (context, { body }) => sentForm(context, { form: 'session', given: body }, schema.sessionForm, async ({ purpose }) => ({ kind: 'done', ...(await openSession(deps, context, { purpose, unseen: true })) }), () => ({ redirect: '/hub' }), (mistaken) => doorPage(deps, context, mistaken)),
    }),
    endpoint({
      ...at, method: 'post', path: '/hub/sign-out-everywhere', summary: 'End every session of yours', input: {},
      handle: async (context) => ({ events: (await endEverywhere(deps, context)).events, redirect: '/start' }),
    }),
    endpoint({
      ...at, method: 'get', path: '/hub/returns', summary: 'Have a return looked through', input: {},
      handle: async (context) => returnPage(deps, context),
    }),
    endpoint({
      ...at, method: 'post', path: '/hub/returns', summary: 'Look through a return before it is put on the Hub', input: { body: typed }, upload,
      handle: (context) => lookedPage(deps, context),
    }),
  ] // prettier-ignore
}

async function doorPage(deps: HubDeps, context: PersonContext, mistaken: Mistaken = noMistake): Promise<Reply> {
  const { value, events } = await readDoor(deps, context, 'page')
  const { party } = context.person
  return {
    events,
    ...(mistaken.faults.length > 0 && { status: 400 }),
    view: { template: 'hub-door.njk', data: { ...value, mistaken, isUser: party === deps.hub.data.to, isOwner: party === deps.hub.data.from, purposes: purposes.map((purpose) => ({ value: purpose, text: purposeWords[purpose] })) } },
  }
} // prettier-ignore

async function returnPage(deps: HubDeps, context: PersonContext, faults: readonly FieldFault[] = []): Promise<Reply> {
  const { events } = await readDoor(deps, context, 'page')
  return { events, ...(faults.length > 0 && { status: 400 }), view: { template: 'hub-return.njk', data: { faults, looked: undefined } } }
} // prettier-ignore

function lookedPage(deps: HubDeps, context: PersonContext): Promise<Reply> {
  // A browser sends a file without a name where none was chosen.
  const chosen = context.upload?.filename === '' ? undefined : context.upload
  return orAgain(
    context,
    async () => {
      const { outcome, looked } = await submitReturn(deps, context, chosen)
      // A refusal for something else than what was found is a letter, as anywhere.
      const isFound = outcome.kind === 'refused' && outcome.letter.refusals.every(({ clause }) => clause === 'hub-2023/3.11') // prettier-ignore
      if (outcome.kind === 'refused' && !isFound) return asPage(outcome, () => ({}))
      return { events: outcome.events, ...(isFound && { status: 403 }), view: { template: 'hub-return.njk', data: { faults: [], looked, kinds: sensitiveKinds } } } // prettier-ignore
    },
    ({ fields, message }) =>
      returnPage(deps, context, fields.length > 0 ? fields : [{ field: 'file', message }]),
    ({ code }) => code === 'input.invalid' || code === 'table.unreadable' || code === 'media.unsupported',
  )
}

function ofUsers(deps: HubDeps): Endpoint[] {
  const back = () => ({ redirect: '/hub/users' })
  return [
    endpoint({
      ...at, method: 'get', path: '/hub/users', summary: 'Users of Hub data', input: {},
      handle: (context) => usersPage(deps, context),
    }),
    endpoint({
      ...at, method: 'post', path: '/hub/users', summary: 'Authorise a person for Hub data', input: { body: typed },
      handle: (context, { body }) => sentForm(context, { form: 'authorise', given: body }, schema.authoriseBody, (data) => authorise(deps, context, data), back, (mistaken) => usersPage(deps, context, mistaken)),
    }),
    endpoint({
      ...at, method: 'post', path: '/hub/users/:id/change', summary: 'Revoke, restrict, record a breach, report a leaver, or delete a dormant account', input: { params: schema.userParams, body: schema.changeBody },
      handle: async (context, { params, body }) => asPage(await change(deps, context, params.id, body.how), () => (body.how === 'left' || body.how === 'role-changed' ? { redirect: '/hub' } : back())),
    }),
    endpoint({
      ...at, method: 'post', path: '/hub/conditions', summary: 'Enter an amended version of the Conditions of Use', input: { body: typed },
      handle: (context, { body }) => sentForm(context, { form: 'conditions', given: body }, schema.conditionsBody, (data) => amend(deps, context, data), back, (mistaken) => usersPage(deps, context, mistaken)),
    }),
    endpoint({
      ...at, method: 'get', path: '/hub/use', summary: 'The record of the use of Hub data', input: { query: schema.useQuery },
      handle: async (context, { query }) => asPage(await readUse(deps, context, query, 'page'), (read) => ({ view: { template: 'hub-use.njk', data: { ...read, filters: query } } })),
    }),
  ] // prettier-ignore
}

async function usersPage(
  deps: HubDeps,
  context: PersonContext,
  mistaken: Mistaken = noMistake,
): Promise<Reply> {
  return asPage(await listUsers(deps, context, 'page'), (listed) => ({
    ...(mistaken.faults.length > 0 && { status: 400 }),
    view: { template: 'hub-users.njk', data: { ...listed, mistaken, organisations, isOwner: context.person.party === deps.hub.access.from, dormantAfter: deps.hub.dormant.limit } }, // prettier-ignore
  }))
}
