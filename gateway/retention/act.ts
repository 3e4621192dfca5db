// What every act on something that is held has in common: it is locked, judged, and its entry names the decision. What somebody
// may not see does not exist for them.
import type { LedgerEvent } from '../../audit/events.ts'
import type { Act, Facts } from '../../policies/facts.ts'
import type { ResolvedRetention, Schedule } from '../../policies/retention.ts'
import { policyHash, refused, type Judge, type Judged, type Outcome } from '../decisions/judge.ts'
import type { Events, PersonContext } from '../http/endpoint.ts'
import { notFound, stateConflict } from '../http/problem.ts'
import { personActor } from '../http/who.ts'
import { factsOfPerson } from '../people/facts.ts'
import { factsOfHeld, findHeld, lockHeld, type Held } from './held.ts'
import type { CopyDuties } from './copy-duties.ts'
import type { MoveDeps } from './move.ts'
import { lockShelf } from './shelf-store.ts'

export interface RetentionDeps extends MoveDeps {
  readonly judge: Judge
  readonly schedules: ReadonlyMap<string, Schedule>
  readonly copyDuties: CopyDuties
  readonly retention: (
    of: Readonly<Record<'agreement' | 'from' | 'to' | 'retentionClass', string>>,
  ) => ResolvedRetention | undefined
}

type Permitted = Extract<Judged, { outcome: 'permit' }>

/** What every entry about something held says. */
export function heldBase(context: PersonContext, held: Held, { permit, decisionId }: Permitted) {
  return {
    actor: personActor(context.person, context.ip),
    subjects: [{ kind: 'item', id: held.item.id }, held.item.of],
    correlation: context.requestId,
    agreement: held.agreement,
    decision: decisionId,
    policy: policyHash(permit.pack),
    clauses: [...permit.tested],
  } satisfies Omit<LedgerEvent, 'type' | 'detail'>
}

/** Looking at lists: whoever may look sees what their own body has to do with. */
export async function looking<T>(
  deps: RetentionDeps,
  context: PersonContext,
  list: string,
  find: () => Promise<{ readonly value: T; readonly shown: number }>,
): Promise<Outcome<T>> {
  const judged = await deps.judge.judge(
    context,
    'read-retention',
    await factsOfPerson(context.tx, context.person, context.now),
  )
  if (judged.outcome === 'refusal') return refused(judged)
  const { value, shown } = await find()
  const event: LedgerEvent = {
    type: 'retention.viewed',
    actor: personActor(context.person, context.ip),
    subjects: [],
    correlation: context.requestId,
    decision: judged.decisionId,
    policy: policyHash(judged.permit.pack),
    clauses: [...judged.permit.tested],
    detail: { list, shown },
  }
  return { kind: 'done', value, events: [event] }
}

/** One item, for whoever may look at what is kept and whose body has to do with it. @throws {Problem} `not-found` */
export async function lookingAt(
  deps: RetentionDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<Held>> {
  const judged = await deps.judge.judge(
    context,
    'read-retention',
    await factsOfPerson(context.tx, context.person, context.now),
  )
  if (judged.outcome === 'refusal') return refused(judged)
  const held = ofTheirs(context, await findHeld(context.tx, id))
  return {
    kind: 'done',
    value: held,
    events: [{ ...heldBase(context, held, judged), type: 'item.viewed', detail: {} }],
  }
}

/**
 * Judges and does one act on something held. Its shelf is locked before it, in the order in which the worker locks them.
 *
 * @throws {Problem} `not-found`; `state.conflict` for what is destroyed
 */
export async function acting<T>(
  deps: RetentionDeps,
  context: PersonContext,
  id: string,
  act: Act,
  extra: (held: Held) => Partial<NonNullable<Facts['item']>>,
  work: (held: Held, judged: Permitted) => Promise<{ readonly value: T; readonly events: Events }>,
): Promise<Outcome<T>> {
  // Whoever may not look must not learn from an act that it is there.
  const facts = await factsOfPerson(context.tx, context.person, context.now)
  const mayLook = deps.judge.rehearse('read-retention', facts).outcome === 'permit'
  const seen = await findHeld(context.tx, id)
  if (!mayLook || !seen) throw notFound()
  ofTheirs(context, seen)
  await lockShelf(context.tx, seen.item.shelfRef)
  const held = ofTheirs(context, await lockHeld(context.tx, id))
  if (held.item.status.state !== 'sealed') throw stateConflict('This was destroyed.')
  const judged = await deps.judge.judge(
    context,
    act,
    await factsOfHeld(context.tx, context.person, held, context.now, extra(held)),
  )
  if (judged.outcome === 'refusal') return refused(judged)
  return { kind: 'done', ...(await work(held, judged)) }
}

function ofTheirs({ person }: PersonContext, held: Held | undefined): Held {
  const parties = held ? [held.from, held.to, held.item.scheduleOwner] : []
  if (!held || !parties.includes(person.party)) throw notFound()
  return held
}
