// When a duty is due and when to warn of it. Pure: from the rule that the duty started under and the instant it started
// at. A duty is late from the first instant after its last day in London, and hours run by the clock.
import { addPeriod, endOfDay, londonDate, startOfDay } from './calendar.ts'
import type { Period } from './period.ts'

/** What a duty runs by. `local` says whether the limit is a local value and not the agreement's. */
export interface DutyRule {
  readonly clause: string
  readonly starts: string
  readonly meets: string
  readonly limit: Period
  readonly warn: Period
  readonly escalate: string
  readonly local: boolean
}

export interface DutyDates {
  /** From this instant the duty is shown as nearly due; never before it started. */
  readonly warnAt: Date
  /** The last day on which the duty can be met, in London. */
  readonly dueOn: string
  /** The duty is late from this instant. */
  readonly dueAt: Date
}

/** @param startedAt the instant of the start event; the day after it is day one */
export function dutyDates(rule: Pick<DutyRule, 'limit' | 'warn'>, startedAt: Date): DutyDates {
  const due = dueAfter(rule.limit, startedAt)
  const warnAt = warnBefore(rule.warn, due)
  return { ...due, warnAt: warnAt < startedAt ? startedAt : warnAt }
}

function dueAfter(limit: Period, startedAt: Date): { dueOn: string; dueAt: Date } {
  if (limit.unit === 'hour') {
    const dueAt = addHours(startedAt, limit.amount)
    return { dueOn: londonDate(dueAt), dueAt }
  }
  const dueOn = addPeriod(londonDate(startedAt), limit)
  return { dueOn, dueAt: endOfDay(dueOn) }
}

function warnBefore(warn: Period, due: { dueOn: string; dueAt: Date }): Date {
  if (warn.unit === 'hour') return addHours(due.dueAt, -warn.amount)
  return startOfDay(addPeriod(due.dueOn, warn, -1))
}

function addHours(instant: Date, hours: number): Date {
  return new Date(instant.getTime() + hours * 3_600_000)
}
