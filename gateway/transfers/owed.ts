// What is owed for copies that were taken, as both sides see it: what this person owes, and what is overdue of what their body gave
// or took. What somebody may not see is left out.
import type { PersonContext } from '../http/endpoint.ts'
import { personActor } from '../http/who.ts'
import { findOwed, listOwed, type OwedDuty } from '../retention/copy-duties.ts'
import { findTakenCopies, type TakenCopy } from '../retention/store.ts'
import type { ActDeps } from './act.ts'
import { dueDay } from './copy-reminders.ts'
import { findTransfer } from './store.ts'
import { mayView } from './view.ts'

export interface Owed {
  readonly transfer: string
  readonly reference: string
  readonly clause: string
  readonly owes: 'acknowledge' | 'attest'
  /** 'YYYY-MM-DD', the last day on which it can be met */
  readonly dueOn: string
  readonly overdue: boolean
}

export async function owedTo(
  deps: Pick<ActDeps, 'judge'>,
  context: PersonContext,
): Promise<{ yours: Owed[]; others: Owed[] }> {
  const { tx, person, now } = context
  const yours: Owed[] = []
  const others: Owed[] = []
  for (const duty of await listOwed(tx, { personId: person.id, party: person.party }, now)) {
    if (duty.owedBy.id === person.id) yours.push(written(duty, now))
    else {
      const transfer = await findTransfer(tx, duty.transferId)
      if (transfer && (await mayView(deps, context, transfer))) others.push(written(duty, now))
    }
  }
  return { yours, others }
}

export function owedViewed(context: PersonContext, shown: number) {
  return {
    type: 'duties.viewed', actor: personActor(context.person, context.ip), subjects: [], correlation: context.requestId, detail: { shown },
  } as const // prettier-ignore
}

/** The copies of one item, for its request's page. */
export async function copiesOf(
  context: PersonContext,
  itemId: string,
  transferId: string,
): Promise<{ readonly taken: readonly TakenCopy[]; readonly owed: readonly Owed[] }> {
  const taken = await findTakenCopies(context.tx, itemId)
  const owed = (await findOwed(context.tx, transferId)).map((duty) => written(duty, context.now))
  return { taken, owed }
}

function written(duty: OwedDuty, now: Date): Owed {
  return {
    transfer: duty.transferId,
    reference: duty.reference,
    clause: duty.clause,
    owes: duty.meets === 'item.acknowledged' ? 'acknowledge' : 'attest',
    dueOn: dueDay(duty),
    overdue: duty.lateAt < now,
  }
}
