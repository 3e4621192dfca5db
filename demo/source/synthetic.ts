// SYNTHETIC. All the rows of the invented prison case system, table by table, from a seed and a reference date: the
// same two give the same rows, byte by byte.
import { toDayNumber } from './days.ts'
import { createDraw } from './draw.ts'
import type { Place } from './establishments.ts'
import { inventSelfHarm, inventUseOfForce } from './incidents.ts'
import { inventPerson, populations } from './people.ts'

export interface SyntheticOptions {
  readonly seed: string
  /** Today in the invented world: everybody is in custody on it and no incident is later. */
  readonly referenceDate: string
  readonly people: number
  readonly establishments: readonly Place[]
}

export type SyntheticRow = Readonly<Record<string, string | null>>

/** Dataset key → rows; values are the text form of Table Schema, as a source hands them over. */
export type SyntheticTables = ReadonlyMap<string, readonly SyntheticRow[]>

export function inventTables(options: SyntheticOptions): SyntheticTables {
  const { seed, establishments } = options
  const today = toDayNumber(options.referenceDate)
  const counts = populations(createDraw(`${seed} populations`), establishments, options.people)
  let ordinal = 0
  const people = establishments.flatMap((establishment, index) => {
    // A sequence for each place, so that one place's people do not hang on how many the last one has.
    const draw = createDraw(`${seed} ${establishment.code}`)
    return Array.from({ length: counts[index] ?? 0 }, () =>
      inventPerson(draw, establishment, ordinal++, today),
    )
  })
  return new Map([
    ['custody-population', people.map((person) => person.row)],
    ['self-harm-incidents', inventSelfHarm(createDraw(`${seed} self-harm`), people, today)],
    ['use-of-force', inventUseOfForce(createDraw(`${seed} use of force`), people, today)],
  ])
}
