// What every act on the concerns database has in common: it is judged by the gateway's own rules, and its entry names the
// decision. Who may not look is answered as anywhere else: with the clauses that refuse.
import type { LedgerEvent } from '../../audit/events.ts'
import type { Permit } from '../../policies/decide.ts'
import { policyHash, refused, type Judge, type Outcome } from '../decisions/judge.ts'
import type { Events, PersonContext } from '../http/endpoint.ts'
import { personActor } from '../http/who.ts'
import { factsOfPerson } from '../people/facts.ts'
import type { IntakeDeps } from './intake/intake.ts'

export interface ConcernDeps extends IntakeDeps {
  readonly judge: Judge
}

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
  deps: ConcernDeps,
  context: PersonContext,
  act: 'read-concerns' | 'change-concerns',
  work: (allowed: Allowed) => Promise<{ readonly events: Events; readonly value: T }>,
): Promise<Outcome<T>> {
  const judged = await deps.judge.judge(
    context,
    act,
    await factsOfPerson(context.tx, context.person, context.now),
  )
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

export { asJson, asPage } from '../decisions/replies.ts'
