// SQL of the intake: rows wait in a table of their own until they are taken in or discarded, and are deleted then.
import type { Permit } from '../../../policies/decide.ts'
import type { Database, Queryable, Transaction } from '../../db.ts'
import type { Concern } from '../concern.ts'
import { factsOf } from '../store.ts'
import type { Comparison } from './compare.ts'
import type { RowFault } from './row.ts'

export type IntakeFormat = 'csv' | 'xlsx' | 'json'
export type IntakeState = 'reading' | 'checked' | 'taken' | 'discarded'

export interface Intake extends Comparison {
  readonly id: string
  readonly startedBy: string
  readonly startedAt: Date
  readonly format: IntakeFormat
  readonly state: IntakeState
  readonly rowsRead: number
  readonly sha256: string
  /** The edition that it was compared with. */
  readonly baseEdition: number
  readonly faultCount: number
  /** The first of them. */
  readonly faults: readonly RowFault[]
  readonly takenEdition?: number
}

export type StagedConcern = Concern & { readonly row: number }

/** In a transaction of its own, so that its progress can be seen. */
export async function startIntake(
  db: Database,
  started: Pick<Intake, 'id' | 'startedBy' | 'startedAt' | 'format'>,
): Promise<void> {
  await db.query(
    `insert into concordat.concern_intake (id, started_by, started_at, format, state) values ($1, $2, $3, $4, 'reading')`,
    [started.id, started.startedBy, started.startedAt, started.format],
  )
}

export async function noteProgress(db: Database, id: string, rowsRead: number): Promise<void> {
  await db.query(`update concordat.concern_intake set rows_read = $2 where id = $1 and state = 'reading'`, [
    id,
    rowsRead,
  ])
}

export async function stageRows(
  tx: Transaction,
  id: string,
  concerns: readonly StagedConcern[],
): Promise<void> {
  if (concerns.length === 0) return
  const column = (of: keyof StagedConcern) => concerns.map((concern) => concern[of])
  await tx.query(
    `insert into concordat.concern_intake_row (intake_id, row_number, reference, ${factsOf()})
     select $1, * from unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::date[], $7::text[], $8::text[], $9::text[],
       $10::boolean[], $11::text[], $12::date[], $13::text[], $14::date[])`,
    [
      id, column('row'), column('reference'), column('establishment'), column('inspection'), column('reportPublishedOn'), column('test'),
      column('rank'), column('text'), column('opinion'), column('status'), column('statusOn'), column('judgement'), column('judgedOn'),
    ], // prettier-ignore
  )
}

export interface Concluded extends Comparison {
  readonly sha256: Buffer
  readonly rowsRead: number
  readonly baseEdition: number
  readonly faultCount: number
  readonly faults: readonly RowFault[]
}

/** Checked, for the first time or again. */
export async function finishIntake(tx: Transaction, id: string, found: Concluded): Promise<Intake> {
  const { rows } = await tx.query(
    `update concordat.concern_intake set state = 'checked', sha256 = $2, rows_read = $3, base_edition = $4, fault_count = $5,
       faults = $6, added = $7, changed = $8, closed = $9, unchanged = $10
     where id = $1 and state in ('reading', 'checked') returning *`,
    [
      id, found.sha256, found.rowsRead, found.baseEdition, found.faultCount, JSON.stringify(found.faults), found.added, found.changed,
      found.closed, found.unchanged,
    ], // prettier-ignore
  )
  if (!rows[0]) throw new Error('an intake that is over was checked')
  return parseIntake(rows[0])
}

/** Only its starter's: what is not theirs is not found. Locked until the transaction ends. */
export async function lockIntake(
  tx: Transaction,
  id: string,
  startedBy: string,
): Promise<Intake | undefined> {
  const { rows } = await tx.query(
    `select * from concordat.concern_intake where id = $1 and started_by = $2 for update`,
    [id, startedBy],
  )
  return rows[0] && parseIntake(rows[0])
}

export async function listIntakes(db: Queryable, startedBy: string): Promise<Intake[]> {
  const { rows } = await db.query(
    `select * from concordat.concern_intake where started_by = $1 order by started_at desc limit 20`,
    [startedBy],
  )
  return rows.map(parseIntake)
}

/** Ends the version of each concern that differs, then adds the next, and what is new: all in one edition. */
export async function takeRows(tx: Transaction, permit: Permit, id: string, edition: number): Promise<void> {
  if (permit.act !== 'change-concerns') throw new TypeError('a permit for another act')
  await tx.query(
    `update concordat.concern_version c set last_edition = $2 - 1 from concordat.concern_intake_row r
     where r.intake_id = $1 and c.reference = r.reference and c.last_edition is null
       and (${factsOf('c')}) is distinct from (${factsOf('r')})`,
    [id, edition],
  )
  await tx.query(
    `insert into concordat.concern_version (reference, version, first_edition, ${factsOf()})
     select r.reference,
       1 + coalesce((select max(v.version) from concordat.concern_version v where v.reference = r.reference), 0), $2, ${factsOf('r')}
     from concordat.concern_intake_row r
     where r.intake_id = $1
       and not exists (select from concordat.concern_version c where c.reference = r.reference and c.last_edition is null)`,
    [id, edition],
  )
}

export async function endIntake(
  tx: Transaction,
  id: string,
  state: 'taken' | 'discarded',
  edition?: number,
): Promise<void> {
  await tx.query('delete from concordat.concern_intake_row where intake_id = $1', [id])
  await tx.query(`update concordat.concern_intake set state = $2, taken_edition = $3 where id = $1`, [
    id,
    state,
    edition ?? null,
  ])
}

function parseIntake(row: Record<string, unknown>): Intake {
  const sha256 = row['sha256']
  return {
    id: String(row['id']),
    startedBy: String(row['started_by']),
    startedAt: row['started_at'] as Date, // timestamptz
    format: row['format'] as IntakeFormat, // by the table's constraint, as the state
    state: row['state'] as IntakeState,
    rowsRead: Number(row['rows_read']),
    sha256: sha256 instanceof Buffer ? sha256.toString('hex') : '',
    baseEdition: Number(row['base_edition'] ?? 0),
    faultCount: Number(row['fault_count'] ?? 0),
    faults: (row['faults'] ?? []) as RowFault[], // as finishIntake wrote them
    added: Number(row['added'] ?? 0),
    changed: Number(row['changed'] ?? 0),
    closed: Number(row['closed'] ?? 0),
    unchanged: Number(row['unchanged'] ?? 0),
    ...(row['taken_edition'] !== null && { takenEdition: Number(row['taken_edition']) }),
  }
}
