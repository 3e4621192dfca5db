// SQL of the register of figures. A version is never overwritten: a figure that changed ends the version that stood and adds the
// next.
import type { Permit } from '../../policies/decide.ts'
import type { Queryable, Transaction } from '../db.ts'
import { demand } from '../decisions/demand.ts'
import { hashOf, type Figure, type StoredFigure } from './figure.ts'

const columns = `f.reference, f.version, f.measure, f.source_report, f.extracted_at, f.unit, f.filters, f.value,
  encode(f.value_hash, 'hex') as value_hash, f.marking, f.provenance, f.public_source, f.registered_at`

export interface FigureFilter {
  readonly words?: string | undefined
  readonly provenance?: string | undefined
  readonly value?: string | undefined
}

export const pageSize = 50

const matches = `f.replaced_at is null
  and ($1::text is null or f.reference ilike $1 || '%' or f.measure ilike '%' || $1 || '%' or f.source_report ilike '%' || $1 || '%' or f.filters ilike '%' || $1 || '%')
  and ($2::text is null or f.provenance = $2) and ($3::text is null or f.value = $3)`

function valuesOf({ words, provenance, value }: FigureFilter): unknown[] {
  return [words?.replaceAll(/[\\%_]/g, '\\$&') ?? null, provenance ?? null, value ?? null]
}

/** As they stand now. @param page from 1 */
export async function searchFigures(
  db: Queryable,
  filter: FigureFilter,
  page: number,
): Promise<{ readonly figures: StoredFigure[]; readonly total: number }> {
  const { rows } = await db.query(
    `select ${columns}, count(*) over () as total from concordat.figure_version f
     where ${matches} order by f.registered_at desc, f.reference limit $4 offset $5`,
    [...valuesOf(filter), pageSize, (page - 1) * pageSize],
  )
  return { figures: rows.map(parseFigure), total: Number(rows[0]?.['total'] ?? 0) }
}

/** The same by reference, those after one. @param after '' for the first */
export async function listFiguresAfter(
  db: Queryable,
  filter: FigureFilter,
  after: string,
  limit: number,
): Promise<StoredFigure[]> {
  const { rows } = await db.query(
    `select ${columns} from concordat.figure_version f where ${matches} and f.reference > $4 order by f.reference limit $5`,
    [...valuesOf(filter), after, limit],
  )
  return rows.map(parseFigure)
}

/** Every version, the newest first; none where there is no such figure. */
export async function listFigureVersions(db: Queryable, reference: string): Promise<StoredFigure[]> {
  const { rows } = await db.query(
    `select ${columns} from concordat.figure_version f where f.reference = $1 order by f.version desc`,
    [reference],
  )
  return rows.map(parseFigure)
}

export interface Registered {
  readonly added: number
  readonly changed: number
  readonly unchanged: number
}

/** Registers every figure, each as it stands now; until the transaction ends nobody else registers any. */
export async function registerFigures(
  tx: Transaction,
  permit: Permit,
  figures: readonly Figure[],
  by: { readonly personId: string; readonly at: Date },
): Promise<Registered> {
  demand(permit, 'register-figures')
  await tx.query(`select pg_advisory_xact_lock(hashtext('concordat.figure_version'))`)
  const { rows } = await tx.query(
    `select ${columns} from concordat.figure_version f where f.replaced_at is null and f.reference = any ($1)`,
    [figures.map(({ reference }) => reference)],
  )
  const standing = new Map(rows.map((row) => [String(row['reference']), parseFigure(row)]))
  let [added, changed] = [0, 0]
  for (const figure of figures) {
    const before = standing.get(figure.reference)
    if (before?.valueHash === hashOf(figure)) continue
    if (before) {
      await tx.query(
        `update concordat.figure_version set replaced_at = greatest(registered_at, $2) where reference = $1 and replaced_at is null`,
        [figure.reference, by.at],
      )
      changed += 1
    } else added += 1
    await insertVersion(tx, figure, (before?.version ?? 0) + 1, by)
  }
  return { added, changed, unchanged: figures.length - added - changed }
}

async function insertVersion(
  tx: Transaction,
  figure: Figure,
  version: number,
  by: { readonly personId: string; readonly at: Date },
): Promise<void> {
  await tx.query(
    `insert into concordat.figure_version (reference, version, measure, source_report, extracted_at, unit, filters, value, value_hash,
       marking, provenance, public_source, registered_by, registered_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, decode($9, 'hex'), $10, $11, $12, $13, $14)`,
    [
      figure.reference, version, figure.measure, figure.sourceReport, figure.extractedAt, figure.unit, figure.filters, figure.value,
      hashOf(figure), figure.marking, figure.provenance, figure.publicSource, by.personId, by.at,
    ], // prettier-ignore
  )
}

export function parseFigure(row: Record<string, unknown>): StoredFigure {
  return {
    reference: String(row['reference']),
    version: Number(row['version']),
    measure: String(row['measure']),
    sourceReport: String(row['source_report']),
    extractedAt: row['extracted_at'] as Date, // timestamptz
    unit: String(row['unit']),
    filters: String(row['filters']),
    value: String(row['value']),
    valueHash: String(row['value_hash']),
    // The table's own constraints are those of the types.
    marking: row['marking'] as StoredFigure['marking'],
    provenance: row['provenance'] as StoredFigure['provenance'],
    publicSource: row['public_source'] as string | null,
    registeredAt: row['registered_at'] as Date, // timestamptz
  }
}
