// SQL of every wrapped key that there is: those of items, whatever they belong to.
import type { SealingContext } from '../../keys/key-store.ts'
import type { Queryable, Transaction } from '../db.ts'
import { sealingContext } from '../retention/item.ts'
import { findSealedOn } from '../retention/shelf-store.ts'

export interface Wrapped {
  readonly id: string
  readonly shelf: string
  readonly wrappedKey: Uint8Array
  readonly context: SealingContext
}

/** Locks the rows, so that none of them changes until the transaction ends. */
export async function lockWrappedOn(tx: Transaction, shelf: string): Promise<Wrapped[]> {
  return (await findSealedOn(tx, shelf)).flatMap((item) =>
    item.status.state === 'sealed'
      ? [{ id: item.id, shelf, wrappedKey: item.status.wrappedKey, context: sealingContext(item) }]
      : [],
  )
}

/** The same key on the same shelf, wrapped by another store. */
export async function rewrap(tx: Transaction, { id }: Wrapped, wrappedKey: Uint8Array): Promise<void> {
  await tx.query(`update concordat.item set wrapped_key = $2 where id = $1`, [id, wrappedKey])
}

/** Every name that a key ever had, destroyed ones included. */
export async function findShelfNames(db: Queryable): Promise<string[]> {
  const { rows } = await db.query('select ref from concordat.shelf order by ref')
  return rows.map((row) => String(row['ref']))
}
