// A request for case-level data and where it stands (hmpps-2025/10, 11, 16, 19). Pure: which act may follow which state.
// There is no state and no act by which HMPPS refuses (hmpps-2025/10-no-refusal).
import type { Party } from '../../policies/facts.ts'

export const transferStates = [
  'requested', 'returned', 'approved', 'escalated', 'supplied', 'part-supplied', 'available', 'collected', 'acknowledged', 'destroyed',
] as const // prettier-ignore
export type TransferState = (typeof transferStates)[number]

export type TransferAct =
  | 'resubmit'
  | 'return'
  | 'approve'
  | 'escalate'
  | 'supply'
  | 'part-supply'
  | 'seal'
  | 'collect'
  | 'acknowledge'
  | 'destroy'

/** What was asked for. Days are 'YYYY-MM-DD', both ends included. */
export interface Asked {
  readonly inspection: string
  readonly dataset: string
  readonly fields: readonly string[]
  readonly establishments: readonly string[]
  readonly prisonNumbers: readonly string[]
  readonly periodFrom: string
  readonly periodTo: string
  readonly purpose: string
  readonly statutoryBasis: string
}

export interface Transfer extends Asked {
  readonly id: string
  /** For people to say and write; the id is what addresses carry. */
  readonly reference: string
  readonly agreement: string
  readonly exchange: string
  readonly from: Party
  readonly to: Party
  readonly requester: string
  readonly lawfulBasis: string
  readonly dataCategories: readonly string[]
  readonly marking: string
  readonly retentionClass: string
  readonly state: TransferState
  readonly version: number
  readonly requestedAt: Date
  readonly returnedAt?: Date
  readonly resubmittedAt?: Date
  readonly approver?: string
  readonly approvedAt?: Date
  readonly escalatedAt?: Date
  readonly supplier?: string
  readonly suppliedAt?: Date
  readonly suppliedFields?: readonly string[]
  readonly suppliedEstablishments?: readonly string[]
  readonly availableAt?: Date
  readonly collectedAt?: Date
  readonly acknowledgedAt?: Date
  readonly destroyedAt?: Date
}

/** state → act → state; what is not listed cannot happen. */
export const transitions = {
  requested: { approve: 'approved', return: 'returned' },
  returned: { resubmit: 'requested' },
  approved: { supply: 'supplied', 'part-supply': 'part-supplied', escalate: 'escalated' },
  escalated: { supply: 'supplied', 'part-supply': 'part-supplied' },
  supplied: { seal: 'available' },
  'part-supplied': { seal: 'available' },
  available: { collect: 'collected', destroy: 'destroyed' },
  collected: { collect: 'collected', acknowledge: 'acknowledged', destroy: 'destroyed' },
  acknowledged: { collect: 'acknowledged', destroy: 'destroyed' },
  destroyed: {},
} as const satisfies Record<TransferState, Partial<Record<TransferAct, TransferState>>>

/** @returns the state after the act, or undefined where the act cannot follow */
export function after(state: TransferState, act: TransferAct): TransferState | undefined {
  const row: Partial<Record<TransferAct, TransferState>> = transitions[state]
  return row[act]
}

/** What is read from the source: what was asked, or what the supply desk narrowed it to; never more. */
export function suppliedScope(transfer: Transfer): {
  fields: readonly string[]
  establishments: readonly string[]
} {
  const fields = transfer.suppliedFields ?? []
  const establishments = transfer.suppliedEstablishments ?? []
  if (!fields.every((field) => transfer.fields.includes(field)))
    throw new Error('more fields supplied than approved')
  if (!establishments.every((code) => transfer.establishments.includes(code)))
    throw new Error('more establishments supplied than approved')
  return { fields, establishments }
}
