// The second person at HMI Prisons approves a request or returns it for a change: need to know is applied inside HMI
// Prisons (S6), and whoever asked never approves.
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { done, entryBase, type ActDeps, type Done } from './act.ts'
import { startSupplyClock } from './duties.ts'
import { factsOf } from './facts.ts'
import { notifyRequester, notifySupplyDesk } from './notices.ts'
import { insertText, lockTransfer, move } from './store.ts'
import { visible } from './view.ts'

export async function approveTransfer(
  deps: ActDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<Done>> {
  const transfer = await lockVisible(deps, context, id)
  const facts = await factsOf(context.tx, context.person, transfer, context.now)
  const judged = await deps.judge.judge(context, 'approve', facts)
  if (judged.outcome === 'refusal') return refused(judged)
  const state = await move(context.tx, judged.permit, transfer, 'approve', context.now, {
    approver: context.person.id,
  })
  await startSupplyClock(deps, context, transfer)
  await notifySupplyDesk(deps, context, transfer)
  return done(transfer, state, judged, {
    ...entryBase(context, transfer, judged),
    type: 'transfer.approved',
    detail: {},
  })
}

export async function returnTransfer(
  deps: ActDeps,
  context: PersonContext,
  id: string,
  reason: string,
): Promise<Outcome<Done>> {
  const transfer = await lockVisible(deps, context, id)
  const facts = await factsOf(context.tx, context.person, transfer, context.now, { reasonGiven: true })
  const judged = await deps.judge.judge(context, 'return', facts)
  if (judged.outcome === 'refusal') return refused(judged)
  const state = await move(context.tx, judged.permit, transfer, 'return', context.now)
  await insertText(context.tx, id, 'return', reason, context.now)
  await notifyRequester(deps, context, transfer, 'returned')
  return done(transfer, state, judged, {
    ...entryBase(context, transfer, judged),
    type: 'transfer.returned',
    detail: { reason },
  })
}

/** @throws {Problem} `not-found`, the same for what does not exist and for what is not this person's */
export async function lockVisible(deps: ActDeps, context: PersonContext, id: string) {
  return visible(deps, context, await lockTransfer(context.tx, id))
}
