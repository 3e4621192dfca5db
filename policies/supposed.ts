// "What would I need?": an exchange's sample, in which every act is permitted to the person whose act it is, with a real person in
// that place and as if it were today. What still refuses is about that person, or about what they chose. Pure.
import type { Agreements, Exchange } from './agreements.ts'
import { decide } from './decide.ts'
import { acts, factsShape, type Act, type Facts } from './facts.ts'

/** Whose act it is: the body and the roles of that person in the sample. */
export interface Actor {
  readonly id: string
  readonly party: string
  readonly roles: readonly string[]
}

const known = new WeakMap<Agreements, Map<string, ReadonlyMap<Act, Actor>>>()
/** A process is nobody who could ask. */
const processRole = 'gateway'

/** Everything that a person can do in an exchange, in the order of facts.ts, with the first of its sample who can. */
export function actorsOf(all: Agreements, exchange: Exchange): ReadonlyMap<Act, Actor> {
  const name = `${exchange.agreement}/${exchange.key}`
  const byName = known.get(all) ?? new Map<string, ReadonlyMap<Act, Actor>>()
  known.set(all, byName)
  const found = byName.get(name) ?? findActors(all, exchange)
  byName.set(name, found)
  return found
}

function findActors(all: Agreements, { sample }: Exchange): ReadonlyMap<Act, Actor> {
  const { now, people, ...thing } = sample
  const persons = Object.values(people).filter(({ roles }) => !roles.includes(processRole))
  return new Map(
    acts.flatMap((act) => {
      const actor = persons.find((person) => decide(all, act, { now, person, ...thing }).outcome === 'permit')
      return actor ? [[act, { id: actor.id, party: actor.party, roles: actor.roles }] as const] : []
    }),
  )
}

export interface Supposition {
  readonly exchange: Exchange
  readonly actor: Actor
  /** What is known of whoever asks, now. */
  readonly who: Pick<Facts, 'now' | 'person'>
  /** What they chose, in place of the sample's; null takes a fact away. */
  readonly chosen?: Readonly<Record<string, unknown>>
}

/** @throws {z.ZodError} where what was chosen cannot be */
export function supposedFacts({ exchange, actor, who, chosen = {} }: Supposition): Facts {
  const { sample } = exchange
  const days = Math.round((Date.parse(who.now) - Date.parse(sample.now)) / dayMs)
  const today = moved(sample, days, new Map([[actor.id, who.person.id]])) as typeof sample // the same shape
  // The other people of the sample are no facts: the shape leaves them out.
  const transfer = today.transfer && withChosen(today.transfer, chosen)
  return factsShape.parse({ ...today, ...(transfer && { transfer }), ...who })
}

const dayMs = 86_400_000

/** Days so many days later, and one person's id in place of another's; all else as it is. */
function moved(value: unknown, days: number, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return ids.get(value) ?? later(value, days)
  if (Array.isArray(value)) return value.map((each) => moved(each, days, ids))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, moved(each, days, ids)]))
}

function later(text: string, days: number): string {
  if (!/^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/.test(text)) return text
  const date = new Date(Date.parse(text) + days * dayMs).toISOString()
  return text.length === 10 ? date.slice(0, 10) : date
}

function withChosen(transfer: object, chosen: Readonly<Record<string, unknown>>): object {
  const entries = Object.entries({ ...transfer, ...chosen }).filter(([, value]) => value !== null)
  return Object.fromEntries(entries)
}
