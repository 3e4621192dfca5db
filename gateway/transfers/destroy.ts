// Destruction on the date (hmpps-2025/19-destruction), a shelf at a time: every item on it is judged, the shelf is closed,
// its key is destroyed so that every copy is unreadable at once, an attempt to open must fail, the vault object goes, and
// the row and its entry say so. Each step can be done again after a crash.
import type { KeyStore } from '../../keys/key-store.ts'
import { confirmDestroyed } from '../../keys/opening.ts'
import { londonDate } from '../../policies/calendar.ts'
import type { Clock } from '../clock.ts'
import type { Database, Transaction } from '../db.ts'
import { recordFailedJob } from '../decisions/failed-job.ts'
import { policyHash } from '../decisions/judge.ts'
import { record } from '../http/mount.ts'
import type { Log } from '../log.ts'
import { sealingContext, type Item } from '../retention/item.ts'
import {
  countHolds,
  findDueShelves,
  findSealedOn,
  lockItem,
  markDestroyed,
  startDestroyingShelf,
} from '../retention/store.ts'
import type { Vault } from '../vault.ts'
import type { ActDeps } from './act.ts'
import { factsOf } from './facts.ts'
import { notifyRequester } from './notices.ts'
import { gatewayProcess } from './seal.ts'
import { lockTransfer, move } from './store.ts'

export interface DestroyDeps extends ActDeps {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly keyStore: Pick<KeyStore, 'destroy' | 'unwrap'>
  readonly vault: Pick<Vault, 'remove' | 'has'>
}

/**
 * Destroys what is due today or was before. A shelf that fails is left for the next run and recorded; the others go on.
 *
 * @returns ids of the items that were destroyed now
 */
export async function destroyDue(deps: DestroyDeps): Promise<string[]> {
  const destroyed: string[] = []
  for (const ref of await findDueShelves(deps.db, londonDate(deps.clock()))) {
    try {
      destroyed.push(...(await destroyShelf(deps, ref)))
    } catch (error) {
      await recordFailedJob(deps, 'destroy-due', ref, error)
    }
  }
  return destroyed
}

async function destroyShelf(deps: DestroyDeps, ref: string): Promise<string[]> {
  const items = await deps.db.withTransaction(async (tx) => {
    const found = await findSealedOn(tx, ref)
    for (const item of found) await startDestroyingShelf(tx, (await judgeDestroy(deps, tx, item)).permit, ref)
    return found
  })
  if (items.length === 0) return []
  await deps.keyStore.destroy(ref)
  for (const item of items) await destroyItem(deps, item)
  return items.map((item) => item.id)
}

/** @throws {ProcessRefused} before the date, and while anything holds the item */
async function judgeDestroy(deps: DestroyDeps, tx: Transaction, item: Item) {
  const now = deps.clock()
  const transfer = await lockTransfer(tx, item.transferId)
  if (!transfer) throw new Error('an item without its transfer')
  const facts = await factsOf(tx, gatewayProcess, transfer, now, {
    destroyOn: item.destroyOn,
    holds: await countHolds(tx, item.id),
  })
  return { transfer, ...(await deps.judge.judgeProcess({ tx, now }, 'destroy', facts)) }
}

async function destroyItem(deps: DestroyDeps, item: Item): Promise<void> {
  if (item.status.state !== 'sealed') return
  await confirmDestroyed(deps.keyStore, item.shelfRef, item.status.wrappedKey, sealingContext(item))
  await deps.vault.remove(item.vaultObject)
  if (await deps.vault.has(item.vaultObject)) throw new Error('the vault object is still there')
  await deps.db.withTransaction(async (tx) => {
    const locked = await lockItem(tx, item.id)
    if (locked?.status.state !== 'sealed') return
    const { transfer, permit, decisionId } = await judgeDestroy(deps, tx, locked)
    const now = deps.clock()
    await markDestroyed(tx, permit, locked, now)
    await move(tx, permit, transfer, 'destroy', now)
    await notifyRequester(deps, { tx, now }, transfer, 'destroyed')
    const sha256 = Buffer.from(locked.ciphertextSha256).toString('hex')
    await record(tx, [{
      type: 'item.destroyed', actor: { kind: 'process', name: 'worker' }, correlation: item.id, agreement: transfer.agreement,
      subjects: [{ kind: 'transfer', id: transfer.id }, { kind: 'item', id: item.id }], decision: decisionId, policy: policyHash(permit.pack),
      clauses: [...permit.tested], detail: { method: 'erasure', shelf: item.shelfRef, sha256, dueOn: item.destroyOn },
    }], now) // prettier-ignore
  })
}
