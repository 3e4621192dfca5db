// What taking in a checked file would do, concern by concern: added, changed in which columns from what to what, closed.
import type { Queryable } from '../../db.ts'
import type { Concern } from '../concern.ts'
import { factsOf, parseConcern } from '../store.ts'
import { columns, type ColumnName } from '../table-schema.ts'

export interface PlannedChange {
  readonly row: number
  readonly concern: Concern
  /** How it stands now; absent where it would be added. */
  readonly standing?: Concern
}

/** So many are shown; the figures count all of them. */
export const mostShown = 200

/** In the order of the file, what is added or changed. */
export async function plannedChanges(db: Queryable, intakeId: string): Promise<PlannedChange[]> {
  const { rows } = await db.query(
    `select r.row_number, row_to_json(r) as given, row_to_json(c) as standing
     from concordat.concern_intake_row r
     left join concordat.concern_version c on c.reference = r.reference and c.last_edition is null
     where r.intake_id = $1 and (c.reference is null or (${factsOf('c')}) is distinct from (${factsOf('r')}))
     order by r.row_number limit ${mostShown}`,
    [intakeId],
  )
  return rows.map((row) => ({
    row: Number(row['row_number']),
    concern: parseConcern(row['given'] as Record<string, unknown>), // as row_to_json makes it of the table's row
    ...(row['standing'] !== null && { standing: parseConcern(row['standing'] as Record<string, unknown>) }),
  }))
}

export interface ColumnChange {
  readonly column: ColumnName
  readonly title: string
  readonly from: Concern[keyof Concern]
  readonly to: Concern[keyof Concern]
}

/** The columns in which two versions of a concern differ. */
export function differences(before: Concern, after: Concern): ColumnChange[] {
  return columns
    .filter(({ of }) => before[of] !== after[of])
    .map(({ name, title, of }) => ({ column: name, title, from: before[of], to: after[of] }))
}

/** As an answer has it. */
export function writeChange({ row, concern, standing }: PlannedChange) {
  const changes = standing ? differences(standing, concern) : []
  const closes = standing?.status === 'open' && concern.status === 'closed'
  return {
    row,
    concern_id: concern.reference,
    what: standing ? (closes ? 'closed' : 'changed') : 'added',
    columns: changes.map(({ column, from, to }) => ({ column, from, to })),
  } as const
}
