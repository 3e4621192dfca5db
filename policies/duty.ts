// When a duty is due and when to warn of it. Pure: from the rule that the duty started under and the instant it started
// at. A duty is late from the first instant after its last day in London, and hours run by the clock. Where a text gives
// two clocks for one thing, the earlier warns and only the later makes it late.
import { addPeriod, endOfDay, londonDate, startOfDay } from './calendar.ts'
import { inWords, type Period } from './period.ts'

/** What a duty runs by. `local` says whether the limit is a local value and not the agreement's. */
export interface DutyRule {
  readonly clause: string
  readonly starts: string
  readonly meets: string
  readonly limit: Period
  /** Whether the limit lies after the start event, or before it: a visit is told of in advance. */
  readonly counts: 'after' | 'before'
  /** The other clock of a pair. */
  readonly target?: Period
  /** Not to be met before this has passed since the start event. */
  readonly notBefore?: Period
  /** Lateness is not counted until this has passed since the limit. */
  readonly grace?: Period
  /** An aim is never late; what is only usual is late where no reason is recorded. */
  readonly strength: 'must' | 'usual' | 'aim'
  /** The text's own word, where it gives no number. */
  readonly word?: string
  readonly warn: Period
  readonly escalate: string
  readonly local: boolean
  /** Every part of it that is a local value. */
  readonly localParts?: readonly string[]
}

export interface DutyDates {
  /** From this instant the duty is shown as nearly due; never before it started, where it runs from its start. */
  readonly warnAt: Date
  /** The last day on which the duty can be met, in London. */
  readonly dueOn: string
  /** The limit passes at this instant; of a pair, the later. */
  readonly dueAt: Date
  /** The duty cannot be met before this instant. */
  readonly opensAt?: Date
  /** The duty is late from this instant, where that is not `dueAt`. */
  readonly lateAt?: Date
}

type Clock = Pick<DutyRule, 'limit' | 'warn'> &
  Partial<Pick<DutyRule, 'counts' | 'target' | 'notBefore' | 'grace'>>
type Due = Pick<DutyDates, 'dueOn' | 'dueAt'>

/** @param startedAt the instant of the start event; the day after it is day one */
export function dutyDates(rule: Clock, startedAt: Date): DutyDates {
  const ahead = rule.counts === 'before'
  const clocks = [ahead ? dueBefore(rule.limit, startedAt) : dueAfter(rule.limit, startedAt)]
  if (rule.target !== undefined) clocks.push(dueAfter(rule.target, startedAt))
  const [first, last] = [earliest(clocks), latest(clocks)]
  const warnAt = warnBefore(rule.warn, first)
  return {
    ...last,
    warnAt: !ahead && warnAt < startedAt ? startedAt : warnAt,
    ...(rule.notBefore && { opensAt: opening(rule.notBefore, startedAt) }),
    ...(rule.grace && { lateAt: extended(last, rule.grace) }),
  }
}

function dueAfter(limit: Period, startedAt: Date): Due {
  if (limit.unit === 'hour') return dueAtInstant(addHours(startedAt, limit.amount))
  const dueOn = addPeriod(londonDate(startedAt), limit)
  return { dueOn, dueAt: endOfDay(dueOn) }
}

function dueBefore(limit: Period, event: Date): Due {
  if (limit.unit === 'hour') return dueAtInstant(addHours(event, -limit.amount))
  const dueOn = addPeriod(londonDate(event), limit, -1)
  return { dueOn, dueAt: endOfDay(dueOn) }
}

function dueAtInstant(dueAt: Date): Due {
  return { dueOn: londonDate(dueAt), dueAt }
}

function earliest(clocks: readonly Due[]): Due {
  return clocks.reduce((a, b) => (b.dueAt < a.dueAt ? b : a))
}

function latest(clocks: readonly Due[]): Due {
  return clocks.reduce((a, b) => (b.dueAt > a.dueAt ? b : a))
}

function warnBefore(warn: Period, due: Due): Date {
  if (warn.unit === 'hour') return addHours(due.dueAt, -warn.amount)
  return startOfDay(addPeriod(due.dueOn, warn, -1))
}

function opening(notBefore: Period, startedAt: Date): Date {
  if (notBefore.unit === 'hour') return addHours(startedAt, notBefore.amount)
  return startOfDay(addPeriod(londonDate(startedAt), notBefore))
}

function extended(due: Due, grace: Period): Date {
  return grace.unit === 'hour' ? addHours(due.dueAt, grace.amount) : endOfDay(addPeriod(due.dueOn, grace))
}

function addHours(instant: Date, hours: number): Date {
  return new Date(instant.getTime() + hours * 3_600_000)
}

/** The clock in a line, for people: what it runs between, every time it has, and which is local. */
export function clockInWords(rule: DutyRule): string {
  const { limit, local, counts, starts, meets, target, notBefore, grace, strength } = rule
  const main = `${inWords(limit)}${local ? ' (local)' : ''}`
  const span =
    counts === 'after'
      ? `${main} from ${starts} to ${meets}`
      : `${meets} before ${starts}${limit.amount === 0 ? '' : `, by ${main}`}`
  return [
    span,
    ...(target ? [`with ${inWords(target)} beside it`] : []),
    ...(notBefore ? [`not before ${inWords(notBefore)}`] : []),
    ...(grace ? [`late after ${inWords(grace)} more`] : []),
    ...(strength === 'must' ? [] : [strength === 'aim' ? 'an aim' : 'usual']),
  ].join(', ')
}
