// What every act on a transfer is given and gives back, and the entry that most of them owe.
import type { LedgerEvent } from '../../audit/events.ts'
import type { Permit } from '../../policies/decide.ts'
import type { Dataset, Purpose } from '../../policies/dataset.ts'
import { policyHash, type Judge, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { personActor } from '../http/who.ts'
import type { JobQueue } from '../jobs.ts'
import type { SupplyClocks } from './duties.ts'
import type { Exchanges } from './exchange.ts'
import type { Transfer, TransferState } from './transfer.ts'

export interface ActDeps {
  readonly judge: Judge
  readonly exchanges: Exchanges
  readonly datasets: ReadonlyMap<string, Dataset>
  readonly purposes: ReadonlyMap<string, Purpose>
  readonly jobs: Pick<JobQueue, 'send'>
  readonly parties: ReadonlyMap<string, { readonly title: string }>
  readonly supplyClocks: SupplyClocks
  readonly publicUrl: string
}

export interface Done {
  readonly id: string
  readonly reference: string
  readonly state: TransferState
  readonly permit: Permit
  readonly decisionId: string
}

/** A decision that permits, as it was kept. */
export interface Permitted {
  readonly permit: Permit
  readonly decisionId: string
}

/** What every entry about one transfer says: who, which, under which decision. */
export function entryBase(
  context: PersonContext,
  transfer: Pick<Transfer, 'id' | 'inspection' | 'agreement'>,
  { permit, decisionId }: Permitted,
) {
  return {
    actor: personActor(context.person, context.ip),
    subjects: [
      { kind: 'transfer', id: transfer.id },
      { kind: 'inspection', id: transfer.inspection },
    ],
    correlation: context.requestId,
    agreement: transfer.agreement,
    decision: decisionId,
    policy: policyHash(permit.pack),
    clauses: [...permit.tested],
  } satisfies Omit<LedgerEvent, 'type' | 'detail'>
}

/** An act that was permitted and done, with the entry that says so. */
export function done(
  transfer: Pick<Transfer, 'id' | 'reference'>,
  state: TransferState,
  { permit, decisionId }: Permitted,
  event: LedgerEvent,
): Outcome<Done> {
  const { id, reference } = transfer
  return { kind: 'done', value: { id, reference, state, permit, decisionId }, events: [event] }
}
