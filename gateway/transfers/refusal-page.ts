// A refusal as a page: the letter, with the entry that records it.
import type { Outcome } from '../decisions/judge.ts'
import type { Reply } from '../http/endpoint.ts'

export function refusalPage(outcome: Extract<Outcome<unknown>, { kind: 'refused' }>): Reply {
  return {
    events: outcome.events,
    status: 403,
    view: { template: 'refusal.njk', data: { letter: outcome.letter } },
  }
}
