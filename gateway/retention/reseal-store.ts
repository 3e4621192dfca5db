// SQL of sealing anew: attempts, and the one statement that puts another object in an item's place.
import type { Permit } from '../../policies/decide.ts'
import { demand } from '../decisions/demand.ts'
import type { Queryable, Transaction } from '../db.ts'
import type { Item } from './item.ts'

export interface Attempt {
  readonly id: string
  readonly itemId: string
  readonly entryId: string
  readonly fromObject: string
  readonly toObject: string
  readonly fromProfile: string
  readonly toProfile: string
}

export async function insertAttempt(tx: Transaction, permit: Permit, made: Attempt & { readonly resumes?: string; readonly startedAt: Date }): Promise<void> {
  demand(permit, 'move-key')
  await tx.query(
    `insert into concordat.resealing (id, item_id, entry_id, resumes, from_object, to_object, from_profile, to_profile, started_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [made.id, made.itemId, made.entryId, made.resumes ?? null, made.fromObject, made.toObject, made.fromProfile, made.toProfile, made.startedAt],
  )
} // prettier-ignore

/** The attempt that nobody ended: its process may have been killed, or may still work. */
export async function findRunning(tx: Transaction, itemId: string): Promise<Attempt | undefined> {
  const { rows } = await tx.query(
    `select id, item_id, entry_id, from_object, to_object, from_profile, to_profile from concordat.resealing where item_id = $1 and outcome is null`,
    [itemId],
  )
  const [row] = rows
  return (
    row && {
      id: String(row['id']),
      itemId,
      entryId: String(row['entry_id']),
      fromObject: String(row['from_object']),
      toObject: String(row['to_object']),
      fromProfile: String(row['from_profile']),
      toProfile: String(row['to_profile']),
    }
  )
}

/** @returns false where it was ended before */
export async function endAttempt(
  tx: Transaction,
  id: string,
  outcome: 'kept' | 'given-up',
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update concordat.resealing set outcome = $2, ended_at = $3 where id = $1 and outcome is null',
    [id, outcome, now],
  )
  return rowCount === 1
}

export interface SealedAnew {
  readonly vaultObject: string
  readonly ciphertextSha256: string
  readonly ciphertextBytes: number
  readonly cipherProfile: string
  readonly wrappedKey: Uint8Array
}

/** Another object, hash and key in one statement. @returns false when the item is not any more what was opened */
export async function putObject(
  tx: Transaction,
  permit: Permit,
  item: Item,
  made: SealedAnew,
): Promise<boolean> {
  demand(permit, 'move-key')
  const { rowCount } = await tx.query(
    `update concordat.item set vault_object = $4, ciphertext_sha256 = decode($5, 'hex'), ciphertext_bytes = $6, cipher_profile = $7, wrapped_key = $8
     where id = $1 and vault_object = $2 and shelf_ref = $3 and state = 'sealed'`,
    [item.id, item.vaultObject, item.shelfRef, made.vaultObject, made.ciphertextSha256, made.ciphertextBytes, made.cipherProfile, made.wrappedKey], // prettier-ignore
  )
  return rowCount === 1
}

export interface LeftObjects {
  readonly id: string
  readonly objects: readonly string[]
}

/** What ended attempts left in the vault: every object of theirs that no sealed item names. @param endedBefore younger ones may still be read */
export async function findLeftObjects(db: Queryable, endedBefore: Date): Promise<LeftObjects[]> {
  const { rows } = await db.query(
    `select r.id, r.from_object, r.to_object, i.vault_object, i.state from concordat.resealing r join concordat.item i on i.id = r.item_id
     where r.cleared_at is null and ((r.outcome is not null and r.ended_at < $1) or i.state = 'destroyed') order by r.started_at limit 100`,
    [endedBefore],
  )
  return rows.map((row) => ({
    id: String(row['id']),
    objects: [String(row['from_object']), String(row['to_object'])].filter(
      (name) => row['state'] === 'destroyed' || name !== row['vault_object'],
    ),
  }))
}

export async function markCleared(tx: Transaction, id: string, now: Date): Promise<void> {
  await endAttempt(tx, id, 'given-up', now) // of an item that was destroyed meanwhile
  await tx.query('update concordat.resealing set cleared_at = $2 where id = $1', [id, now])
}

/** Sealed items that lie under another profile. @param after the id to go on behind, in the order of ids */
export async function findUnderOther(
  db: Queryable,
  profile: string,
  after: string,
  most: number,
): Promise<string[]> {
  const { rows } = await db.query(
    `select id from concordat.item where state = 'sealed' and cipher_profile <> $1 and id > $2 order by id limit $3`,
    [profile, after, most],
  )
  return rows.map((row) => String(row['id']))
}

export async function countUnderOther(db: Queryable, profile: string): Promise<number> {
  const { rows } = await db.query(
    `select count(*) as items from concordat.item where state = 'sealed' and cipher_profile <> $1`,
    [profile],
  )
  return Number(rows[0]?.['items'])
}
