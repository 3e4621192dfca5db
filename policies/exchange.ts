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
  /** What a request is for, in the agreement's word: 'inspection'. */
  readonly about: string
  /** A request is for one of those that whoever asks is on the team of. */
  readonly isFromTeam: boolean
  /** The statutory function that a request usually rests on. */
  readonly legalPower?: string
  /** By which whoever supplies cannot refuse. */
  readonly noRefusal?: { readonly clause: string; readonly says: string }
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
    ...askingOf(agreement, exchange),
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

/** 'inspection', or what the agreement calls it; a word for anything where its pack has none. */
export function aboutOf(exchange: Pick<PackExchange, 'asking'> | undefined): string {
  return exchange?.asking?.about.value ?? 'piece of work'
}

function askingOf(agreement: Agreement, exchange: PackExchange) {
  const { legalPower, noRefusal } = exchange.asking ?? {}
  const says =
    noRefusal && agreement.paragraphs.flatMap(({ clauses }) => clauses).find(({ id }) => id === noRefusal)
  return {
    about: aboutOf(exchange),
    isFromTeam: exchange.sample.transfer?.inspection !== undefined,
    ...(legalPower && { legalPower: legalPower.value }),
    ...(says && 'says' in says && says.says !== undefined && { noRefusal: { clause: says.id, says: says.says } }),
  } // prettier-ignore
}

function deskOf(role: string): Desk {
  const [party = '', name = ''] = role.split('/')
  return { party, role: name }
}
