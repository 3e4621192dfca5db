// SQL of the intake: rows wait in a table of their own until they are taken in or discarded, and are deleted then.
import type { Permit } from '../../../policies/decide.ts'
import { copyText, type Database, type Queryable, type Transaction } from '../../db.ts'
import type { Concern } from '../concern.ts'
import { factsOf } from '../store.ts'
import type { Comparison } from './compare.ts'
import type { RowFault } from '../../tables/heading.ts'

export type IntakeFormat = 'csv' | 'xlsx' | 'json'
export type IntakeState = 'reading' | 'stopped' | 'checked' | 'taken' | 'discarded'

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
  /** In words, where it could not be read to its end. */
  readonly stoppedBecause?: string
}

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

/** Its own transaction, and the rows in it, are gone. */
export async function stopIntake(db: Database, id: string, because: string): Promise<void> {
  await db.query(
    `update concordat.concern_intake set state = 'stopped', stopped_because = $2 where id = $1 and state = 'reading'`,
    [id, because],
  )
}

export async function noteProgress(db: Database, id: string, rowsRead: number): Promise<void> {
  await db.query(`update concordat.concern_intake set rows_read = $2 where id = $1 and state = 'reading'`, [
    id,
    rowsRead,
  ])
}

/** In the text format of COPY; what is no free text holds nothing that it would have to escape. */
export function stagedLine(intakeId: string, row: number, concern: Concern): string {
  const { reference, establishment, reportPublishedOn, test, rank, opinion, status, statusOn } = concern
  const judged = `${concern.judgement ?? '\\N'}\t${concern.judgedOn ?? '\\N'}`
  return `${intakeId}\t${row}\t${reference}\t${establishment}\t${copyText(concern.inspection)}\t${reportPublishedOn}\t${test}\t${rank}\t${copyText(concern.text)}\t${opinion}\t${status}\t${statusOn}\t${judged}\n`
}

export async function stageRows(tx: Transaction, lines: string): Promise<void> {
  if (lines === '') return
  const columns = `intake_id, row_number, reference, ${factsOf()}`
  await tx.copyIn(`copy concordat.concern_intake_row (${columns}) from stdin`, lines)
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

const byId = `select * from concordat.concern_intake where id = $1 and started_by = $2`

/** Only its starter's: what is not theirs is not found. */
export async function findIntake(db: Queryable, id: string, startedBy: string): Promise<Intake | undefined> {
  const { rows } = await db.query(byId, [id, startedBy])
  return rows[0] && parseIntake(rows[0])
}

/** The same, locked until the transaction ends. */
export async function lockIntake(
  tx: Transaction,
  id: string,
  startedBy: string,
): Promise<Intake | undefined> {
  const { rows } = await tx.query(`${byId} for update`, [id, startedBy])
  return rows[0] && parseIntake(rows[0])
}

export async function listIntakes(db: Queryable, startedBy: string): Promise<Intake[]> {
  const { rows } = await db.query(
    `select * from concordat.concern_intake where started_by = $1 order by started_at desc limit 20`,
    [startedBy],
  )
  return rows.map(parseIntake)
}

/**
 * Ends the version of each concern that differs, then adds the next, and what is new: all in one edition.
 *
 * @param rows how many must be waiting
 * @returns false where they are not all there: the server fell over since they were checked
 */
export async function takeRows(
  tx: Transaction,
  permit: Permit,
  { id, rowsRead }: Pick<Intake, 'id' | 'rowsRead'>,
  edition: number,
): Promise<boolean> {
  if (permit.act !== 'change-concerns') throw new TypeError('a permit for another act')
  return inBulk(tx, async () => {
    const waiting = await tx.query(
      'select count(*) as rows from concordat.concern_intake_row where intake_id = $1',
      [id],
    )
    if (waiting.rows[0]?.['rows'] !== rowsRead) return false
    await tx.query(
      `update concordat.concern_version c set last_edition = $2 - 1 from concordat.concern_intake_row r
       where r.intake_id = $1 and c.reference = r.reference and c.last_edition is null
         and (${factsOf('c')}) is distinct from (${factsOf('r')})`,
      [id, edition],
    )
    // What still stands is as the row has it; what ended just now gets its next version. In the order of the indexes, which then
    // grow at their end.
    await tx.query(
      `insert into concordat.concern_version (reference, version, first_edition, ${factsOf()})
       select r.reference, coalesce(c.version, 0) + 1, $2, ${factsOf('r')}
       from concordat.concern_intake_row r
       left join concordat.concern_version c on c.reference = r.reference and (c.last_edition is null or c.last_edition = $2 - 1)
       where r.intake_id = $1 and (c.reference is null or c.last_edition is not null) order by r.reference`,
      [id, edition],
    )
    return true
  })
}

/**
 * For statements over all the rows of an intake. The planner has no figures of rows that came a moment ago, takes them for few
 * and would look each one up in the other table, which it may take for empty.
 */
export async function inBulk<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
  await tx.query(`select set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true)`)
  const value = await work()
  await tx.query(`select set_config('enable_nestloop', 'on', true)`)
  return value
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
    ...(typeof row['stopped_because'] === 'string' && { stoppedBecause: row['stopped_because'] }),
    ...(row['taken_edition'] !== null && { takenEdition: Number(row['taken_edition']) }),
  }
}
