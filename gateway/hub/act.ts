// What every act on access to the Hub is given, and what all of them share.
import type { Subject } from '../../audit/event-frame.ts'
import type { LedgerEvent } from '../../audit/events.ts'
import type { Permit } from '../../policies/decide.ts'
import type { Act, Facts } from '../../policies/facts.ts'
import type { Config } from '../config.ts'
import { policyHash, refused, type Judge, type Outcome } from '../decisions/judge.ts'
import type { Events, PersonContext } from '../http/endpoint.ts'
import { Problem } from '../http/problem.ts'
import { personActor } from '../http/who.ts'
import type { JobQueue } from '../jobs.ts'
import type { HubExchanges } from './exchanges.ts'

export interface HubDeps {
  readonly judge: Judge
  readonly jobs: Pick<JobQueue, 'send'>
  readonly publicUrl: string
  readonly hub: HubExchanges
  readonly config: Pick<Config, 'hubNetworks' | 'hubManagedNetworks' | 'hubMailDomains' | 'hubMailbox'>
}

export type As = 'page' | 'json'

export type Base = Pick<LedgerEvent, 'actor' | 'correlation' | 'agreement'> & {
  readonly decision: string
  readonly policy: string
  readonly clauses: string[]
}

/** Does the work where the rules permit the act on that thing. */
export async function judged<T>(
  deps: Pick<HubDeps, 'judge' | 'hub'>,
  context: PersonContext,
  act: Act,
  facts: Facts,
  work: (base: Base, permit: Permit) => Promise<{ readonly events: Events; readonly value: T }>,
): Promise<Outcome<T>> {
  const decided = await deps.judge.judge(context, act, facts)
  if (decided.outcome === 'refusal') return refused(decided)
  const base = {
    actor: personActor(context.person, context.ip),
    correlation: context.requestId,
    agreement: deps.hub.data.agreement,
    decision: decided.decisionId,
    policy: policyHash(decided.permit.pack),
    clauses: [...decided.permit.tested],
  }
  return { kind: 'done', ...(await work(base, decided.permit)) }
}

/** The person's account with the Hub, by an id that says nothing by itself. */
export function about(authorisationId: string): Subject[] {
  return [{ kind: 'hub-user', id: authorisationId }]
}

export function fieldFault(field: string, message: string): Problem {
  return new Problem('input.invalid', 'Correct the field named here and send it again. Nothing was saved.', [
    { field, message },
  ])
}
