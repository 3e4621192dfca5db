// The agreements as pages: the list, one as a document, one clause with everything that is known of it.
import { endpoint, type Endpoint } from '../http/endpoint.ts'
import { clocksRun, waysThrough } from '../decisions/passes-through.ts'
import { asPage } from '../decisions/replies.ts'
import { actInWords } from './acts.ts'
import type { ClauseView } from './document.ts'
import { listAgreements, readAgreement, readClause, type AgreementDeps } from './reading.ts'
import { clauseKinds, clauseParams, documentQuery, keyParams, listQuery, narrowings } from './schemas.ts'

export function agreementPages(deps: AgreementDeps): Endpoint[] {
  const at = { surface: 'page', method: 'get' } as const
  return [
    endpoint({
      ...at, path: '/agreements', summary: 'The agreements, and a search in all their clauses', input: { query: listQuery },
      handle: async (context, { query }) => asPage(await listAgreements(deps, context, query.words), (listed) => ({
        view: { template: 'agreements.njk', data: { ...listed, words: query.words } },
      })),
    }),
    endpoint({
      ...at, path: '/agreements/:key', summary: 'An agreement as a document, with what makes each clause happen', input: { params: keyParams, query: documentQuery },
      handle: async (context, { params, query }) => asPage(await readAgreement(deps, context, params.key, query), (read) => ({
        view: { template: 'agreement.njk', data: { ...read, filters: query, kinds: clauseKinds, narrowings } },
      })),
    }),
    endpoint({
      ...at, path: '/agreements/:key/clauses/:clause', summary: 'One clause: words, means, examples, addresses, last enforced', input: { params: clauseParams },
      handle: async (context, { params }) => asPage(await readClause(deps, context, params.key, params.clause), (read) => ({
        view: { template: 'clause.njk', data: { ...read, passes: passesOf(read.clause) } },
      })),
    }),
  ] // prettier-ignore
}

export interface Pass {
  readonly doing: string
  /** Endpoints and jobs, as `POST /requests` and `job seal-package`; none where the act waits for its pages. */
  readonly ways: readonly string[]
}

/** Where the clause's rules are met, and where its clock is started and met. */
export function passesOf({ id, means }: ClauseView): Pass[] {
  const acts = [...new Set(means.flatMap((each) => each.acts ?? []))]
  const clock = means.some(({ kind }) => kind === 'clock')
    ? (clocksRun[id] ?? { starts: [], meets: [] })
    : undefined
  return [
    ...acts.map((act) => ({ doing: actInWords(act), ways: waysThrough([act]) })),
    ...(clock
      ? [
          { doing: 'starting the clock', ways: clock.starts },
          { doing: 'meeting it', ways: clock.meets },
        ]
      : []),
  ]
}
