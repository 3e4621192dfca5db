// What every act on a delivery is given, and the entry that each owes. Whoever may not see that there are deliveries gets the
// same refusal whether or not the one that they name exists.
import type { Subject } from '../../audit/event-frame.ts'
import type { LedgerEvent } from '../../audit/events.ts'
import type { Permit } from '../../policies/decide.ts'
import type { Establishments } from '../../policies/establishments.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db.ts'
import { policyHash, refused, type Judge, type Outcome } from '../decisions/judge.ts'
import type { Events, PersonContext, Reply } from '../http/endpoint.ts'
import { personActor } from '../http/who.ts'
import type { JobQueue } from '../jobs.ts'
import { factsOfPerson } from '../people/facts.ts'
import type { ConcernsExport } from './concerns-export.ts'

export interface ExportDeps {
  readonly db: Database
  readonly clock: Clock
  readonly judge: Judge
  readonly jobs: Pick<JobQueue, 'send'>
  readonly publicUrl: string
  readonly concernsExport: ConcernsExport
  readonly establishments: Establishments
}

interface Permitted {
  readonly permit: Permit
  readonly decisionId: string
}

/** What every entry about an act of a person says. */
export function entryBase(
  { concernsExport }: Pick<ExportDeps, 'concernsExport'>,
  context: PersonContext,
  { permit, decisionId }: Permitted,
  subjects: readonly Subject[],
) {
  return {
    actor: personActor(context.person, context.ip),
    subjects,
    correlation: context.requestId,
    agreement: concernsExport.agreement,
    decision: decisionId,
    policy: policyHash(permit.pack),
    clauses: [...permit.tested],
  } satisfies Omit<LedgerEvent, 'type' | 'detail'>
}

export type EntryBase = ReturnType<typeof entryBase>

/** Does the work for whoever may see the deliveries. */
export async function seeing<T>(
  deps: ExportDeps,
  context: PersonContext,
  work: (base: EntryBase) => Promise<{ readonly events: Events; readonly value: T }>,
): Promise<Outcome<T>> {
  const facts = await factsOfPerson(context.tx, context.person, context.now)
  const judged = await deps.judge.judge(context, 'see-deliveries', facts)
  if (judged.outcome === 'refusal') return refused(judged)
  return { kind: 'done', ...(await work(entryBase(deps, context, judged, []))) }
}

/** Refuses, with the letter, whoever may not see the deliveries; undefined for whoever may. */
export async function refusedToSee(
  deps: ExportDeps,
  context: PersonContext,
): Promise<Extract<Outcome<never>, { kind: 'refused' }> | undefined> {
  const facts = await factsOfPerson(context.tx, context.person, context.now)
  const judged = await deps.judge.judge(context, 'see-deliveries', facts)
  return judged.outcome === 'refusal'
    ? { kind: 'refused', events: [judged.event], letter: judged.letter }
    : undefined
}

export function asJson<T>(outcome: Outcome<T>, show: (value: T) => Omit<Reply, 'events'>): Reply {
  if (outcome.kind === 'refused') return { events: outcome.events, status: 403, json: outcome.letter }
  return { events: outcome.events, ...show(outcome.value) }
}
