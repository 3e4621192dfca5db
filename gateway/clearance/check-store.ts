// SQL of checks of drafts.
import { z } from 'zod'
import type { Permit } from '../../policies/decide.ts'
import type { Queryable, Transaction } from '../db.ts'
import { demand } from '../decisions/demand.ts'
import { parseFigure } from '../figures/store.ts'
import { categories, type Finding, type Known } from './match.ts'

export interface DraftCheck {
  readonly id: string
  readonly clearanceId: string
  /** SHA-256, hex. */
  readonly sha256: string
  readonly format: string
  readonly checkedBy: string
  readonly checkedAt: Date
  readonly findings: readonly Finding[]
  readonly cleared: { readonly by: string; readonly at: Date } | undefined
}

const columns = `d.id, d.clearance_id, encode(d.sha256, 'hex') as sha256, d.format, d.checked_by, d.checked_at, d.findings, d.cleared_by, d.cleared_at`

export async function insertCheck(tx: Transaction, permit: Permit, check: DraftCheck): Promise<void> {
  demand(permit, 'check-draft')
  await tx.query(
    `insert into concordat.draft_check (id, clearance_id, sha256, format, checked_by, checked_at, findings) values ($1, $2, decode($3, 'hex'), $4, $5, $6, $7)`,
    [check.id, check.clearanceId, check.sha256, check.format, check.checkedBy, check.checkedAt, JSON.stringify(check.findings)], // prettier-ignore
  )
}

export async function findCheck(db: Queryable, id: string): Promise<DraftCheck | undefined> {
  const { rows } = await db.query(`select ${columns} from concordat.draft_check d where d.id = $1`, [id])
  return rows[0] && parseCheck(rows[0])
}

/** Of one report, the newest first, at most 50. */
export async function listChecks(db: Queryable, clearanceId: string): Promise<DraftCheck[]> {
  const { rows } = await db.query(`select ${columns} from concordat.draft_check d where d.clearance_id = $1 order by d.checked_at desc, d.id limit 50`, [clearanceId]) // prettier-ignore
  return rows.map(parseCheck)
}

/** Every draft that holds a version of a figure, the newest first, at most 200. */
export async function listHolding(
  db: Queryable,
  figure: { readonly reference: string; readonly version: number },
): Promise<DraftCheck[]> {
  const holding = JSON.stringify([{ figures: [{ reference: figure.reference, version: figure.version }] }])
  const { rows } = await db.query(`select ${columns} from concordat.draft_check d where d.findings @> $1::jsonb order by d.checked_at desc, d.id limit 200`, [holding]) // prettier-ignore
  return rows.map(parseCheck)
}

/** @returns false where it was cleared already */
export async function clearCheck(
  tx: Transaction,
  permit: Permit,
  id: string,
  by: { readonly personId: string; readonly at: Date },
): Promise<boolean> {
  demand(permit, 'publish')
  const { rowCount } = await tx.query(
    'update concordat.draft_check set cleared_by = $2, cleared_at = greatest(checked_at, $3) where id = $1 and cleared_at is null',
    [id, by.personId, by.at],
  )
  return rowCount === 1
}

/** Every version in the register that has one of the values. */
export async function findVersions(db: Queryable, values: readonly string[]): Promise<Known['versions']> {
  const { rows } = await db.query(
    `select f.reference, f.version, f.measure, f.source_report, f.extracted_at, f.unit, f.filters, f.value, encode(f.value_hash, 'hex') as value_hash,
       f.marking, f.provenance, f.public_source, f.registered_at, f.replaced_at is null as current
     from concordat.figure_version f where f.value = any ($1) order by f.reference, f.version desc`,
    [values],
  )
  return rows.map((row) => ({ ...parseFigure(row), current: row['current'] === true }))
}

const findingShape = z.array(z.object({ value: z.string(), category: z.enum(categories), figures: z.array(z.object({ reference: z.string(), version: z.int() })), near: z.string().exactOptional() })) // prettier-ignore

function parseCheck(row: Record<string, unknown>): DraftCheck {
  const at = row['cleared_at']
  return {
    id: String(row['id']),
    clearanceId: String(row['clearance_id']),
    sha256: String(row['sha256']),
    format: String(row['format']),
    checkedBy: String(row['checked_by']),
    checkedAt: row['checked_at'] as Date, // timestamptz
    findings: findingShape.parse(row['findings']),
    cleared: at instanceof Date ? { by: String(row['cleared_by']), at } : undefined,
  }
}
