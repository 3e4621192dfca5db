// Collecting a delivery: a fresh decision and an entry for each person each time; then the package is streamed to that person's
// own key. Who left the team gets nothing more, and no earlier delivery either (hmpps-2025/20-recipient).
import { randomUUID } from 'node:crypto'
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext, Streamed } from '../http/endpoint.ts'
import { notFound, Problem, stateConflict } from '../http/problem.ts'
import { findEnrolledKey } from '../people/store.ts'
import { findItemOfDelivery, insertCollection } from '../retention/store.ts'
import { entryBase, refusedToSee, type ExportDeps } from './act.ts'
import { openForRecipient, type OpenDeps } from './copy.ts'
import type { SentDelivery } from './delivery.ts'
import { factsOf } from './facts.ts'
import { findLatestSent, findSent, lockDelivery, markAcknowledged } from './store.ts'

export type CollectDeps = ExportDeps & OpenDeps

/** One by its number, or the latest. @throws {Problem} `not-found`, for whoever may see that there are deliveries */
export async function sentDelivery(context: PersonContext, number: number | 'latest'): Promise<SentDelivery> {
  const found = number === 'latest' ? await findLatestSent(context.tx) : await findSent(context.tx, number)
  if (!found) throw notFound()
  return found
}

export async function collectDelivery(
  deps: CollectDeps,
  context: PersonContext,
  number: number | 'latest',
): Promise<Outcome<Streamed>> {
  const { tx, now, person } = context
  const unseen = await refusedToSee(deps, context)
  if (unseen) return unseen
  const delivery = await sentDelivery(context, number)
  const { id } = delivery
  const copy = await findItemOfDelivery(tx, id)
  const asked = { id, shownAs: 'download', ...(copy && { destroyOn: copy.destroyOn }) } as const
  const facts = await factsOf(tx, deps.concernsExport, person, now, asked)
  if (copy?.status.state === 'destroyed')
    throw new Problem('item.destroyed', `It was due on ${copy.destroyOn}. Its manifest stays.`)
  const judged = await deps.judge.judge(context, 'open', facts)
  if (judged.outcome === 'refusal') return refused(judged)
  const key = await findEnrolledKey(tx, person.id)
  if (!copy || !key) throw new Error('a permit to open was given without a copy or a key')
  const collection = randomUUID()
  const taken = { itemId: copy.id, personId: person.id, keyFingerprint: key.fingerprint, collectedAt: now }
  await insertCollection(tx, { id: collection, ...taken })
  const said = entryBase(deps, context, judged, [
    { kind: 'delivery', id },
    { kind: 'item', id: copy.id },
  ])
  const value: Streamed = {
    filename: `delivery-${delivery.number}.pgp`,
    contentType: 'application/pgp-encrypted',
    open: ({ entries }, signal) => openForRecipient(deps, copy, key.armored, entries[0].entryId, signal),
    onBroken: (reason) => ({ ...said, type: 'delivery.failed', detail: { reason, collection } }),
    isStillPermitted: async (then) => {
      const held = await findItemOfDelivery(then.tx, id)
      const enrolled = await findEnrolledKey(then.tx, then.person.id)
      if (held?.status.state !== 'sealed' || enrolled?.fingerprint !== key.fingerprint) return false
      const asNow = await factsOf(then.tx, deps.concernsExport, then.person, then.now, asked)
      return deps.judge.rehearse('open', asNow).outcome === 'permit'
    },
  }
  const { fingerprint } = key
  return {
    kind: 'done',
    value,
    events: [{ ...said, type: 'item.collected', detail: { collection, fingerprint } }],
  }
}

/**
 * A member of the team says that it arrived whole. Said again, it stays as it was first said.
 *
 * @throws {Problem} `state.conflict`
 */
export async function acknowledgeDelivery(
  deps: ExportDeps,
  context: PersonContext,
  number: number,
): Promise<Outcome<SentDelivery>> {
  const { tx, now, person } = context
  const unseen = await refusedToSee(deps, context)
  if (unseen) return unseen
  const delivery = await sentDelivery(context, number)
  const { id } = delivery
  const judged = await deps.judge.judge(
    context,
    'receive',
    await factsOf(tx, deps.concernsExport, person, now, { id }),
  )
  if (judged.outcome === 'refusal') return refused(judged)
  await lockDelivery(tx, id)
  if (!(await markAcknowledged(tx, judged.permit, id, person.id, now)))
    throw stateConflict(`Somebody on the team has said already that delivery ${number} arrived.`)
  const base = entryBase(deps, context, judged, [{ kind: 'delivery', id }])
  return {
    kind: 'done',
    value: { ...delivery, state: 'acknowledged', acknowledgedAt: now, acknowledgedBy: person.id },
    events: [{ ...base, type: 'concerns-export.acknowledged', detail: { delivery: number } }],
  }
}
