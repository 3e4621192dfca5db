// Disclosure control of tables over HTTP.
import { z } from 'zod'
import { noMistake, sentForm, typed, type Mistaken } from '../decisions/form.ts'
import { asJson, asPage } from '../decisions/replies.ts'
import { smallestCount } from '../disclosure/table.ts'
import { managementInformation } from '../figures/figure.ts'
import { orAgain } from '../http/again.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { checkFields } from '../http/input.ts'
import { toTheDoor } from '../hub/replies.ts'
import { plainCsv } from '../packages/csv.ts'
import { tableTypes } from '../tables/received.ts'
import type { ClearanceDeps } from './act.ts'
import { clearanceParams, tableFields, tableParams, wordsBody } from './schemas.ts'
import {
  attestTable,
  downloadTable,
  linesOf,
  putTable,
  readForm,
  readTableOf,
  type ReadTable,
} from './tables.ts'

const upload = { types: tableTypes, mostBytes: 2 * 2 ** 20 }
const cell = z.int().nullable()
const answers = z.object({
  id: z.uuid(), clearance: z.uuid(), title: z.string(), measure: z.string(), filters: z.string(), sha256: z.string(), attestedAt: z.iso.datetime().exactOptional(),
  rows: z.array(z.string()), columns: z.array(z.string()), cells: z.array(z.array(cell)), hidden: z.record(z.string(), z.int()), outAlready: z.array(z.string()),
}) // prettier-ignore

export function tableEndpoints(deps: ClearanceDeps): Endpoint[] {
  return [...api(deps), ...pages(deps)]
}

function api(deps: ClearanceDeps): Endpoint[] {
  const at = { surface: 'api' } as const
  return [
    endpoint({
      ...at, method: 'post', path: '/api/v1/clearances/:id/tables', summary: 'Put a table of counts (CSV, .xlsx) through disclosure control; only what may be shown is kept', input: { params: clearanceParams, body: tableFields }, upload, answers,
      handle: async (context, { params, body }) => asJson(await putTable(deps, context, params.id, body, context.upload), write),
    }),
    endpoint({
      ...at, method: 'get', path: '/api/v1/tables/:id', summary: 'A table as it would go out', input: { params: tableParams }, answers,
      handle: async (context, { params }) => asJson(await readTableOf(deps, context, params.id, 'json'), write),
    }),
    endpoint({
      ...at, method: 'get', path: '/api/v1/tables/:id/cleared.csv', summary: 'A table that a second person attested, as CSV', input: { params: tableParams },
      handle: (context, { params }) => download(deps, context, params.id, asJson),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/tables/:id/attest', summary: 'Attest, as a second person, that nobody can be identified from a table', input: { params: tableParams, body: wordsBody }, answers: z.object({ id: z.uuid() }),
      handle: async (context, { params, body }) => asJson(await attestTable(deps, context, params.id, body.words), (id) => ({ id })),
    }),
  ] // prettier-ignore
}

function write({ table, outAlready }: ReadTable): z.input<typeof answers> {
  const { id, clearanceId, title, measure, filters, sha256, attested, shown, hidden } = table
  return {
    id, clearance: clearanceId, title, measure, filters, sha256,
    ...(attested && { attestedAt: attested.at.toISOString() }),
    rows: [...shown.rows], columns: [...shown.columns], cells: shown.cells.map((row) => [...row]), hidden: { ...hidden }, outAlready: [...outAlready],
  } // prettier-ignore
}

function pages(deps: ClearanceDeps): Endpoint[] {
  const at = { surface: 'page' } as const
  return [
    endpoint({
      ...at, method: 'get', path: '/clearances/:id/tables/new', summary: 'Put a table through disclosure control', input: { params: clearanceParams },
      handle: (context, { params }) => formPage(deps, context, params.id),
    }),
    endpoint({
      ...at, method: 'post', path: '/clearances/:id/tables', summary: 'Put a table through disclosure control', input: { params: clearanceParams, body: typed }, upload,
      handle: (context, { params, body }) => sentTable(deps, context, params.id, body),
    }),
    endpoint({
      ...at, method: 'get', path: '/tables/:id', summary: 'A table as it would go out', input: { params: tableParams },
      handle: (context, { params }) => tablePage(deps, context, params.id),
    }),
    endpoint({
      ...at, method: 'get', path: '/tables/:id/cleared.csv', summary: 'A table that a second person attested', input: { params: tableParams },
      handle: (context, { params }) => download(deps, context, params.id, asPage),
    }),
    endpoint({
      ...at, method: 'post', path: '/tables/:id/attest', summary: 'Attest that nobody can be identified from a table', input: { params: tableParams, body: typed },
      handle: (context, { params, body }) => sentForm(context, { form: 'attest', given: body }, wordsBody, ({ words }) => attestTable(deps, context, params.id, words), (id) => ({ redirect: `/tables/${id}` }), (mistaken) => tablePage(deps, context, params.id, mistaken)),
    }),
  ] // prettier-ignore
}

async function download(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
  refuse: typeof asJson | typeof asPage,
): Promise<Reply> {
  const outcome = await downloadTable(deps, context, id)
  if (outcome.kind === 'refused') return refuse(outcome, () => ({}))
  const lines = [...linesOf(outcome.value), [managementInformation]]
  return {
    events: outcome.events,
    filename: `table-${id}.csv`,
    contentType: 'text/csv',
    json: plainCsv(lines),
  }
}

async function formPage(
  deps: ClearanceDeps,
  context: PersonContext,
  clearanceId: string,
  mistaken: Mistaken = noMistake,
): Promise<Reply> {
  return toTheDoor(await readForm(deps, context, clearanceId), ({ clearance }) => ({
    ...(mistaken.faults.length > 0 && { status: 400 }),
    view: { template: 'table-new.njk', data: { clearance, mistaken, smallestCount } },
  }))
}

async function sentTable(
  deps: ClearanceDeps,
  context: PersonContext,
  clearanceId: string,
  given: z.output<typeof typed>,
): Promise<Reply> {
  // A browser sends a file without a name where none was chosen.
  const chosen = context.upload?.filename === '' ? undefined : context.upload
  const again = (faults: Mistaken['faults']) => formPage(deps, context, clearanceId, { form: 'table', given, faults })
  const checked = checkFields(tableFields, given)
  if ('faults' in checked) return again(checked.faults)
  return orAgain(
    context,
    async () => toTheDoor(await putTable(deps, context, clearanceId, checked.data, chosen), (read) => shownTable(context, read)),
    ({ fields, message }) => again(fields.length > 0 ? fields : [{ field: 'file', message }]),
    ({ code }) => code === 'input.invalid' || code === 'table.unreadable' || code === 'media.unsupported',
  )
} // prettier-ignore

async function tablePage(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
  mistaken: Mistaken = noMistake,
): Promise<Reply> {
  return toTheDoor(await readTableOf(deps, context, id, 'page'), (read) => ({ ...shownTable(context, read, mistaken), ...(mistaken.faults.length > 0 && { status: 400 }) })) // prettier-ignore
}

function shownTable(
  { person }: PersonContext,
  { table, outAlready }: ReadTable,
  mistaken: Mistaken = noMistake,
): Omit<Reply, 'events'> {
  const mayAttest = !table.attested && person.id !== table.putForwardBy && (person.roles.includes('report-owner') || person.roles.includes('analyst')) // prettier-ignore
  return { view: { template: 'table.njk', data: { table, outAlready, mistaken, mayAttest, managementInformation, smallestCount } } } // prettier-ignore
}
