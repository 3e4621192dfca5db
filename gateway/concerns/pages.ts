// The concerns database as pages: search, one concern and its history, editing with a reason.
import { orAgain } from '../http/again.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { checkFields } from '../http/input.ts'
import type { FieldFault } from '../http/problem.ts'
import { allowed, asPage, type ConcernDeps } from './act.ts'
import { editConcern } from './change.ts'
import * as words from './concern.ts'
import { intakePages } from './intake-pages.ts'
import { differences } from './intake/preview.ts'
import { readConcern, search } from './look.ts'
import { chartOf } from './reports.ts'
import { concernParams, editForm, searchQuery, takeBody, type EditForm } from './schemas.ts'
import { pageSize } from './store.ts'
import { columns } from './table-schema.ts'
import { cellsOf } from './written.ts'

const at = { surface: 'page' } as const
const editor = 'concerns-editor'

export function concernPages(deps: ConcernDeps): Endpoint[] {
  return [...looking(deps), ...editing(deps), ...intakePages(deps)]
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
      ...at, method: 'get', path: '/concerns/of/:reference', summary: 'A concern and its history', input: { params: concernParams },
      handle: async (context, { params }) => asPage(await readConcern(deps, context, params.reference), ({ concern, versions }) => ({
        view: { template: 'concern.njk', data: { concern, versions: withChanges(versions), establishment: deps.establishments.find(concern.establishment), words, mayEdit: mayEdit(context) } },
      })),
    }),
  ] // prettier-ignore
}

/** Each version with the columns in which it differs from the one before. */
function withChanges(versions: readonly { readonly concern: words.Concern }[]) {
  return versions.map((version, index) => {
    const before = versions[index + 1]
    return { ...version, changes: before ? differences(before.concern, version.concern) : [] }
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
  const edit = { given, reason, ...(version !== undefined && { version }) }
  return orAgain(
    context,
    async () =>
      asPage(await editConcern(deps, context, edit), ({ reference }) => ({
        redirect: `/concerns/of/${encodeURIComponent(reference)}`,
      })),
    ({ fields }) => form(deps, context, body, fields),
  )
}
