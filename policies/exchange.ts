// An exchange as its agreement's pack describes it, for the slice that carries it out.
import type { Agreement, Exchange as PackExchange } from './agreements.ts'
import type { Party } from './facts.ts'

/** A party and the role there. */
export interface Desk {
  readonly party: Party
  readonly role: string
}

export interface Exchange {
  readonly agreement: string
  readonly agreementTitle: string
  readonly key: string
  readonly title: string
  readonly from: Party
  readonly to: Party
  /** Who approves a request; nobody where the exchange asks for no approval. */
  readonly approver: Desk | undefined
  readonly supplies: Desk
  readonly datasets: readonly string[]
  readonly marking: string
  readonly retentionClass: string
  readonly lawfulBasis: string
  /** The profile that new packages are sealed under. */
  readonly cipherProfile: string
  /** What the text does not give and was chosen here; shown as such wherever it is shown. */
  readonly localDefaults: readonly { readonly what: string; readonly value: string }[]
}

export function describeExchange(agreement: Agreement, exchange: PackExchange): Exchange {
  const { marking, retentionClass, lawfulBasis, approvals, supplies, datasets, cipherProfiles } = exchange
  const [cipherProfile = ''] = cipherProfiles.value // its shape has one at least
  const [approval] = approvals.value
  const named = { Marking: marking, 'Retention class': retentionClass, 'Lawful basis': lawfulBasis }
  return {
    agreement: agreement.key,
    agreementTitle: agreement.title,
    key: exchange.key,
    title: exchange.title,
    from: exchange.from,
    to: exchange.to,
    approver: approval && deskOf(approval.of),
    supplies: deskOf(supplies.value),
    datasets: datasets.value,
    marking: marking.value,
    retentionClass: retentionClass.value,
    lawfulBasis: lawfulBasis.value,
    cipherProfile,
    localDefaults: Object.entries(named).flatMap(([what, { value, local }]) =>
      local ? [{ what, value }] : [],
    ),
  }
}

function deskOf(role: string): Desk {
  const [party = '', name = ''] = role.split('/')
  return { party, role: name }
}
