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

/** @throws {Problem} `not-found` */
export async function viewTransfer(deps: ActDeps, context: PersonContext, id: string) {
  const transfer = await findTransfer(context.tx, id)
  if (!transfer) throw notFound()
  const facts = await factsOf(context.tx, context.person, transfer, context.now)
  if (deps.judge.rehearse('view', facts).outcome !== 'permit') throw notFound()
  const judged = await deps.judge.judge(context, 'view', facts)
  if (judged.outcome !== 'permit') throw notFound()
  return {
    transfer,
    event: {
      ...entryBase(context, transfer, judged.permit, judged.decisionId),
      type: 'transfer.viewed' as const,
      detail: {},
    },
  }
}
