// SQL of shelves: which key opens what, and in which order a shelf comes to its end. A shelf is locked before the items on it.
import type { Permit } from '../../policies/decide.ts'
import { demand } from '../decisions/demand.ts'
import type { Queryable, Transaction } from '../db.ts'
import { apartRef, shelfRef, type Item } from './item.ts'
import { itemColumns, parseItem } from './store.ts'

/** `retiring`: it takes no more items, and what is to stay moves off. */
export type ShelfState = 'open' | 'retiring' | 'destroying' | 'destroyed'

export interface Shelf {
  readonly ref: string
  readonly kind: 'date' | 'apart'
  /** 'YYYY-MM-DD', of a shelf for a date */
  readonly destroyOn?: string
  readonly owner: string
  readonly state: ShelfState
}

/** The shelf for a date, made when there is none that still takes items. A closed one gets a new generation. */
export async function openShelf(tx: Transaction, owner: string, destroyOn: string): Promise<string> {
  await tx.query(`select pg_advisory_xact_lock(hashtext($1))`, [`shelf ${owner} ${destroyOn}`])
  const { rows } = await tx.query(
    `select ref, generation, state, destroy_on from concordat.shelf where owner = $1 and (destroy_on = $2 or starts_with(ref, $3))
     order by generation desc limit 1`,
    [owner, destroyOn, shelfRef(owner, destroyOn, '')],
  )
  const newest = rows[0]
  if (newest?.['state'] === 'open' && newest['destroy_on'] === destroyOn) return String(newest['ref'])
  const generation = Number(newest?.['generation'] ?? 0) + 1
  const ref = shelfRef(owner, destroyOn, generation)
  await tx.query(`insert into concordat.shelf (ref, owner, destroy_on, generation, state) values ($1, $2, $3, $4, 'open')`, [ref, owner, destroyOn, generation]) // prettier-ignore
  return ref
}

/** A new shelf for one item alone, for as long as something holds it. */
export async function openShelfApart(tx: Transaction, item: Item): Promise<string> {
  const { rows } = await tx.query(
    `select coalesce(max(generation), 0) + 1 as next from concordat.shelf where item_id = $1 and kind = 'apart'`,
    [item.id],
  )
  const generation = Number(rows[0]?.['next'])
  const ref = apartRef(item.id, generation)
  await tx.query(
    `insert into concordat.shelf (ref, owner, generation, state, kind, item_id) values ($1, $2, $3, 'open', 'apart', $4)`,
    [ref, item.scheduleOwner, generation, item.id],
  )
  return ref
}

/** Keeps the shelf from being emptied until this transaction ends. @throws when its end has begun */
export async function holdShelfOpen(tx: Transaction, ref: string): Promise<void> {
  const { rows } = await tx.query(`select state from concordat.shelf where ref = $1 for share`, [ref])
  if (rows[0]?.['state'] !== 'open') throw new Error('the shelf takes no more items')
}

export async function lockShelf(tx: Transaction, ref: string): Promise<Shelf | undefined> {
  const { rows } = await tx.query(
    `select ref, kind, owner, state, destroy_on from concordat.shelf where ref = $1 for update`,
    [ref],
  )
  return rows[0] && parseShelf(rows[0])
}

/** Of a shelf that is locked, or whose state need not stand still. */
export async function findSealedOn(tx: Transaction, ref: string): Promise<Item[]> {
  const { rows } = await tx.query(
    `select ${itemColumns} from concordat.item i where i.shelf_ref = $1 and i.state = 'sealed' order by i.id for update`,
    [ref],
  )
  return rows.map(parseItem)
}

/**
 * Shelves that have something to do on a day: those that were begun first, then those whose day has come, then those of one
 * item that nothing holds any more.
 */
export async function findShelvesToEmpty(db: Queryable, today: string): Promise<string[]> {
  const { rows } = await db.query(
    `select s.ref from concordat.shelf s left join concordat.item apart on apart.id = s.item_id
     where s.state in ('retiring', 'destroying')
        or (s.state = 'open' and s.destroy_on <= $1 and exists (select from concordat.item i where i.shelf_ref = s.ref and i.state = 'sealed'))
        or (s.state = 'open' and apart.shelf_ref = s.ref and apart.state = 'sealed' and apart.destroy_on <= $1
            and not exists (select from concordat.hold h where h.item_id = apart.id and h.lifted_at is null))
     order by s.state = 'open', s.destroy_on nulls last, s.ref limit 1000`,
    [today],
  )
  return rows.map((row) => String(row['ref']))
}

/** Closes the shelf to new items, so that those that stay can move off. */
export async function retireShelf(tx: Transaction, ref: string): Promise<void> {
  await tx.query(`update concordat.shelf set state = 'retiring' where ref = $1 and state = 'open'`, [ref])
}

