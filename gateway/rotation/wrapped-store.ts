// SQL of every wrapped key that there is: of items, and of the gateway's copies of deliveries.
import type { SealingContext } from '../../keys/key-store.ts'
import type { Queryable, Transaction } from '../db.ts'
import { contextOf } from '../exports/copy.ts'
import { sealingContext } from '../retention/item.ts'

export interface Wrapped {
  readonly of: 'item' | 'delivery_copy'
  readonly id: string
  readonly shelf: string
  readonly wrappedKey: Uint8Array
  readonly context: SealingContext
}

/** Locks the rows, so that none of them changes until the transaction ends. */
export async function lockWrappedOn(tx: Transaction, shelf: string): Promise<Wrapped[]> {
  const items = await tx.query(
    `select id, transfer_id, wrapped_key from concordat.item where shelf_ref = $1 and state = 'sealed' order by id for update`,
    [shelf],
  )
  const copies = await tx.query(
    `select id, delivery_id, wrapped_key from concordat.delivery_copy where shelf = $1 and wrapped_key is not null order by id for update`,
    [shelf],
  )
  return [
    ...items.rows.map((row) => {
      const id = String(row['id'])
      const context = sealingContext({ id, transferId: String(row['transfer_id']) })
      return { of: 'item', id, shelf, wrappedKey: bytes(row), context } as const
    }),
    ...copies.rows.map((row) => {
      const id = String(row['id'])
      const context = contextOf({ id, deliveryId: String(row['delivery_id']) })
      return { of: 'delivery_copy', id, shelf, wrappedKey: bytes(row), context } as const
    }),
  ]
}

/** The same key on the same shelf, wrapped by another store. */
export async function rewrap(tx: Transaction, { of, id }: Wrapped, wrappedKey: Uint8Array): Promise<void> {
  await tx.query(`update concordat.${of} set wrapped_key = $2 where id = $1`, [id, wrappedKey])
}

/** Every name that a key ever had, destroyed ones included. */
export async function findShelfNames(db: Queryable): Promise<string[]> {
  const { rows } = await db.query(
    'select ref from concordat.shelf union select shelf from concordat.delivery_copy order by ref',
  )
  return rows.map((row) => String(row['ref']))
}

function bytes(row: Record<string, unknown>): Uint8Array {
  return row['wrapped_key'] as Buffer // bytea
}
