// The concerns database over JSON.
import { z } from 'zod'
import { endpoint, type Endpoint } from '../http/endpoint.ts'
import { asJson, type ConcernDeps } from './act.ts'
import { editConcern } from './change.ts'
import { readConcern, search } from './look.ts'
import { concernAnswer, concernParams, editBody, searchQuery } from './schemas.ts'
import { findConcern } from './store.ts'
import { writeConcern } from './written.ts'

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
  ] // prettier-ignore
}
