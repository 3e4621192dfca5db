// SQL of tables that went through disclosure control.
import type { Permit } from '../../policies/decide.ts'
import type { Queryable, Transaction } from '../db.ts'
import { demand } from '../decisions/demand.ts'
import type { ShownTable } from '../disclosure/shown.ts'
import type { Why } from '../disclosure/table.ts'

export interface DisclosureTable {
  readonly id: string
  readonly clearanceId: string
  readonly title: string
  readonly measure: string
  readonly filters: string
  readonly shown: ShownTable
  /** How many are hidden, by why. */
  readonly hidden: Readonly<Partial<Record<Why, number>>>
  readonly smallestShown: number | undefined
  /** Of the file that was sent, hex. */
  readonly sha256: string
  readonly putForwardBy: string
  readonly putForwardAt: Date
  readonly attested: { readonly by: string; readonly at: Date; readonly words: string } | undefined
}

const columns = `t.id, t.clearance_id, t.title, t.measure, t.filters, t.shown, t.hidden, t.smallest_shown, encode(t.sha256, 'hex') as sha256,
  t.put_forward_by, t.put_forward_at, t.attested_by, t.attested_at, t.words`

export async function insertTable(tx: Transaction, permit: Permit, table: DisclosureTable): Promise<void> {
  demand(permit, 'check-draft')
  await tx.query(
    `insert into concordat.disclosure_table (id, clearance_id, title, measure, filters, shown, hidden, smallest_shown, sha256, put_forward_by, put_forward_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, decode($9, 'hex'), $10, $11)`,
    [
      table.id, table.clearanceId, table.title, table.measure, table.filters, JSON.stringify(table.shown), JSON.stringify(table.hidden),
      table.smallestShown ?? null, table.sha256, table.putForwardBy, table.putForwardAt,
    ], // prettier-ignore
  )
}

export async function findTable(db: Queryable, id: string): Promise<DisclosureTable | undefined> {
  const { rows } = await db.query(`select ${columns} from concordat.disclosure_table t where t.id = $1`, [id])
  return rows[0] && parse(rows[0])
}

/** Of one report, the newest first. */
export async function listTables(db: Queryable, clearanceId: string): Promise<DisclosureTable[]> {
  const { rows } = await db.query(`select ${columns} from concordat.disclosure_table t where t.clearance_id = $1 order by t.put_forward_at desc limit 100`, [clearanceId]) // prettier-ignore
  return rows.map(parse)
}

/** Every table of that measure that was cleared, of whatever report. */
export async function listCleared(db: Queryable, measure: string): Promise<DisclosureTable[]> {
  const { rows } = await db.query(`select ${columns} from concordat.disclosure_table t where t.attested_at is not null and lower(t.measure) = lower($1)`, [measure]) // prettier-ignore
  return rows.map(parse)
}

/** @returns false where it was attested already */
export async function attestTable(
  tx: Transaction,
  permit: Permit,
  id: string,
  attested: NonNullable<DisclosureTable['attested']>,
): Promise<boolean> {
  demand(permit, 'attest-figure')
  const { rowCount } = await tx.query(
    'update concordat.disclosure_table set attested_by = $2, attested_at = greatest(put_forward_at, $3), words = $4 where id = $1 and attested_at is null',
    [id, attested.by, attested.at, attested.words],
  )
  return rowCount === 1
}

function parse(row: Record<string, unknown>): DisclosureTable {
  const [by, at] = [row['attested_by'] as string | null, row['attested_at'] as Date | null] // uuid, timestamptz
  return {
    id: String(row['id']),
    clearanceId: String(row['clearance_id']),
    title: String(row['title']),
    measure: String(row['measure']),
    filters: String(row['filters']),
    shown: row['shown'] as ShownTable, // as insertTable wrote it
    hidden: row['hidden'] as DisclosureTable['hidden'], // the same
    smallestShown: (row['smallest_shown'] as number | null) ?? undefined,
    sha256: String(row['sha256']),
    putForwardBy: String(row['put_forward_by']),
    putForwardAt: row['put_forward_at'] as Date, // timestamptz
    attested: by !== null && at ? { by, at, words: String(row['words']) } : undefined,
  }
}
