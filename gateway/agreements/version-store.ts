// SQL of versions of agreements. Files are kept by their hash and checked against it when they are read; a proposal moves from
// the state that was read. Writes take the permit that earned them; only what a release ships is written without one.
import { randomUUID } from 'node:crypto'
import type { Permit } from '../../policies/decide.ts'
import type { Act } from '../../policies/facts.ts'
import { versionOf, type Activated, type AgreementVersion } from '../../policies/versions.ts'
import type { Queryable, Transaction } from '../db.ts'
import { stateConflict } from '../http/problem.ts'

export interface Proposal {
  readonly id: string
  readonly agreement: string
  readonly hash: string
  readonly appliesFrom?: string
  /** Nobody, where the release brought it. */
  readonly proposedBy?: string
  readonly proposedAt: Date
  readonly state: 'proposed' | 'activated' | 'withdrawn'
  readonly number?: number
  readonly activatedBy?: string
  readonly activatedAt?: Date
  readonly withdrawnBy?: string
  readonly withdrawnAt?: Date
}

const columns = `id, agreement, hash, applies_from, proposed_by, proposed_at, state, number, activated_by, activated_at, withdrawn_by, withdrawn_at`

/** The number of the last activation; 0 before the first start has recorded any. */
export async function lastNumber(db: Queryable): Promise<number> {
  const { rows } = await db.query(
    `select coalesce(max(number), 0) as number from concordat.agreement_proposal`,
  )
  return Number(rows[0]?.['number'])
}

/** The same as of an instant. */
export async function numberAt(db: Queryable, at: Date): Promise<number> {
  const { rows } = await db.query(
    `select coalesce(max(number), 0) as number from concordat.agreement_proposal where activated_at <= $1`,
    [at],
  )
  return Number(rows[0]?.['number'])
}

/** Every version that was activated, in order. @param known files by hash, added to */
export async function findActivated(
  db: Queryable,
  upTo: number,
  known: Map<string, AgreementVersion['files']>,
): Promise<Activated[]> {
  const { rows } = await db.query(
    `select agreement, hash, applies_from from concordat.agreement_proposal where number <= $1 order by number`,
    [upTo],
  )
  const activated: Activated[] = []
  for (const row of rows) {
    const [key, hash, from] = [String(row['agreement']), String(row['hash']), row['applies_from']]
    const files = known.get(hash) ?? (await readFiles(db, key, hash))
    known.set(hash, files)
    activated.push({ key, hash, files, ...(typeof from === 'string' && { from }) })
  }
  return activated
}

export async function findVersion(db: Queryable, hash: string): Promise<AgreementVersion | undefined> {
  const { rows } = await db.query(`select agreement from concordat.agreement_version where hash = $1`, [hash])
  const key = rows[0]?.['agreement']
  return typeof key === 'string' ? { key, hash, files: await readFiles(db, key, hash) } : undefined
}

/** @throws where the files are not those of their hash: somebody has been at the table */
async function readFiles(db: Queryable, key: string, hash: string): Promise<AgreementVersion['files']> {
  const { rows } = await db.query(
    `select files from concordat.agreement_version where hash = $1 and agreement = $2`,
    [hash, key],
  )
  const stored = Object.entries((rows[0]?.['files'] ?? {}) as Record<string, string>) // an object of texts, as insertVersion writes it
  const version = versionOf(key, stored)
  if (version.hash !== hash) throw new Error(`The stored files of ${key} are not those of ${hash}.`)
  return version.files
}

/** By content: the same files twice are there once. */
export async function insertVersion(tx: Transaction, { key, hash, files }: AgreementVersion): Promise<void> {
  await tx.query(
    `insert into concordat.agreement_version (hash, agreement, files) values ($1, $2, $3) on conflict (hash) do nothing`,
    [hash, key, JSON.stringify(Object.fromEntries(files))],
  )
}

export type NewProposal = Pick<
  Proposal,
  'id' | 'agreement' | 'hash' | 'appliesFrom' | 'proposedBy' | 'proposedAt'
>

