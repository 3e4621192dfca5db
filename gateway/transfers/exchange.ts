// The exchanges that this slice carries out, as the packs describe them on a day: those that start by a request for records. The
// code names no agreement, no party and no period.
import { findExchange, takesNewTransfers, type Agreements } from '../../policies/agreements.ts'
import { londonDate } from '../../policies/calendar.ts'
import { describeExchange, type Exchange } from '../../policies/exchange.ts'
import type { Party } from '../../policies/facts.ts'
import { askersIn, type Asker } from '../../policies/who-asks.ts'
import { Problem } from '../http/problem.ts'
import type { Transfer } from './transfer.ts'

export interface Exchanges {
  /** Of a transfer that exists. @throws {Error} where no version that is in force describes it any more */
  of(transfer: Pick<Transfer, 'agreement' | 'exchange'>, now: Date): Exchange
  find(agreement: string, exchange: string, now: Date): Exchange | undefined
  /** What can be asked for under the agreements that stand. */
  offered(now: Date): readonly Exchange[]
  /** The bodies and roles of those who ask for it. */
  askers(now: Date): readonly Asker[]
}

export function exchangesIn(policies: { on(day: string): Agreements }): Exchanges {
  const on = (now: Date) => policies.on(londonDate(now))
  const find = (agreementKey: string, exchangeKey: string, now: Date) => {
    const agreement = on(now).agreements.get(agreementKey)
    const exchange = findExchange(on(now), agreementKey, exchangeKey)
    return agreement && exchange && describeExchange(agreement, exchange)
  }
  return {
    find,
    askers: (now) => askersIn(on(now)),
    of: ({ agreement, exchange }, now) => {
      const found = find(agreement, exchange, now)
      if (!found) throw new Error(`No agreement pack describes ${agreement} ${exchange}.`)
      return found
    },
    offered: (now) =>
      [...on(now).agreements.values()]
        .filter(takesNewTransfers)
        .flatMap((agreement) =>
          [...agreement.exchanges.values()]
            .filter(({ starts, datasets }) => starts === 'request' && datasets.value.length > 0)
            .map((exchange) => describeExchange(agreement, exchange)),
        ),
  }
}

/** What a request says of its exchange. */
export interface Cited {
  readonly agreement?: string | undefined
  readonly exchange?: string | undefined
  readonly dataset: string
}

/**
 * The exchange that a request is of: the one that it names; or, where that leaves several, the one that brings what is asked
 * for to the body of whoever asks.
 *
 * @throws {Problem} `input.invalid`
 */
export function exchangeFor(exchanges: Exchanges, party: Party, cited: Cited, now: Date): Exchange {
  const { agreement, exchange, dataset } = cited
  if (agreement !== undefined && exchange !== undefined) {
    const found = exchanges.find(agreement, exchange, now)
    if (found) return found
  }
  const offered = exchanges.offered(now)
  const named = offered.filter(
    (each) => each.agreement === (agreement ?? each.agreement) && each.key === (exchange ?? each.key),
  )
  const own = narrowed(named, ({ to }) => to === party)
  const [only, ...others] = narrowed(own, ({ datasets }) => datasets.includes(dataset))
  if (only && others.length === 0) return only
  const choices = (named.length > 0 ? named : offered)
    .map((each) => `${each.agreement}/${each.key}`)
    .join(', ')
  const field = agreement !== undefined && exchange === undefined ? 'agreement' : 'exchange'
  throw new Problem('input.invalid', 'Correct the fields named here and send it again. Nothing was saved.', [
    { field, message: only ? `This can be asked for under several. Name one of: ${choices}.` : `Nothing of this name can be asked for. Choose one of: ${choices}.` }, // prettier-ignore
  ])
}

/** The same for a request that is only begun, and may leave several: the first of them. @throws {Error} where nothing is offered */
export function exchangeOffered(exchanges: Exchanges, party: Party, cited: Cited, now: Date): Exchange {
  const { agreement, exchange, dataset } = cited
  const offered = exchanges.offered(now)
  const named = narrowed(offered, (each) => each.agreement === agreement && each.key === exchange)
  const own = narrowed(named, ({ to }) => to === party)
  const [first] = narrowed(own, ({ datasets }) => datasets.includes(dataset))
  if (!first) throw new Error('No agreement that is in force offers anything that can be asked for.')
  return first
}

/** Those that fit; all of them where none does. */
function narrowed(
  exchanges: readonly Exchange[],
  fits: (exchange: Exchange) => boolean,
): readonly Exchange[] {
  const fitting = exchanges.filter(fits)
  return fitting.length > 0 ? fitting : exchanges
}
