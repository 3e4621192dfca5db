// Before anything is served: is this the key store that belongs to this database? A store from another installation, or an empty
// one in place of a lost one, knows none of the keys that shelves name; sealing into it would leave what is held unreadable.
import { KeyFault } from '../../keys/key-fault.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import type { Database } from '../db.ts'
import { lockStoreInUse, setStoreInUse } from '../key-store-in-use.ts'
import { findLivingShelves } from './shelf-store.ts'

/**
 * Also remembers which store it is, the first time and where nothing is kept any more that another one opens.
 *
 * @returns the shelves whose key is not there although others are: lost, and for the operator to know
 * @throws {KeyFault} `store.foreign` when it is another store than that of the database, or knows none of its shelves; `store.moved`
 */
export async function confirmKeyStore(
  db: Database,
  keyStore: Pick<KeyStore, 'id' | 'kind' | 'stateOf'>,
  now: Date,
): Promise<string[]> {
  return db.withTransaction(async (tx) => {
    const inUse = await lockStoreInUse(tx)
    const living = await findLivingShelves(tx)
    const lost: string[] = []
    for (const ref of living) if ((await keyStore.stateOf(ref)) === 'unknown') lost.push(ref)
    if (inUse?.left) throw unfinished(inUse.kind, inUse.left.kind)
    if (living.length > 0 && inUse && inUse.id !== keyStore.id) throw foreign(`its keys are in another one (${inUse.kind}, ${inUse.id})`) // prettier-ignore
    if (living.length > 0 && lost.length === living.length) throw foreign('it belongs to another installation, or it is empty') // prettier-ignore
    if (inUse?.id !== keyStore.id) await setStoreInUse(tx, keyStore, undefined, now)
    return lost
  })
}

function foreign(why: string): KeyFault {
  return new KeyFault('store.foreign', `The key store is not the one of this database: ${why}. Nothing was changed. Check KEY_STORE and its settings, or put back the key store of this installation.`) // prettier-ignore
}

function unfinished(to: string, from: string): KeyFault {
  return new KeyFault('store.moved', `The keys were moved from ${from} to ${to}, and the old ones are not all destroyed. With KEY_STORE=${from} and the settings of both stores, as it was run, run again to its end: concordat keys move --to ${to}. Then start with KEY_STORE=${to}.`) // prettier-ignore
}
