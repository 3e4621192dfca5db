// SQL of what people said of photographs: answers to the questions of the annex, and what HMPPS said in its fact check.
import type { Permit } from '../../policies/decide.ts'
import type { Queryable, Transaction } from '../db.ts'
import { demand } from '../decisions/demand.ts'
import type { PictureCheck } from './checking.ts'
import type { PictureAnswer } from './photograph.ts'

/** @returns false where the person said the same before */
export async function insertCheck(
  tx: Transaction,
  permit: Permit,
  photographId: string,
  made: PictureCheck,
): Promise<boolean> {
  demand(permit, 'check-photograph')
  const { rowCount } = await tx.query(
    `insert into concordat.photograph_check (id, photograph_id, question, answer, words, answered_by, party, answered_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [made.id, photographId, made.question, made.answer, made.words, made.by, made.party, made.at],
  )
  return rowCount === 1
}

/** Whether the person has ever looked at the picture itself. */
export async function hasLooked(db: Queryable, photographId: string, personId: string): Promise<boolean> {
  const { rows } = await db.query(
    'select exists (select from concordat.photograph_opening where photograph_id = $1 and person_id = $2) as looked',
    [photographId, personId],
  )
  return rows[0]?.['looked'] === true
}

export async function insertAnswer(
  tx: Transaction,
  permit: Permit,
  photographId: string,
  made: Pick<PictureAnswer, 'id' | 'answer' | 'words' | 'by' | 'at'>,
): Promise<void> {
  demand(permit, 'answer-photograph')
  await tx.query(
    `insert into concordat.photograph_answer (id, photograph_id, answer, words, answered_by, answered_at) values ($1, $2, $3, $4, $5, $6)`,
    [made.id, photographId, made.answer, made.words ?? null, made.by, made.at],
  )
}

/** @returns false where it is none of that photograph, or is decided already */
export async function decideAnswer(
  tx: Transaction,
  permit: Permit,
  of: { readonly photographId: string; readonly answerId: string },
  made: NonNullable<PictureAnswer['decided']>,
): Promise<boolean> {
  demand(permit, 'run-fact-check')
  const { rowCount } = await tx.query(
    `update concordat.photograph_answer set decision = $3, decided_by = $4, decided_at = greatest(answered_at, $5), reason = $6
     where id = $1 and photograph_id = $2 and answer = 'objection' and decision is null`,
    [of.answerId, of.photographId, made.decision, made.by, made.at, made.reason],
  )
  return rowCount === 1
}

export async function markIncluded(
  tx: Transaction,
  permit: Permit,
  id: string,
  by: { readonly personId: string; readonly at: Date },
): Promise<void> {
  demand(permit, 'include')
  await tx.query('update concordat.photograph set included_by = $2, included_at = greatest(kept_at, $3) where id = $1', [id, by.personId, by.at]) // prettier-ignore
}

export async function markCleared(
  tx: Transaction,
  permit: Permit,
  id: string,
  by: { readonly personId: string; readonly at: Date },
): Promise<void> {
  demand(permit, 'clear-photograph')
  await tx.query('update concordat.photograph set cleared_by = $2, cleared_at = greatest(included_at, $3) where id = $1', [id, by.personId, by.at]) // prettier-ignore
}

export async function insertCopy(
  tx: Transaction,
  permit: Permit,
  made: { readonly id: string; readonly photographId: string; readonly place?: string; readonly personId: string; readonly at: Date }, // prettier-ignore
): Promise<void> {
  demand(permit, 'share', 'clear-photograph')
  await tx.query(
    `insert into concordat.photograph_copy (id, photograph_id, kind, place, person_id, made_at) values ($1, $2, $3, $4, $5, $6)`,
    [made.id, made.photographId, made.place === undefined ? 'taken' : 'published', made.place ?? null, made.personId, made.at], // prettier-ignore
  )
}
