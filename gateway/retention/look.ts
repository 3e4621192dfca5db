// Looking at what is kept: what is due, what is held, whose schedules say so, what was destroyed, and one item's whole life.
import { londonDate } from '../../policies/calendar.ts'
import { findClass, type Schedule } from '../../policies/retention.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { looking, lookingAt, type RetentionDeps } from './act.ts'
import {
  listCertificates,
  listEditions,
  type Certified,
  type StoredCertificate,
} from './certificate-store.ts'
import { findClockMoves, findReturnOffer, type ClockMove, type ReturnOffer } from './clock-store.ts'
import { calendarOf, calendarSpan, type DueCalendar, type DueDay } from './due-calendar.ts'
import { listHeld, type Held } from './held.ts'
import type { Hold } from './hold.ts'
import { findHoldsOf, listHolds } from './hold-store.ts'
import type { OutsideCopy } from './outside-copy.ts'
import { findOutsideCopies, listOutsideCopies, type RegisteredCopy } from './outside-copy-store.ts'
import { newClock } from './reschedule.ts'
import { findShelvesOf, type Shelf } from './shelf-store.ts'
import { findHeldIds, findTakenCopies, type TakenCopy } from './store.ts'

export interface DueItem extends Held {
  readonly isHeld: boolean
}

export interface Due {
  readonly today: string
  readonly overdue: readonly DueItem[]
  readonly thisWeek: readonly DueItem[]
  readonly later: readonly DueItem[]
  readonly calendar: DueCalendar
  readonly days: readonly DueDay[]
}

/** What is late, what goes this week, and what in the five weeks after it. */
export function lookAtDue(deps: RetentionDeps, context: PersonContext): Promise<Outcome<Due>> {
  return looking(deps, context, 'due', async () => {
    const today = londonDate(context.now)
    const { from, until } = calendarSpan(today)
    const found = await listHeld(context.tx, { party: context.person.party, states: ['sealed'], dueUntil: until }) // prettier-ignore
    const heldIds = await findHeldIds(context.tx, found.map(({ item }) => item.id)) // prettier-ignore
    const items = found.map((each) => ({ ...each, isHeld: heldIds.has(each.item.id) }))
    const sunday = calendarSpan(today).from
    const endOfWeek = new Date(Date.parse(`${sunday}T12:00:00Z`) + 6 * 24 * 3_600_000)
    const lastOfWeek = londonDate(endOfWeek)
    const between = (first: string, last: string) =>
      items.filter(({ item }) => item.destroyOn >= first && item.destroyOn <= last)
    const days = daysOf(items.filter(({ item }) => item.destroyOn >= from))
    const value = {
      today,
      overdue: items.filter(({ item }) => item.destroyOn < today),
      thisWeek: between(today, lastOfWeek),
      later: items.filter(({ item }) => item.destroyOn > lastOfWeek),
      calendar: calendarOf(today, days),
      days,
    }
    return { value, shown: items.length }
  })
}

function daysOf(items: readonly DueItem[]): DueDay[] {
  const days = Map.groupBy(items, ({ item }) => item.destroyOn)
  return [...days].map(([day, each]) => ({
    day,
    count: each.length,
    held: each.filter(({ isHeld }) => isHeld).length,
  }))
}

export function lookAtHolds(deps: RetentionDeps, context: PersonContext) {
  return looking(deps, context, 'holds', async () => {
    const holds = await listHolds(context.tx, context.person.party)
    return { value: { holds, today: londonDate(context.now) }, shown: holds.length }
  })
}

export interface ScheduleClass {
  readonly schedule: Schedule
  readonly class: Schedule['classes'][number]
  /** Held under this class, and how many of them were sealed under another version of it, or get another date by it. */
  readonly held: number
  readonly stale: number
}

export function lookAtSchedules(
  deps: RetentionDeps,
  context: PersonContext,
): Promise<Outcome<ScheduleClass[]>> {
  return looking(deps, context, 'schedules', async () => {
    const classes: ScheduleClass[] = []
    for (const schedule of deps.schedules.values())
      for (const each of schedule.classes) {
        const moves = await movesOf(deps, context, schedule.owner, each.key)
        classes.push({ schedule, class: each, held: moves.length, stale: moves.filter(isMove).length })
      }
    return { value: classes, shown: classes.length }
  })
}

/** One item, and where the schedule as it is now would put its date. */
export interface WouldMove {
  readonly held: Held
  readonly to: string
  readonly version: string
}

export const isMove = ({ held, to, version }: WouldMove): boolean =>
  to !== held.item.destroyOn || version !== held.item.scheduleVersion

/** What applying a class as it is now would move; nothing is moved. */
export function lookAtMoves(
  deps: RetentionDeps,
  context: PersonContext,
  owner: string,
  retentionClass: string,
) {
  return looking(deps, context, 'schedule-moves', async () => {
    const found = findClass(deps.schedules, owner, retentionClass)
    const moves = found ? (await movesOf(deps, context, owner, retentionClass)).filter(isMove) : []
    return { value: { found, moves }, shown: moves.length }
  })
}

async function movesOf(
  deps: RetentionDeps,
  { tx, person }: PersonContext,
  owner: string,
  retentionClass: string,
): Promise<WouldMove[]> {
  const scheduled = { owner, retentionClass }
  const found = await listHeld(tx, { party: person.party, states: ['sealed'], scheduled })
  return found.map((held) => {
    const clock = newClock(deps, held.item, { retentionClass, means: 'schedule' })
    return { held, to: clock.destroyOn, version: clock.scheduleVersion }
  })
}

export function lookAtOutsideCopies(
  deps: RetentionDeps,
  context: PersonContext,
): Promise<Outcome<{ readonly copies: readonly RegisteredCopy[]; readonly today: string }>> {
  return looking(deps, context, 'outside-copies', async () => {
    const copies = await listOutsideCopies(context.tx, context.person.party)
    return { value: { copies, today: londonDate(context.now) }, shown: copies.length }
  })
}

export function lookAtCertificates(
  deps: RetentionDeps,
  context: PersonContext,
): Promise<Outcome<Certified[]>> {
  return looking(deps, context, 'certificates', async () => {
    const value = await listCertificates(context.tx, context.person.party)
    return { value, shown: value.length }
  })
}

export interface Life extends Held {
  readonly holds: readonly Hold[]
  readonly moves: readonly ClockMove[]
  readonly shelves: readonly Shelf[]
  readonly copies: readonly TakenCopy[]
  /** On paper and on removable media. */
  readonly outside: readonly OutsideCopy[]
  readonly offer: ReturnOffer | undefined
  readonly editions: readonly StoredCertificate[]
  readonly classes: Schedule['classes']
  /** No clause says how long it is kept. */
  readonly isLocal: boolean
}

/** One item from its sealing to its certificate. @throws {Problem} `not-found` */
export async function lookAtLife(
  deps: RetentionDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<Life>> {
  const outcome = await lookingAt(deps, context, id)
  if (outcome.kind === 'refused') return outcome
  const { tx } = context
  const held = outcome.value
  const value = {
    ...held,
    holds: await findHoldsOf(tx, id),
    moves: await findClockMoves(tx, id),
    shelves: await findShelvesOf(tx, id),
    copies: await findTakenCopies(tx, id),
    outside: await findOutsideCopies(tx, id),
    offer: await findReturnOffer(tx, id),
    editions: await listEditions(tx, id),
    classes: deps.schedules.get(held.item.scheduleOwner)?.classes ?? [],
    isLocal: deps.retention({ ...held, retentionClass: held.item.retentionClass })?.local ?? true,
  }
  return { ...outcome, value }
}
