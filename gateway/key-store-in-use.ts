// The database remembers which key store its keys are in. Whatever writes a wrapped key, or says that a key is destroyed, holds that
// row until it commits: a process that still has the store that the keys have left can do neither.
import { KeyFault } from '../keys/key-fault.ts'
import type { KeyStore, KeyStoreKind } from '../keys/key-store.ts'
import type { Queryable, Transaction } from './db.ts'

export interface StoreInUse {
  readonly id: string
  readonly kind: KeyStoreKind
  /** The store that the keys were moved from, until its keys are destroyed. */
  readonly left?: { readonly id: string; readonly kind: KeyStoreKind }
}

export async function findStoreInUse(db: Queryable): Promise<StoreInUse | undefined> {
  const { rows } = await db.query('select id, kind, left_id, left_kind from concordat.key_store')
  return rows[0] && parseStore(rows[0])
}

/** Nobody who holds it shared goes on, and nobody new gets it, until this transaction ends. */
export async function lockStoreInUse(tx: Transaction): Promise<StoreInUse | undefined> {
  const { rows } = await tx.query('select id, kind, left_id, left_kind from concordat.key_store for update')
  return rows[0] && parseStore(rows[0])
}

/** @throws {KeyFault} `store.moved` where the keys are in another store than this one */
export async function holdStoreInUse(tx: Transaction, keyStore: Pick<KeyStore, 'id'>): Promise<void> {
  const { rows } = await tx.query('select id from concordat.key_store for share')
  if (rows[0] === undefined || rows[0]['id'] === keyStore.id) return
  throw new KeyFault('store.moved', 'The keys are in another key store since this process started. Nothing was changed. Start it again with the settings of that store.') // prettier-ignore
}

export async function setStoreInUse(
  tx: Transaction,
  store: Pick<KeyStore, 'id' | 'kind'>,
  left: Pick<KeyStore, 'id' | 'kind'> | undefined,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into concordat.key_store (id, kind, since, left_id, left_kind) values ($1, $2, $3, $4, $5)
     on conflict (is_one) do update set id = excluded.id, kind = excluded.kind, since = excluded.since, left_id = excluded.left_id, left_kind = excluded.left_kind`,
    [store.id, store.kind, now, left?.id ?? null, left?.kind ?? null],
  )
}

/** Every key that the store had is destroyed. */
export async function forgetLeftStore(tx: Transaction): Promise<void> {
  await tx.query('update concordat.key_store set left_id = null, left_kind = null')
}

function parseStore(row: Record<string, unknown>): StoreInUse {
  const kind = row['kind'] as KeyStoreKind // the table's constraint has no other
  const left = row['left_kind'] as KeyStoreKind | null // likewise
  return { id: String(row['id']), kind, ...(left && { left: { id: String(row['left_id']), kind: left } }) }
}
