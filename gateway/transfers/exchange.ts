// The exchange that this slice carries out, as its agreement's pack describes it. The code names no clause and no period.
import { findExchange, type Agreements } from '../../policies/agreements.ts'
import type { Party } from '../../policies/facts.ts'

export interface Exchange {
  readonly agreement: string
  readonly agreementTitle: string
  readonly key: string
  readonly title: string
  readonly from: Party
  readonly to: Party
  readonly marking: string
  readonly retentionClass: string
  readonly lawfulBasis: string
  /** The profile that new packages are sealed under. */
  readonly cipherProfile: string
  /** What the text does not give and was chosen here; shown as such wherever it is shown. */
  readonly localDefaults: readonly { readonly what: string; readonly value: string }[]
}

/** @throws {Error} where no pack has it: a start-up failure, never a pass */
export function describeExchange(
  agreements: Agreements,
  agreementKey: string,
  exchangeKey: string,
): Exchange {
  const agreement = agreements.agreements.get(agreementKey)
  const exchange = findExchange(agreements, agreementKey, exchangeKey)
  const [cipherProfile] = exchange?.cipherProfiles.value ?? []
  if (!agreement || !exchange || cipherProfile === undefined)
    throw new Error(`No agreement pack describes ${agreementKey} ${exchangeKey}.`)
  const { marking, retentionClass, lawfulBasis } = exchange
  const named = { Marking: marking, 'Retention class': retentionClass, 'Lawful basis': lawfulBasis }
  return {
    agreement: agreementKey,
    agreementTitle: agreement.title,
    key: exchangeKey,
    title: exchange.title,
    from: exchange.from,
    to: exchange.to,
    marking: marking.value,
    retentionClass: retentionClass.value,
    lawfulBasis: lawfulBasis.value,
    cipherProfile,
    localDefaults: Object.entries(named).flatMap(([what, { value, local }]) =>
      local ? [{ what, value }] : [],
    ),
  }
}
