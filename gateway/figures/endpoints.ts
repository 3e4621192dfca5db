// The register of figures over HTTP: searching it, one figure with its versions, taking in an extract, and the template for one.
import { z } from 'zod'
import { asJson } from '../decisions/replies.ts'
import { orAgain } from '../http/again.ts'
import { endpoint, openEndpoint, type Context, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts' // prettier-ignore
import type { FieldFault } from '../http/problem.ts'
import { toTheDoor } from '../hub/replies.ts'
import { tableTypes, xlsxType } from '../tables/received.ts'
import { writeTemplate } from '../tables/xlsx-template.ts'
import { download } from './download.ts'
import { readFigure, search, takeIn, type FigureDeps } from './act.ts'
import { columns } from './columns.ts'
import { mostExtractBytes } from './extract.ts'
import { managementInformation, provenances, type StoredFigure } from './figure.ts'
import {
  figureAnswer,
  figureParams,
  figureQuery,
  takenAnswer,
  writeFigure,
  writeTaken,
  type FigureQuery,
} from './schemas.ts'
import { pageSize } from './store.ts'

const upload = { types: tableTypes, mostBytes: mostExtractBytes }

export function figureEndpoints(deps: FigureDeps): Endpoint[] {
  return [...templates(), ...api(deps), ...pages(deps)]
}

/** Nothing in them is about a figure, so that no sign-in is asked for; the look is recorded all the same. */
function templates(): Endpoint[] {
  const at = { surface: 'page', method: 'get', input: {} } as const
  return [
    openEndpoint({
      ...at, path: '/figures/template.csv', summary: 'The template of an extract of figures (CSV)',
      handle: (context) => Promise.resolve(given(context, { contentType: 'text/csv', json: `${columns.map(({ name }) => name).join(',')}\r\n` })),
    }),
    openEndpoint({
      ...at, path: '/figures/template.xlsx', summary: 'The template of an extract of figures (Excel workbook)',
      handle: async (context) => given(context, { contentType: xlsxType, json: await writeTemplate('Figures', columns) }),
    }),
  ] // prettier-ignore
}

function given(context: Context, reply: Omit<Reply, 'events'>): Reply {
  const actor = { kind: 'unknown', ip: context.ip } as const
  return { ...reply, events: [{ type: 'form.viewed', actor, subjects: [], correlation: context.requestId, detail: { form: '/figures/template' } }] } // prettier-ignore
}

function api(deps: FigureDeps): Endpoint[] {
  const at = { surface: 'api' } as const
  return [
    endpoint({
      ...at, method: 'get', path: '/api/v1/figures', summary: 'Search the register of figures', input: { query: figureQuery },
      answers: z.object({ figures: z.array(figureAnswer), total: z.int(), page: z.int() }),
      handle: async (context, { query }) => asJson(await search(deps, context, query, 'json'), ({ figures, total, page }) => ({ figures: figures.map(writeFigure), total, page })),
    }),
    endpoint({
      ...at, method: 'get', path: '/api/v1/figures/export.csv', summary: 'The figures that a search finds, as CSV; every row says that it is management information', input: { query: figureQuery },
      handle: async (context, { query }) => {
        const outcome = await download(deps, context, query)
        return outcome.kind === 'refused' ? asJson(outcome, () => ({})) : { events: outcome.events, stream: outcome.value }
      },
    }),
    endpoint({
      ...at, method: 'get', path: '/api/v1/figures/:reference', summary: 'A figure with every version', input: { params: figureParams },
      answers: figureAnswer.extend({ versions: z.array(figureAnswer) }),
      handle: async (context, { params }) => asJson(await readFigure(deps, context, params.reference, 'json'), (versions) => ({ ...writeFigure(versions[0]), versions: versions.map(writeFigure) })),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/figures', summary: 'Take in an extract (CSV, .xlsx): all of it, or nothing', input: {}, upload, answers: takenAnswer,
      handle: async (context) => asJson(await takeIn(deps, context, context.upload), writeTaken),
    }),
  ] // prettier-ignore
}

function pages(deps: FigureDeps): Endpoint[] {
  const at = { surface: 'page' } as const
  return [
    endpoint({
      ...at, method: 'get', path: '/figures', summary: 'Search the register of figures', input: { query: figureQuery },
      handle: (context, { query }) => listPage(deps, context, query),
    }),
    endpoint({
      ...at, method: 'post', path: '/figures', summary: 'Take in an extract of figures', input: { body: z.strictObject({}) }, upload,
      handle: (context) => takenPage(deps, context),
    }),
    endpoint({
      ...at, method: 'get', path: '/figures/export.csv', summary: 'The figures that a search finds, as CSV', input: { query: figureQuery },
      handle: async (context, { query }) => {
        const outcome = await download(deps, context, query)
        return outcome.kind === 'refused' ? toTheDoor(outcome, () => ({})) : { events: outcome.events, stream: outcome.value }
      },
    }),
    endpoint({
      ...at, method: 'get', path: '/figures/of/:reference', summary: 'A figure and its versions', input: { params: figureParams },
      handle: async (context, { params }) => toTheDoor(await readFigure(deps, context, params.reference, 'page'), (versions) => ({
        view: { template: 'figure.njk', data: { figure: versions[0], versions, managementInformation, marking: markingOf(versions) } },
      })),
    }),
  ] // prettier-ignore
}

async function takenPage(deps: FigureDeps, context: PersonContext): Promise<Reply> {
  // A browser sends a file without a name where none was chosen.
  const chosen = context.upload?.filename === '' ? undefined : context.upload
  return orAgain(
    context,
    async () =>
      toTheDoor(await takeIn(deps, context, chosen), (taken) => ({
        ...(taken.faultCount > 0 && { status: 400 }),
        view: { template: 'figures-taken.njk', data: { ...taken } },
      })),
    () => listPage(deps, context, {}, [{ field: 'file', message: 'Choose a file.' }]),
  )
}

async function listPage(
  deps: FigureDeps,
  context: PersonContext,
  query: FigureQuery,
  faults: readonly FieldFault[] = [],
): Promise<Reply> {
  const mayRegister = context.person.roles.includes('analyst')
  return toTheDoor(await search(deps, context, query, 'page'), (found) => ({
    ...(faults.length > 0 && { status: 400 }),
    view: { template: 'figures.njk', data: { ...found, filters: query, faults, pages: Math.ceil(found.total / pageSize), provenances, columns, mayRegister, managementInformation, marking: markingOf(found.figures) } }, // prettier-ignore
  }))
}

/** The highest of those on the page. */
function markingOf(figures: readonly StoredFigure[]): string {
  return figures.some(({ marking }) => marking === 'OFFICIAL-SENSITIVE') ? 'OFFICIAL-SENSITIVE' : 'OFFICIAL'
}
