// A restored database shows as kept what was destroyed since its backup. The key store knows better: a photograph whose key is
// destroyed opens nothing, ever. Before anything is served the rows are made to say so, and the object that came back is removed.
import type { KeyStore } from '../../keys/key-store.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db.ts'
import { record } from '../http/mount.ts'
import { holdStoreInUse } from '../key-store-in-use.ts'
import type { Log } from '../log.ts'
import type { Vault } from '../vault.ts'
import { findSealedPlaces, noteDestroyed } from './store.ts'

export interface DestroyedSinceDeps {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly keyStore: Pick<KeyStore, 'id' | 'stateOf'>
  readonly vault: Pick<Vault, 'remove'>
}

/** @returns ids of the photographs that the rows no longer show as kept */
export async function replayDestroyedPhotographs(deps: DestroyedSinceDeps): Promise<string[]> {
  const { db, clock, keyStore, vault, log } = deps
  const gone: string[] = []
  for (const { id, shelf, vaultObject } of await findSealedPlaces(db)) {
    if ((await keyStore.stateOf(shelf)) !== 'destroyed') continue
    await vault.remove(vaultObject)
    await db.withTransaction(async (tx) => {
      await holdStoreInUse(tx, keyStore)
      const now = clock()
      if (!(await noteDestroyed(tx, id, now))) return
      await record(tx, [{
        type: 'destruction.replayed', actor: { kind: 'process', name: 'gateway' }, correlation: id,
        subjects: [{ kind: 'photograph', id }, { kind: 'item', id }], detail: { shelf, items: 1 },
      }], now) // prettier-ignore
    })
    gone.push(id)
    log.warn('destruction.replayed', { shelf, items: 1 })
  }
  return gone
}
