// A restored database shows as sealed what was destroyed since its backup. The key store knows better: a shelf whose key is
// destroyed opens nothing, ever. Before anything is served the rows are made to say so, and what the restore brought back of the
// objects is removed. The entry that records the destruction itself is the ledger's, and comes back with its recovery.
import { readLog } from '../../audit/log.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import type { Clock } from '../clock.ts'
import type { Database, Transaction } from '../db.ts'
import { record } from '../http/mount.ts'
import { holdStoreInUse } from '../key-store-in-use.ts'
import type { Log } from '../log.ts'
import type { Vault } from '../vault.ts'
import type { Item } from './item.ts'
import { findSealedOn, findShelvesInUse, lockShelf, noteShelfDestroyed } from './shelf-store.ts'

export interface DestroyedSinceDeps {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly keyStore: Pick<KeyStore, 'id' | 'stateOf'>
  readonly vault: Pick<Vault, 'remove'>
}

/** @returns ids of the items that the rows no longer show as sealed */
export async function replayDestructions(deps: DestroyedSinceDeps): Promise<string[]> {
  const gone: string[] = []
  for (const ref of await findShelvesInUse(deps.db)) {
    if ((await deps.keyStore.stateOf(ref)) !== 'destroyed') continue
    const items = await deps.db.withTransaction((tx) => sayDestroyed(deps, tx, ref))
    gone.push(...items.map(({ id }) => id))
    deps.log.warn('destruction.replayed', { shelf: ref, items: items.length })
  }
  return gone
}

async function sayDestroyed(
  { clock, vault, keyStore }: DestroyedSinceDeps,
  tx: Transaction,
  ref: string,
): Promise<Item[]> {
  const now = clock()
  await holdStoreInUse(tx, keyStore)
  const shelf = await lockShelf(tx, ref)
  if (shelf?.state !== 'open' && shelf?.state !== 'retiring') return []
  const items = await findSealedOn(tx, ref)
  // Before the rows say so: broken off in between, the next start finds them again. Nothing can open them in any case.
  for (const { vaultObject } of items) await vault.remove(vaultObject)
  const ends: { id: string; at: Date }[] = []
  for (const { id } of items) ends.push({ id, at: (await recordedAt(tx, id)) ?? now })
  await noteShelfDestroyed(tx, ref, ends, now)
  await record(tx, [{
    type: 'destruction.replayed', actor: { kind: 'process', name: 'gateway' }, correlation: ref,
    subjects: items.map(({ id }) => ({ kind: 'item', id }) as const), detail: { shelf: ref, items: items.length },
  }], now) // prettier-ignore
  return items
}

/** When the ledger says that it was destroyed. */
async function recordedAt(tx: Transaction, itemId: string): Promise<Date | undefined> {
  const { lines } = await readLog(tx, { type: 'item.destroyed', subject: { kind: 'item', id: itemId } }, { limit: 1 }) // prettier-ignore
  return lines[0] && new Date(lines[0].at)
}
