// A year of deliveries as a picture: its quarters along one line, and below it when each export was due, sent and acknowledged.
// Pure; the page has the same in a table.
import { londonDate } from '../../policies/calendar.ts'
import { addDays } from '../retention/due-calendar.ts'
import type { QuarterState } from './quarters.ts'
import type { ShownYear } from './year.ts'

export interface Mark {
  readonly lane: 'due' | 'sent' | 'acknowledged'
  readonly x: number
  readonly y: number
  /** Of a delivery: its number. */
  readonly label: string
  readonly isLate: boolean
}

export interface YearTimeline {
  readonly width: number
  readonly height: number
  readonly lanes: readonly { readonly label: string; readonly y: number }[]
  readonly months: readonly { readonly label: string; readonly x: number }[]
  readonly quarters: readonly {
    readonly label: string
    readonly state: QuarterState
    readonly x: number
    readonly width: number
  }[]
  readonly marks: readonly Mark[]
  /** Where today is, when it is in the picture. */
  readonly today: number | undefined
  /** The first and the last height of what stands across the lanes. */
  readonly from: number
  readonly until: number
}

const [left, width, height] = [116, 860, 220]
const lanes = { quarter: 52, due: 96, sent: 136, acknowledged: 176 }
const laneWords = [['Quarter', lanes.quarter], ['Due', lanes.due], ['Sent', lanes.sent], ['Acknowledged', lanes.acknowledged]] as const // prettier-ignore
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export function timelineOf({ rows }: Pick<ShownYear, 'rows'>, today: string): YearTimeline {
  const inOrder = rows.toReversed()
  const startsOn = inOrder[0]?.quarter.startsOn ?? today
  const endsOn = addDays(lastDayOf(rows), 7)
  const at = (day: string) => Math.round(left + ((width - left - 8) * daysBetween(startsOn, day)) / daysBetween(startsOn, endsOn)) // prettier-ignore
  const marks = inOrder.flatMap(({ quarter, state, deliveries }): Mark[] => [
    ...(state === 'not-owed' ? [] : [{ lane: 'due', x: at(quarter.dueOn), y: lanes.due, label: '', isLate: state === 'late' } as const]), // prettier-ignore
    ...deliveries.flatMap((delivery) => {
      const label = String(delivery.number)
      const sentOn = londonDate(delivery.sentAt)
      const sent = { lane: 'sent', x: at(sentOn), y: lanes.sent, label, isLate: !delivery.amendment && sentOn > quarter.dueOn } as const // prettier-ignore
      if (delivery.state !== 'acknowledged') return [sent]
      const isLate = delivery.acknowledgedAt >= delivery.acknowledgeBy
      return [sent, { lane: 'acknowledged', x: at(londonDate(delivery.acknowledgedAt)), y: lanes.acknowledged, label, isLate } as const] // prettier-ignore
    }),
  ])
  return {
    width,
    height,
    lanes: laneWords.map(([label, y]) => ({ label, y })),
    months: monthsBetween(startsOn, endsOn).map((day) => ({ label: monthNames[Number(day.slice(5, 7)) - 1] ?? '', x: at(day) })), // prettier-ignore
    quarters: inOrder.map(({ quarter, state }) => ({
      label: quarter.label.replace(/ of .*/, ''),
      state,
      x: at(quarter.startsOn),
      width: at(addDays(quarter.endsOn, 1)) - at(quarter.startsOn) - 4,
    })),
    marks,
    today: today >= startsOn && today <= endsOn ? at(today) : undefined,
    from: 24,
    until: height - 22,
  }
}

/** The last day that something is marked on. */
function lastDayOf(rows: ShownYear['rows']): string {
  const days = rows.flatMap(({ quarter, deliveries }) => [
    quarter.dueOn,
    ...deliveries.flatMap((each) => [each.sentAt, ...(each.state === 'acknowledged' ? [each.acknowledgedAt] : [])].map(londonDate)), // prettier-ignore
  ])
  return days.toSorted().at(-1) ?? ''
}

function daysBetween(from: string, until: string): number {
  return Math.round((Date.parse(until) - Date.parse(from)) / (24 * 3_600_000))
}

/** The first day of each month. */
function monthsBetween(from: string, until: string): string[] {
  const months: string[] = []
  for (let day = `${from.slice(0, 7)}-01`; day <= until; day = `${addDays(day, 32).slice(0, 7)}-01`) if (day >= from) months.push(day) // prettier-ignore
  return months
}
