// SQL of the concerns database. A concern is never overwritten: a change ends the version that stood and adds the next, in an
// edition of its own. Editions are made one at a time, so that each holds all that was there before it.
import type { Permit } from '../../policies/decide.ts'
import type { Queryable, Transaction } from '../db.ts'
import type { Concern } from './concern.ts'

/** The columns that make a concern what it is, after its reference, in the order of the contract. */
export const factColumns = [
  'establishment', 'inspection', 'report_published_on', 'healthy_prison_test', 'rank', 'text', 'is_opinion', 'status', 'status_on',
  'irp_judgement', 'irp_judged_on',
] as const // prettier-ignore

/** The columns that make a concern what it is, after its reference. @param alias of the table that they are of */
export function factsOf(alias?: string): string {
  return factColumns.map((column) => (alias === undefined ? column : `${alias}.${column}`)).join(', ')
}

/** 0 before the first change. */
export async function currentEdition(db: Queryable): Promise<number> {
  const { rows } = await db.query(
    'select coalesce(max(edition), 0) as edition from concordat.concern_edition',
  )
  return Number(rows[0]?.['edition'])
}

export interface NewEdition {
  readonly madeBy: string
  readonly madeAt: Date
  readonly means: 'intake' | 'edit'
  readonly reason: string
}

/** Until the transaction ends nobody else makes one, and no export is cut. */
export async function lockEditions(tx: Transaction): Promise<number> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('concordat.concern_edition'))`)
  return currentEdition(tx)
}

/** After `lockEditions`. @returns its number */
export async function insertEdition(tx: Transaction, permit: Permit, made: NewEdition): Promise<number> {
  if (permit.act !== 'change-concerns') throw new TypeError('a permit for another act')
  const { rows } = await tx.query(
    `insert into concordat.concern_edition (edition, made_by, made_at, means, reason)
     select coalesce(max(edition), 0) + 1, $1, $2, $3, $4 from concordat.concern_edition returning edition`,
    [made.madeBy, made.madeAt, made.means, made.reason],
  )
  return Number(rows[0]?.['edition'])
}

export interface Filter {
  readonly words?: string | undefined
  readonly establishment?: string | undefined
  readonly test?: string | undefined
  readonly rank?: string | undefined
  readonly status?: string | undefined
  readonly judgement?: string | undefined
  readonly publishedFrom?: string | undefined
  readonly publishedTo?: string | undefined
}

const columns = `c.reference, c.version, ${factsOf('c')}`

export const pageSize = 50

/** As they stand now, the newest reports first. @param page from 1 */
export async function searchConcerns(
  db: Queryable,
  filter: Filter,
  page: number,
): Promise<{ readonly concerns: StoredConcern[]; readonly total: number }> {
  const { rows } = await db.query(
    `select ${columns}, count(*) over () as total from concordat.concern_version c
     where c.last_edition is null
       and ($1::text is null or c.text ilike '%' || $1 || '%' or c.reference ilike $1 || '%' or c.inspection ilike $1 || '%')
       and ($2::text is null or c.establishment = $2) and ($3::text is null or c.healthy_prison_test = $3)
       and ($4::text is null or c.rank = $4) and ($5::text is null or c.status = $5) and ($6::text is null or c.irp_judgement = $6)
       and ($7::date is null or c.report_published_on >= $7) and ($8::date is null or c.report_published_on <= $8)
     order by c.report_published_on desc, c.reference limit $9 offset $10`,
    [
      literal(filter.words), filter.establishment ?? null, filter.test ?? null, filter.rank ?? null, filter.status ?? null,
      filter.judgement ?? null, filter.publishedFrom ?? null, filter.publishedTo ?? null, pageSize, (page - 1) * pageSize,
    ], // prettier-ignore
  )
  return { concerns: rows.map(parseConcern), total: Number(rows[0]?.['total'] ?? 0) }
}

/** What was typed is looked for as it stands: % and _ mean themselves. */
function literal(words: string | undefined): string | null {
  return words === undefined ? null : words.replaceAll(/[\\%_]/g, '\\$&')
}

export type StoredConcern = Concern & { readonly version: number }

export async function findConcern(db: Queryable, reference: string): Promise<StoredConcern | undefined> {
  const { rows } = await db.query(
    `select ${columns} from concordat.concern_version c where c.reference = $1 and c.last_edition is null`,
    [reference],
  )
  return rows[0] && parseConcern(rows[0])
}

export interface Version {
  readonly concern: StoredConcern
  readonly edition: number
  readonly madeBy: string
  readonly madeAt: Date
  readonly means: string
  readonly reason: string
}

/** Every version, the newest first, with who made it, when and why. */
export async function listVersions(db: Queryable, reference: string): Promise<Version[]> {
  const { rows } = await db.query(
    `select ${columns}, e.edition, p.name as made_by, e.made_at, e.means, e.reason
     from concordat.concern_version c join concordat.concern_edition e on e.edition = c.first_edition
     join concordat.person p on p.id = e.made_by where c.reference = $1 order by c.version desc`,
    [reference],
  )
  return rows.map((row) => ({
    concern: parseConcern(row),
    edition: Number(row['edition']),
    madeBy: String(row['made_by']),
    madeAt: row['made_at'] as Date, // timestamptz
    means: String(row['means']),
    reason: String(row['reason']),
  }))
}

/** Ends the version that was read and adds the next. @returns false where somebody else changed it first */
export async function replaceConcern(
  tx: Transaction,
  edition: number,
  before: StoredConcern | undefined,
  after: Concern,
): Promise<boolean> {
  if (before) {
    const { rowCount } = await tx.query(
      `update concordat.concern_version set last_edition = $3 where reference = $1 and version = $2 and last_edition is null`,
      [before.reference, before.version, edition - 1],
    )
    if (rowCount !== 1) return false
  }
  await tx.query(
    `insert into concordat.concern_version (reference, version, first_edition, ${factsOf()})
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      after.reference, (before?.version ?? 0) + 1, edition, after.establishment, after.inspection, after.reportPublishedOn, after.test,
      after.rank, after.text, after.opinion, after.status, after.statusOn, after.judgement, after.judgedOn,
    ], // prettier-ignore
  )
  return true
}

/** How many other concerns, and priorities among them, the same report has now. */
export async function countOthers(
  db: Queryable,
  { inspection, reference }: Pick<Concern, 'inspection' | 'reference'>,
): Promise<{ concerns: number; priorities: number }> {
  const { rows } = await db.query(
    `select count(*) as concerns, count(*) filter (where rank = 'priority') as priorities
     from concordat.concern_version where last_edition is null and inspection = $1 and reference <> $2`,
    [inspection, reference],
  )
  return { concerns: Number(rows[0]?.['concerns']), priorities: Number(rows[0]?.['priorities']) }
}

export function parseConcern(row: Record<string, unknown>): StoredConcern {
  return {
    reference: String(row['reference']),
    version: Number(row['version']),
    establishment: String(row['establishment']),
    inspection: String(row['inspection']),
    reportPublishedOn: String(row['report_published_on']),
    // The table's own constraints are those of the types.
    test: row['healthy_prison_test'] as Concern['test'],
    rank: row['rank'] as Concern['rank'],
    text: String(row['text']),
    opinion: row['is_opinion'] === true,
    status: row['status'] as Concern['status'],
    statusOn: String(row['status_on']),
    judgement: row['irp_judgement'] as Concern['judgement'],
    judgedOn: row['irp_judged_on'] as string | null,
  }
}
