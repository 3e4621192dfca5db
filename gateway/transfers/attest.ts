// Whoever took copies says that all of them are destroyed or returned (S12): the certificate of the destruction is then issued
// again, with this in it. Copies that are taken afterwards are accounted for anew.
import type { Permit } from '../../policies/decide.ts'
import type { Transaction } from '../db.ts'
import { demand } from '../decisions/demand.ts'
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { stateConflict } from '../http/problem.ts'
import { meetCopyDuties } from '../retention/copy-duties.ts'
import { isOpen } from '../retention/outside-copy.ts'
import { findOutsideCopies } from '../retention/outside-copy-store.ts'
import { findTakenCopies, findItemOf } from '../retention/store.ts'
import { done, entryBase, type ActDeps, type Done } from './act.ts'
import { lockVisible } from './approve.ts'
import { factsOf } from './facts.ts'

export type CopyOutcome = 'destroyed' | 'returned'

/** @throws {Problem} `not-found`; `state.conflict` where no copy is left to account for */
export async function attestCopies(
  deps: ActDeps,
  context: PersonContext,
  id: string,
  outcome: CopyOutcome,
): Promise<Outcome<Done>> {
  const { tx, now, person } = context
  const transfer = await lockVisible(deps, context, id)
  const judged = await deps.judge.judge(context, 'attest', await factsOf(tx, person, transfer, now))
  if (judged.outcome === 'refusal') return refused(judged)
  const item = await findItemOf(tx, id)
  const outside = item ? (await findOutsideCopies(tx, item.id)).filter(isOpen).length : 0
  if (outside > 0)
    throw stateConflict(`${outside === 1 ? 'A copy' : `${outside} copies`} on paper or on a removable medium ${outside === 1 ? 'is' : 'are'} still in the register: say first how each ended.`) // prettier-ignore
  const open = item ? (await findTakenCopies(tx, item.id)).filter((copy) => !copy.attested) : []
  if (!item || open.length === 0)
    throw stateConflict('No copy of this is left to account for: none was taken since the last answer.')
  for (const copy of open)
    await insertAttestation(tx, judged.permit, { collection: copy.id, outcome, by: person.id, at: now })
  await meetCopyDuties(tx, id, ['copies.attested', 'item.acknowledged'], now)
  const base = entryBase(context, transfer, judged)
  return done(transfer, transfer.state, judged, {
    ...base,
    subjects: [...base.subjects, { kind: 'item', id: item.id }],
    type: 'copies.attested',
    detail: { outcome, copies: open.length },
  })
}

async function insertAttestation(
  tx: Transaction,
  permit: Permit,
  made: {
    readonly collection: string
    readonly outcome: CopyOutcome
    readonly by: string
    readonly at: Date
  },
): Promise<void> {
  demand(permit, 'attest')
  await tx.query(
    `insert into concordat.copy_attestation (collection_id, state, attested_by, attested_at) values ($1, $2, $3, $4)`,
    [made.collection, made.outcome, made.by, made.at],
  )
}
