// The concerns database as pages: search, one concern and its history, editing with a reason, and taking in a file in two
// steps: what it would do, then doing it.
import { z } from 'zod'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { checkFields } from '../http/input.ts'
import { notFound, Problem, type FieldFault } from '../http/problem.ts'
import { allowed, asPage, type ConcernDeps } from './act.ts'
import { mostIntakeBytes } from './api.ts'
import { checkUpload, discard, editConcern, takeIn } from './change.ts'
import * as words from './concern.ts'
import { intakeTypes } from './intake/intake.ts'
import { listIntakes, lockIntake, type Intake } from './intake/store.ts'
import { readConcern, search } from './look.ts'
import { chartOf } from './reports.ts'
import { concernParams, editForm, intakeParams, searchQuery, takeBody, type EditForm } from './schemas.ts'
import { pageSize } from './store.ts'
import { columns, tableSchema } from './table-schema.ts'
import { cellsOf } from './written.ts'

const at = { surface: 'page' } as const
const editor = 'concerns-editor'

export function concernPages(deps: ConcernDeps): Endpoint[] {
  return [...looking(deps), ...editing(deps), ...takingIn(deps)]
}

function looking(deps: ConcernDeps): Endpoint[] {
  return [
    endpoint({
      ...at, method: 'get', path: '/concerns', summary: 'Search the concerns database', input: { query: searchQuery },
      handle: async (context, { query }) => asPage(await search(deps, context, query), (found) => ({
        view: { template: 'concerns.njk', data: { ...found, filters: query, pages: Math.ceil(found.total / pageSize), chart: chartOf(found.reports), establishment: deps.establishments.find(query.establishment ?? ''), words, mayEdit: mayEdit(context) } },
      })),
    }),
    endpoint({
      ...at, method: 'get', path: '/concerns/template.csv', summary: 'The template of a file of concerns', input: {},
      handle: (context) => template(deps, context, { contentType: 'text/csv', json: `${columns.map(({ name }) => name).join(',')}\r\n` }),
    }),
    endpoint({
      ...at, method: 'get', path: '/concerns/schema.json', summary: 'The contract of a file of concerns (Frictionless Table Schema)', input: {},
      handle: (context) => template(deps, context, { json: tableSchema() }),
    }),
    endpoint({
      ...at, method: 'get', path: '/concerns/of/:reference', summary: 'A concern and its history', input: { params: concernParams },
      handle: async (context, { params }) => asPage(await readConcern(deps, context, params.reference), ({ concern, versions }) => ({
        view: { template: 'concern.njk', data: { concern, versions: withChanges(versions), establishment: deps.establishments.find(concern.establishment), words, mayEdit: mayEdit(context) } },
      })),
    }),
  ] // prettier-ignore
}

/** What is public about a file of concerns; the look is recorded all the same. */
async function template(
  deps: ConcernDeps,
  context: PersonContext,
  reply: Omit<Reply, 'events'>,
): Promise<Reply> {
  const outcome = await allowed(deps, context, 'read-concerns', ({ base }) =>
    Promise.resolve({
      value: undefined,
      events: [{ ...base, type: 'concerns.viewed', subjects: [], detail: { shown: 0 } }],
    }),
  )
  return asPage(outcome, () => reply)
}

/** Each version with the columns in which it differs from the one before. */
function withChanges(versions: readonly { readonly concern: words.Concern }[]) {
  return versions.map((version, index) => {
    const before = versions[index + 1]
    const changes =
      before === undefined ? [] : columns.filter(({ of }) => version.concern[of] !== before.concern[of])
    return {
      ...version,
      changes: changes.map(({ title, of }) => ({
        title,
        from: before?.concern[of],
        to: version.concern[of],
      })),
    }
  })
}

function mayEdit({ person }: PersonContext): boolean {
  return person.roles.includes(editor)
}

function editing(deps: ConcernDeps): Endpoint[] {
  return [
    endpoint({
      ...at, method: 'get', path: '/concerns/new', summary: 'Add a concern', input: {},
      handle: (context) => form(deps, context, emptyForm()),
    }),
    endpoint({
      ...at, method: 'get', path: '/concerns/of/:reference/edit', summary: 'Edit a concern', input: { params: concernParams },
      handle: async (context, { params }) => {
        const read = await readConcern(deps, context, params.reference)
        if (read.kind === 'refused') return asPage(read, () => ({}))
        const { concern } = read.value
        return form(deps, context, { ...cellsOf(concern), version: concern.version, reason: '' })
      },
    }),
    endpoint({
      ...at, method: 'post', path: '/concerns', summary: 'Save a concern', input: { body: editForm },
      handle: (context, { body }) => save(deps, context, body),
    }),
  ] // prettier-ignore
}

function emptyForm(): EditForm {
  return editForm.parse({})
}

