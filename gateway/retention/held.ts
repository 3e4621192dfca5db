// Something that is held, with what governs it: its item, and what the request that it came from says of agreement, parties and
// marking. And the facts that clauses on holds and clocks are judged by.
import type { Facts } from '../../policies/facts.ts'
import type { Queryable } from '../db.ts'
import type { Person } from '../http/who.ts'
import { factsOfPerson } from '../people/facts.ts'
import { namedIn, type Item } from './item.ts'
import { countHolds, itemColumns, parseItem } from './store.ts'

export interface Held {
  readonly item: Item
  /** Of the request, or "Delivery 7": for people to say. */
  readonly reference: string
  /** Where people read about that. */
  readonly page: string
  readonly agreement: string
  readonly exchange: string
  readonly from: string
  readonly to: string
  readonly marking: string
  /** The dataset, or the exchange that it is a delivery of. */
  readonly contents: string
}

const columns = `${itemColumns}, k.of_kind, k.of_id, k.reference, k.agreement, k.exchange, k.from_party, k.to_party, k.marking, k.contents`
const tables = 'concordat.item i join concordat.kept k on k.item_id = i.id'

export async function findHeld(db: Queryable, id: string): Promise<Held | undefined> {
  const { rows } = await db.query(`select ${columns} from ${tables} where i.id = $1`, [id])
  return rows[0] && parseHeld(rows[0])
}

/** The same, locked, so that what is judged is what is changed. The shelf that it lies on is locked before it. */
export async function lockHeld(tx: Queryable, id: string): Promise<Held | undefined> {
  const { rows } = await tx.query(`select ${columns} from ${tables} where i.id = $1 for update of i`, [id])
  return rows[0] && parseHeld(rows[0])
}

export interface HeldFilter {
  /** One of its parties, or the owner of its schedule. */
  readonly party: string
  readonly states?: readonly string[]
  readonly dueFrom?: string
  readonly dueUntil?: string
  /** Of this class and owner, under any version; what got a date of its own by an act is left out: it keeps it. */
  readonly scheduled?: { readonly owner: string; readonly retentionClass: string }
}

/** Soonest to be destroyed first, at most 500. */
export async function listHeld(db: Queryable, filter: HeldFilter): Promise<Held[]> {
  const { rows } = await db.query(
    `select ${columns} from ${tables}
     where $1 in (k.from_party, k.to_party, i.schedule_owner) and ($2::text[] is null or i.state = any ($2))
       and ($3::date is null or i.destroy_on >= $3) and ($4::date is null or i.destroy_on <= $4)
       and ($5::text is null or (i.schedule_owner = $5 and i.retention_class = $6 and not exists (
         select from concordat.retention_change c where c.item_id = i.id and c.means = 'date' and c.destroy_on_after = i.destroy_on)))
     order by i.destroy_on, i.id limit 500`,
    [
      filter.party, filter.states ?? null, filter.dueFrom ?? null, filter.dueUntil ?? null,
      filter.scheduled?.owner ?? null, filter.scheduled?.retentionClass ?? null,
    ], // prettier-ignore
  )
  return rows.map(parseHeld)
}

type ItemFacts = NonNullable<Facts['item']>

export async function factsOfHeld(
  db: Queryable,
  person: Person,
  held: Held,
  now: Date,
  extra: Partial<ItemFacts> = {},
): Promise<Facts> {
  const { item, agreement, exchange, from, to } = held
  return {
    ...(await factsOfPerson(db, person, now)),
    item: {
      ...{ id: item.id, agreement, exchange, from, to },
      retentionClass: item.retentionClass,
      scheduleOwner: item.scheduleOwner,
      destroyOn: item.destroyOn,
      holds: await countHolds(db, item.id),
      ...(item.consentUntil !== undefined && { consentUntil: item.consentUntil }),
      ...extra,
    },
  }
}

function parseHeld(row: Record<string, unknown>): Held {
  const { reference, page } = namedIn(row)
  return {
    item: parseItem(row),
    reference,
    page,
    agreement: String(row['agreement']),
    exchange: String(row['exchange']),
    from: String(row['from_party']),
    to: String(row['to_party']),
    marking: String(row['marking']),
    contents: String(row['contents']),
  }
}
