// The keys of everything that is kept go from one key store to another, in two steps. First every key is wrapped by the new store, all
// in one transaction: opened in the old one, wrapped by the new one, opened there again and compared; tombstones go along. Then the
// keys of the old store are destroyed, and an attempt to use each must fail. Broken off anywhere, it is done again from the start of
// the step: until the first has committed the old store opens everything, and afterwards the new one does.
import { timingSafeEqual } from 'node:crypto'
import { KeyFault } from '../../keys/key-fault.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import { confirmDestroyed } from '../../keys/opening.ts'
import type { Clock } from '../clock.ts'
import type { Database, Transaction } from '../db.ts'
import { record } from '../http/mount.ts'
import { findStoreInUse, forgetLeftStore, lockStoreInUse, setStoreInUse } from '../key-store-in-use.ts'
import { findLivingShelves } from '../retention/shelf-store.ts'
import { findShelfNames, lockWrappedOn, rewrap, type Wrapped } from './wrapped-store.ts'

export interface MoveKeysDeps {
  readonly db: Database
  readonly clock: Clock
  /** The store that the keys are in, and the one that they go to. */
  readonly from: KeyStore
  readonly to: KeyStore
  /** Told after each shelf of a step. */
  readonly progress: (step: 'wrapping' | 'destroying', done: number, of: number) => void
}

export interface MovedKeys {
  /** Undefined where they had been moved by an earlier run. */
  readonly moved: { readonly shelves: number; readonly keys: number } | undefined
  /** Keys of the old store that are gone for good. */
  readonly destroyed: number
}

/** @throws {KeyFault} `store.foreign`, `store.moved`, `store.key-unknown` (a lost key), and what the stores throw */
export async function moveKeys(deps: MoveKeysDeps): Promise<MovedKeys> {
  const { from, to } = deps
  if (from.id === to.id) throw await sameStore(deps)
  const moved = await deps.db.withTransaction((tx) => wrapAnew(deps, tx))
  return { moved, destroyed: await endOldStore(deps) }
}

async function sameStore({ db, to }: MoveKeysDeps): Promise<KeyFault> {
  const inUse = await findStoreInUse(db)
  if (!inUse?.left)
    return new KeyFault('store.foreign', 'Both are the same key store: there is nothing to move.')
  const { kind, left } = inUse
  return new KeyFault('store.foreign', `Both settings name the same key store (${to.id}), and the move from ${left.kind} (${left.id}) to ${kind} (${inUse.id}) has not ended: keys of the old store are left. Set KEY_STORE=${left.kind} with the settings of the old store, those of the new one with TO_ in front, and run: concordat keys move --to ${kind}`) // prettier-ignore
}

async function wrapAnew(
  { clock, from, to, progress }: MoveKeysDeps,
  tx: Transaction,
): Promise<MovedKeys['moved']> {
  // A store across a network can take longer over many keys than a transaction may otherwise be idle.
  await tx.query('set local idle_in_transaction_session_timeout = 0')
  const inUse = await lockStoreInUse(tx)
  if (inUse?.id === to.id && (inUse.left ?? from).id === from.id) return undefined
  if (inUse?.left) throw new KeyFault('store.moved', `Another move, from ${inUse.left.kind} to ${inUse.kind}, has not ended. End that one first.`) // prettier-ignore
  if (inUse && inUse.id !== from.id) throw new KeyFault('store.foreign', `The keys are in ${inUse.kind} ${inUse.id}, and not in ${from.kind} ${from.id}. Nothing was changed. Set KEY_STORE and its settings to the store that they are in.`) // prettier-ignore
  const shelves = await findLivingShelves(tx)
  await mustHaveAll(from, shelves)
  let keys = 0
  for (const [done, shelf] of shelves.entries()) {
    keys += await wrapShelf(tx, from, to, shelf)
    progress('wrapping', done + 1, shelves.length)
  }
  await carryTombstones(from, to, await findShelfNames(tx))
  const now = clock()
  await setStoreInUse(tx, to, from, now)
  const detail = { from: from.kind, fromStore: from.id, to: to.kind, toStore: to.id, shelves: shelves.length, keys } // prettier-ignore
  await record(tx, [{ type: 'keys.moved', ...byOperator, detail }], now)
  return { shelves: shelves.length, keys }
}

