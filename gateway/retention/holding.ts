// Placing a hold and lifting it. A hold takes the item's key to a shelf apart, so that the rest of its shelf can go on its day;
// when the last hold is lifted the key goes back to the shelf of its date, or goes with its own when that date is past.
import { randomUUID } from 'node:crypto'
import { londonDate } from '../../policies/calendar.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound, stateConflict } from '../http/problem.ts'
import { acting, heldBase, type RetentionDeps } from './act.ts'
import { moveCopyDuty } from './copy-duties.ts'
import type { Hold, HoldKind } from './hold.ts'
import { askLift, insertHold, insertHoldReview, liftHold, lockHold } from './hold-store.ts'
import { moveItem } from './move.ts'
import { countHolds } from './store.ts'

export interface NewHold {
  readonly kind: HoldKind
  readonly reason: string
  /** 'YYYY-MM-DD' */
  readonly reviewOn: string
}

export interface HoldDone {
  readonly item: string
  readonly hold: string
}

export function placeHold(
  deps: RetentionDeps,
  context: PersonContext,
  itemId: string,
  { kind, reason, reviewOn }: NewHold,
): Promise<Outcome<HoldDone>> {
  const said = () => ({ reasonGiven: reason.trim() !== '', reviewOn })
  return acting(deps, context, itemId, 'place-hold', said, async (held, judged) => {
    const { tx, now, person } = context
    const id = randomUUID()
    const isFirst = (await countHolds(tx, itemId)) === 0
    await insertHold(tx, judged.permit, { id, itemId, kind, reason, placedBy: person.id, placedAt: now, reviewOn }) // prettier-ignore
    const shelf = isFirst ? await moveItem(deps, tx, judged.permit, held.item, 'apart') : held.item.shelfRef
    const event = {
      ...heldBase(context, held, judged),
      type: 'item.held',
      detail: { hold: id, kind, reviewOn, shelf, reason },
    } as const
    const moved = movedEvent(event, held.item.shelfRef, shelf, 'hold')
    return { value: { item: itemId, hold: id }, events: [event, ...moved] }
  })
}

/** It is still needed: why, and when somebody looks again. @throws {Problem} `not-found`, `state.conflict` */
export async function reviewHold(
  deps: RetentionDeps,
  context: PersonContext,
  holdId: string,
  { reason, reviewOn }: Pick<NewHold, 'reason' | 'reviewOn'>,
): Promise<Outcome<HoldDone>> {
  const hold = await found(context, holdId)
  const said = () => ({ reasonGiven: reason.trim() !== '', reviewOn })
  return acting(deps, context, hold.itemId, 'review-hold', said, async (held, judged) => {
    mustStand(hold)
    const { tx, now, person } = context
    await insertHoldReview(tx, judged.permit, hold, { by: person.id, at: now, reason, reviewOn })
    const event = {
      ...heldBase(context, held, judged),
      type: 'item.hold-reviewed',
      detail: { hold: holdId, before: hold.reviewOn, after: reviewOn, reason },
    } as const
    return { value: { item: hold.itemId, hold: holdId }, events: [event] }
  })
}

/** The first of the two. @throws {Problem} `not-found`, `state.conflict` */
export async function askToLift(
  deps: RetentionDeps,
  context: PersonContext,
  holdId: string,
  reason: string,
): Promise<Outcome<HoldDone>> {
  const hold = await found(context, holdId)
  const said = () => ({ reasonGiven: reason.trim() !== '' })
  return acting(deps, context, hold.itemId, 'ask-lift', said, async (held, judged) => {
    mustStand(hold)
    const { tx, now, person } = context
    await askLift(tx, judged.permit, holdId, { by: person.id, at: now, reason })
    const event = {
      ...heldBase(context, held, judged),
      type: 'item.lift-asked',
      detail: { hold: holdId, reason },
    } as const
    return { value: { item: hold.itemId, hold: holdId }, events: [event] }
  })
}

/** The second. @throws {Problem} `not-found`, `state.conflict` */
export async function lift(
  deps: RetentionDeps,
  context: PersonContext,
  holdId: string,
): Promise<Outcome<HoldDone>> {
  const hold = await found(context, holdId)
  const said = () => (hold.liftAsked === undefined ? {} : { liftAskedBy: hold.liftAsked.by.id })
  return acting(deps, context, hold.itemId, 'lift-hold', said, async (held, judged) => {
    mustStand(hold)
    const { tx, now, person } = context
    const { item } = held
    await liftHold(tx, judged.permit, holdId, person.id, now)
    const isFree = (await countHolds(tx, item.id)) === 0
    if (isFree) await moveCopyDuty(tx, deps.copyDuties, item, now)
    const isDue = item.destroyOn <= londonDate(now)
    const shelf = isFree && !isDue ? await moveItem(deps, tx, judged.permit, item, { date: item.destroyOn }) : item.shelfRef // prettier-ignore
    const event = {
      ...heldBase(context, held, judged),
      type: 'item.hold-lifted',
      detail: { hold: holdId, shelf },
    } as const
    const moved = movedEvent(event, item.shelfRef, shelf, 'hold-lifted')
    return { value: { item: item.id, hold: holdId }, events: [event, ...moved] }
  })
}

/** For showing its item's page again. @throws {Problem} `not-found` */
export async function itemOfHold(context: PersonContext, holdId: string): Promise<string> {
  return (await found(context, holdId)).itemId
}

/** Whether this person may know of it is found out with its item. */
async function found(context: PersonContext, holdId: string): Promise<Hold> {
  const hold = await lockHold(context.tx, holdId)
  if (!hold) throw notFound()
  return hold
}

function mustStand({ lifted }: Hold): void {
  if (lifted) throw stateConflict('This hold was lifted.')
}

/** Says that the key moved, where it did. */
export function movedEvent<Base extends object>(event: Base, from: string, to: string, cause: string) {
  return from === to ? [] : [{ ...event, type: 'item.moved' as const, detail: { from, to, cause } }]
}