/** @throws {Problem} `state.conflict` where the same version waits already */
export async function insertProposal(tx: Transaction, permit: Permit, made: NewProposal): Promise<void> {
  demand(permit, 'propose-version')
  const { rowCount } = await tx.query(
    `insert into concordat.agreement_proposal (id, agreement, hash, applies_from, proposed_by, proposed_at, state)
     values ($1, $2, $3, $4, $5, $6, 'proposed') on conflict (hash) where state = 'proposed' do nothing`,
    [made.id, made.agreement, made.hash, made.appliesFrom ?? null, made.proposedBy ?? null, made.proposedAt],
  )
  if (rowCount !== 1)
    throw stateConflict('This version has been proposed already, and waits for a second person.')
}

/** What the release ships: in force where nothing of that agreement ever was, else for a person to activate. */
export async function insertShipped(
  tx: Transaction,
  version: Activated,
  number: number | undefined,
  at: Date,
): Promise<string> {
  await insertVersion(tx, version)
  const id = randomUUID()
  await tx.query(
    `insert into concordat.agreement_proposal (id, agreement, hash, applies_from, proposed_at, state, number, activated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      id,
      version.key,
      version.hash,
      version.from ?? null,
      at,
      number === undefined ? 'proposed' : 'activated',
      number ?? null,
      number === undefined ? null : at,
    ],
  )
  return id
}

/** Whether this very version was ever proposed or activated. */
export async function isKnown(
  db: Queryable,
  { key, hash }: Pick<AgreementVersion, 'key' | 'hash'>,
): Promise<boolean> {
  const { rows } = await db.query(
    `select 1 from concordat.agreement_proposal where agreement = $1 and hash = $2 limit 1`,
    [key, hash],
  )
  return rows.length > 0
}

export async function findProposal(db: Queryable, id: string): Promise<Proposal | undefined> {
  const { rows } = await db.query(`select ${columns} from concordat.agreement_proposal where id = $1`, [id])
  return rows[0] && parse(rows[0])
}

/** @returns undefined where somebody else has it: to wait for them, while they wait for us, would be for ever */
export async function lockProposal(tx: Transaction, id: string): Promise<Proposal | undefined> {
  const { rows } = await tx.query(
    `select ${columns} from concordat.agreement_proposal where id = $1 for update skip locked`,
    [id],
  )
  return rows[0] && parse(rows[0])
}

/** Newest first. */
export async function listProposals(db: Queryable, agreement: string): Promise<Proposal[]> {
  const { rows } = await db.query(
    `select ${columns} from concordat.agreement_proposal where agreement = $1 order by proposed_at desc, number desc nulls first, id`,
    [agreement],
  )
  return rows.map(parse)
}

export async function markActivated(
  tx: Transaction,
  permit: Permit,
  made: { readonly id: string; readonly number: number; readonly by: string; readonly now: Date },
): Promise<void> {
  demand(permit, 'activate-version')
  await tx.query(
    `update concordat.agreement_proposal set state = 'activated', number = $2, activated_by = $3, activated_at = $4 where id = $1 and state = 'proposed'`,
    [made.id, made.number, made.by, made.now],
  )
}

export async function markWithdrawn(
  tx: Transaction,
  permit: Permit,
  made: { readonly id: string; readonly by: string; readonly now: Date },
): Promise<void> {
  demand(permit, 'withdraw-version')
  await tx.query(
    `update concordat.agreement_proposal set state = 'withdrawn', withdrawn_by = $2, withdrawn_at = $3 where id = $1 and state = 'proposed'`,
    [made.id, made.by, made.now],
  )
}

function demand(permit: Permit, act: Act): void {
  if (permit.act !== act) throw new Error(`a permit for ${permit.act} was used to ${act}`)
}

const optional = {
  applies_from: 'appliesFrom', proposed_by: 'proposedBy', number: 'number', activated_by: 'activatedBy', activated_at: 'activatedAt',
  withdrawn_by: 'withdrawnBy', withdrawn_at: 'withdrawnAt',
} as const satisfies Record<string, keyof Proposal> // prettier-ignore

function parse(row: Record<string, unknown>): Proposal {
  const held = Object.entries(optional).filter(([column]) => row[column] !== null)
  return {
    id: String(row['id']),
    agreement: String(row['agreement']),
    hash: String(row['hash']),
    proposedAt: row['proposed_at'] as Date, // timestamptz
    state: row['state'] as Proposal['state'], // checked by the table's constraint
    ...Object.fromEntries(held.map(([column, name]) => [name, row[column]])),
  }
}
