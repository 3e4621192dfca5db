// What an act came to, as a page or as JSON: a refusal is its letter, with the clauses that refuse.
import type { Reply } from '../http/endpoint.ts'
import type { Outcome } from './judge.ts'

export function asPage<T>(outcome: Outcome<T>, show: (value: T) => Omit<Reply, 'events'>): Reply {
  if (outcome.kind === 'refused')
    return {
      events: outcome.events,
      status: 403,
      view: { template: 'refusal.njk', data: { letter: outcome.letter } },
    }
  return { events: outcome.events, ...show(outcome.value) }
}

export function asJson<T>(outcome: Outcome<T>, show: (value: T) => unknown): Reply {
  if (outcome.kind === 'refused') return { events: outcome.events, status: 403, json: outcome.letter }
  return { events: outcome.events, json: show(outcome.value) }
}
