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
import { londonDate } from '../../policies/calendar.ts'
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

export function refused(
  judged: Extract<Judged, { outcome: 'refusal' }>,
): Extract<Outcome<never>, { kind: 'refused' }> {
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
  /** Of the activation that was the last one; null where nothing but a rehearsal refused. */
  readonly standing: number | null
  constructor(act: Act, facts: Facts, decision: Refused, standing: number | null = null) {
    super(`${act} is refused by ${decision.refusals.map((refusal) => refusal.clause).join(', ')}`)
    this.name = 'ProcessRefused'
    this.act = act
    this.facts = facts
    this.decision = decision
    this.standing = standing
  }
}

/** The refusal's own transaction ended with it, so it is kept in another. @returns the decision's id */
export async function keepRefused(
  tx: Transaction,
  { act, facts, decision, standing }: ProcessRefused,
  now: Date,
): Promise<string> {
  const id = randomUUID()
  await keep(tx, { id, act, facts, decision, personId: null, now, standing })
  return id
}

/** What decides on a day, and the number of the activation that made it so. */
export interface Deciding {
  on(day: string): Agreements
  readonly standing: { readonly number: number }
}

/** The version in force for the event's date decides it (S50); for no date at all, any: it is refused. */
function decideOn(policies: Deciding, act: Act, facts: Facts): Decision {
  const at = new Date(facts.now)
  return decide(policies.on(londonDate(Number.isNaN(at.getTime()) ? new Date(0) : at)), act, facts)
}

export function createJudge(policies: Deciding): Judge {
  const keeping = async (
    context: Pick<Context, 'tx' | 'now'>,
    act: Act,
    facts: Facts,
    decision: Decision,
    personId: string | null,
  ) => {
    const id = randomUUID()
    await keep(context.tx, {
      id,
      act,
      facts,
      decision,
      personId,
      now: context.now,
      standing: policies.standing.number,
    })
    return id
  }
  return {
    rehearse: (act, facts) => decideOn(policies, act, facts),
    judge: async (context, act, facts) => {
      const decision = decideOn(policies, act, facts)
      const decisionId = await keeping(context, act, facts, decision, context.person.id)
      if (decision.outcome === 'permit') return { outcome: 'permit', permit: decision.permit, decisionId }
      return {
        outcome: 'refusal',
        letter: letterOf(decisionId, act, facts, decision),
        event: refusalEvent(context, decisionId, act, facts, decision),
      }
    },
    judgeProcess: async (context, act, facts) => {
      const decision = decideOn(policies, act, facts)
      if (decision.outcome === 'refusal')
        throw new ProcessRefused(act, facts, decision, policies.standing.number)
      return { permit: decision.permit, decisionId: await keeping(context, act, facts, decision, null) }
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

interface Kept {
  readonly id: string
  readonly act: Act
  readonly facts: Facts
  readonly decision: Decision
  readonly personId: string | null
  readonly now: Date
  /** The number of the activation that was the last one. */
  readonly standing: number | null
}

async function keep(tx: Transaction, kept: Kept): Promise<void> {
  const { id, act, facts, decision, personId, now, standing } = kept
  const pack = decision.outcome === 'permit' ? decision.permit.pack : decision.pack
  const tested = decision.outcome === 'permit' ? decision.permit.tested : decision.tested
  const refusals = decision.outcome === 'permit' ? [] : decision.refusals
  await tx.query(
    `insert into concordat.decision (id, act, outcome, person_id, transfer_id, facts, pack, pack_hash, tested, refusals, decided_at, standing)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
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
      standing,
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
