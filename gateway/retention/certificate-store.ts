// SQL of certificates. One that says something new of the copies is another edition; earlier ones stay as they were signed.
import type { Queryable, Transaction } from '../db.ts'
import { namedIn, type Item } from './item.ts'

export interface StoredCertificate {
  readonly id: string
  readonly jws: string
  readonly issuedAt: Date
  readonly edition: number
}

/** Destroyed items without a certificate, or of which somebody has attested something since the latest. */
export async function findUncertified(db: Queryable): Promise<string[]> {
  const { rows } = await db.query(
    `select i.id from concordat.item i where i.state = 'destroyed'
       and (not exists (select from concordat.certificate c where c.item_id = i.id)
            or exists (select from concordat.collection t join concordat.copy_attestation a on a.collection_id = t.id
                       where t.item_id = i.id and a.attested_at > (select max(c.issued_at) from concordat.certificate c where c.item_id = i.id))
            or exists (select from concordat.outside_copy o where o.item_id = i.id
                       and greatest(o.ended_at, o.answered_at, o.received_at) > (select max(c.issued_at) from concordat.certificate c where c.item_id = i.id)))
     order by i.destroyed_at limit 1000`,
  )
  return rows.map((row) => String(row['id']))
}

export interface HeldBackup {
  readonly id: string
  /** 'YYYY-MM-DD' */
  readonly lapsesOn: string
}

/** Backups that were taken while it was held, and had not lapsed when it was destroyed. */
export async function findBackups(
  db: Queryable,
  item: Pick<Item, 'clockStartedAt' | 'status'>,
): Promise<HeldBackup[]> {
  if (item.status.state !== 'destroyed') return []
  const { rows } = await db.query(
    `select id, lapses_on from concordat.backup where taken_at between $1 and $2 and lapses_on >= ($2::timestamptz at time zone 'Europe/London')::date
     order by taken_at, id`,
    [item.clockStartedAt, item.status.destroyedAt],
  )
  return rows.map((row) => ({ id: String(row['id']), lapsesOn: String(row['lapses_on']) }))
}

/** @returns false when another process issued that edition first, or nothing has changed since the one before */
export async function insertCertificate(
  tx: Transaction,
  made: { id: string; itemId: string; jws: string; issuedAt: Date; edition: number; copiesHash: Buffer },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into concordat.certificate (id, item_id, jws, issued_at, edition, copies_hash)
     select $1, $2, $3, $4, $5, $6 where not exists
       (select from concordat.certificate c where c.item_id = $2 and c.edition = $5::integer - 1 and c.copies_hash = $6)
     on conflict (item_id, edition) do nothing`,
    [made.id, made.itemId, made.jws, made.issuedAt, made.edition, made.copiesHash],
  )
  return rowCount === 1
}

/** The latest edition. */
export async function findCertificate(db: Queryable, itemId: string): Promise<StoredCertificate | undefined> {
  const { rows } = await db.query(
    `select id, jws, issued_at, edition from concordat.certificate where item_id = $1 order by edition desc limit 1`,
    [itemId],
  )
  return rows[0] && parse(rows[0])
}

/** Every edition, oldest first. */
export async function listEditions(db: Queryable, itemId: string): Promise<StoredCertificate[]> {
  const { rows } = await db.query(
    `select id, jws, issued_at, edition from concordat.certificate where item_id = $1 order by edition`,
    [itemId],
  )
  return rows.map(parse)
}

export interface Certified extends StoredCertificate {
  readonly itemId: string
  readonly reference: string
  readonly page: string
  readonly destroyedAt: Date
}

/** The latest edition of each, of what this party has to do with, newest first; at most 500. */
export async function listCertificates(db: Queryable, party: string): Promise<Certified[]> {
  const { rows } = await db.query(
    `select c.id, c.jws, c.issued_at, c.edition, k.item_id, k.of_kind, k.of_id, k.reference, i.destroyed_at
     from concordat.certificate c join concordat.item i on i.id = c.item_id join concordat.kept k on k.item_id = i.id
     where $1 in (k.from_party, k.to_party, i.schedule_owner)
       and c.edition = (select max(o.edition) from concordat.certificate o where o.item_id = i.id)
     order by c.issued_at desc, c.id limit 500`,
    [party],
  )
  return rows.map((row) => ({
    ...parse(row),
    itemId: String(row['item_id']),
    reference: namedIn(row).reference,
    page: namedIn(row).page,
    destroyedAt: row['destroyed_at'] as Date, // timestamptz
  }))
}

function parse(row: Record<string, unknown>): StoredCertificate {
  return {
    id: String(row['id']),
    jws: String(row['jws']),
    issuedAt: row['issued_at'] as Date, // timestamptz
    edition: Number(row['edition']),
  }
}
