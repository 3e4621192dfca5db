// Applying a class of a schedule as its owner has it now to everything that is held under it: each item's clock moves by an act of
// its own, with the same reason; those that a clause refuses stay where they are, and are named.
import type { Outcome } from '../decisions/judge.ts'
import type { Events, PersonContext } from '../http/endpoint.ts'
import { findClass } from '../../policies/retention.ts'
import type { RefusalLetter } from '../decisions/judge.ts'
import { notFound } from '../http/problem.ts'
import type { RetentionDeps } from './act.ts'
import { isMove, lookAtMoves } from './look.ts'
import { reschedule, type Rescheduled } from './reschedule.ts'

export interface Applied {
  readonly moved: readonly Rescheduled[]
  readonly refused: readonly { readonly item: string; readonly letter: RefusalLetter }[]
}

/** @throws {Problem} `not-found` for a class that no schedule has */
export async function applySchedule(
  deps: RetentionDeps,
  context: PersonContext,
  owner: string,
  retentionClass: string,
  reason: string,
): Promise<Outcome<Applied>> {
  const looked = await lookAtMoves(deps, context, owner, retentionClass)
  if (looked.kind === 'refused') return looked
  if (!findClass(deps.schedules, owner, retentionClass)) throw notFound()
  const moved: Rescheduled[] = []
  const refused: Applied['refused'][number][] = []
  let events: Events = looked.events
  for (const { held } of looked.value.moves.filter(isMove)) {
    const { id } = held.item
    const wish = { retentionClass, means: 'schedule' } as const
    const outcome = await reschedule(deps, context, id, wish, reason)
    events = [...events, ...outcome.events]
    if (outcome.kind === 'done') moved.push(outcome.value)
    else refused.push({ item: id, letter: outcome.letter })
  }
  return { kind: 'done', value: { moved, refused }, events }
}
