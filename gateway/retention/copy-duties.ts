// What whoever takes a copy owes (local/say-it-arrived, local/attest-copies): to say that it arrived, and by the day of destruction
// what became of it. The clocks are the pack's; the second one follows the item's date wherever that moves.
import { randomUUID } from 'node:crypto'
import { findDuty, type Agreements } from '../../policies/agreements.ts'
import { londonDate, startOfDay } from '../../policies/calendar.ts'
import { dutyDates, type DutyDates } from '../../policies/duty.ts'
import type { Queryable, Transaction } from '../db.ts'
import type { Origin } from './item.ts'

export interface CopyClock {
  readonly clause: string
  readonly packHash: string
  readonly startsAt: Date
  readonly dates: DutyDates
}

export interface CopyDuties {
  acknowledgeFrom(collectedAt: Date): CopyClock
  /** @param destroyOn 'YYYY-MM-DD' */
  attestBy(destroyOn: string): CopyClock
}

const clauses = { acknowledge: 'local/say-it-arrived', attest: 'local/attest-copies' } as const

/** By the rules of the day on which each clock is set. */
export function copyDutiesIn(policies: { today(): Agreements }): CopyDuties {
  const clock = (clause: string, startsAt: Date): CopyClock => {
    const all = policies.today()
    const rule = findDuty(all, clause)
    if (!rule) throw new Error(`No agreement pack has the duty of ${clause}.`)
    return { clause, packHash: all.localHash, startsAt, dates: dutyDates(rule, startsAt) }
  }
  return {
    acknowledgeFrom: (collectedAt) => clock(clauses.acknowledge, collectedAt),
    attestBy: (destroyOn) => clock(clauses.attest, startOfDay(destroyOn)),
  }
}

interface Taken {
  readonly transferId: string
  readonly personId: string
  readonly collectedAt: Date
  readonly destroyOn: string
}

type Owing = Pick<Taken, 'transferId' | 'personId' | 'destroyOn'>

/** A copy that is taken after an attestation is owed for again; that one arrived is said once. */
export async function startCopyDuties(tx: Transaction, duties: CopyDuties, taken: Taken): Promise<void> {
  await insertDuty(tx, taken, 'item.acknowledged', duties.acknowledgeFrom(taken.collectedAt), 'do nothing')
  await oweAttestation(tx, duties, taken)
}

/** What became of every copy is to be said again, also of one that never was a package: paper, a removable medium. */
export function oweAttestation(tx: Transaction, duties: CopyDuties, owing: Owing): Promise<void> {
  return insertDuty(tx, owing, 'copies.attested', duties.attestBy(owing.destroyOn), 'do update set met_at = null') // prettier-ignore
}

async function insertDuty(
  tx: Transaction,
  owing: Owing,
  meets: string,
  { clause, packHash, startsAt, dates }: CopyClock,
  again: 'do nothing' | 'do update set met_at = null',
): Promise<void> {
  await tx.query(
    `insert into concordat.duty (id, clause, transfer_id, owed_by, meets, starts_at, warn_at, due_at, late_at, pack_hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (clause, transfer_id) ${again}`,
    [randomUUID(), clause, owing.transferId, owing.personId, meets, startsAt, dates.warnAt, dates.dueAt, dates.lateAt ?? null, packHash],
  ) // prettier-ignore
}

export async function meetCopyDuties(
  tx: Transaction,
  transferId: string,
  met: readonly ('item.acknowledged' | 'copies.attested')[],
  now: Date,
): Promise<void> {
  await tx.query(
    `update concordat.duty set met_at = $3 where transfer_id = $1 and meets = any ($2) and met_at is null`,
    [transferId, met, now],
  )
}

