// An act that needs nothing but who does it, such as looking at the concerns database or at the agreements: judged, kept, and
// named by every entry about it. Who may not is answered as anywhere else: with the clauses that refuse.
import type { LedgerEvent } from '../../audit/events.ts'
import type { Permit } from '../../policies/decide.ts'
import type { Act } from '../../policies/facts.ts'
import { policyHash, refused, type Judge, type Outcome } from '../decisions/judge.ts'
import type { Events, PersonContext } from '../http/endpoint.ts'
import { personActor } from '../http/who.ts'
import { factsOfPerson } from './facts.ts'

export interface Allowed {
  readonly permit: Permit
  /** What every entry about it holds. */
  readonly base: Pick<LedgerEvent, 'actor' | 'correlation'> & {
    readonly decision: string
    readonly policy: string
    readonly clauses: string[]
  }
}

/** Does the work where the rules permit it. */
export async function allowed<T>(
  deps: { readonly judge: Judge },
  context: PersonContext,
  act: Act,
  work: (allowed: Allowed) => Promise<{ readonly events: Events; readonly value: T }>,
): Promise<Outcome<T>> {
  const facts = await factsOfPerson(context.tx, context.person, context.now)
  const judged = await deps.judge.judge(context, act, facts)
  if (judged.outcome === 'refusal') return refused(judged)
  const { permit, decisionId } = judged
  const base = {
    actor: personActor(context.person, context.ip),
    correlation: context.requestId,
    decision: decisionId,
    policy: policyHash(permit.pack),
    clauses: [...permit.tested],
  }
  return { kind: 'done', ...(await work({ permit, base })) }
}
