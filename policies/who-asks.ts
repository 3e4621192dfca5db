// Who may ask for records: whoever has the body and the roles of the person who asks in the sample of an exchange that starts by
// a request. For what a page offers; whether they are permitted is decided when they ask. Pure.
import { takesNewTransfers, type Agreements, type Exchange } from './agreements.ts'
import { decide } from './decide.ts'

export interface Asker {
  readonly party: string
  readonly roles: readonly string[]
  /** The body that is asked. */
  readonly from: string
}

const known = new WeakMap<Agreements, readonly Asker[]>()

export function mayAskForData(all: Agreements, { party, roles }: Pick<Asker, 'party' | 'roles'>): boolean {
  return askersIn(all).some((asker) => asker.party === party && asker.roles.every((role) => roles.includes(role))) // prettier-ignore
}

/** Of the agreements that stand, in the order of their exchanges. */
export function askersIn(all: Agreements): readonly Asker[] {
  const found = known.get(all) ?? [...all.agreements.values()].filter(takesNewTransfers).flatMap((agreement) => [...agreement.exchanges.values()].flatMap((exchange) => askersOf(all, exchange))) // prettier-ignore
  known.set(all, found)
  return found
}

function askersOf(all: Agreements, { starts, datasets, from, sample }: Exchange): Asker[] {
  if (starts !== 'request' || datasets.value.length === 0) return []
  const { now, people, ...thing } = sample
  return Object.values(people)
    .filter((person) => decide(all, 'request', { now, person, ...thing }).outcome === 'permit')
    .map(({ party, roles }) => ({ party, roles, from }))
}
