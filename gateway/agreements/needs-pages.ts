// "What would I need?" as a page: choose an exchange, an act, what and what for; see what would be refused and what puts it right.
import { z } from 'zod'
import { asPage } from '../decisions/replies.ts'
import { endpoint, type Endpoint } from '../http/endpoint.ts'
import { capitalised } from '../http/filters.ts'
import { clausesFor } from '../transfers/clauses.ts'
import { actInWords } from './acts.ts'
import { whatIsNeeded, type NeedsDeps } from './needs.ts'

const choice = z.string().max(200).default('')
const wishQuery = z.strictObject({ exchange: choice, act: choice, dataset: choice, purpose: choice })

export function needsPages(deps: NeedsDeps): Endpoint[] {
  const verdicts = clausesFor(deps.policies)
  return [
    endpoint({
      surface: 'page', method: 'get', path: '/agreements/needs', summary: 'What would be refused to you, and what puts it right, before you ask', input: { query: wishQuery },
      handle: async (context, { query }) => asPage(await whatIsNeeded(deps, context, query), ({ acts, decision, ...needs }) => ({
        view: { template: 'needs.njk', data: {
          ...needs, wish: query, acts: [...acts.keys()].map((act) => ({ key: act, title: capitalised(actInWords(act)) })),
          ...(decision && { outcome: decision.outcome, clauses: verdicts(decision) }),
        } },
      })),
    }),
  ] // prettier-ignore
}
