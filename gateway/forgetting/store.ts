// SQL of erasures. What is forgotten goes by one function of the database, which two people's names open and nothing else
// (migrations/0018_forget.sql).
import { z } from 'zod'
import type { Permit } from '../../policies/decide.ts'
import type { Queryable, Transaction } from '../db.ts'
import { stateConflict } from '../http/problem.ts'
import type { EntryField, Erasure } from './erasure.ts'

const columns = `id, scope, basis, reason, person_id, identifiers, fields, state, asked_by, asked_at, authorised_by, done_at,
  rows_changed, values_deleted, entries_touched`

const row = z.object({
  id: z.string(), scope: z.enum(['person', 'fields']), basis: z.string(), reason: z.string().nullable(), person_id: z.string().nullable(),
  identifiers: z.array(z.string()), fields: z.array(z.object({ entry: z.string(), field: z.string() })), state: z.enum(['asked', 'withdrawn', 'done']),
  asked_by: z.string(), asked_at: z.date(), authorised_by: z.string().nullable(), done_at: z.date().nullable(),
  rows_changed: z.number().nullable(), values_deleted: z.number().nullable(), entries_touched: z.number().nullable(),
}) // prettier-ignore

function parse(found: Record<string, unknown>): Erasure {
  const read = row.parse(found)
  return {
    id: read.id,
    scope: read.scope,
    basis: read.basis,
    askedBy: read.asked_by,
    askedAt: read.asked_at,
    fields: read.fields,
    ...(read.person_id !== null && { personId: read.person_id }),
    status: statusOf(read),
  }
}

function statusOf(read: z.output<typeof row>): Erasure['status'] {
  if (read.state === 'withdrawn') return { state: 'withdrawn' }
  if (read.state === 'asked')
    return { state: 'asked', identifiers: read.identifiers, reason: read.reason ?? '' }
  // A check of the table says that one that is done has these.
  if (!read.authorised_by || !read.done_at) throw new Error(`the erasure ${read.id} is done by nobody`)
  return {
    state: 'done',
    authorisedBy: read.authorised_by,
    doneAt: read.done_at,
    rowsChanged: read.rows_changed ?? 0,
    valuesDeleted: read.values_deleted ?? 0,
    entriesTouched: read.entries_touched ?? 0,
  }
}

/** Newest first, at most 200. */
export async function listErasures(db: Queryable): Promise<Erasure[]> {
  const { rows } = await db.query(
    `select ${columns} from concordat.erasure order by asked_at desc, id limit 200`,
  )
  return rows.map(parse)
}

export async function findErasure(db: Queryable, id: string): Promise<Erasure | undefined> {
  const { rows } = await db.query(`select ${columns} from concordat.erasure where id = $1`, [id])
  return rows[0] && parse(rows[0])
}

export interface Asked {
  readonly id: string
  readonly scope: Erasure['scope']
  readonly basis: string
  readonly reason: string
  readonly personId?: string | undefined
  readonly identifiers: readonly string[]
  readonly fields: readonly EntryField[]
  readonly askedBy: string
  readonly at: Date
}

/** @param permit that somebody may ask; undefined for one that both people decided already and a restore lost */
export async function insertErasure(
  tx: Transaction,
  permit: Permit | undefined,
  asked: Asked,
): Promise<void> {
  if (permit && permit.act !== 'ask-erasure')
    throw new TypeError(`a permit to ${permit.act} asks for nothing`)
  const { id, scope, basis, reason, personId, identifiers, fields, askedBy, at } = asked
  await tx.query(
    `insert into concordat.erasure (id, scope, basis, reason, person_id, identifiers, fields, state, asked_by, asked_at)
     values ($1, $2, $3, $4, $5, $6, $7, 'asked', $8, $9)`,
    [id, scope, basis, reason, personId ?? null, identifiers, JSON.stringify(fields), askedBy, at],
  )
}

/** @throws {Problem} `state.conflict` when it was withdrawn or done meanwhile */
export async function withdrawErasure(tx: Transaction, id: string): Promise<void> {
  const { rowCount } = await tx.query(
    `update concordat.erasure set state = 'withdrawn', reason = null, identifiers = '{}' where id = $1 and state = 'asked'`,
    [id],
  )
  if (rowCount !== 1) throw stateConflict('This erasure is not waiting any more.')
}

export interface Forgotten {
  readonly rows: number
  readonly values: number
  readonly entries: number
}

const forgottenRow = z.object({ changed: z.number(), deleted: z.number(), entries: z.number() })

/** Forgets, for good. At its commit the database refuses the transaction unless it holds the entry of this erasure. */
export async function forget(tx: Transaction, id: string, authoriser: string, at: Date): Promise<Forgotten> {
  const { rows } = await tx.query('select changed, deleted, entries from concordat.forget($1, $2, $3)', [
    id,
    authoriser,
    at,
  ])
  const { changed, deleted, entries } = forgottenRow.parse(rows[0])
  return { rows: changed, values: deleted, entries }
}

export interface Trace {
  readonly place: string
  readonly found: number
}

const traceRow = z.object({ place: z.string(), found: z.number() })

/** In how many rows of which tables it stands now. */
export async function previewErasure(db: Queryable, erasure: Erasure): Promise<Trace[]> {
  if (erasure.status.state !== 'asked' || erasure.scope === 'fields') return []
  const { rows } = await db.query('select place, held as found from concordat.forget_preview($1, $2)', [
    erasure.status.identifiers,
    erasure.personId ?? null,
  ])
  return rows.map((found) => traceRow.parse(found))
}

/** What a registered person is known by: names, addresses, keys. */
export async function identifiersOf(db: Queryable, personId: string): Promise<string[] | undefined> {
  const { rows } = await db.query(
    `select array[email, name, subject] || array(select fingerprint from concordat.person_key where person_id = p.id) as known
     from concordat.person p where id = $1`,
    [personId],
  )
  return rows[0] && z.array(z.string()).parse(rows[0]['known'])
}

export async function findPersonByEmail(db: Queryable, email: string): Promise<string | undefined> {
  const { rows } = await db.query('select id from concordat.person where lower(email) = lower($1)', [email])
  return rows[0] && String(rows[0]['id'])
}

/** Those of the fields that stand there and can be erased. */
export async function presentFields(db: Queryable, fields: readonly EntryField[]): Promise<EntryField[]> {
  const { rows } = await db.query(
    `select s.entry_id as entry, s.field from ledger.secret s
     where (s.entry_id, s.field) in (select * from unnest($1::uuid[], $2::text[]))`,
    [fields.map(({ entry }) => entry), fields.map(({ field }) => field)],
  )
  return rows.map((found) => ({ entry: String(found['entry']), field: String(found['field']) }))
}

const mailsRow = z.object({ id: z.string(), mails: z.array(z.string()) })

/** Erasures whose mails may still lie in the outbox's folder. */
export async function unfinishedErasures(db: Queryable): Promise<z.output<typeof mailsRow>[]> {
  const { rows } = await db.query(
    `select id, mails from concordat.erasure where state = 'done' and files_removed_at is null`,
  )
  return rows.map((found) => mailsRow.parse(found))
}

export async function markFilesRemoved(db: Queryable, id: string, at: Date): Promise<void> {
  await db.query('update concordat.erasure set files_removed_at = $2 where id = $1', [id, at])
}
