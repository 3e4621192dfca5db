// The recipient says that the package arrived whole: the other half of proof of sending.
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { meetCopyDuties } from '../retention/copy-duties.ts'
import { done, entryBase, type ActDeps, type Done } from './act.ts'
import { lockVisible } from './approve.ts'
import { factsOf } from './facts.ts'
import { move } from './store.ts'

export async function acknowledgeTransfer(
  deps: ActDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<Done>> {
  const transfer = await lockVisible(deps, context, id)
  const judged = await deps.judge.judge(
    context,
    'acknowledge',
    await factsOf(context.tx, context.person, transfer, context.now),
  )
  if (judged.outcome === 'refusal') return refused(judged)
  const state = await move(context.tx, judged.permit, transfer, 'acknowledge', context.now)
  await meetCopyDuties(context.tx, id, ['item.acknowledged'], context.now)
  return done(transfer, state, judged, {
    ...entryBase(context, transfer, judged),
    type: 'item.acknowledged',
    detail: {},
  })
}