/** Shelves of dates that something lies on and that were made before an instant: still to close, and closed and not ended. */
export async function countShelvesMadeBefore(
  db: Queryable,
  at: Date,
): Promise<{ readonly open: number; readonly ending: number }> {
  const { rows } = await db.query(
    `select count(*) filter (where s.state = 'open') as open, count(*) filter (where s.state <> 'open') as ending from concordat.shelf s
     where ${rotated}`,
    [at],
  )
  return { open: Number(rows[0]?.['open']), ending: Number(rows[0]?.['ending']) }
}

/** @returns how many were closed; the worker moves what lies on them, and ends them */
export async function retireShelvesMadeBefore(tx: Transaction, at: Date, most: number): Promise<number> {
  const { rowCount } = await tx.query(
    `update concordat.shelf set state = 'retiring' where ref in (
       select s.ref from concordat.shelf s where ${rotated} and s.state = 'open' order by s.destroy_on, s.ref limit $2 for update)`,
    [at, most],
  )
  return rowCount ?? 0
}

/** An open shelf that nothing lies on is used again, or was used up: its key protects nothing. */
const rotated = `s.kind = 'date' and s.made_at < $1 and (s.state in ('retiring', 'destroying')
  or s.state = 'open' and exists (select from concordat.item i where i.shelf_ref = s.ref and i.state = 'sealed'))`

/** Everything that still lies on it goes with it: each with its own permit. */
export async function startDestroyingShelf(
  tx: Transaction,
  permits: readonly Permit[],
  ref: string,
): Promise<void> {
  for (const permit of permits) demand(permit, 'destroy', 'dispose')
  const { rows } = await tx.query(
    `select count(*) as sealed from concordat.item where shelf_ref = $1 and state = 'sealed'`,
    [ref],
  )
  if (rows[0]?.['sealed'] !== permits.length) throw new Error('a shelf is destroyed with what was judged, and with nothing else') // prettier-ignore
  await tx.query(
    `update concordat.shelf set state = 'destroying' where ref = $1 and state in ('open', 'retiring')`,
    [ref],
  )
}

/** Once its key is gone and nothing lies on it. */
export async function markShelfDestroyed(tx: Transaction, ref: string, now: Date): Promise<void> {
  await tx.query(
    `update concordat.shelf set state = 'destroyed', destroyed_at = $2
     where ref = $1 and state = 'destroying' and not exists (select from concordat.item where shelf_ref = $1 and state = 'sealed')`,
    [ref, now],
  )
}

/** Every shelf that an item's key ever lay on, its present one included. */
export async function findShelvesOf(db: Queryable, itemId: string): Promise<Shelf[]> {
  const { rows } = await db.query(
    `select s.ref, s.kind, s.owner, s.state, s.destroy_on from concordat.item_shelf h join concordat.shelf s on s.ref = h.shelf_ref
     where h.item_id = $1 order by h.put_at, s.ref`,
    [itemId],
  )
  return rows.map(parseShelf)
}

/** Shelves whose key should still be there, those of photographs among them. */
export async function findLivingShelves(db: Queryable): Promise<string[]> {
  const { rows } = await db.query(
    `select ref from concordat.shelf where state <> 'destroyed'
     union select l.shelf from concordat.photograph p join concordat.photograph_place l on l.id = p.id where p.wrapped_key is not null order by ref`,
  )
  return rows.map((row) => String(row['ref']))
}

/** Shelves of which nothing has said yet that they come to their end. */
export async function findShelvesInUse(db: Queryable): Promise<string[]> {
  const { rows } = await db.query(
    `select ref from concordat.shelf where state in ('open', 'retiring') order by ref`,
  )
  return rows.map((row) => String(row['ref']))
}

/** What the key store says of a shelf is a fact, and no act: it takes no permit. */
export async function noteShelfDestroyed(
  tx: Transaction,
  ref: string,
  items: readonly { readonly id: string; readonly at: Date }[],
  now: Date,
): Promise<void> {
  for (const { id, at } of items) {
    await tx.query(
      `update concordat.transfer t set state = 'destroyed', destroyed_at = $2, version = version + 1
       from concordat.item i where i.id = $1 and t.id = i.transfer_id and t.state <> 'destroyed'`,
      [id, at],
    )
    await tx.query(
      `update concordat.item set state = 'destroyed', wrapped_key = null, destroyed_at = $2 where id = $1 and state = 'sealed'`,
      [id, at],
    )
  }
  await tx.query(
    `update concordat.shelf set state = 'destroyed', destroyed_at = $2 where ref = $1 and state in ('open', 'retiring')`,
    [ref, now],
  )
}

function parseShelf(row: Record<string, unknown>): Shelf {
  return {
    ref: String(row['ref']),
    kind: row['kind'] as Shelf['kind'], // the table's constraint has no other
    owner: String(row['owner']),
    state: row['state'] as ShelfState, // likewise
    ...(typeof row['destroy_on'] === 'string' && { destroyOn: row['destroy_on'] }),
  }
}
