// The picture of a year of deliveries: in order, inside its frame, late where it was late, and nothing due that was not owed.
import { expect, test } from 'vitest'
import type { SentDelivery } from '../../gateway/exports/delivery.ts'
import { timelineOf } from '../../gateway/exports/year-timeline.ts'
import type { QuarterRow } from '../../gateway/exports/year.ts'
import { yearStarting } from '../../policies/quarter.ts'

const [first, second, third, fourth] = yearStarting(2026, 'april-start').quarters
const row = (quarter: typeof first, dueOn: string, state: QuarterRow['state'], deliveries: object[] = []) =>
  ({ quarter: { ...quarter, rehearseOn: quarter.endsOn, dueOn }, state, deliveries: deliveries as SentDelivery[] }) // prettier-ignore
const noon = (day: string) => new Date(`${day}T12:00:00Z`)
const rows = [
  row(fourth, '2027-04-14', 'running'),
  row(third, '2027-01-15', 'met', [{ number: 2, state: 'sent', sentAt: noon('2027-01-20') }]),
  row(second, '2026-10-14', 'met', [{ number: 1, state: 'acknowledged', sentAt: noon('2026-10-09'), acknowledgedAt: noon('2026-10-12'), acknowledgeBy: noon('2026-10-20') }]), // prettier-ignore
  row(first, '2026-07-14', 'not-owed'),
]

test('a year stands in its order and inside its frame, with each delivery where it was sent', () => {
  const { quarters, marks, width, today, months } = timelineOf({ rows }, '2027-02-01')
  expect(quarters.map(({ label }) => label)).toEqual(['Quarter 1', 'Quarter 2', 'Quarter 3', 'Quarter 4'])
  const places = [
    ...quarters.map(({ x }) => x),
    ...marks.map(({ x }) => x),
    ...months.map(({ x }) => x),
    today ?? 0,
  ]
  expect(places.every((x) => x > 0 && x < width)).toBe(true)
  expect(quarters.map(({ x }) => x)).toEqual(quarters.map(({ x }) => x).toSorted((a, b) => a - b))
  expect(marks.map(({ lane, label, isLate }) => [lane, label, isLate])).toEqual([
    ['due', '', false], ['sent', '1', false], ['acknowledged', '1', false],
    ['due', '', false], ['sent', '2', true],
    ['due', '', false],
  ]) // prettier-ignore
  const sent = marks.find(({ lane, label }) => lane === 'sent' && label === '1')
  expect(sent?.x).toBeGreaterThan(quarters[2]?.x ?? Infinity)
  expect(timelineOf({ rows }, '2030-01-01').today).toBeUndefined()
})

test('an export that is late is marked at its due day', () => {
  const late = [row(fourth, '2027-04-14', 'late'), ...rows.slice(1)]
  expect(timelineOf({ rows: late }, '2027-05-01').marks.at(-1)).toMatchObject({ lane: 'due', isLate: true })
})
