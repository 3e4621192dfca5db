// Moving the clock of what is held: to another date, to another class, or to a schedule that its owner has changed since. What it
// would move is shown before it is done; then both dates, both classes and both versions stay (S2).
import { randomUUID } from 'node:crypto'
import { earlierOf, findClass } from '../../policies/retention.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { Problem } from '../http/problem.ts'
import { acting, heldBase, type RetentionDeps } from './act.ts'
import { moveClock, type NewClock } from './clock-store.ts'
import { moveCopyDuty } from './copy-duties.ts'
import type { Held } from './held.ts'
import { movedEvent } from './holding.ts'
import type { Item } from './item.ts'
import { moveItem } from './move.ts'
import { countHolds } from './store.ts'

/** What somebody asks for: a date, or a class of the schedule as it is now. */
export type ClockWish =
  { readonly destroyOn: string } | { readonly retentionClass: string; readonly means?: 'schedule' }

export interface Rescheduled {
  readonly item: string
  readonly before: string
  readonly after: string
}

/** What the clock would be. @throws {Problem} `input.invalid` for a class that the schedule does not have */
export function newClock(deps: Pick<RetentionDeps, 'schedules'>, item: Item, wish: ClockWish): NewClock {
  if ('destroyOn' in wish)
    return {
      means: 'date',
      destroyOn: wish.destroyOn,
      retentionClass: item.retentionClass,
      scheduleVersion: item.scheduleVersion,
      scheduleIsDemonstration: item.scheduleIsDemonstration,
    }
  const found = findClass(deps.schedules, item.scheduleOwner, wish.retentionClass)
  if (!found)
    throw new Problem('input.invalid', 'Choose a class of the schedule. Nothing was changed.', [
      { field: 'retentionClass', message: 'The schedule has no such class.' },
    ])
  return {
    means: wish.means ?? 'class',
    destroyOn: earlierOf(found.destroyOn(item.clockStartedAt), item.consentUntil),
    retentionClass: found.class,
    scheduleVersion: found.version,
    scheduleIsDemonstration: found.demonstration,
  }
}

/** Moves the clock, and the key with it to the shelf of the new date; what is held stays where it is. */
export function reschedule(
  deps: RetentionDeps,
  context: PersonContext,
  itemId: string,
  wish: ClockWish,
  reason: string,
): Promise<Outcome<Rescheduled>> {
  const said = ({ item }: Held) => ({
    reasonGiven: reason.trim() !== '',
    newDestroyOn: newClock(deps, item, wish).destroyOn,
  })
  return acting(deps, context, itemId, 'reschedule', said, async (held, judged) => {
    const { tx, now, person } = context
    const { item } = held
    const to = newClock(deps, item, wish)
    await moveClock(tx, judged.permit, item, to, { id: randomUUID(), by: person.id, at: now, reason })
    await moveCopyDuty(tx, deps.copyDuties, { ...item, destroyOn: to.destroyOn }, now)
    const isHeld = (await countHolds(tx, item.id)) > 0
    const shelf =
      isHeld || to.destroyOn === item.destroyOn
        ? item.shelfRef
        : await moveItem(deps, tx, judged.permit, item, { date: to.destroyOn })
    const event = {
      ...heldBase(context, held, judged),
      type: 'item.rescheduled',
      detail: {
        means: to.means,
        destroyOnBefore: item.destroyOn,
        destroyOn: to.destroyOn,
        classBefore: item.retentionClass,
        class: to.retentionClass,
        versionBefore: item.scheduleVersion,
        version: to.scheduleVersion,
        shelf,
        reason,
      },
    } as const
    const moved = movedEvent(event, item.shelfRef, shelf, 'rescheduled')
    return {
      value: { item: item.id, before: item.destroyOn, after: to.destroyOn },
      events: [event, ...moved],
    }
  })
}
