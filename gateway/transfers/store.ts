// SQL of transfers. Every write takes the permit that earned it, and moves from the state that was read: a rival who moved
// first makes the update find nothing.
import type { Permit } from '../../policies/decide.ts'
import type { Party } from '../../policies/facts.ts'
import { demand } from '../decisions/demand.ts'
import type { Queryable, Transaction } from '../db.ts'
import { stateConflict } from '../http/problem.ts'
import { after, type Transfer, type TransferAct, type TransferState } from './transfer.ts'

const columns = `t.id, t.reference, t.agreement, t.exchange, t.from_party, t.to_party, t.requester, t.inspection, t.dataset, t.fields,
  t.establishments, t.prison_numbers, t.period_from, t.period_to, t.purpose, t.statutory_basis, t.lawful_basis, t.data_categories,
  t.marking, t.retention_class, t.state, t.version, t.requested_at, t.returned_at, t.resubmitted_at, t.approver, t.approved_at, t.escalated_at,
  t.supplier, t.supplied_at, t.supplied_fields, t.supplied_establishments, t.available_at, t.collected_at, t.acknowledged_at, t.destroyed_at`

export async function findTransfer(db: Queryable, id: string): Promise<Transfer | undefined> {
  const { rows } = await db.query(`select ${columns} from concordat.transfer t where t.id = $1`, [id])
  return rows[0] && parse(rows[0])
}

/** Locks the row until the transaction ends, so that check and act are one (ASVS 15.4.2). */
export async function lockTransfer(tx: Transaction, id: string): Promise<Transfer | undefined> {
  const { rows } = await tx.query(`select ${columns} from concordat.transfer t where t.id = $1 for update`, [
    id,
  ])
  return rows[0] && parse(rows[0])
}

export interface TransferFilter {
  readonly requester?: string
  readonly states?: readonly TransferState[]
  readonly notRequester?: string
}

/** Newest first, at most 200. */
export async function listTransfers(db: Queryable, filter: TransferFilter): Promise<Transfer[]> {
  const { rows } = await db.query(
    `select ${columns} from concordat.transfer t
     where ($1::uuid is null or t.requester = $1) and ($2::text[] is null or t.state = any ($2)) and ($3::uuid is null or t.requester <> $3)
     order by t.requested_at desc, t.id limit 200`,
    [filter.requester ?? null, filter.states ?? null, filter.notRequester ?? null],
  )
  return rows.map(parse)
}

export type NewTransfer = Omit<
  Transfer,
  | 'state' | 'version' | 'returnedAt' | 'resubmittedAt' | 'approver' | 'approvedAt' | 'escalatedAt' | 'supplier' | 'suppliedAt' | 'suppliedFields'
  | 'suppliedEstablishments' | 'availableAt' | 'collectedAt' | 'acknowledgedAt' | 'destroyedAt'
> // prettier-ignore

export async function insertTransfer(tx: Transaction, permit: Permit, made: NewTransfer): Promise<void> {
  demand(permit, 'request')
  await tx.query(
    `insert into concordat.transfer (id, reference, agreement, exchange, from_party, to_party, requester, inspection, dataset, fields,
       establishments, prison_numbers, period_from, period_to, purpose, statutory_basis, lawful_basis, data_categories, marking,
       retention_class, state, requested_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, 'requested', $21)`,
    [
      made.id, made.reference, made.agreement, made.exchange, made.from, made.to, made.requester, made.inspection, made.dataset,
      made.fields, made.establishments, made.prisonNumbers, made.periodFrom, made.periodTo, made.purpose, made.statutoryBasis,
      made.lawfulBasis, made.dataCategories, made.marking, made.retentionClass, made.requestedAt,
    ], // prettier-ignore
  )
}

/** What an act writes beside the new state; the column names are this file's own. */
export interface Change {
  readonly approver?: string
  readonly supplier?: string
  readonly suppliedFields?: readonly string[]
  readonly suppliedEstablishments?: readonly string[]
  readonly asked?: Pick<
    Transfer,
    'fields' | 'establishments' | 'prisonNumbers' | 'periodFrom' | 'periodTo' | 'purpose' | 'dataCategories'
  >
}

const stamps: Partial<Record<TransferAct, string>> = {
  return: 'returned_at', approve: 'approved_at', escalate: 'escalated_at', supply: 'supplied_at', 'part-supply': 'supplied_at',
  seal: 'available_at', acknowledge: 'acknowledged_at', destroy: 'destroyed_at', resubmit: 'resubmitted_at',
} // prettier-ignore

