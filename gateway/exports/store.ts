// SQL of deliveries. A number is given in the transaction that releases, under a lock, and the table's own constraints keep it
// dense. Writes take the permit that earned them.
import type { Permit } from '../../policies/decide.ts'
import type { Act } from '../../policies/facts.ts'
import type { Queryable, Transaction } from '../db.ts'
import type { ConcernsExport } from './concerns-export.ts'
import {
  isSent,
  type Delivery,
  type PutForward,
  type ReleasedDelivery,
  type SentDelivery,
} from './delivery.ts'

const columns = `d.id, d.quarter_ends_on, q.label, q.starts_on, d.amends, d.amends_reason, d.edition, d.rehearsal_id, d.state,
  d.put_forward_by, d.put_forward_at, d.number, d.follows, d.released_by, d.released_at, d.manifest,
  encode(d.manifest_sha256, 'hex') as manifest_sha256, d.row_count, d.new_count, d.changed_count, d.closed_count, d.reopened_count,
  d.sent_at, d.acknowledge_by, d.acknowledged_at, d.acknowledged_by`
const joined = 'concordat.delivery d join concordat.export_quarter q on q.ends_on = d.quarter_ends_on'

export async function findDelivery(db: Queryable, id: string): Promise<Delivery | undefined> {
  const { rows } = await db.query(`select ${columns} from ${joined} where d.id = $1`, [id])
  return rows[0] && parse(rows[0])
}

export async function lockDelivery(tx: Transaction, id: string): Promise<Delivery | undefined> {
  const { rows } = await tx.query(`select ${columns} from ${joined} where d.id = $1 for update of d`, [id])
  return rows[0] && parse(rows[0])
}

/** One that has been sent. */
export async function findSent(db: Queryable, number: number): Promise<SentDelivery | undefined> {
  const { rows } = await db.query(`select ${columns} from ${joined} where d.number = $1`, [number])
  const found = rows[0] && parse(rows[0])
  return isSent(found) ? found : undefined
}

export async function findLatestSent(db: Queryable): Promise<SentDelivery | undefined> {
  const { rows } = await db.query(
    `select ${columns} from ${joined} where d.sent_at is not null order by d.number desc limit 1`,
  )
  const found = rows[0] && parse(rows[0])
  return isSent(found) ? found : undefined
}

/** What two people are about to make, or have made and the gateway is sealing. */
export async function findUnderWay(db: Queryable): Promise<PutForward | ReleasedDelivery | undefined> {
  const { rows } = await db.query(
    `select ${columns} from ${joined} where d.state in ('put-forward', 'released')`,
  )
  const found = rows[0] && parse(rows[0])
  return found?.state === 'put-forward' || found?.state === 'released' ? found : undefined
}

/** Those that were sent in quarters that ended on or after the day, the newest first. */
export async function listSent(db: Queryable, endedFrom: string): Promise<SentDelivery[]> {
  const { rows } = await db.query(
    `select ${columns} from ${joined} where d.sent_at is not null and d.quarter_ends_on >= $1 order by d.number desc limit 200`,
    [endedFrom],
  )
  return rows.map(parse).filter(isSent)
}

/** @returns whether the quarter has its delivery, or one on its way */
export async function hasQuarterly(db: Queryable, quarterEndsOn: string): Promise<boolean> {
  const { rows } = await db.query(
    `select 1 from concordat.delivery where kind = 'quarterly' and quarter_ends_on = $1 and state <> 'withdrawn'`,
    [quarterEndsOn],
  )
  return rows.length > 0
}

/** @returns false where another is put forward already, for this quarter or at all */
export async function insertDelivery(
  tx: Transaction,
  permit: Permit,
  made: Pick<
    PutForward,
    'id' | 'quarterEndsOn' | 'amendment' | 'edition' | 'rehearsalId' | 'putForwardBy' | 'putForwardAt'
  >,
): Promise<boolean> {
  demand(permit, 'put-forward')
  const { rowCount } = await tx.query(
    `insert into concordat.delivery (id, kind, quarter_ends_on, amends, amends_reason, edition, rehearsal_id, state, put_forward_by, put_forward_at)
     values ($1, $2, $3, $4, $5, $6, $7, 'put-forward', $8, $9) on conflict do nothing`,
    [
      made.id, made.amendment ? 'amendment' : 'quarterly', made.quarterEndsOn, made.amendment?.amends ?? null, made.amendment?.reason ?? null,
      made.edition, made.rehearsalId, made.putForwardBy, made.putForwardAt,
    ], // prettier-ignore
  )
  return rowCount === 1
}

