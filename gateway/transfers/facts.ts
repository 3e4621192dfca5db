// From rows to the facts that clauses are judged by. A fact that is not established is left out, and a missing fact refuses.
import type { Facts } from '../../policies/facts.ts'
import type { Queryable } from '../db.ts'
import type { Person } from '../http/who.ts'
import { isOpen } from '../inspections/inspection.ts'
import { findInspection } from '../inspections/store.ts'
import { factsOfPerson } from '../people/facts.ts'
import type { Exchange } from '../../policies/exchange.ts'
import type { Asked, Transfer } from './transfer.ts'

type TransferFacts = NonNullable<Facts['transfer']>

/** The facts of an act on a transfer that exists. */
export async function factsOf(
  db: Queryable,
  person: Person,
  transfer: Transfer,
  now: Date,
  extra: Partial<TransferFacts> = {},
): Promise<Facts> {
  return {
    ...(await factsOfPerson(db, person, now)),
    transfer: {
      ...(await askedFacts(db, transfer, now)),
      id: transfer.id,
      agreement: transfer.agreement,
      exchange: transfer.exchange,
      from: transfer.from,
      to: transfer.to,
      state: transfer.state,
      requester: transfer.requester,
      relevanceStated: true, // a transfer is stored with its relevance statement, or not at all
      ...(transfer.approver !== undefined && { approver: transfer.approver }),
      retentionClass: transfer.retentionClass,
      marking: transfer.marking,
      lawfulBasis: transfer.lawfulBasis,
      dataCategories: transfer.dataCategories,
      ...extra,
    },
  }
}

/** The facts of a request that is not stored yet. */
export async function factsOfRequest(
  db: Queryable,
  person: Person,
  asked: Asked & { relevance: string; dataCategories: readonly string[] },
  exchange: Exchange,
  id: string,
  now: Date,
): Promise<Facts> {
  return {
    ...(await factsOfPerson(db, person, now)),
    transfer: {
      ...(await askedFacts(db, asked, now)),
      id,
      agreement: exchange.agreement,
      exchange: exchange.key,
      from: exchange.from,
      to: exchange.to,
      state: 'requested',
      requester: person.id,
      relevanceStated: asked.relevance.trim() !== '',
      retentionClass: exchange.retentionClass,
      marking: exchange.marking,
      lawfulBasis: exchange.lawfulBasis,
      dataCategories: asked.dataCategories,
    },
  }
}

type AskedFacts = Pick<
  TransferFacts,
  | 'dataset'
  | 'fields'
  | 'establishments'
  | 'periodFrom'
  | 'periodTo'
  | 'purpose'
  | 'statutoryBasis'
  | 'inspection'
>

async function askedFacts(db: Queryable, asked: Asked, now: Date): Promise<AskedFacts> {
  const inspection = await findInspection(db, asked.inspection, now)
  return {
    dataset: asked.dataset,
    fields: asked.fields,
    establishments: asked.establishments,
    periodFrom: asked.periodFrom,
    periodTo: asked.periodTo,
    purpose: asked.purpose,
    statutoryBasis: asked.statutoryBasis,
    ...(inspection && {
      inspection: {
        reference: inspection.reference,
        open: isOpen(inspection, now),
        establishments: [inspection.establishment],
        team: inspection.team,
      },
    }),
  }
}
