// How long something is kept and by whose schedule: resolved from the agreement, the originator and the recipient, and
// not from who holds the data (hmpps-2025/19). Schedules are data with an owner; no class, nothing resolved, no sealing.
import { z } from 'zod'
import { addPeriod, londonDate } from './calendar.ts'
import type { Fault } from './fault.ts'
import { given, type Given } from './local-value.ts'
import { periodShape, type Period } from './period.ts'
import { eventShape, keyShape, words } from './shapes.ts'
import type { Sources } from './sources.ts'
import { parseYaml } from './yaml-file.ts'

const scheduleShape = z.strictObject({
  owner: keyShape,
  title: words,
  demonstration: z.boolean(),
  version: words,
  /** Where the owner publishes it, or why there is nothing to cite. */
  source: words,
  classes: z
    .array(
      z.strictObject({ key: keyShape, title: words, period: given(periodShape), starts: given(eventShape) }),
    )
    .min(1),
})

export type Schedule = Readonly<z.output<typeof scheduleShape>>

/** One direction of an agreement, and the owner of the schedule that governs it. */
export interface RetentionDirection {
  readonly from: string
  readonly to: string
  readonly schedule: Given<string>
}

/** A class that governs a transfer, and everything that its certificate will have to say about it. */
export interface ResolvedRetention {
  readonly owner: string
  readonly class: string
  readonly title: string
  readonly period: Period
  /** The event that the period runs from. */
  readonly starts: string
  readonly version: string
  readonly source: string
  /** The schedule is made up, for demonstration. */
  readonly demonstration: boolean
  /** No clause says that this schedule governs this direction. */
  readonly local: boolean
  /** The date of destruction, YYYY-MM-DD in London, for a period that starts at this instant. */
  destroyOn(startedAt: Date): string
}

interface RetentionSources {
  readonly agreements: ReadonlyMap<string, { readonly retention: readonly RetentionDirection[] }>
  readonly schedules: ReadonlyMap<string, Schedule>
}

/** Reads `schedules/*.yaml`, and those that an agreement brings; mistakes go to `faults`. */
export function readSchedules(
  sources: Sources,
  parties: ReadonlySet<string>,
  faults: Fault[],
): Map<string, Schedule> {
  const schedules = new Map<string, Schedule>()
  for (const [path, text] of sources) {
    if (!/^(agreements\/[^/]+\/)?schedules\//.test(path)) continue
    const file = parseYaml(path, text, scheduleShape, faults)
    if (file === undefined) continue
    const { owner, classes } = file.value
    if (!parties.has(owner))
      faults.push({ code: 'unknown-name', ...file.place(['owner']), message: `There is no party ${owner}.`, remedy: 'Use a key of parties.yaml.' }) // prettier-ignore
    if (schedules.has(owner))
      faults.push({
        code: 'duplicate',
        ...file.place(['owner']),
        message: `${owner} has two schedules.`,
        remedy: 'Keep one.',
      })
    for (const [index, { key }] of classes.entries())
      if (classes.findIndex((other) => other.key === key) < index)
        faults.push({ code: 'duplicate', ...file.place(['classes', index]), message: `The class ${key} is there twice.`, remedy: 'Remove one.' }) // prettier-ignore
    schedules.set(owner, file.value)
  }
  return schedules
}

/**
 * The rule by which a transfer is kept.
 *
 * @returns undefined where the agreement, the direction, the schedule or the class is not there: then nothing is sealed
 */
export function resolveRetention(
  { agreements, schedules }: RetentionSources,
  agreementKey: string,
  originator: string,
  recipient: string,
  retentionClass: string | undefined,
): ResolvedRetention | undefined {
  const directions = agreements.get(agreementKey)?.retention ?? []
  const direction = directions.find(({ from, to }) => from === originator && to === recipient)
  const schedule = direction && schedules.get(direction.schedule.value)
  const found = schedule?.classes.find(({ key }) => key === retentionClass)
  if (direction === undefined || schedule === undefined || found === undefined) return undefined
  return resolved(schedule, found, direction.schedule.local)
}

/**
 * A class of an owner's schedule as it is now: for what was sealed already, and could be kept under another class or version.
 *
 * @returns undefined where there is no such schedule or class
 */
export function findClass(
  schedules: ReadonlyMap<string, Schedule>,
  scheduleOwner: string,
  retentionClass: string,
): Omit<ResolvedRetention, 'local'> | undefined {
  const schedule = schedules.get(scheduleOwner)
  const found = schedule?.classes.find(({ key }) => key === retentionClass)
  return schedule && found && resolved(schedule, found, false)
}

function resolved(
  { owner, version, demonstration, source }: Schedule,
  { key, title, period, starts }: Schedule['classes'][number],
  local: boolean,
): ResolvedRetention {
  return {
    owner,
    class: key,
    title,
    period: period.value,
    starts: starts.value,
    version,
    source,
    demonstration,
    local,
    destroyOn: (startedAt) => destroyOn({ period: period.value }, startedAt),
  }
}

/** A consent that ends before the schedule does beats the schedule (S16). */
export function earlierOf(scheduled: string, consentUntil: string | undefined): string {
  return consentUntil !== undefined && consentUntil < scheduled ? consentUntil : scheduled
}

/** The date on which data is destroyed, YYYY-MM-DD in London. A calendar date: never moved for a weekend. */
export function destroyOn(rule: Pick<ResolvedRetention, 'period'>, startedAt: Date): string {
  return addPeriod(londonDate(startedAt), rule.period)
}
