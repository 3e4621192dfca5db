// SQL of every wrapped key that there is: those of items, whatever they belong to, and of photographs.
import type { SealingContext } from '../../keys/key-store.ts'
import type { Queryable, Transaction } from '../db.ts'
import { contextOf } from '../photographs/photograph.ts'
import { sealingContext } from '../retention/item.ts'
import { findSealedOn } from '../retention/shelf-store.ts'

export interface Wrapped {
  readonly of: 'item' | 'photograph'
  readonly id: string
  readonly shelf: string
  readonly wrappedKey: Uint8Array
  readonly context: SealingContext
}

/** Locks the rows, so that none of them changes until the transaction ends. */
export async function lockWrappedOn(tx: Transaction, shelf: string): Promise<Wrapped[]> {
  const items = (await findSealedOn(tx, shelf)).flatMap((item) =>
    item.status.state === 'sealed'
      ? [
          {
            of: 'item' as const,
            id: item.id,
            shelf,
            wrappedKey: item.status.wrappedKey,
            context: sealingContext(item),
          },
        ]
      : [],
  )
  const { rows } = await tx.query(
    `select p.id, p.clearance_id, p.wrapped_key from concordat.photograph p join concordat.photograph_place l on l.id = p.id
     where l.shelf = $1 and p.wrapped_key is not null order by p.id for update of p`,
    [shelf],
  )
  const photographs = rows.map((row) => {
    const id = String(row['id'])
    const context = contextOf({ id, clearanceId: String(row['clearance_id']) })
    return { of: 'photograph' as const, id, shelf, wrappedKey: row['wrapped_key'] as Buffer, context } // bytea
  })
  return [...items, ...photographs]
}

/** The same key on the same shelf, wrapped by another store. */
export async function rewrap(tx: Transaction, { of, id }: Wrapped, wrappedKey: Uint8Array): Promise<void> {
  await tx.query(`update concordat.${of} set wrapped_key = $2 where id = $1`, [id, wrappedKey])
}

/** Every name that a key ever had, destroyed ones included. */
export async function findShelfNames(db: Queryable): Promise<string[]> {
  const { rows } = await db.query(
    'select ref from concordat.shelf union select shelf from concordat.photograph_place order by ref',
  )
  return rows.map((row) => String(row['ref']))
}
