// "What would I need?": what would be refused to this person, by which clauses, and what puts it right, before anything is asked.
// Decided by the same rules as the act itself would be; nothing is kept but the look.
import type { Agreements, Exchange } from '../../policies/agreements.ts'
import { findExchange, takesNewTransfers } from '../../policies/agreements.ts'
import { londonDate } from '../../policies/calendar.ts'
import type { Decision } from '../../policies/decide.ts'
import { aboutOf } from '../../policies/exchange.ts'
import type { Act } from '../../policies/facts.ts'
import { actorsOf, supposedFacts, type Actor } from '../../policies/supposed.ts'
import type { Judge, Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { isOpen } from '../inspections/inspection.ts'
import { findInspectionsOf } from '../inspections/store.ts'
import { allowed } from '../people/allowed.ts'
import { factsOfPerson } from '../people/facts.ts'

export interface NeedsDeps {
  readonly judge: Judge
  readonly policies: { on(day: string): Agreements; today(): Agreements }
}

/** Empty where it was not chosen yet. `exchange` as agreement/exchange. */
export interface Wish {
  readonly exchange: string
  readonly act: string
  readonly dataset: string
  readonly purpose: string
}

interface Choice {
  readonly key: string
  readonly title: string
}

export interface Needs {
  readonly exchanges: readonly (Choice & { readonly agreement: string })[]
  readonly exchange?: Exchange
  readonly acts: ReadonlyMap<Act, Actor>
  readonly datasets: readonly Choice[]
  readonly purposes: readonly Choice[]
  /** What would be decided; nothing until enough is chosen. */
  readonly decision?: Decision
  readonly actor?: Actor
  /** The inspection that was taken, of those that the person is on the team of. */
  readonly inspection?: string
  /** 'inspection', or what the agreement calls it. */
  readonly about?: string
}

export function whatIsNeeded(deps: NeedsDeps, context: PersonContext, wish: Wish): Promise<Outcome<Needs>> {
  return allowed(deps, context, 'read-agreements', async ({ base }) => {
    const all = deps.policies.on(londonDate(context.now))
    const [key = '', exchangeKey = ''] = wish.exchange.split('/')
    const exchange = findExchange(all, key, exchangeKey)
    const choices = choicesIn(all, exchange)
    const actor = exchange && choices.acts.get(wish.act as Act) // an act that there is not finds nobody
    const decided = exchange && actor && (await suppose(deps, context, { all, exchange, actor, wish }))
    const filters = Object.entries(wish).flatMap(([name, value]) => (value === '' ? [] : [name]))
    return {
      value: { ...choices, ...(exchange && { exchange }), ...(actor && { actor }), ...decided },
      events: [
        {
          ...base,
          ...{ type: 'agreement.viewed', subjects: [], detail: { part: 'needs', filters } },
          ...(exchange && { agreement: exchange.agreement }),
        },
      ],
    }
  })
}

function choicesIn(all: Agreements, exchange: Exchange | undefined) {
  const standing = [...all.agreements.values()].filter(takesNewTransfers)
  const offered = new Set(exchange?.datasets.value)
  return {
    exchanges: standing.flatMap(
      ({ key, title, exchanges }) =>
      [...exchanges.values()].map((each) => ({ key: `${key}/${each.key}`, title: each.title, agreement: title })), // prettier-ignore
    ),
    acts: exchange ? actorsOf(all, exchange) : new Map<Act, Actor>(),
    datasets: [...all.datasets.values()].filter(({ key }) => offered.has(key)),
    purposes: offered.size > 0 ? [...all.purposes.values()] : [],
  }
}

interface Supposed {
  readonly all: Agreements
  readonly exchange: Exchange
  readonly actor: Actor
  readonly wish: Wish
}

async function suppose(deps: NeedsDeps, context: PersonContext, { all, exchange, actor, wish }: Supposed) {
  const { tx, person, now } = context
  const inspection = exchange.sample.transfer?.inspection && (await ownInspection(context))
  const dataset = all.datasets.get(wish.dataset)
  const fields = dataset?.fields.filter(({ neededFor }) => neededFor.includes(wish.purpose)) ?? []
  const chosen = {
    ...(exchange.sample.transfer?.inspection && { inspection: inspection ?? null }),
    ...(inspection && { establishments: inspection.establishments }),
    ...(wish.purpose !== '' && { purpose: wish.purpose }),
    ...(dataset && { dataset: dataset.key }),
    ...(fields.length > 0 && {
      fields: fields.map(({ name }) => name),
      dataCategories: [...new Set(fields.map(({ sensitivity }) => sensitivity))].sort(),
    }),
  }
  const who = await factsOfPerson(tx, person, now)
  const facts = supposedFacts({ exchange, actor, who, chosen })
  const decision = deps.judge.rehearse(wish.act as Act, facts) // an actor was found for it
  return { decision, about: aboutOf(exchange), ...(inspection && { inspection: inspection.reference }) }
}

/** The first open inspection on whose team they are, as the rules see one. */
async function ownInspection({ tx, person, now }: PersonContext) {
  const [inspection] = await findInspectionsOf(tx, person.id, now)
  if (!inspection) return undefined
  const { reference, establishment, team } = inspection
  return { reference, open: isOpen(inspection, now), establishments: [establishment], team }
}