/** The date of the item has moved, or nothing holds it any more: nobody is late for a day that they could not know. */
export async function moveCopyDuty(
  tx: Transaction,
  duties: CopyDuties,
  item: { readonly of: Origin; readonly destroyOn: string },
  now: Date,
): Promise<void> {
  if (item.of.kind !== 'transfer') return // nobody is asked to account for their copy of a delivery
  const today = londonDate(now)
  const { startsAt, dates } = duties.attestBy(item.destroyOn < today ? today : item.destroyOn)
  await tx.query(
    `update concordat.duty set starts_at = $2, warn_at = $3, due_at = $4, late_at = $5
     where transfer_id = $1 and meets = 'copies.attested' and met_at is null`,
    [item.of.id, startsAt, dates.warnAt, dates.dueAt, dates.lateAt ?? null],
  )
}

export interface OwedDuty {
  readonly id: string
  readonly clause: string
  readonly meets: 'item.acknowledged' | 'copies.attested'
  readonly transferId: string
  readonly reference: string
  readonly agreement: string
  readonly exchange: string
  readonly from: string
  readonly to: string
  readonly owedBy: { readonly id: string; readonly name: string; readonly email: string }
  readonly warnAt: Date
  readonly dueAt: Date
  readonly lateAt: Date
}

const columns = `d.id, d.clause, d.meets, d.transfer_id, d.warn_at, d.due_at, d.late_at, t.reference, t.agreement, t.exchange,
  t.from_party, t.to_party, p.id as person_id, p.name, p.email
  from concordat.owed_duty d join concordat.transfer t on t.id = d.transfer_id join concordat.person p on p.id::text = d.owed_by
  where d.meets <> 'transfer.supplied'`

export async function findOwed(db: Queryable, transferId: string): Promise<OwedDuty[]> {
  const { rows } = await db.query(`select ${columns} and d.transfer_id = $1 order by d.due_at, d.id`, [transferId]) // prettier-ignore
  return rows.map(parse)
}

/** What a person owes, and what is overdue of what their body gave or took; soonest first, at most 500. */
export async function listOwed(
  db: Queryable,
  { personId, party }: { readonly personId: string; readonly party: string },
  now: Date,
): Promise<OwedDuty[]> {
  const { rows } = await db.query(
    `select ${columns} and (d.owed_by = $1::text or (d.late_at < $3 and $2 in (t.from_party, t.to_party))) order by d.due_at, d.id limit 500`,
    [personId, party, now],
  )
  return rows.map(parse)
}

/** Duties of which a notice is due that nobody was sent. */
export async function findUntold(
  db: Queryable,
  kind: 'reminder' | 'overdue',
  now: Date,
): Promise<OwedDuty[]> {
  const { rows } = await db.query(
    `select ${columns} and case $2 when 'reminder' then d.warn_at else d.late_at end <= $1
       and not exists (select from concordat.duty_notice n where n.duty_id = d.id and n.kind = $2 and n.due_at = d.due_at)
     order by d.due_at, d.id limit 500`,
    [now, kind],
  )
  return rows.map(parse)
}

/** @returns false when another worker told first */
export async function noteTold(
  tx: Transaction,
  duty: OwedDuty,
  kind: 'reminder' | 'overdue',
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into concordat.duty_notice (duty_id, kind, due_at, told_at) values ($1, $2, $3, $4) on conflict do nothing`,
    [duty.id, kind, duty.dueAt, now],
  )
  return rowCount === 1
}

function parse(row: Record<string, unknown>): OwedDuty {
  return {
    id: String(row['id']),
    clause: String(row['clause']),
    meets: row['meets'] as OwedDuty['meets'], // the table's constraint has no other
    transferId: String(row['transfer_id']),
    reference: String(row['reference']),
    agreement: String(row['agreement']),
    exchange: String(row['exchange']),
    from: String(row['from_party']),
    to: String(row['to_party']),
    owedBy: { id: String(row['person_id']), name: String(row['name']), email: String(row['email']) },
    warnAt: row['warn_at'] as Date, // timestamptz
    dueAt: row['due_at'] as Date,
    lateAt: row['late_at'] as Date,
  }
}