/** @throws {Problem} `state.conflict` where the act cannot follow the state that was read, or somebody moved it since */
export async function move(
  tx: Transaction,
  permit: Permit,
  transfer: Transfer,
  act: TransferAct,
  now: Date,
  change: Change = {},
): Promise<TransferState> {
  demand(permit, act === 'resubmit' ? 'request' : act)
  const next = after(transfer.state, act)
  if (next === undefined) throw stateConflict(`This request is ${transfer.state}, so that cannot be done.`)
  const stamp =
    act === 'collect'
      ? 'collected_at = coalesce(collected_at, $4),'
      : stamps[act]
        ? `${stamps[act]} = $4,`
        : ''
  const { rowCount } = await tx.query(
    `update concordat.transfer set ${stamp} state = $3, version = version + 1,
       approver = coalesce($5, approver), supplier = coalesce($6, supplier),
       supplied_fields = coalesce($7, supplied_fields), supplied_establishments = coalesce($8, supplied_establishments)
     where id = $1 and version = $2 and $4::timestamptz is not null`,
    [transfer.id, transfer.version, next, now, change.approver ?? null, change.supplier ?? null, change.suppliedFields ?? null, change.suppliedEstablishments ?? null], // prettier-ignore
  )
  if (rowCount !== 1) throw stateConflict('Somebody else has just acted on this request.')
  if (change.asked) await amend(tx, transfer.id, change.asked)
  return next
}

async function amend(tx: Transaction, id: string, asked: NonNullable<Change['asked']>): Promise<void> {
  await tx.query(
    `update concordat.transfer set fields = $2, establishments = $3, prison_numbers = $4, period_from = $5, period_to = $6,
       purpose = $7, data_categories = $8 where id = $1`,
    [
      id,
      asked.fields,
      asked.establishments,
      asked.prisonNumbers,
      asked.periodFrom,
      asked.periodTo,
      asked.purpose,
      asked.dataCategories,
    ],
  )
}

export type TextKind = 'relevance' | 'return' | 'part-supply' | 'escalate'

export async function insertText(
  tx: Transaction,
  transferId: string,
  kind: TextKind,
  text: string,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into concordat.transfer_text (transfer_id, kind, written_at, text) values ($1, $2, $3, $4)`,
    [transferId, kind, now, text],
  )
}

export async function findTexts(
  db: Queryable,
  transferId: string,
): Promise<{ kind: TextKind; writtenAt: Date; text: string }[]> {
  const { rows } = await db.query(
    `select kind, written_at, text from concordat.transfer_text where transfer_id = $1 order by written_at`,
    [transferId],
  )
  return rows.map((row) => ({
    kind: row['kind'] as TextKind,
    writtenAt: row['written_at'] as Date,
    text: String(row['text']),
  }))
}

/** The last belt: a store write with another act's permit is a defect, not a refusal. */
function parse(row: Record<string, unknown>): Transfer {
  return {
    id: String(row['id']),
    reference: String(row['reference']),
    agreement: String(row['agreement']),
    exchange: String(row['exchange']),
    from: row['from_party'] as Party, // parties and states are checked by the table's constraints
    to: row['to_party'] as Party,
    requester: String(row['requester']),
    inspection: String(row['inspection']),
    dataset: String(row['dataset']),
    fields: row['fields'] as string[], // text[]
    establishments: row['establishments'] as string[],
    prisonNumbers: row['prison_numbers'] as string[],
    periodFrom: String(row['period_from']),
    periodTo: String(row['period_to']),
    purpose: String(row['purpose']),
    statutoryBasis: String(row['statutory_basis']),
    lawfulBasis: String(row['lawful_basis']),
    dataCategories: row['data_categories'] as string[],
    marking: String(row['marking']),
    retentionClass: String(row['retention_class']),
    state: row['state'] as TransferState,
    version: Number(row['version']),
    requestedAt: row['requested_at'] as Date, // timestamptz
    ...present(row),
  }
}

const optional = {
  returned_at: 'returnedAt', resubmitted_at: 'resubmittedAt', approver: 'approver', approved_at: 'approvedAt', escalated_at: 'escalatedAt', supplier: 'supplier',
  supplied_at: 'suppliedAt', supplied_fields: 'suppliedFields', supplied_establishments: 'suppliedEstablishments',
  available_at: 'availableAt', collected_at: 'collectedAt', acknowledged_at: 'acknowledgedAt', destroyed_at: 'destroyedAt',
} as const satisfies Record<string, keyof Transfer> // prettier-ignore

function present(row: Record<string, unknown>): Partial<Transfer> {
  const held = Object.entries(optional).filter(([column]) => row[column] !== null)
  return Object.fromEntries(held.map(([column, name]) => [name, row[column]]))
}
