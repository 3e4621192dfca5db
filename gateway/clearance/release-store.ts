// SQL of the calendar of statistical releases. A date that moves is added, never changed: what held a figure on a day can be told.
import type { Permit } from '../../policies/decide.ts'
import type { Queryable, Transaction } from '../db.ts'
import { demand } from '../decisions/demand.ts'
import type { ReleaseDate } from './clearance.ts'

const columns = 's.reference, s.title, s.address, d.release_on, d.version'
const joined = `concordat.statistics_release s join lateral (select release_on, version from concordat.statistics_release_date x
  where x.release = s.reference order by x.version desc limit 1) d on true`

/** Those to come first, in order; then those that are out, the newest first. At most 500. @param words in title or id */
export async function listReleases(db: Queryable, today: string, words?: string): Promise<ReleaseDate[]> {
  const { rows } = await db.query(
    `select ${columns} from ${joined}
     where $2::text is null or s.title ilike '%' || $2 || '%' or s.reference ilike $2 || '%'
     order by d.release_on is not null and d.release_on < $1,
       case when d.release_on >= $1 then d.release_on end, d.release_on desc nulls first, s.reference limit 500`,
    [today, words?.replaceAll(/[\\%_]/g, '\\$&') ?? null],
  )
  return rows.map(parseRelease)
}

export async function findRelease(db: Queryable, reference: string): Promise<ReleaseDate | undefined> {
  const { rows } = await db.query(`select ${columns} from ${joined} where s.reference = $1`, [reference])
  return rows[0] && parseRelease(rows[0])
}

export interface SetRelease {
  readonly reference: string
  readonly title: string
  readonly address: string | undefined
  readonly releaseOn: string | undefined
  readonly by: string
  readonly at: Date
}

/** Registers it, or moves its date. @returns the version of its date, and the one before */
export async function setRelease(
  tx: Transaction,
  permit: Permit,
  set: SetRelease,
): Promise<{ readonly version: number; readonly before: ReleaseDate | undefined }> {
  demand(permit, 'answer-consent')
  await tx.query(
    `insert into concordat.statistics_release (reference, title, address) values ($1, $2, $3) on conflict do nothing`,
    [set.reference, set.title, set.address ?? null],
  )
  await tx.query(`select pg_advisory_xact_lock(hashtext('concordat.statistics_release'))`)
  const before = await findRelease(tx, set.reference)
  const { rows } = await tx.query(
    `insert into concordat.statistics_release_date (release, version, release_on, set_by, set_at)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4 from concordat.statistics_release_date where release = $1 returning version`,
    [set.reference, set.releaseOn ?? null, set.by, set.at],
  )
  return { version: Number(rows[0]?.['version']), before }
}

function parseRelease(row: Record<string, unknown>): ReleaseDate {
  return {
    reference: String(row['reference']),
    title: String(row['title']),
    address: (row['address'] as string | null) ?? undefined,
    releaseOn: (row['release_on'] as string | null) ?? undefined,
    version: Number(row['version']),
  }
}
