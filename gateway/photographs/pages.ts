// Photographs as pages. A form that has a mistake is shown again on its page, with what was typed and what is wrong.
import { noMistake, sentForm, typed, type Mistaken } from '../decisions/form.ts'
import { asPage } from '../decisions/replies.ts'
import { orAgain } from '../http/again.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { checkFields } from '../http/input.ts'
import { findInspectionsOf } from '../inspections/store.ts'
import type { PhotographDeps } from './act.ts'
import { streamed, upload } from './api.ts'
import { check } from './check.ts'
import { barsOf } from './checking.ts'
import { endRecalled, recordConsent, withdraw } from './consent.ts'
import type { Gate } from './gate.ts'
import { listAll, listOf, readOne } from './look.ts'
import { openPicture } from './open-picture.ts'
import { audiences } from './photograph.ts'
import { answer, clear, decide, include, publish, takeCleared } from './publish.ts'
import * as schema from './schemas.ts'
import { publicRelease } from './standing.ts'
import { pictureLimits } from './stripped.ts'
import { takeIn } from './take-in.ts'

const at = { surface: 'page' } as const
const one = '/photographs/:id'
const back = (id: string) => ({ redirect: `/photographs/${id}` })

export function photographPages(deps: PhotographDeps, gate: Gate): Endpoint[] {
  return [...ofReports(deps, gate), ...ofOne(deps), ...ofConsents(deps), ...ofPublication(deps)]
}

function ofReports(deps: PhotographDeps, gate: Gate): Endpoint[] {
  const path = '/clearances/:id/photographs'
  return [
    endpoint({
      ...at, method: 'get', path: '/photographs', summary: 'Reports with their photographs', input: {},
      handle: async (context) => asPage(await listAll(deps, context, 'page'), (reports) => ({ view: { template: 'photograph-reports.njk', data: { reports } } })),
    }),
    endpoint({
      ...at, method: 'get', path, summary: 'The photographs of a report', input: { params: schema.reportParams },
      handle: (context, { params }) => albumPage(deps, context, params.id),
    }),
    endpoint({
      ...at, method: 'post', path, summary: 'Keep a photograph for a report', input: { params: schema.reportParams, body: typed }, upload,
      handle: (context, { params, body }) => gate(() => sentPhotograph(deps, context, params.id, body)),
    }),
  ] // prettier-ignore
}

function ofOne(deps: PhotographDeps): Endpoint[] {
  const input = { params: schema.photographParams }
  return [
    endpoint({
      ...at, method: 'get', path: one, summary: 'A photograph: what is known of it, and where it stands', input,
      handle: (context, { params }) => photographPage(deps, context, params.id),
    }),
    endpoint({
      ...at, method: 'get', path: `${one}/image`, summary: 'The picture itself, for whoever may see it', input,
      handle: async (context, { params }) => streamed(await openPicture(deps, context, params.id), refusalPage),
    }),
  ] // prettier-ignore
}