const byOperator = { actor: { kind: 'process', name: 'gateway' }, correlation: 'keys-move', subjects: [] } as const // prettier-ignore

/** What is lost cannot be moved, and would look destroyed afterwards. */
async function mustHaveAll(from: KeyStore, shelves: readonly string[]): Promise<void> {
  const lost: string[] = []
  for (const shelf of shelves) if ((await from.stateOf(shelf)) === 'unknown') lost.push(shelf)
  if (lost.length > 0) throw new KeyFault('store.key-unknown', `The key store has no key for ${lost.join(', ')}. Nothing was changed. Put the keys back first.`) // prettier-ignore
}

async function wrapShelf(tx: Transaction, from: KeyStore, to: KeyStore, shelf: string): Promise<number> {
  await tx.query('select from concordat.shelf where ref = $1 for update', [shelf])
  if ((await from.stateOf(shelf)) !== 'usable') return 0 // its end has begun: only its tombstone goes along
  await makeKey(to, shelf)
  const wrapped = await lockWrappedOn(tx, shelf)
  for (const each of wrapped) await rewrap(tx, each, await wrapInOther(from, to, each))
  return wrapped.length
}

/** One that an attempt before this one made has wrapped nothing that was kept. */
async function makeKey(to: KeyStore, shelf: string): Promise<void> {
  await to.create(shelf).catch((error: unknown) => {
    if (!(error instanceof KeyFault && error.code === 'store.key-exists')) throw error
  })
}

async function wrapInOther(from: KeyStore, to: KeyStore, { shelf, wrappedKey, context }: Wrapped): Promise<Uint8Array> {
  const secret = await from.unwrap(shelf, wrappedKey, context)
  try {
    const again = await to.wrap(shelf, secret, context)
    const opened = await to.unwrap(shelf, again, context)
    const isSame = opened.sizeBytes === secret.sizeBytes && timingSafeEqual(opened.reveal(), secret.reveal())
    opened.wipe()
    if (!isSame) throw new KeyFault('store.unfit', `The new key store gives back another key than it was given for ${shelf}. Nothing was changed.`) // prettier-ignore
    return again
  } finally {
    secret.wipe()
  }
} // prettier-ignore

/** What was destroyed stays destroyed: the new store says so too, and never makes such a key again. */
async function carryTombstones(from: KeyStore, to: KeyStore, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const state = await from.stateOf(name)
    if ((state !== 'destroyed' && state !== 'ending') || (await to.stateOf(name)) === 'destroyed') continue
    if ((await to.stateOf(name)) === 'unknown') await to.create(name)
    await to.destroy(name)
  }
}

async function endOldStore({ db, clock, from, progress }: MoveKeysDeps): Promise<number> {
  // Only what this move has left: never the keys of a store that is somebody else's.
  if ((await findStoreInUse(db))?.left?.id !== from.id) return 0
  const names = await findShelfNames(db)
  let destroyed = 0
  for (const [done, name] of names.entries()) {
    const state = await from.stateOf(name)
    if (state === 'usable' || state === 'ending') {
      await from.destroy(name)
      destroyed += 1
    }
    if (state !== 'unknown') await confirmDestroyed(from, name, new Uint8Array(64), {})
    progress('destroying', done + 1, names.length)
  }
  await db.withTransaction(async (tx) => {
    const inUse = await findStoreInUse(tx)
    if (inUse?.left?.id !== from.id) return
    const detail = { from: from.kind, fromStore: from.id, destroyed }
    await record(tx, [{ type: 'keys.move-ended', ...byOperator, detail }], clock())
    await forgetLeftStore(tx)
  })
  return destroyed
}
