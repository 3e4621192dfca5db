// Every act is judged here and the decision is kept: facts, pack version, the clauses tested and those that refused
// (DESIGN section 4). A refusal is an answer: it is recorded, committed, and given with its clauses.
import { randomUUID } from 'node:crypto'
import type { LedgerEvent } from '../../audit/events.ts'
import {
  decide,
  type Agreements,
  type Decision,
  type PackVersion,
  type Permit,
  type Refusal,
} from '../../policies/decide.ts'
import type { Act, Facts } from '../../policies/facts.ts'
import type { Transaction } from '../db.ts'
import type { Context, Events, PersonContext } from '../http/endpoint.ts'
import { personActor } from '../http/who.ts'

/** The refusal letter: what a person reads and a program parses. Holds nothing of what the person may not see. */
export interface RefusalLetter {
  readonly outcome: 'refused'
  /** The decision's id: quote it when you write to somebody about it. */
  readonly reference: string
  readonly act: Act
  readonly agreement?: string
  readonly pack: string
  readonly refusals: readonly Refusal[]
}

export type Judged =
  | { readonly outcome: 'permit'; readonly permit: Permit; readonly decisionId: string }
  | { readonly outcome: 'refusal'; readonly letter: RefusalLetter; readonly event: LedgerEvent }

/** What an act comes to: its events with its value, or its refusal with the entry that records it. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly events: Events; readonly value: T }
  | { readonly kind: 'refused'; readonly events: Events; readonly letter: RefusalLetter }

export function refused<T>(judged: Extract<Judged, { outcome: 'refusal' }>): Outcome<T> {
  return { kind: 'refused', events: [judged.event], letter: judged.letter }
}

export interface Judge {
  /** Judges the act and keeps the decision in the caller's transaction. */
  judge(context: PersonContext, act: Act, facts: Facts): Promise<Judged>
  /** The same for a process of the gateway itself, which throws where a person would get a letter. */
  judgeProcess(
    context: Pick<Context, 'tx' | 'now'>,
    act: Act,
    facts: Facts,
  ): Promise<{ permit: Permit; decisionId: string }>
  /** What the decision would be; nothing is kept. */
  rehearse(act: Act, facts: Facts): Decision
}

/** A process was refused by the agreement: an operator's matter. Whoever catches it keeps it (`keepRefused`). */
export class ProcessRefused extends Error {
  readonly act: Act
  readonly facts: Facts
  readonly decision: Refused
  constructor(act: Act, facts: Facts, decision: Refused) {
    super(`${act} is refused by ${decision.refusals.map((refusal) => refusal.clause).join(', ')}`)
    this.name = 'ProcessRefused'
    this.act = act
    this.facts = facts
    this.decision = decision
  }
}

/** The refusal's own transaction ended with it, so it is kept in another. @returns the decision's id */
export async function keepRefused(
  tx: Transaction,
  { act, facts, decision }: ProcessRefused,
  now: Date,
): Promise<string> {
  const decisionId = randomUUID()
  await keep(tx, decisionId, act, facts, decision, null, now)
  return decisionId
}

export function createJudge(agreements: Agreements): Judge {
  return {
    rehearse: (act, facts) => decide(agreements, act, facts),
    judge: async (context, act, facts) => {
      const decision = decide(agreements, act, facts)
      const decisionId = randomUUID()
      await keep(context.tx, decisionId, act, facts, decision, context.person.id, context.now)
      if (decision.outcome === 'permit') return { outcome: 'permit', permit: decision.permit, decisionId }
      return {
        outcome: 'refusal',
        letter: letterOf(decisionId, act, facts, decision),
        event: refusalEvent(context, decisionId, act, facts, decision),
      }
    },
    judgeProcess: async (context, act, facts) => {
      const decision = decide(agreements, act, facts)
      if (decision.outcome === 'refusal') throw new ProcessRefused(act, facts, decision)
      const decisionId = randomUUID()
      await keep(context.tx, decisionId, act, facts, decision, null, context.now)
      return { permit: decision.permit, decisionId }
    },
  }
}

type Refused = Extract<Decision, { outcome: 'refusal' }>

function letterOf(decisionId: string, act: Act, facts: Facts, decision: Refused): RefusalLetter {
  return {
    outcome: 'refused',
    reference: decisionId,
    act,
    ...(facts.transfer && { agreement: facts.transfer.agreement }),
    pack: packText(decision.pack),
    refusals: decision.refusals,
  }
}

function refusalEvent(
  context: PersonContext,
  decisionId: string,
  act: Act,
  facts: Facts,
  decision: Refused,
): LedgerEvent {
  return {
    type: 'decision.refused',
    actor: personActor(context.person, context.ip),
    subjects: [
      { kind: 'decision', id: decisionId },
      ...(facts.transfer ? [{ kind: 'transfer', id: facts.transfer.id } as const] : []),
    ],
    correlation: context.requestId,
    ...(facts.transfer && { agreement: facts.transfer.agreement }),
    decision: decisionId,
    policy: policyHash(decision.pack),
    clauses: decision.refusals.map((refusal) => refusal.clause),
    detail: { act },
  }
}

async function keep(
  tx: Transaction,
  id: string,
  act: Act,
  facts: Facts,
  decision: Decision,
  personId: string | null,
  now: Date,
): Promise<void> {
  const pack = decision.outcome === 'permit' ? decision.permit.pack : decision.pack
  const tested = decision.outcome === 'permit' ? decision.permit.tested : decision.tested
  const refusals = decision.outcome === 'permit' ? [] : decision.refusals
  await tx.query(
    `insert into concordat.decision (id, act, outcome, person_id, transfer_id, facts, pack, pack_hash, tested, refusals, decided_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      id,
      act,
      decision.outcome,
      personId,
      facts.transfer?.id ?? null,
      JSON.stringify(facts),
      pack.key,
      policyHash(pack),
      tested,
      JSON.stringify(refusals),
      now,
    ],
  )
}

/** Both halves of what decided: the agreement's pack, and the gateway's own rules beside it. */
export function policyHash(pack: PackVersion): string {
  return `${pack.hash}+${pack.localHash}`
}

export function packText(pack: PackVersion): string {
  return `${pack.key}@${policyHash(pack)}`
}
