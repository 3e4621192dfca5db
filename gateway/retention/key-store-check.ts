// Before anything is served: is this the key store that belongs to this database? A store from another installation, or an empty
// one in place of a lost one, knows none of the keys that shelves name; sealing into it would leave what is held unreadable.
import { KeyFault } from '../../keys/key-fault.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import type { Queryable } from '../db.ts'
import { findLivingShelves } from './shelf-store.ts'

/**
 * @returns the shelves whose key is not there although others are: lost, and for the operator to know
 * @throws {KeyFault} `store.foreign` when it knows none of the shelves that the database has
 */
export async function confirmKeyStore(db: Queryable, keyStore: Pick<KeyStore, 'stateOf'>): Promise<string[]> {
  const living = await findLivingShelves(db)
  const lost: string[] = []
  for (const ref of living) if ((await keyStore.stateOf(ref)) === 'unknown') lost.push(ref)
  if (living.length > 0 && lost.length === living.length)
    throw new KeyFault(
      'store.foreign',
      'The key store has none of the keys that this database names: it belongs to another installation, or it is empty. Nothing was changed. Put back the key store of this installation.',
    )
  return lost
}
