// SQL of the consents of people in photographs, and of the copies that are outside the gateway.
import type { Permit } from '../../policies/decide.ts'
import type { Transaction } from '../db.ts'
import { demand } from '../decisions/demand.ts'
import type { PictureConsent, PictureCopy, RecallReason } from './photograph.ts'

/** @returns false where a consent of that person is recorded already */
export async function insertConsent(
  tx: Transaction,
  permit: Permit,
  photographId: string,
  made: Omit<PictureConsent, 'withdrawnAt'> & { readonly recordedBy: string },
): Promise<boolean> {
  demand(permit, 'keep-photograph')
  const { rowCount } = await tx.query(
    `insert into concordat.photograph_consent (id, photograph_id, who, form, written_on, uses, storage, until, shared_with, recorded_by, recorded_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (photograph_id, who) do nothing`,
    [made.id, photographId, made.who, made.form, made.writtenOn, made.uses, made.storage, made.until, made.sharedWith, made.recordedBy, made.recordedAt], // prettier-ignore
  )
  return rowCount === 1
}

/** @returns false where it is none of that photograph, or was withdrawn already */
export async function withdrawConsent(
  tx: Transaction,
  permit: Permit,
  of: { readonly photographId: string; readonly consentId: string },
  by: { readonly personId: string; readonly at: Date },
): Promise<boolean> {
  demand(permit, 'keep-photograph')
  const { rowCount } = await tx.query(
    `update concordat.photograph_consent set withdrawn_at = greatest(recorded_at, $3), withdrawn_by = $4
     where id = $1 and photograph_id = $2 and withdrawn_at is null`,
    [of.consentId, of.photographId, by.at, by.personId],
  )
  return rowCount === 1
}

/** Every copy that nobody has called back yet. @returns the copies */
export async function recallCopies(
  tx: Transaction,
  photographId: string,
  because: RecallReason,
  at: Date,
): Promise<Pick<PictureCopy, 'id' | 'kind' | 'personId'>[]> {
  const { rows } = await tx.query(
    `update concordat.photograph_copy set recalled_at = greatest(made_at, $3), recalled_for = $2 where photograph_id = $1 and recalled_at is null
     returning id, kind, person_id`,
    [photographId, because, at],
  )
  return rows.map((row) => ({ id: String(row['id']), kind: row['kind'] as PictureCopy['kind'], personId: String(row['person_id']) })) // prettier-ignore
}

/** @returns false where it is none of that photograph, was not recalled, or is gone already */
export async function endCopy(
  tx: Transaction,
  permit: Permit,
  of: { readonly photographId: string; readonly copyId: string },
  end: { readonly by: string; readonly at: Date; readonly how: string },
): Promise<boolean> {
  demand(permit, 'recall-photograph')
  const { rowCount } = await tx.query(
    `update concordat.photograph_copy set ended_at = greatest(recalled_at, $3), ended_by = $4, ended_how = $5
     where id = $1 and photograph_id = $2 and recalled_at is not null and ended_at is null`,
    [of.copyId, of.photographId, end.at, end.by, end.how],
  )
  return rowCount === 1
}
