// SQL of copies outside the gateway. Each move of one takes the permit of its act.
import type { Permit } from '../../policies/decide.ts'
import type { Queryable, Transaction } from '../db.ts'
import { demand } from '../decisions/demand.ts'
import type { Method, OutsideCopy, OutsideKind, OutsideOrigin, OutsideState } from './outside-copy.ts'

const columns = `c.id, c.item_id, c.kind, c.origin, c.description, c.amount, c.place, c.device, c.back_on, c.state, c.registered_by,
  c.registered_at, c.answer, c.method, c.witness, c.ended_on, c.ended_at`

export async function insertOutsideCopy(tx: Transaction, permit: Permit, copy: OutsideCopy): Promise<void> {
  demand(permit, 'register-copy')
  await tx.query(
    `insert into concordat.outside_copy (id, item_id, kind, origin, description, amount, place, device, back_on, state, registered_by, registered_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      copy.id, copy.itemId, copy.kind, copy.origin, copy.description, copy.amount, copy.place, copy.device ?? null,
      copy.backOn ?? null, copy.state, copy.registeredBy, copy.registeredAt,
    ], // prettier-ignore
  )
}

export async function findOutsideCopies(db: Queryable, itemId: string): Promise<OutsideCopy[]> {
  const { rows } = await db.query(
    `select ${columns} from concordat.outside_copy c where c.item_id = $1 order by c.registered_at, c.id`,
    [itemId],
  )
  return rows.map(parse)
}

/** One of this item, locked. */
export async function lockOutsideCopy(
  tx: Transaction,
  itemId: string,
  id: string,
): Promise<OutsideCopy | undefined> {
  const { rows } = await tx.query(
    `select ${columns} from concordat.outside_copy c where c.item_id = $1 and c.id = $2 for update`,
    [itemId, id],
  )
  return rows[0] && parse(rows[0])
}

interface Said {
  readonly id: string
  readonly by: string
  readonly at: Date
}

export async function answerOutsideCopy(
  tx: Transaction,
  permit: Permit,
  { id, by, at, approved, reason }: Said & { readonly approved: boolean; readonly reason: string },
): Promise<void> {
  demand(permit, 'answer-media')
  await tx.query(
    `update concordat.outside_copy set state = $2, answered_by = $3, answered_at = $4, answer = $5 where id = $1`,
    [id, approved ? 'held' : 'declined', by, at, reason],
  )
}

export async function receiveOutsideCopy(
  tx: Transaction,
  permit: Permit,
  { id, by, at }: Said,
): Promise<void> {
  demand(permit, 'receive-copy')
  await tx.query(
    `update concordat.outside_copy set state = 'held', received_by = $2, received_at = $3 where id = $1`,
    [id, by, at],
  )
}

export interface Ending {
  readonly outcome: 'destroyed' | 'returned'
  readonly method?: Method | undefined
  readonly witness?: string | undefined
  /** 'YYYY-MM-DD' */
  readonly on: string
}

export async function endOutsideCopy(
  tx: Transaction,
  permit: Permit,
  { id, by, at, outcome, method, witness, on }: Said & Ending,
): Promise<void> {
  demand(permit, 'dispose-copy')
  await tx.query(
    `update concordat.outside_copy set state = $2, method = $3, witness = $4, ended_on = $5, ended_by = $6, ended_at = $7 where id = $1`,
    [id, outcome, method ?? null, witness ?? null, on, by, at],
  )
}

export interface RegisteredCopy extends OutsideCopy {
  readonly transferId: string
  readonly reference: string
  /** 'YYYY-MM-DD': by when it has to have ended. */
  readonly destroyOn: string
}

/** What this party has to do with: those that are open first, the soonest due of them first; at most 500. */
export async function listOutsideCopies(db: Queryable, party: string): Promise<RegisteredCopy[]> {
  const { rows } = await db.query(
    `select ${columns}, i.transfer_id, i.destroy_on, t.reference
     from concordat.outside_copy c join concordat.item i on i.id = c.item_id join concordat.transfer t on t.id = i.transfer_id
     where $1 in (t.from_party, t.to_party, i.schedule_owner)
     order by c.state not in ('asked', 'handed-over', 'held'), i.destroy_on, c.registered_at, c.id limit 500`,
    [party],
  )
  return rows.map((row) => ({
    ...parse(row),
    transferId: String(row['transfer_id']),
    reference: String(row['reference']),
    destroyOn: String(row['destroy_on']),
  }))
}

function parse(row: Record<string, unknown>): OutsideCopy {
  const given = (name: string) => (typeof row[name] === 'string' ? row[name] : undefined)
  const [device, backOn, answer, witness, endedOn] = ['device', 'back_on', 'answer', 'witness', 'ended_on'].map(given) // prettier-ignore
  return {
    id: String(row['id']),
    itemId: String(row['item_id']),
    kind: row['kind'] as OutsideKind, // the table's constraints have no other
    origin: row['origin'] as OutsideOrigin,
    description: String(row['description']),
    amount: Number(row['amount']),
    place: String(row['place']),
    state: row['state'] as OutsideState,
    registeredBy: String(row['registered_by']),
    registeredAt: row['registered_at'] as Date, // timestamptz
    ...(device !== undefined && { device }),
    ...(backOn !== undefined && { backOn }),
    ...(answer !== undefined && { answer }),
    ...(row['method'] !== null && { method: row['method'] as Method }),
    ...(witness !== undefined && { witness }),
    ...(endedOn !== undefined && { endedOn }),
    ...(row['ended_at'] !== null && { endedAt: row['ended_at'] as Date }),
  }
}