function ofConsents(deps: PhotographDeps): Endpoint[] {
  return [
    endpoint({
      ...at, method: 'post', path: `${one}/consents`, summary: 'Record a written consent', input: { params: schema.photographParams, body: typed },
      handle: (context, { params, body }) => sentForm(context, { form: 'consent', given: body }, schema.consentBody, (data) => recordConsent(deps, context, params.id, data), back, (mistaken) => photographPage(deps, context, params.id, mistaken)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/consents/:consent/withdraw`, summary: 'Record that a consent was withdrawn', input: { params: schema.consentParams },
      handle: async (context, { params }) => asPage(await withdraw(deps, context, params), back),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/copies/:copy/end`, summary: 'Say that a copy is taken down or deleted', input: { params: schema.copyParams, body: typed },
      handle: (context, { params, body }) => sentForm(context, { form: params.copy, given: body }, schema.endCopyBody, ({ how }) => endRecalled(deps, context, params, how), back, (mistaken) => photographPage(deps, context, params.id, mistaken)),
    }),
  ] // prettier-ignore
}

function ofPublication(deps: PhotographDeps): Endpoint[] {
  const input = { params: schema.photographParams }
  const sent = { params: schema.photographParams, body: typed }
  const again = (context: PersonContext, id: string) => (mistaken: Mistaken) =>
    photographPage(deps, context, id, mistaken)
  return [
    endpoint({
      ...at, method: 'post', path: `${one}/checks`, summary: 'Answer a question about a photograph', input: sent,
      handle: (context, { params, body }) => sentForm(context, { form: 'check', given: body }, schema.checkBody, (data) => check(deps, context, params.id, data), back, again(context, params.id)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/include`, summary: 'Put a photograph in the draft', input,
      handle: async (context, { params }) => asPage(await include(deps, context, params.id), back),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/answer`, summary: 'Say, as HMPPS, whether there is an objection', input: sent,
      handle: (context, { params, body }) => sentForm(context, { form: 'answer', given: body }, schema.answerBody, (data) => answer(deps, context, params.id, data), back, again(context, params.id)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/objections/:objection/decide`, summary: 'Decide an objection to a photograph', input: { params: schema.objectionParams, body: typed },
      handle: (context, { params, body }) => sentForm(context, { form: params.objection, given: body }, schema.decideBody, (data) => decide(deps, context, params, data), back, again(context, params.id)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/clear`, summary: 'Clear a photograph for public release', input,
      handle: async (context, { params }) => asPage(await clear(deps, context, params.id), back),
    }),
    endpoint({
      ...at, method: 'get', path: `${one}/cleared`, summary: 'The cleared copy, marked for public release', input,
      handle: async (context, { params }) => streamed(await takeCleared(deps, context, params.id), refusalPage),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/publications`, summary: 'Record where a photograph was published', input: sent,
      handle: (context, { params, body }) => sentForm(context, { form: 'publish', given: body }, schema.publishBody, (data) => publish(deps, context, params.id, data), back, again(context, params.id)),
    }),
  ] // prettier-ignore
}

const refusalPage: Parameters<typeof streamed>[1] = (outcome, show) =>
  asPage(outcome, (value) => ({ json: show(value) }))

/** What is wrong with the picture is said at its field. */
async function sentPhotograph(
  deps: PhotographDeps,
  context: PersonContext,
  clearanceId: string,
  given: Mistaken['given'],
): Promise<Reply> {
  const again = (faults: Mistaken['faults']) => albumPage(deps, context, clearanceId, { form: 'photograph', given, faults }) // prettier-ignore
  const filled = Object.entries(given).filter(([name, value]) => name !== '_csrf' && value !== '')
  const checked = checkFields(schema.photographFields, Object.fromEntries(filled))
  if ('faults' in checked) return again(checked.faults)
  // A browser sends a file without a name where none was chosen.
  const chosen = context.upload?.filename === '' ? undefined : context.upload
  return orAgain(
    context,
    async () => asPage(await takeIn(deps, context, clearanceId, checked.data, chosen), back),
    ({ code, message, fields }) =>
      again(code === 'picture.unreadable' ? [{ field: 'file', message }] : fields),
    ({ code }) => code === 'input.invalid' || code === 'picture.unreadable',
  )
}

function shownWith(mistaken: Mistaken) {
  return mistaken === noMistake ? {} : { status: 400 }
}

async function albumPage(
  deps: PhotographDeps,
  context: PersonContext,
  id: string,
  mistaken = noMistake,
): Promise<Reply> {
  // prettier-ignore
  const { person, tx, now } = context
  const inspections = mayKeep(context) ? await findInspectionsOf(tx, person.id, now) : []
  return asPage(await listOf(deps, context, id, 'page'), (album) => ({
    ...shownWith(mistaken),
    view: { template: 'photographs.njk', data: { ...album, inspections, mistaken, mayKeep: mayKeep(context), limits: { mebibytes: pictureLimits.fileBytes / 2 ** 20, megapixels: pictureLimits.pixels / 1e6 } } }, // prettier-ignore
  }))
}

async function photographPage(
  deps: PhotographDeps,
  context: PersonContext,
  id: string,
  mistaken = noMistake,
): Promise<Reply> {
  return asPage(await readOne(deps, context, id, 'page'), (seen) => ({
    ...shownWith(mistaken),
    view: {
      template: 'photograph.njk',
      data: {
        ...seen,
        mistaken,
        audiences,

        questions: deps.photographs.questions,
        bars: barsOf(seen.photograph),
        isPublic: publicRelease.has(seen.standing),
        ...rights(context),
      },
    },
  }))
}

/** Which forms a page shows; whether an act is permitted is judged when it comes. */
function mayKeep({ person: { party, roles } }: PersonContext): boolean {
  return party === 'hmi-prisons' && ['inspector', 'analyst', 'report-owner', 'assurance-officer'].some((role) => roles.includes(role)) // prettier-ignore
}

function rights(context: PersonContext) {
  const { party, roles } = context.person
  return {
    mayKeep: mayKeep(context),
    mayCheck: mayKeep(context),
    mayRun: party === 'hmi-prisons' && roles.includes('report-owner'),
    mayClear: party === 'hmi-prisons' && roles.includes('publisher'),
    mayAnswer: party === 'hmpps' && ['scrutiny-team', 'governor'].some((role) => roles.includes(role)),
    mayEnd: party === 'hmi-prisons' && (mayKeep(context) || roles.includes('publisher')),
  }
}
