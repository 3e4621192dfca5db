// The exchanges of the memorandum on the Performance Hub, as its pack describes them.
import { findDuty, findExchange, type Agreements } from '../../policies/agreements.ts'
import type { DutyRule } from '../../policies/duty.ts'
import { describeExchange, type Exchange } from '../../policies/exchange.ts'

export interface HubExchanges {
  readonly data: Exchange
  readonly access: Exchange
  readonly administration: Exchange
  readonly submission: Exchange
  /** In an answer to a request for information. */
  readonly answer: Exchange
  /** When an account that nobody uses is listed for deletion (hub-2023/3.8-dormant). */
  readonly dormant: DutyRule
}

const agreementKey = 'hub-2023'

/** @throws {Error} where no pack has it: a start-up failure, never a pass */
export function describeHub(agreements: Agreements): HubExchanges {
  const exchangeOf = (key: string) => {
    const agreement = agreements.agreements.get(agreementKey)
    const exchange = findExchange(agreements, agreementKey, key)
    if (!agreement || !exchange) throw new Error(`No agreement pack has ${key}.`)
    return describeExchange(agreement, exchange)
  }
  const dormant = findDuty(agreements, 'hub-2023/3.8-dormant')
  if (!dormant) throw new Error('No agreement pack has the duty of hub-2023/3.8-dormant.')
  return {
    data: exchangeOf('hub-data'),
    access: exchangeOf('hub-access'),
    administration: exchangeOf('hub-administration'),
    submission: exchangeOf('hub-submission'),
    answer: exchangeOf('hub-answer'),
    dormant,
  }
}
