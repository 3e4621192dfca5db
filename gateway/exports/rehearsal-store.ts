// SQL of rehearsals. Each is kept: what was seen before a release is part of its record.
import type { Queryable, Transaction } from '../db.ts'
import { reportShape, type RehearsalReport } from './rehearsal.ts'

export interface Rehearsal {
  readonly id: string
  readonly quarterEndsOn: string
  readonly edition: number
  readonly madeAt: Date
  /** Undefined where the schedule asked for it. */
  readonly madeBy: string | undefined
  readonly blocks: boolean
  readonly report: RehearsalReport
}

const columns = 'id, quarter_ends_on, edition, made_at, made_by, blocks, report'

export async function insertRehearsal(tx: Transaction, made: Rehearsal): Promise<void> {
  await tx.query(
    `insert into concordat.export_rehearsal (id, quarter_ends_on, edition, made_at, made_by, blocks, report) values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      made.id,
      made.quarterEndsOn,
      made.edition,
      made.madeAt,
      made.madeBy ?? null,
      made.blocks,
      JSON.stringify(made.report),
    ],
  )
}

/** Whichever quarter it was for: what it looked at is the database as it stood. */
export async function latestRehearsal(db: Queryable): Promise<Rehearsal | undefined> {
  const { rows } = await db.query(
    `select ${columns} from concordat.export_rehearsal order by place desc limit 1`,
  )
  return rows[0] && parse(rows[0])
}

function parse(row: Record<string, unknown>): Rehearsal {
  return {
    id: String(row['id']),
    quarterEndsOn: String(row['quarter_ends_on']),
    edition: Number(row['edition']),
    madeAt: row['made_at'] as Date, // timestamptz
    madeBy: typeof row['made_by'] === 'string' ? row['made_by'] : undefined,
    blocks: row['blocks'] === true,
    report: reportShape.parse(row['report']),
  }
}
