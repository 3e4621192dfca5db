// Destruction on the date (hmpps-2025/19-destruction), a shelf at a time: every item on it is judged, what must stay moves off,
// the shelf closes, its key is destroyed so that every copy is unreadable at once, an attempt to open must fail, the vault object
// goes, and the row and its entry say so. Each step can be done again after a crash, by any worker.
import { confirmDestroyed } from '../../keys/opening.ts'
import { londonDate } from '../../policies/calendar.ts'
import type { Permit } from '../../policies/decide.ts'
import type { Transaction } from '../db.ts'
import { recordFailedJob } from '../decisions/failed-job.ts'
import { policyHash, ProcessRefused } from '../decisions/judge.ts'
import { record } from '../http/mount.ts'
import { holdStoreInUse } from '../key-store-in-use.ts'
import type { DestroyDeps } from './end.ts'
import { findHeld } from './held.ts'
import { sealingContext, type Item } from './item.ts'
import {
  findSealedOn,
  findShelvesOf,
  findShelvesToEmpty,
  lockShelf,
  markShelfDestroyed,
  retireShelf,
  startDestroyingShelf,
} from './shelf-store.ts'
import { stayBehind, type Staying } from './stay.ts'
import { lockItem, markDestroyed } from './store.ts'

/**
 * Destroys what is due today or was before. A shelf that fails is left for the next run and recorded; the others go on.
 *
 * @returns ids of the items that were destroyed now
 */
export async function destroyDue(deps: DestroyDeps): Promise<string[]> {
  const destroyed: string[] = []
  const done = new Set<string>()
  for (const ref of await findShelvesToEmpty(deps.db, londonDate(deps.clock()))) {
    try {
      destroyed.push(...(await endShelf(deps, ref, done)))
    } catch (error) {
      await recordFailedJob(deps, 'destroy-due', ref, error)
    }
  }
  return destroyed
}

/** @param done the shelves that this run has ended, or is ending */
async function endShelf(deps: DestroyDeps, ref: string, done: Set<string>): Promise<string[]> {
  if (done.has(ref)) return []
  done.add(ref)
  const staying = await deps.db.withTransaction((tx) => close(deps, tx, ref))
  if (staying === 'waits') return []
  for (const each of staying) await stayBehind(deps, each)
  const items = await deps.db.withTransaction(async (tx) => {
    await holdStoreInUse(tx, deps.keyStore)
    await lockShelf(tx, ref)
    const left = await findSealedOn(tx, ref)
    const permits: Permit[] = []
    for (const item of left) permits.push((await judgeEnd(deps, tx, item)).permit)
    await startDestroyingShelf(tx, permits, ref)
    return left
  })
  await deps.keyStore.destroy(ref)
  for (const item of items) await endOlderShelves(deps, item, done)
  for (const item of items) await destroyItem(deps, item)
  await deps.db.withTransaction(async (tx) => {
    await lockShelf(tx, ref)
    await markShelfDestroyed(tx, ref, deps.clock())
  })
  return items.map((item) => item.id)
}

/**
 * Finds what on the shelf may not go, and closes the shelf when something else on it must.
 *
 * @returns what has to move off first; `waits` where the one item of a shelf apart may not go yet
 */
async function close(deps: DestroyDeps, tx: Transaction, ref: string): Promise<Staying[] | 'waits'> {
  const shelf = await lockShelf(tx, ref)
  if (!shelf || shelf.state === 'destroyed') return 'waits'
  const staying: Staying[] = []
  if (shelf.state === 'destroying') return staying
  const today = londonDate(deps.clock())
  for (const item of await findSealedOn(tx, ref)) {
    const refused = await refusalOf(deps, tx, item)
    const isDue = [item.destroyOn, shelf.destroyOn ?? item.destroyOn].some((day) => day <= today)
    if (refused) staying.push({ item, refused, isDue })
  }
  if (shelf.kind === 'apart' && staying.length > 0) return 'waits'
  if (staying.length > 0) await retireShelf(tx, ref)
  return staying
}

/** Asked without keeping it: the decision that counts is made when the shelf goes. */
async function refusalOf(
  deps: DestroyDeps,
  tx: Transaction,
  item: Item,
): Promise<ProcessRefused | undefined> {
  const end = deps.ends[item.of.kind]
  const facts = await end.factsOf(tx, item, deps.clock(), false)
  const decision = deps.judge.rehearse(end.act, facts)
  return decision.outcome === 'permit' ? undefined : new ProcessRefused(end.act, facts, decision)
}

/** @throws {ProcessRefused} before the date, while anything holds the item, and before its return was settled */
async function judgeEnd(deps: DestroyDeps, tx: Transaction, item: Item) {
  const end = deps.ends[item.of.kind]
  const now = deps.clock()
  return deps.judge.judgeProcess({ tx, now }, end.act, await end.factsOf(tx, item, now, true))
}

/**
 * A copy of the row from when the key lay on another shelf opens with that shelf's key. So each such shelf that lives ends too:
 * what lies on it moves to a new generation, and its key goes.
 */
async function endOlderShelves(deps: DestroyDeps, item: Item, done: Set<string>): Promise<void> {
  for (const { ref, state } of await findShelvesOf(deps.db, item.id)) {
    if (ref === item.shelfRef || state === 'destroyed') continue
    await deps.db.withTransaction(async (tx) => {
      await lockShelf(tx, ref)
      await retireShelf(tx, ref)
    })
    await endShelf(deps, ref, done)
  }
}

async function destroyItem(deps: DestroyDeps, item: Item): Promise<void> {
  if (item.status.state !== 'sealed') return
  await confirmDestroyed(deps.keyStore, item.shelfRef, item.status.wrappedKey, sealingContext(item))
  for (const { ref } of await findShelvesOf(deps.db, item.id))
    if ((await deps.keyStore.stateOf(ref)) !== 'destroyed')
      throw new Error(`the shelf ${ref}, on which it lay, still has its key`)
  await deps.vault.remove(item.vaultObject)
  if (await deps.vault.has(item.vaultObject)) throw new Error('the vault object is still there')
  await deps.db.withTransaction(async (tx) => {
    // A store that the keys have left says of each that it is destroyed; the other one still opens it.
    await holdStoreInUse(tx, deps.keyStore)
    await lockShelf(tx, item.shelfRef)
    const locked = await lockItem(tx, item.id)
    if (locked?.status.state !== 'sealed') return
    const { permit, decisionId } = await judgeEnd(deps, tx, locked)
    const now = deps.clock()
    await markDestroyed(tx, permit, locked, now)
    await markShelfDestroyed(tx, item.shelfRef, now)
    await deps.ends[item.of.kind].whenDestroyed(tx, permit, locked, now)
    const held = await findHeld(tx, item.id)
    if (!held) throw new Error('an item of nothing')
    const sha256 = Buffer.from(locked.ciphertextSha256).toString('hex')
    await record(tx, [{
      type: 'item.destroyed', actor: { kind: 'process', name: 'worker' }, correlation: item.id, agreement: held.agreement,
      subjects: [item.of, { kind: 'item', id: item.id }], decision: decisionId, policy: policyHash(permit.pack),
      clauses: [...permit.tested], detail: { method: 'erasure', shelf: item.shelfRef, sha256, dueOn: item.destroyOn },
    }], now) // prettier-ignore
  })
}
