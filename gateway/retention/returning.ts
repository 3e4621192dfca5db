// Return before destruction, where the agreement says so (imb-2024/iss-return-first, S11): the holder offers to return the data,
// each party says whether it can be, and only when both say that it cannot is it destroyed on its date. Silence is no answer.
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { stateConflict } from '../http/problem.ts'
import { acting, heldBase, type RetentionDeps } from './act.ts'
import { findReturnOffer, insertReturnAnswer, insertReturnOffer } from './clock-store.ts'
import { londonDate } from '../../policies/calendar.ts'

export interface ReturnDone {
  readonly item: string
}

export function offerReturn(
  deps: RetentionDeps,
  context: PersonContext,
  itemId: string,
): Promise<Outcome<ReturnDone>> {
  return acting(
    deps,
    context,
    itemId,
    'offer-return',
    () => ({}),
    async (held, judged) => {
      if (held.item.of.kind === 'delivery')
        throw stateConflict(
          'This is the copy that this service keeps of a delivery: its originator has the data.',
        )
      if (await findReturnOffer(context.tx, itemId)) throw stateConflict('It was offered already.')
      const { tx, now, person } = context
      await insertReturnOffer(tx, judged.permit, { itemId, by: person.id, at: now })
      const event = { ...heldBase(context, held, judged), type: 'item.return-offered', detail: {} } as const
      return { value: { item: itemId }, events: [event] }
    },
  )
}

export async function answerReturn(
  deps: RetentionDeps,
  context: PersonContext,
  itemId: string,
  returnable: boolean,
): Promise<Outcome<ReturnDone>> {
  const offer = await findReturnOffer(context.tx, itemId)
  const said = () => (offer === undefined ? {} : { returnOfferedOn: londonDate(offer.offeredAt) })
  return acting(deps, context, itemId, 'answer-return', said, async (held, judged) => {
    const { tx, now, person } = context
    const answer = { itemId, party: person.party, by: person.id, at: now, returnable }
    if (!(await insertReturnAnswer(tx, judged.permit, answer)))
      throw stateConflict('Your body has answered already.')
    const event = {
      ...heldBase(context, held, judged),
      type: 'item.return-answered',
      detail: { party: person.party, returnable },
    } as const
    return { value: { item: itemId }, events: [event] }
  })
}
