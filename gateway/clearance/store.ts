// SQL of clearances and of HMPPS's objections to figures in them.
import type { Permit } from '../../policies/decide.ts'
import type { Queryable, Transaction } from '../db.ts'
import { demand } from '../decisions/demand.ts'
import type { Clearance, DocumentKind } from './clearance.ts'

const columns = `c.id, c.title, c.kind, c.opened_by, c.opened_at, c.notified_at, c.delivered_at, c.window_warn_at, c.window_ends_at,
  c.fact_check_closed_at`

export interface ClearanceLine extends Clearance {
  readonly figures: number
  /** Requests that wait for an answer. */
  readonly waiting: number
}

/** The newest first, at most 200. */
export async function listClearances(db: Queryable): Promise<ClearanceLine[]> {
  const { rows } = await db.query(
    `select ${columns}, count(r.id) as figures, count(r.id) filter (where r.state = 'requested') as waiting
     from concordat.clearance c left join concordat.consent_request r on r.clearance_id = c.id
     group by c.id order by c.opened_at desc, c.id limit 200`,
  )
  return rows.map((row) => ({
    ...parseClearance(row),
    figures: Number(row['figures']),
    waiting: Number(row['waiting']),
  }))
}

export async function findClearance(db: Queryable, id: string): Promise<Clearance | undefined> {
  const { rows } = await db.query(`select ${columns} from concordat.clearance c where c.id = $1`, [id])
  return rows[0] && parseClearance(rows[0])
}

/** Until the transaction ends nobody else moves it. */
export async function lockClearance(tx: Transaction, id: string): Promise<Clearance | undefined> {
  const { rows } = await tx.query(`select ${columns} from concordat.clearance c where c.id = $1 for update`, [
    id,
  ])
  return rows[0] && parseClearance(rows[0])
}

export async function insertClearance(
  tx: Transaction,
  permit: Permit,
  opened: Pick<Clearance, 'id' | 'title' | 'kind' | 'openedBy' | 'openedAt'>,
): Promise<void> {
  demand(permit, 'ask-consent')
  await tx.query(
    'insert into concordat.clearance (id, title, kind, opened_by, opened_at) values ($1, $2, $3, $4, $5)',
    [opened.id, opened.title, opened.kind, opened.openedBy, opened.openedAt],
  )
}

/** HMPPS was told once, the first time. */
export async function noteNotified(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.query('update concordat.clearance set notified_at = coalesce(notified_at, $2) where id = $1', [
    id,
    at,
  ])
}

export async function openWindow(
  tx: Transaction,
  permit: Permit,
  id: string,
  window: NonNullable<Clearance['window']>,
): Promise<void> {
  demand(permit, 'run-fact-check')
  await tx.query(
    'update concordat.clearance set delivered_at = $2, window_warn_at = $3, window_ends_at = $4 where id = $1',
    [id, window.deliveredAt, window.warnAt, window.endsAt],
  )
}

export async function closeFactCheck(tx: Transaction, permit: Permit, id: string, at: Date): Promise<void> {
  demand(permit, 'run-fact-check')
  await tx.query('update concordat.clearance set fact_check_closed_at = $2 where id = $1', [id, at])
}

export interface NewObjection {
  readonly id: string
  readonly requestId: string
  readonly raisedBy: string
  readonly raisedAt: Date
  readonly words: string
}

export async function insertObjection(tx: Transaction, permit: Permit, raised: NewObjection): Promise<void> {
  demand(permit, 'object-to-figure')
  await tx.query(
    'insert into concordat.figure_objection (id, request_id, raised_by, raised_at, words) values ($1, $2, $3, $4, $5)',
    [raised.id, raised.requestId, raised.raisedBy, raised.raisedAt, raised.words],
  )
}

/** @returns false where it is decided already, or is none of that request's */
export async function decideObjection(
  tx: Transaction,
  permit: Permit,
  objection: { readonly id: string; readonly requestId: string },
  decided: { readonly decision: string; readonly by: string; readonly at: Date; readonly reason: string },
): Promise<boolean> {
  demand(permit, 'run-fact-check')
  const { rowCount } = await tx.query(
    `update concordat.figure_objection set decision = $3, decided_by = $4, decided_at = greatest(raised_at, $5), reason = $6
     where id = $1 and request_id = $2 and decision is null`,
    [objection.id, objection.requestId, decided.decision, decided.by, decided.at, decided.reason],
  )
  return rowCount === 1
}

function parseClearance(row: Record<string, unknown>): Clearance {
  const instant = (name: string) => row[name] as Date | null // timestamptz
  const [deliveredAt, warnAt, endsAt] = [
    instant('delivered_at'),
    instant('window_warn_at'),
    instant('window_ends_at'),
  ]
  return {
    id: String(row['id']),
    title: String(row['title']),
    kind: row['kind'] as DocumentKind, // checked by the table's constraint
    openedBy: String(row['opened_by']),
    openedAt: row['opened_at'] as Date, // timestamptz
    notifiedAt: instant('notified_at') ?? undefined,
    window: deliveredAt && warnAt && endsAt ? { deliveredAt, warnAt, endsAt } : undefined,
    factCheckClosedAt: instant('fact_check_closed_at') ?? undefined,
  }
}
