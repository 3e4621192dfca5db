// Moving an item to another shelf: its key is wrapped anew, its bytes are not touched. Row and wrapped key change in one statement,
// so that at every instant exactly one shelf opens it; the shelf that it leaves is locked first, so that it cannot go meanwhile.
import { KeyFault } from '../../keys/key-fault.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import { moveItemKey } from '../../keys/opening.ts'
import type { Permit } from '../../policies/decide.ts'
import type { Transaction } from '../db.ts'
import { holdStoreInUse } from '../key-store-in-use.ts'
import { stateConflict } from '../http/problem.ts'
import { sealingContext, type Item } from './item.ts'
import { holdShelfOpen, openShelf, openShelfApart, retireShelf } from './shelf-store.ts'
import { lockItem, putOnShelf } from './store.ts'

export interface MoveDeps {
  readonly keyStore: Pick<KeyStore, 'id' | 'create' | 'unwrap' | 'wrap'>
}

/** Where an item is put: on the shelf of a date, or apart from all others. */
export type Place = { readonly date: string } | 'apart'

/**
 * Moves a sealed item, as part of the act that the permit is for.
 *
 * @returns the shelf that it lies on now
 * @throws {Problem} `state.conflict` when its destruction has begun, or somebody moved it meanwhile
 */
export async function moveItem(
  deps: MoveDeps,
  tx: Transaction,
  permit: Permit,
  item: Item,
  place: Place,
): Promise<string> {
  await holdStoreInUse(tx, deps.keyStore)
  await keepShelf(tx, item.shelfRef)
  const locked = await lockItem(tx, item.id)
  if (locked?.status.state !== 'sealed' || locked.shelfRef !== item.shelfRef)
    throw stateConflict('Something else has just happened to this item.')
  if (place === 'apart' && isApart(locked.shelfRef)) return locked.shelfRef
  const to = place === 'apart' ? await openShelfApart(tx, locked) : await openShelf(tx, locked.scheduleOwner, place.date) // prettier-ignore
  if (to === locked.shelfRef) return to
  await holdShelfOpen(tx, to)
  await ensureShelfKey(deps.keyStore, to)
  const from = { ref: locked.shelfRef, wrapped: locked.status.wrappedKey }
  const wrappedKey = await moveItemKey(deps.keyStore, from, to, sealingContext(locked))
  if (!(await putOnShelf(tx, permit, locked, { ref: to, wrappedKey })))
    throw stateConflict('Something else has just happened to this item.')
  if (isApart(from.ref)) await retireShelf(tx, from.ref) // nothing else ever lies on it: the worker ends it
  return to
}

/** The shelf stays until this transaction ends. */
export async function keepShelf(tx: Transaction, ref: string): Promise<void> {
  const { rows } = await tx.query(`select state from concordat.shelf where ref = $1 for update`, [ref])
  if (rows[0]?.['state'] !== 'open' && rows[0]?.['state'] !== 'retiring')
    throw stateConflict('The destruction of this item has begun, and cannot be stopped any more.')
}

/** Made before the row that names it is committed; one that is left over from a crash is used by the next attempt. */
export async function ensureShelfKey(keyStore: Pick<KeyStore, 'create'>, ref: string): Promise<void> {
  await keyStore.create(ref).catch((error: unknown) => {
    if (!(error instanceof KeyFault && error.code === 'store.key-exists')) throw error
  })
}

function isApart(ref: string): boolean {
  return ref.startsWith('shelf/apart/')
}
