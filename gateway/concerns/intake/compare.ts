// What is wrong between rows, and what taking the file in would do: asked of the database, set by set, so that a hundred
// thousand rows cost two statements.
import type { Transaction } from '../../db.ts'
import { limits } from '../concern.ts'
import { factsOf } from '../store.ts'
import type { RowFault } from '../../tables/heading.ts'

export interface Comparison {
  readonly added: number
  readonly changed: number
  /** Of the changed ones, those that go from open to closed. */
  readonly closed: number
  readonly unchanged: number
}

const differs = `(${factsOf('c')}) is distinct from (${factsOf('r')})`

export async function compare(tx: Transaction, intakeId: string): Promise<Comparison> {
  const { rows } = await tx.query(
    `select count(*) filter (where c.reference is null) as added,
            count(*) filter (where c.reference is not null and ${differs}) as changed,
            count(*) filter (where c.status = 'open' and r.status = 'closed') as closed,
            count(*) as rows
     from concordat.concern_intake_row r
     left join concordat.concern_version c on c.reference = r.reference and c.last_edition is null
     where r.intake_id = $1`,
    [intakeId],
  )
  const row = rows[0] ?? {}
  const [added, changed] = [Number(row['added']), Number(row['changed'])]
  return { added, changed, closed: Number(row['closed']), unchanged: Number(row['rows']) - added - changed }
}

/** Ids that are there twice or belong elsewhere, and reports that would break the framework's limits. */
export async function faultsAcrossRows(tx: Transaction, intakeId: string, most: number): Promise<RowFault[]> {
  const found = [
    ...(await repeated(tx, intakeId, most)),
    ...(await moved(tx, intakeId, most)),
    ...(await mixedReports(tx, intakeId, most)),
  ]
  return found.length > 0 ? found : overfullReports(tx, intakeId, most)
}

async function repeated(tx: Transaction, intakeId: string, most: number): Promise<RowFault[]> {
  const { rows } = await tx.query(
    `select reference, array_agg(row_number order by row_number) as numbers from concordat.concern_intake_row
     where intake_id = $1 group by reference having count(*) > 1 order by min(row_number) limit $2`,
    [intakeId, most],
  )
  return rows.map((row) => {
    const [first, ...others] = row['numbers'] as number[] // an integer array of at least two
    return { row: others[0] ?? 0, column: 'concern_id', message: `${String(row['reference'])} is in row ${first} already. Each concern has one row.` } // prettier-ignore
  })
}

/** An id names one concern of one inspection for ever: history and deliveries rest on it. */
async function moved(tx: Transaction, intakeId: string, most: number): Promise<RowFault[]> {
  const { rows } = await tx.query(
    `select r.row_number, r.reference, c.establishment, c.inspection from concordat.concern_intake_row r
     join concordat.concern_version c on c.reference = r.reference and c.last_edition is null
     where r.intake_id = $1 and (c.establishment, c.inspection) <> (r.establishment, r.inspection) order by r.row_number limit $2`,
    [intakeId, most],
  )
  return rows.map((row) => ({
    row: Number(row['row_number']),
    column: 'concern_id',
    message: `${String(row['reference'])} is a concern of ${String(row['inspection'])} at ${String(row['establishment'])}. Give this one an id of its own.`,
  }))
}

/** One report is of one establishment, published on one day. */
async function mixedReports(tx: Transaction, intakeId: string, most: number): Promise<RowFault[]> {
  const { rows } = await tx.query(
    `select inspection, min(row_number) as row_number from concordat.concern_intake_row where intake_id = $1
     group by inspection
     having min(establishment) <> max(establishment) or min(report_published_on) <> max(report_published_on) order by 2 limit $2`,
    [intakeId, most],
  )
  return rows.map((row) => ({
    row: Number(row['row_number']),
    column: 'inspection',
    message: `The rows of ${String(row['inspection'])} name more than one establishment or day of publication. A report has one of each.`,
  }))
}

/** Of every report that the file touches, as it would stand afterwards. */
async function overfullReports(tx: Transaction, intakeId: string, most: number): Promise<RowFault[]> {
  const { rows } = await tx.query(
    `with incoming as (
       select reference, inspection, rank, row_number from concordat.concern_intake_row where intake_id = $1
     ), after as (
       select inspection, rank, row_number from incoming
       union all
       select c.inspection, c.rank, null from concordat.concern_version c
       where c.last_edition is null and c.inspection in (select inspection from incoming)
         and c.reference not in (select reference from incoming)
     )
     select inspection, count(*) as concerns, count(*) filter (where rank = 'priority') as priorities, min(row_number) as row_number
     from after group by inspection
     having count(*) > $2 or count(*) filter (where rank = 'priority') not between $3 and $4
     order by min(row_number) limit $5`,
    [intakeId, limits.concernsInReport, limits.fewestPriorities, limits.mostPriorities, most],
  )
  return rows.map((row) => ({
    row: Number(row['row_number']),
    column: 'inspection',
    message: limitMessage(row),
  }))
}

function limitMessage(row: Record<string, unknown>): string {
  const { concernsInReport, fewestPriorities, mostPriorities } = limits
  const [inspection, concerns, priorities] = [
    String(row['inspection']),
    Number(row['concerns']),
    Number(row['priorities']),
  ]
  if (concerns > concernsInReport)
    return `${inspection} would have ${concerns} concerns. A report has at most ${concernsInReport}.`
  return `${inspection} would have ${priorities} ${priorities === 1 ? 'priority' : 'priorities'}. A report has from ${fewestPriorities} to ${mostPriorities}.`
}
