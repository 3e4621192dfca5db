// SQL of urgent shares: one version of one concern, who it was shared with, and what the review afterwards said.
import type { Permit } from '../../policies/decide.ts'
import type { Queryable, Transaction } from '../db.ts'

export interface UrgentShare {
  readonly id: string
  /** As people say it: URG-… */
  readonly reference: string
  readonly concern: string
  readonly concernVersion: number
  readonly reason: string
  readonly sharedBy: string
  readonly sharedAt: Date
  readonly reviewBy: Date
  readonly review:
    { readonly by: string; readonly at: Date; readonly finding: Finding; readonly words: string } | undefined
  readonly recipients: readonly {
    readonly id: string
    readonly name: string
    readonly collectedAt: Date | undefined
  }[]
}

export const findings = ['right', 'not-right'] as const
export type Finding = (typeof findings)[number]

const columns = `u.id, u.reference, u.concern_reference, u.concern_version, u.reason, u.shared_by, u.shared_at, u.review_by,
  u.reviewed_by, u.reviewed_at, u.finding, u.review_words,
  (select jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'collectedAt', r.first_collected_at) order by p.name)
   from concordat.urgent_recipient r join concordat.person p on p.id = r.person_id where r.share_id = u.id) as recipients`

/** The newest first. @param recipient only those that were shared with this person */
export async function listShares(db: Queryable, recipient?: string): Promise<UrgentShare[]> {
  const { rows } = await db.query(
    `select ${columns} from concordat.urgent_share u
     where $1::uuid is null or exists (select from concordat.urgent_recipient r where r.share_id = u.id and r.person_id = $1)
     order by u.shared_at desc limit 100`,
    [recipient ?? null],
  )
  return rows.map(parse)
}

export async function lockShare(tx: Transaction, id: string): Promise<UrgentShare | undefined> {
  const { rows } = await tx.query(
    `select ${columns} from concordat.urgent_share u where u.id = $1 for update of u`,
    [id],
  )
  return rows[0] && parse(rows[0])
}

/** Shares of a person whose review is not closed. Taken one at a time, so that two at once do not both pass. */
export async function countOpenReviews(tx: Transaction, person: string): Promise<number> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('concordat.urgent_share ' || $1))`, [person])
  const { rows } = await tx.query(
    'select count(*) as open from concordat.urgent_share where shared_by = $1 and reviewed_at is null',
    [person],
  )
  return Number(rows[0]?.['open'])
}

type NewShare = Omit<UrgentShare, 'review' | 'recipients'> & { readonly people: readonly string[] }

export async function insertShare(tx: Transaction, permit: Permit, made: NewShare): Promise<void> {
  if (permit.act !== 'release') throw new Error('a permit for another act')
  await tx.query(
    `insert into concordat.urgent_share (id, reference, concern_reference, concern_version, reason, shared_by, shared_at, review_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      made.id,
      made.reference,
      made.concern,
      made.concernVersion,
      made.reason,
      made.sharedBy,
      made.sharedAt,
      made.reviewBy,
    ],
  )
  await tx.query(
    'insert into concordat.urgent_recipient (share_id, person_id) select $1, unnest($2::uuid[])',
    [made.id, made.people],
  )
}

export async function markCollected(tx: Transaction, id: string, person: string, now: Date): Promise<void> {
  await tx.query(
    'update concordat.urgent_recipient set first_collected_at = $3 where share_id = $1 and person_id = $2 and first_collected_at is null',
    [id, person, now],
  )
}

/** @returns false where it was reviewed already */
export async function closeReview(
  tx: Transaction,
  permit: Permit,
  id: string,
  review: NonNullable<UrgentShare['review']>,
): Promise<boolean> {
  if (permit.act !== 'review') throw new Error('a permit for another act')
  const { rowCount } = await tx.query(
    `update concordat.urgent_share set reviewed_by = $2, reviewed_at = $3, finding = $4, review_words = $5
     where id = $1 and reviewed_at is null`,
    [id, review.by, review.at, review.finding, review.words],
  )
  return rowCount === 1
}

function parse(row: Record<string, unknown>): UrgentShare {
  const recipients = (row['recipients'] ?? []) as { id: string; name: string; collectedAt: string | null }[] // as the statement writes it
  const reviewedAt = row['reviewed_at']
  return {
    id: String(row['id']),
    reference: String(row['reference']),
    concern: String(row['concern_reference']),
    concernVersion: Number(row['concern_version']),
    reason: String(row['reason']),
    sharedBy: String(row['shared_by']),
    sharedAt: row['shared_at'] as Date, // timestamptz
    reviewBy: row['review_by'] as Date,
    review:
      reviewedAt instanceof Date
        ? {
            by: String(row['reviewed_by']),
            at: reviewedAt,
            finding: row['finding'] as Finding, // the table's own constraint
            words: String(row['review_words']),
          }
        : undefined,
    recipients: recipients.map(({ id, name, collectedAt }) => ({
      id,
      name,
      collectedAt: collectedAt === null ? undefined : new Date(collectedAt),
    })),
  }
}
