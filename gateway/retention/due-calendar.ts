// The next weeks as a picture: one square a day, and on it how much is due to be destroyed. Pure; the page has the same in a table.
import { londonDate } from '../../policies/calendar.ts'

export interface DueDay {
  /** 'YYYY-MM-DD' */
  readonly day: string
  readonly count: number
  /** Of these, how many something holds. */
  readonly held: number
}

export interface Square extends DueDay {
  readonly x: number
  readonly y: number
  readonly dayOfMonth: number
  readonly isToday: boolean
  readonly isPast: boolean
}

export interface DueCalendar {
  readonly width: number
  readonly height: number
  readonly side: number
  readonly head: readonly { readonly x: number; readonly label: string }[]
  readonly squares: readonly Square[]
}

const weeks = 6
const side = 64
const gap = 4
const top = 24
const names = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** @returns the Monday of this week, and the last day that the calendar shows */
export function calendarSpan(today: string): { readonly from: string; readonly until: string } {
  const weekday = (new Date(`${today}T12:00:00Z`).getUTCDay() + 6) % 7
  const from = addDays(today, -weekday)
  return { from, until: addDays(from, weeks * 7 - 1) }
}

export function calendarOf(today: string, due: readonly DueDay[]): DueCalendar {
  const { from } = calendarSpan(today)
  const byDay = new Map(due.map((each) => [each.day, each]))
  const squares = Array.from({ length: weeks * 7 }, (_, index) => {
    const day = addDays(from, index)
    const { count, held } = byDay.get(day) ?? { count: 0, held: 0 }
    return {
      ...{ day, count, held },
      x: (index % 7) * (side + gap),
      y: top + Math.floor(index / 7) * (side + gap),
      dayOfMonth: Number(day.slice(8)),
      isToday: day === today,
      isPast: day < today,
    }
  })
  return {
    width: 7 * (side + gap) - gap,
    height: top + weeks * (side + gap) - gap,
    side,
    head: names.map((label, index) => ({ label, x: index * (side + gap) + side / 2 })),
    squares,
  }
}

export function addDays(day: string, days: number): string {
  return londonDate(new Date(Date.parse(`${day}T12:00:00Z`) + days * 24 * 3_600_000))
}
