// A page of Hub data that is refused for nothing but what the person can do at the door leads there: "they see the terms and nothing
// else until they accept" (hub-2023/2.2-terms).
import type { Outcome } from '../decisions/judge.ts'
import { asPage } from '../decisions/replies.ts'
import type { Reply } from '../http/endpoint.ts'
import { leadsToDoor } from './open.ts'

export function toTheDoor<T>(outcome: Outcome<T>, show: (value: T) => Omit<Reply, 'events'>): Reply {
  return leadsToDoor(outcome) ? { events: outcome.events, redirect: '/hub' } : asPage(outcome, show)
}