export async function withdrawDelivery(
  tx: Transaction,
  permit: Permit,
  id: string,
  by: string,
  now: Date,
): Promise<void> {
  demand(permit, 'put-forward')
  await tx.query(
    `update concordat.delivery set state = 'withdrawn', withdrawn_by = $2, withdrawn_at = $3 where id = $1 and state = 'put-forward'`,
    [id, by, now],
  )
}

/** Gives the next number. @returns it; undefined where somebody released or withdrew it first */
export async function releaseDelivery(
  tx: Transaction,
  permit: Permit,
  id: string,
  by: string,
  now: Date,
): Promise<number | undefined> {
  demand(permit, 'release')
  await tx.query(`select pg_advisory_xact_lock(hashtext('concordat.delivery'))`)
  const { rows } = await tx.query(
    `with last as (select max(number) as number from concordat.delivery)
     update concordat.delivery set state = 'released', released_by = $2, released_at = $3,
       number = coalesce(last.number, 0) + 1, follows = last.number
     from last where id = $1 and state = 'put-forward' returning delivery.number`,
    [id, by, now],
  )
  return rows[0] && Number(rows[0]['number'])
}

/** @returns false where it was sent already */
export async function markSent(
  tx: Transaction,
  permit: Permit,
  id: string,
  sent: Pick<SentDelivery, 'manifest' | 'manifestSha256' | 'rows' | 'changes' | 'sentAt' | 'acknowledgeBy'>,
  under: Pick<ConcernsExport, 'agreement' | 'key' | 'from' | 'to' | 'marking'>,
): Promise<boolean> {
  demand(permit, 'pack')
  const { rowCount } = await tx.query(
    `update concordat.delivery set state = 'sent', manifest = $2, manifest_sha256 = decode($3, 'hex'), row_count = $4, new_count = $5,
       changed_count = $6, closed_count = $7, reopened_count = $8, sent_at = $9, acknowledge_by = $10,
       agreement = $11, exchange = $12, from_party = $13, to_party = $14, marking = $15
     where id = $1 and state = 'released'`,
    [
      id, sent.manifest, sent.manifestSha256, sent.rows, sent.changes.new, sent.changes.changed, sent.changes.closed, sent.changes.reopened,
      sent.sentAt, sent.acknowledgeBy, under.agreement, under.key, under.from, under.to, under.marking,
    ], // prettier-ignore
  )
  return rowCount === 1
}

/** The first member of the team who says so. @returns false where somebody said so before */
export async function markAcknowledged(
  tx: Transaction,
  permit: Permit,
  id: string,
  by: string,
  now: Date,
): Promise<boolean> {
  demand(permit, 'receive')
  const { rowCount } = await tx.query(
    `update concordat.delivery set state = 'acknowledged', acknowledged_by = $2, acknowledged_at = $3 where id = $1 and state = 'sent'`,
    [id, by, now],
  )
  return rowCount === 1
}

function demand(permit: Permit, act: Act): void {
  if (permit.act !== act) throw new Error(`a permit for ${permit.act} was used to ${act}`)
}

function parse(row: Record<string, unknown>): Delivery {
  const instant = (name: string) => row[name] as Date // timestamptz
  const base = {
    id: String(row['id']),
    quarterEndsOn: String(row['quarter_ends_on']),
    quarterLabel: String(row['label']),
    quarterStartsOn: String(row['starts_on']),
    amendment:
      row['amends'] === null
        ? undefined
        : { amends: Number(row['amends']), reason: String(row['amends_reason']) },
    edition: Number(row['edition']),
    rehearsalId: String(row['rehearsal_id']),
    putForwardBy: String(row['put_forward_by']),
    putForwardAt: instant('put_forward_at'),
  }
  const state = String(row['state']) as Delivery['state'] // the table's own constraint
  if (state === 'put-forward' || state === 'withdrawn') return { ...base, state }
  const released = {
    ...base,
    number: Number(row['number']),
    follows: row['follows'] === null ? undefined : Number(row['follows']),
    releasedBy: String(row['released_by']),
    releasedAt: instant('released_at'),
  }
  if (state === 'released') return { ...released, state }
  const sent = { ...released, ...parseSent(row) }
  if (state === 'sent') return { ...sent, state }
  return {
    ...sent,
    state,
    acknowledgedAt: instant('acknowledged_at'),
    acknowledgedBy: String(row['acknowledged_by']),
  }
}

function parseSent(row: Record<string, unknown>) {
  const count = (name: string) => Number(row[name])
  return {
    manifest: String(row['manifest']),
    manifestSha256: String(row['manifest_sha256']),
    rows: count('row_count'),
    changes: {
      new: count('new_count'),
      changed: count('changed_count'),
      closed: count('closed_count'),
      reopened: count('reopened_count'),
    },
    sentAt: row['sent_at'] as Date, // timestamptz
    acknowledgeBy: row['acknowledge_by'] as Date,
  }
}
