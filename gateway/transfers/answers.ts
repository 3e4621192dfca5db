// A transfer as it is shown: the same object behind the JSON answer and the page.
import type { Queryable } from '../db.ts'
import { packText } from '../decisions/judge.ts'
import { findItemOf } from '../retention/store.ts'
import type { Done } from './act.ts'
import { supplyDue } from './duties.ts'
import type { Transfer } from './transfer.ts'

export interface TimelineStep {
  readonly act: string
  readonly at: string
}

export async function answerOf(db: Queryable, transfer: Transfer) {
  const item = await findItemOf(db, transfer.id)
  const duty = await supplyDue(db, transfer.id)
  return {
    id: transfer.id,
    reference: transfer.reference,
    state: transfer.state,
    agreement: transfer.agreement,
    exchange: transfer.exchange,
    inspection: transfer.inspection,
    dataset: transfer.dataset,
    fields: transfer.fields,
    establishments: transfer.establishments,
    prisonNumbers: transfer.prisonNumbers,
    periodFrom: transfer.periodFrom,
    periodTo: transfer.periodTo,
    purpose: transfer.purpose,
    marking: transfer.marking,
    timeline: timelineOf(transfer),
    ...(item && {
      item: {
        id: item.id,
        state: item.status.state,
        rowCount: item.rowCount,
        destroyOn: item.destroyOn,
        retention: {
          owner: item.scheduleOwner,
          class: item.retentionClass,
          version: item.scheduleVersion,
          demonstration: item.scheduleIsDemonstration,
        },
      },
    }),
    ...(duty && duty.metAt === undefined && { supplyDue: duty.dueAt.toISOString() }),
  }
}

/** One after the other: a transaction is one connection, which does one thing at a time. */
export async function answersOf(db: Queryable, transfers: readonly Transfer[]) {
  const answers: Awaited<ReturnType<typeof answerOf>>[] = []
  for (const transfer of transfers) answers.push(await answerOf(db, transfer))
  return answers
}

/** In the order in which it happened. */
export function timelineOf(transfer: Transfer): TimelineStep[] {
  const steps: [string, Date | undefined][] = [
    ['requested', transfer.requestedAt],
    ['returned', transfer.returnedAt],
    ['resubmitted', transfer.resubmittedAt],
    ['approved', transfer.approvedAt],
    ['escalated', transfer.escalatedAt],
    ['supplied', transfer.suppliedAt],
    ['available', transfer.availableAt],
    ['collected', transfer.collectedAt],
    ['acknowledged', transfer.acknowledgedAt],
    ['destroyed', transfer.destroyedAt],
  ]
  return steps
    .flatMap(([act, at]) => (at ? [{ act, at }] : []))
    .sort((one, other) => one.at.getTime() - other.at.getTime())
    .map(({ act, at }) => ({ act, at: at.toISOString() }))
}

/** No instant in it, so that answers to two like requests differ in their references alone. */
export function answerOfAct(done: Done) {
  return {
    id: done.id,
    reference: done.reference,
    state: done.state,
    decision: {
      id: done.decisionId,
      outcome: 'permit' as const,
      tested: done.permit.tested,
      pack: packText(done.permit.pack),
    },
  }
}
