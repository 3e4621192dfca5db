// The nightly comparison (M7): every item key that was let out has the entry that let it, every such entry a delivery, every
// delivery a key. A difference is an incident, by its kind and without a name in it; a delivery that broke off says so itself.
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db.ts'
import { record } from '../http/mount.ts'
import type { LedgerEvent } from '../../audit/events.ts'

export interface ReconcileDeps {
  readonly db: Database
  readonly clock: Clock
}

export type DifferenceKind =
  'key-without-entry' | 'entry-without-key' | 'entry-without-delivery' | 'delivery-without-entry'

export interface Difference {
  readonly kind: DifferenceKind
  readonly itemId: string
  /** The entry or the delivery that stands alone. */
  readonly found: string
}

export interface Reconciled {
  readonly used: number
  readonly entries: number
  readonly deliveries: number
  readonly differences: readonly Difference[]
}

const dayMs = 24 * 3_600_000
/** What is younger may still be on its way from its commit to its key. */
const settledMs = 10 * 60_000

/** Compares what happened since the last comparison, once a day at most. @returns undefined where it is not time yet */
export async function reconcileKeys({ db, clock }: ReconcileDeps): Promise<Reconciled | undefined> {
  const now = clock()
  const until = new Date(now.getTime() - settledMs)
  return db.withTransaction(async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtext('concordat reconciliation'))`)
    const { rows } = await tx.query('select max(compared_until) as last from concordat.reconciliation')
    const last = rows[0]?.['last']
    const from = last instanceof Date ? last : new Date(0)
    if (until.getTime() - from.getTime() < dayMs) return undefined
    const found = await compare(tx, from, until)
    await tx.query(
      `insert into concordat.reconciliation (id, compared_from, compared_until, keys_used, entries, deliveries, differences, made_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [randomUUID(), from, until, found.used, found.entries, found.deliveries, found.differences.length, now],
    )
    await record(tx, [saidOf(found), ...found.differences.map(incidentOf)], now)
    return found
  })
}

/** What was handed out of each item: to its collectors, to the mailbox of a delivery, to whoever looked, or to be sealed anew. */
const handedOut = `select id, item_id, collected_at from concordat.collection
  union all select id, item_id, opened_at from concordat.delivery_mail_opening
  union all select id, photograph_id, opened_at from concordat.photograph_opening
  union all select id, item_id, started_at from concordat.resealing where resumes is null`
/** Entries that let a key out, with the delivery that each names; a delivery that broke off before its key accounts for itself. */
const opened = `select e.id, i.key as item_id, convert_from(e.body, 'UTF8')::jsonb -> 'detail' ->> 'collection' as collection, e.recorded_at
  from ledger.entry e join ledger.index t on t.entry_id = e.id and t.kind = 'type' and t.key in ('item.collected', 'item.mailed', 'item.resealed', 'photograph.opened')
  join ledger.index i on i.entry_id = e.id and i.kind = 'item'`
const broken = `select convert_from(e.body, 'UTF8')::jsonb -> 'detail' ->> 'collection' as collection
  from ledger.entry e join ledger.index t on t.entry_id = e.id and t.kind = 'type' and t.key = 'delivery.failed'`

/** Each side is looked for in all of the other, so that what straddles the edge of a day is no difference. */
async function compare(tx: Queryable, from: Date, until: Date): Promise<Reconciled> {
  const span = [from, until]
  const { rows } = await tx.query(
    `with opened as (${opened}), broken as (${broken}), handed_out as (${handedOut})
     select 'key-without-entry' as kind, u.item_id::text as item_id, u.entry_id::text as found from concordat.key_use u
       where u.used_at >= $1 and u.used_at < $2 and not exists (select from opened o where o.id = u.entry_id and o.item_id = u.item_id::text)
     union all select 'entry-without-key', o.item_id, o.id::text from opened o
       where o.recorded_at >= $1 and o.recorded_at < $2 and not exists (select from concordat.key_use u where u.entry_id = o.id)
         and not exists (select from broken b where b.collection = o.collection)
     union all select 'entry-without-delivery', o.item_id, o.id::text from opened o
       where o.recorded_at >= $1 and o.recorded_at < $2 and not exists (select from handed_out c where c.id::text = o.collection and c.item_id::text = o.item_id)
     union all select 'delivery-without-entry', c.item_id::text, c.id::text from handed_out c
       where c.collected_at >= $1 and c.collected_at < $2 and not exists (select from opened o where o.collection = c.id::text)
     limit 100`,
    span,
  )
  const counts = await tx.query(
    `select (select count(*) from concordat.key_use where used_at >= $1 and used_at < $2) as used,
       (select count(*) from (${opened}) o where o.recorded_at >= $1 and o.recorded_at < $2) as entries,
       (select count(*) from (${handedOut}) h where collected_at >= $1 and collected_at < $2) as deliveries`,
    span,
  )
  return {
    used: Number(counts.rows[0]?.['used']),
    entries: Number(counts.rows[0]?.['entries']),
    deliveries: Number(counts.rows[0]?.['deliveries']),
    differences: rows.map((row) => ({
      kind: row['kind'] as DifferenceKind, // one of the four above
      itemId: String(row['item_id']),
      found: String(row['found']),
    })),
  }
}

const by = { actor: { kind: 'process', name: 'worker' }, correlation: 'reconciliation' } as const

function saidOf({ used, entries, deliveries, differences }: Reconciled): LedgerEvent {
  const detail = { used, entries, deliveries, differences: differences.length }
  return { ...by, type: 'keys.reconciled', subjects: [], detail }
}

function incidentOf({ kind, itemId, found }: Difference): LedgerEvent {
  const subjects = [{ kind: 'item', id: itemId } as const]
  return { ...by, type: 'incident.raised', subjects, detail: { kind, found } }
}

/**
 * Counts a key where it is let out, before anybody can use it: what cannot be counted is not let out.
 * @throws the database's errors
 */
export async function countKeyUse(
  db: Queryable,
  use: { readonly itemId: string; readonly entryId: string; readonly at: Date },
): Promise<void> {
  await db.query(`insert into concordat.key_use (item_id, entry_id, used_at) values ($1, $2, $3)`, [
    use.itemId,
    use.entryId,
    use.at,
  ])
}
