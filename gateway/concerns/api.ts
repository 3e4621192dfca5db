// The concerns database over JSON; files are taken as they are.
import { z } from 'zod'
import { endpoint, type Endpoint, type PersonContext } from '../http/endpoint.ts'
import { Problem } from '../http/problem.ts'
import { asJson, type ConcernDeps } from './act.ts'
import { checkJson, checkUpload, discard, editConcern, takeIn } from './change.ts'
import { intakeTypes } from './intake/intake.ts'
import { readConcern, search } from './look.ts'
import {
  concernAnswer,
  concernParams,
  editBody,
  intakeAnswer,
  intakeParams,
  rowsBody,
  searchQuery,
  takeBody,
} from './schemas.ts'
import { findConcern } from './store.ts'
import { writeConcern, writeIntake } from './written.ts'

export const mostIntakeBytes = 128 * 2 ** 20

export function concernApi(deps: ConcernDeps): Endpoint[] {
  const at = { surface: 'api' } as const
  return [
    endpoint({
      ...at, method: 'get', path: '/api/v1/concerns', summary: 'Search the concerns database', input: { query: searchQuery },
      answers: z.object({ concerns: z.array(concernAnswer), total: z.int(), page: z.int() }),
      handle: async (context, { query }) => asJson(await search(deps, context, query), ({ concerns, total, page }) => ({ concerns: concerns.map(writeConcern), total, page })),
    }),
    endpoint({
      ...at, method: 'get', path: '/api/v1/concerns/:reference', summary: 'A concern with its history', input: { params: concernParams },
      answers: concernAnswer.extend({ history: z.array(concernAnswer.extend({ edition: z.int(), made_by: z.string(), made_at: z.iso.datetime(), reason: z.string() })) }),
      handle: async (context, { params }) => asJson(await readConcern(deps, context, params.reference), ({ concern, versions }) => ({
        ...writeConcern(concern),
        history: versions.map((version) => ({ ...writeConcern(version.concern), edition: version.edition, made_by: version.madeBy, made_at: version.madeAt.toISOString(), reason: version.reason })),
      })),
    }),
    endpoint({
      ...at, method: 'put', path: '/api/v1/concerns/:reference', summary: 'Add a concern, or change it as it was when it was read', input: { params: concernParams, body: editBody },
      answers: concernAnswer,
      handle: async (context, { params, body: { version, reason, ...given } }) => {
        const edit = { given: { ...given, concern_id: params.reference }, reason, ...(version !== undefined && { version }) }
        const outcome = await editConcern(deps, context, edit)
        const stored = await findConcern(context.tx, params.reference)
        return asJson(outcome, () => stored && writeConcern(stored))
      },
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/concerns/intakes', summary: 'Have a file (CSV, .xlsx) or rows checked; nothing is changed yet', successStatus: 200, input: { body: rowsBody },
      upload: { types: intakeTypes, mostBytes: mostIntakeBytes }, answers: intakeAnswer,
      handle: async (context, { body }) => asJson(await checked(deps, context, body), writeIntake),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/concerns/intakes/:id/take', summary: 'Take in a file that was checked: all of it, or nothing', input: { params: intakeParams, body: takeBody },
      answers: intakeAnswer,
      handle: async (context, { params, body }) => asJson(await takeIn(deps, context, params.id, body.reason), writeIntake),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/concerns/intakes/:id/discard', summary: 'Discard a file that was checked', input: { params: intakeParams },
      answers: z.object({ id: z.uuid(), state: z.literal('discarded') }),
      handle: async (context, { params }) => asJson(await discard(deps, context, params.id), () => ({ id: params.id, state: 'discarded' })),
    }),
  ] // prettier-ignore
}

function checked(deps: ConcernDeps, context: PersonContext, { concerns }: z.output<typeof rowsBody>) {
  if (context.upload) return checkUpload(deps, context, context.upload)
  if (concerns) return checkJson(deps, context, concerns)
  throw new Problem('input.invalid', 'Send a file as the body, or rows as JSON. Nothing was saved.', [
    { field: 'concerns', message: 'Fill this in.' },
  ])
}
