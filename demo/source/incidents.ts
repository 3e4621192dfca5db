// SYNTHETIC. What happened to the invented people in custody in the 24 months before the reference date: incidents of
// self-harm and of force, each while its person was there, numbered in the order of their dates.
import { toDay } from './days.ts'
import type { Draw } from './draw.ts'
import { noteFor } from './notes.ts'
import type { Person } from './people.ts'

export type IncidentRow = Readonly<Record<string, string | null>>

interface Incident {
  readonly day: number
  readonly row: IncidentRow
}

const windowDays = 730
const firstMonthDays = 30

export function inventSelfHarm(draw: Draw, people: readonly Person[], today: number): IncidentRow[] {
  // Incidents for each person-year. Few people account for many incidents.
  const rate = (person: Person) => (person.sex === 'F' ? 1.2 : 0.25) * (person.carePlanOpen ? 6 : 1)
  return number(invent(draw, people, today, rate, selfHarm))
}

export function inventUseOfForce(draw: Draw, people: readonly Person[], today: number): IncidentRow[] {
  const rate = ({ establishment }: Person) =>
    ({
      children: 2,
      'young-adults': 1.2,
      'high-security': 0.4,
      local: 0.5,
      training: 0.25,
      open: 0.01,
      women: 0.4,
      'women-open': 0.01,
    })[establishment.kind]
  return number(invent(draw, people, today, rate, useOfForce))
}

function invent(
  draw: Draw,
  people: readonly Person[],
  today: number,
  ratePerYear: (person: Person) => number,
  describe: (draw: Draw, person: Person, day: number) => IncidentRow,
): Incident[] {
  const incidents: Incident[] = []
  for (const person of people) {
    const start = Math.max(person.receptionDay, today - windowDays)
    const expected = (ratePerYear(person) * (today - start)) / 365.25
    // A geometric count with the right mean: more spread than Poisson's, as incidents are.
    while (draw.chance(expected / (1 + expected))) {
      const day = draw.whole(start, today)
      incidents.push({ day, row: describe(draw, person, day) })
    }
  }
  return incidents
}

function number(incidents: Incident[]): IncidentRow[] {
  return incidents
    .sort((one, other) => one.day - other.day)
    .map(({ row }, index) => ({ incident_number: String(index + 1), ...row }))
}

function selfHarm(draw: Draw, person: Person, day: number): IncidentRow {
  return {
    ...where(person, day),
    method: draw.weighted([
      ['cutting', 60], ['ligature', 18], ['ingestion', 6], ['overdose', 6], ['refusal-of-food', 2], ['other', 8],
    ] as const), // prettier-ignore
    hospital_treatment: String(draw.chance(0.06)),
    care_plan_open: String(draw.chance(person.carePlanOpen ? 0.9 : 0.35)),
    first_month: String(day - person.receptionDay <= firstMonthDays),
    location: draw.weighted([
      ['cell', 78], ['landing', 6], ['segregation', 6], ['reception', 4], ['healthcare', 4], ['other', 2],
    ] as const), // prettier-ignore
    officer_note: noteFor(draw),
  }
}

function useOfForce(draw: Draw, person: Person, day: number): IncidentRow {
  const isChild = person.establishment.kind === 'children'
  const planned = draw.chance(0.12)
  return {
    ...where(person, day),
    location: draw.weighted([
      ['cell', 34], ['landing', 34], ['segregation', 12], ['exercise-yard', 6], ['workshop', 5], ['reception', 4],
      ['visits', 3], ['healthcare', 2],
    ] as const), // prettier-ignore
    reason: draw.weighted([
      ['non-compliance', 38], ['prevent-harm-to-others', 36], ['prevent-self-harm', 16], ['prevent-damage', 7], ['prevent-escape', 3],
    ] as const), // prettier-ignore
    planned: String(planned),
    technique: isChild
      ? draw.weighted([['guiding-hold', 55], ['restraint', 45]] as const)
      : draw.weighted([
          ['restraint', 52], ['guiding-hold', 39], ['pava-drawn', 4], ['pava-used', 3], ['baton-drawn', 1.5], ['baton-used', 0.5],
        ] as const),
    handcuffs_applied: String(draw.chance(0.4)),
    body_worn_video: String(draw.chance(planned ? 0.97 : 0.72)),
    injury: draw.weighted([['none', 82], ['minor', 17], ['serious', 1]] as const),
    debrief_held: String(draw.chance(0.58)),
    officer_note: noteFor(draw),
  } // prettier-ignore
}

function where(person: Person, day: number): IncidentRow {
  return {
    prison_number: person.prisonNumber,
    establishment_code: person.establishment.code,
    incident_date: toDay(day),
  }
}
