// What must stay when the rest of its shelf goes: its key moves to a new generation of the shelf of its date, or, when its date has
// come and a clause still refuses its destruction, to a shelf apart. That refusal is kept with its clauses, once.
import { londonDate } from '../../policies/calendar.ts'
import type { Transaction } from '../db.ts'
import { recordFailedJob } from '../decisions/failed-job.ts'
import { gatewayProcess } from '../decisions/gateway-process.ts'
import { policyHash, type ProcessRefused } from '../decisions/judge.ts'
import { record } from '../http/mount.ts'
import { Problem } from '../http/problem.ts'
import type { DestroyDeps } from './end.ts'
import { factsOfHeld, findHeld } from './held.ts'
import type { Item } from './item.ts'
import { moveItem } from './move.ts'

/** An item, and what refuses its destruction. */
export interface Staying {
  readonly item: Item
  readonly refused: ProcessRefused
  /** Its own day or its shelf's has come: that it stays has to be known. */
  readonly isDue: boolean
}

/** Done again after a crash, or by another worker at the same time, it finds nothing left to do. */
export async function stayBehind(deps: DestroyDeps, { item, refused, isDue }: Staying): Promise<void> {
  const hasMoved = await deps.db
    .withTransaction((tx) => moveOff(deps, tx, item))
    .catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'state.conflict') return false
      throw error
    })
  if (hasMoved && isDue) await recordFailedJob(deps, 'destroy-due', item.shelfRef, refused)
}

async function moveOff(deps: DestroyDeps, tx: Transaction, item: Item): Promise<boolean> {
  const now = deps.clock()
  const isDue = item.destroyOn <= londonDate(now)
  const held = await findHeld(tx, item.id)
  if (!held) return false
  const facts = await factsOfHeld(tx, gatewayProcess, held, now)
  const { permit, decisionId } = await deps.judge.judgeProcess({ tx, now }, 'move-key', facts)
  const to = await moveItem(deps, tx, permit, item, isDue ? 'apart' : { date: item.destroyOn })
  await record(tx, [{
    type: 'item.moved', actor: { kind: 'process', name: 'worker' }, correlation: item.id, agreement: held.agreement,
    subjects: [{ kind: 'item', id: item.id }, item.of], decision: decisionId,
    policy: policyHash(permit.pack), clauses: [...permit.tested],
    detail: { from: item.shelfRef, to, cause: isDue ? 'not-permitted-yet' : 'shelf-ends' },
  }], now) // prettier-ignore
  return true
}
