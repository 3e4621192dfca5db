// The second of two people: releases what another put forward. The number is given here, in the transaction that also owes the
// sealing; whatever breaks after it, the gateway resumes, and the number comes to exactly one delivery.
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound, stateConflict } from '../http/problem.ts'
import { entryBase, refusedToSee, type ExportDeps } from './act.ts'
import { findDrift } from './drift.ts'
import { factsOf } from './facts.ts'
import { blocked } from './put-forward.ts'
import { lockDelivery, releaseDelivery } from './store.ts'

/** @throws {Problem} `state.conflict`, `export.blocked` where a column is missing upstream */
export async function release(
  deps: ExportDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<{ readonly id: string; readonly number: number }>> {
  const { tx, now, person } = context
  const unseen = await refusedToSee(deps, context)
  if (unseen) return unseen
  const delivery = await lockDelivery(tx, id)
  if (!delivery) throw notFound()
  const author = delivery.putForwardBy
  const facts = await factsOf(tx, deps.concernsExport, person, now, { id, author })
  const judged = await deps.judge.judge(context, 'release', facts)
  if (judged.outcome === 'refusal') return refused(judged)
  if (delivery.state !== 'put-forward') throw stateConflict('It was released or withdrawn already.')
  const drift = (await findDrift(tx)).filter((each) => each.blocks)
  if (drift.length > 0) throw blocked(drift.map(({ says }) => says))
  const number = await releaseDelivery(tx, judged.permit, id, person.id, now)
  if (number === undefined) throw stateConflict('It was released or withdrawn already.')
  await deps.jobs.send(tx, 'seal-delivery', { deliveryId: id })
  const base = entryBase(deps, context, judged, [{ kind: 'delivery', id }])
  const detail = { delivery: number, quarter: delivery.quarterEndsOn, edition: delivery.edition }
  return {
    kind: 'done',
    value: { id, number },
    events: [{ ...base, type: 'concerns-export.released', detail }],
  }
}
