// The agreements over JSON.
import { z } from 'zod'
import { endpoint, type Endpoint } from '../http/endpoint.ts'
import { asJson } from '../decisions/replies.ts'
import { listAgreements, readAgreement, readClause, type AgreementDeps } from './reading.ts'
import {
  clauseAnswer,
  clauseParams,
  documentAnswer,
  documentQuery,
  headAnswer,
  keyParams,
} from './schemas.ts'
import { writeClause, writeDocument, writeHead } from './written.ts'

export function agreementApi(deps: AgreementDeps): Endpoint[] {
  const at = { surface: 'api', method: 'get' } as const
  return [
    endpoint({
      ...at, path: '/api/v1/agreements', summary: 'The agreements, their standing and their reviews', input: {},
      answers: z.object({ agreements: z.array(headAnswer) }),
      handle: async (context) => asJson(await listAgreements(deps, context, undefined), ({ heads }) => ({ agreements: heads.map((head) => writeHead(head, head.document)) })),
    }),
    endpoint({
      ...at, path: '/api/v1/agreements/:key', summary: 'An agreement clause by clause: its words, what makes them happen, and how often it did', input: { params: keyParams, query: documentQuery },
      answers: documentAnswer,
      handle: async (context, { params, query }) => asJson(await readAgreement(deps, context, params.key, query), writeDocument),
    }),
    endpoint({
      ...at, path: '/api/v1/agreements/:key/clauses/:clause', summary: 'One clause, what makes it happen, and its examples', input: { params: clauseParams },
      answers: clauseAnswer,
      handle: async (context, { params }) => asJson(await readClause(deps, context, params.key, params.clause), ({ clause, state }) => writeClause(clause, state)),
    }),
  ] // prettier-ignore
}
