// Looking: who may see a transfer is decided like any act, and each look is an entry. What may not be seen does not exist.
import type { PersonContext } from '../http/endpoint.ts'
import { notFound } from '../http/problem.ts'
import { entryBase, type ActDeps } from './act.ts'
import { factsOf } from './facts.ts'
import { findTransfer } from './store.ts'
import type { Transfer } from './transfer.ts'

/** Asked quietly: a no here is a "not found", so it is not kept as a decision. */
export async function mayView(
  deps: Pick<ActDeps, 'judge'>,
  context: PersonContext,
  transfer: Transfer,
): Promise<boolean> {
  const facts = await factsOf(context.tx, context.person, transfer, context.now)
  return deps.judge.rehearse('view', facts).outcome === 'permit'
}

/**
 * What was found, if this person may see it. What does not exist is judged like what is somebody else's, so that neither
 * the answer nor the time that it takes tells them apart.
 *
 * @throws {Problem} `not-found`
 */
export async function visible(
  deps: Pick<ActDeps, 'judge'>,
  context: PersonContext,
  found: Transfer | undefined,
): Promise<Transfer> {
  const may = await mayView(deps, context, found ?? nobodys)
  if (!found || !may) throw notFound()
  return found
}

/** @throws {Problem} `not-found` */
export async function viewTransfer(deps: Pick<ActDeps, 'judge'>, context: PersonContext, id: string) {
  const transfer = await visible(deps, context, await findTransfer(context.tx, id))
  const facts = await factsOf(context.tx, context.person, transfer, context.now)
  const judged = await deps.judge.judge(context, 'view', facts)
  if (judged.outcome !== 'permit') throw notFound()
  return {
    transfer,
    event: {
      ...entryBase(context, transfer, judged),
      type: 'transfer.viewed' as const,
      detail: {},
    },
  }
}

/** Stands in where there is nothing: of the same size as a real one, and nobody's. */
const nobodys: Transfer = {
  id: '00000000-0000-0000-0000-000000000000',
  reference: 'CLD-0000-0000-0000',
  agreement: 'none',
  exchange: 'none',
  from: 'none',
  to: 'none',
  requester: '00000000-0000-0000-0000-000000000000',
  inspection: 'none',
  dataset: 'none',
  fields: ['none'],
  establishments: ['none'],
  prisonNumbers: [],
  periodFrom: '2025-01-01',
  periodTo: '2025-01-01',
  purpose: 'none',
  statutoryBasis: 'none',
  lawfulBasis: 'none',
  dataCategories: ['none'],
  marking: 'none',
  retentionClass: 'none',
  state: 'requested',
  version: 1,
  requestedAt: new Date(0),
}