async function form(
  deps: ConcernDeps,
  context: PersonContext,
  given: EditForm,
  faults: readonly FieldFault[] = [],
): Promise<Reply> {
  const outcome = await allowed(deps, context, 'change-concerns', ({ base }) =>
    Promise.resolve({
      value: undefined,
      events: [{ ...base, type: 'form.viewed', subjects: [], detail: { form: '/concerns/new' } }],
    }),
  )
  const labels: Record<string, string> = Object.fromEntries([
    ...columns.map(({ name, title }) => [name, title] as const),
    ['reason', 'Reason'],
  ])
  return asPage(outcome, () => ({
    ...(faults.length > 0 && { status: 400 }),
    view: { template: 'concern-form.njk', data: { given, faults, labels, words, columns } },
  }))
}

async function save(deps: ConcernDeps, context: PersonContext, body: EditForm): Promise<Reply> {
  const { version, reason, ...given } = body
  const checked = checkFields(takeBody, { reason })
  const faults = 'faults' in checked ? checked.faults : []
  if (faults.length > 0) return form(deps, context, body, faults)
  try {
    const edit = { given, reason, ...(version !== undefined && { version }) }
    return asPage(await editConcern(deps, context, edit), ({ reference }) => ({
      redirect: `/concerns/of/${encodeURIComponent(reference)}`,
    }))
  } catch (error) {
    // editConcern finds what is wrong before it writes anything.
    if (error instanceof Problem && error.code === 'input.invalid')
      return form(deps, context, body, error.fields)
    throw error
  }
}

function takingIn(deps: ConcernDeps): Endpoint[] {
  return [
    endpoint({
      ...at, method: 'get', path: '/concerns/intake', summary: 'Take in a file of concerns', input: {},
      handle: (context) => intakePage(deps, context),
    }),
    endpoint({
      ...at, method: 'post', path: '/concerns/intake', summary: 'Have a file of concerns checked', input: { body: z.strictObject({}) },
      upload: { types: intakeTypes, mostBytes: mostIntakeBytes },
      handle: async (context) => {
        if (!context.upload || context.upload.filename === '') return intakePage(deps, context, [{ field: 'file', message: 'Choose a file.' }])
        return asPage(await checkUpload(deps, context, context.upload), ({ id }) => ({ redirect: `/concerns/intake/${id}` }))
      },
    }),
    endpoint({
      ...at, method: 'get', path: '/concerns/intake/:id', summary: 'What a file of concerns would do', input: { params: intakeParams },
      handle: (context, { params: { id } }) => checkedPage(deps, context, id),
    }),
    endpoint({
      ...at, method: 'post', path: '/concerns/intake/:id/take', summary: 'Take it in', input: { params: intakeParams, body: z.strictObject({ reason: z.string().max(8000).default('') }) },
      handle: async (context, { params: { id }, body }) => {
        const checked = checkFields(takeBody, body)
        if ('faults' in checked) return checkedPage(deps, context, id, checked.faults)
        return asPage(await takeIn(deps, context, id, checked.data.reason), () => ({ redirect: `/concerns/intake/${id}` }))
      },
    }),
    endpoint({
      ...at, method: 'post', path: '/concerns/intake/:id/discard', summary: 'Discard it', input: { params: intakeParams },
      handle: async (context, { params: { id } }) => asPage(await discard(deps, context, id), () => ({ redirect: '/concerns/intake' })),
    }),
  ] // prettier-ignore
}

async function intakePage(
  deps: ConcernDeps,
  context: PersonContext,
  faults: readonly FieldFault[] = [],
): Promise<Reply> {
  const outcome = await allowed(deps, context, 'change-concerns', async ({ base }) => ({
    value: await listIntakes(context.tx, context.person.id),
    events: [{ ...base, type: 'form.viewed', subjects: [], detail: { form: '/concerns/intake' } }],
  }))
  return asPage(outcome, (intakes) => ({
    ...(faults.length > 0 && { status: 400 }),
    view: {
      template: 'concerns-intake.njk',
      data: { intakes: intakes.map((intake) => withLife(intake, context.now)), faults, columns },
    },
  }))
}

/** The transaction of a file that is being read ends within minutes; what still says so later was cut off. */
function withLife(intake: Intake, now: Date) {
  return {
    ...intake,
    stopped: intake.state === 'reading' && now.getTime() - intake.startedAt.getTime() > 10 * 60_000,
  }
}

async function checkedPage(
  deps: ConcernDeps,
  context: PersonContext,
  id: string,
  faults: readonly FieldFault[] = [],
): Promise<Reply> {
  const outcome = await allowed(deps, context, 'change-concerns', async ({ base }) => {
    const intake = await lockIntake(context.tx, id, context.person.id)
    if (!intake) throw notFound()
    const subjects = [{ kind: 'intake', id } as const]
    return {
      value: intake,
      events: [{ ...base, type: 'form.viewed', subjects, detail: { form: '/concerns/intake/:id' } }],
    }
  })
  return asPage(outcome, (intake) => ({
    ...(faults.length > 0 && { status: 400 }),
    view: { template: 'concerns-checked.njk', data: { intake, faults } },
  }))
}
