// SQL of the sealed copies of deliveries, and of who collected each.
import type { Permit } from '../../policies/decide.ts'
import type { Queryable, Transaction } from '../db.ts'
import type { Copy } from './copy.ts'

const columns = `id, delivery_id, vault_object, encode(ciphertext_sha256, 'hex') as ciphertext_sha256, ciphertext_bytes, plaintext_bytes,
  cipher_profile, shelf, destroy_on, wrapped_key`

export async function findCopy(db: Queryable, deliveryId: string): Promise<Copy | undefined> {
  const { rows } = await db.query(`select ${columns} from concordat.delivery_copy where delivery_id = $1`, [
    deliveryId,
  ])
  return rows[0] && parse(rows[0])
}

export async function lockCopy(tx: Transaction, id: string): Promise<Copy | undefined> {
  const { rows } = await tx.query(`select ${columns} from concordat.delivery_copy where id = $1 for update`, [
    id,
  ])
  return rows[0] && parse(rows[0])
}

/** Those whose day has come. */
export async function findDueCopies(db: Queryable, today: string): Promise<Copy[]> {
  const { rows } = await db.query(
    `select ${columns} from concordat.delivery_copy where wrapped_key is not null and destroy_on <= $1 order by destroy_on, id limit 100`,
    [today],
  )
  return rows.map(parse)
}

export async function insertCopy(tx: Transaction, permit: Permit, copy: Copy): Promise<void> {
  if (permit.act !== 'pack' || copy.status.state !== 'sealed')
    throw new Error('a copy is kept sealed, with a permit to pack')
  await tx.query(
    `insert into concordat.delivery_copy (id, delivery_id, vault_object, ciphertext_sha256, ciphertext_bytes, plaintext_bytes, cipher_profile,
       shelf, destroy_on, wrapped_key) values ($1, $2, $3, decode($4, 'hex'), $5, $6, $7, $8, $9, $10)`,
    [
      copy.id, copy.deliveryId, copy.vaultObject, copy.ciphertextSha256, copy.ciphertextBytes, copy.plaintextBytes, copy.cipherProfile,
      copy.shelf, copy.destroyOn, copy.status.wrappedKey,
    ], // prettier-ignore
  )
}

export async function markCopyDestroyed(
  tx: Transaction,
  permit: Permit,
  id: string,
  now: Date,
): Promise<void> {
  if (permit.act !== 'dispose') throw new Error('a permit for another act')
  await tx.query(
    'update concordat.delivery_copy set wrapped_key = null, destroyed_at = $2 where id = $1 and wrapped_key is not null',
    [id, now],
  )
}

export async function insertCollection(
  tx: Transaction,
  made: { readonly id: string; readonly copyId: string; readonly personId: string; readonly keyFingerprint: string; readonly collectedAt: Date }, // prettier-ignore
): Promise<void> {
  await tx.query(
    'insert into concordat.delivery_collection (id, copy_id, person_id, key_fingerprint, collected_at) values ($1, $2, $3, $4, $5)',
    [made.id, made.copyId, made.personId, made.keyFingerprint, made.collectedAt],
  )
}

function parse(row: Record<string, unknown>): Copy {
  const wrappedKey = row['wrapped_key']
  return {
    id: String(row['id']),
    deliveryId: String(row['delivery_id']),
    vaultObject: String(row['vault_object']),
    ciphertextSha256: String(row['ciphertext_sha256']),
    ciphertextBytes: Number(row['ciphertext_bytes']),
    plaintextBytes: Number(row['plaintext_bytes']),
    cipherProfile: String(row['cipher_profile']),
    shelf: String(row['shelf']),
    destroyOn: String(row['destroy_on']),
    status: Buffer.isBuffer(wrappedKey) ? { state: 'sealed', wrappedKey } : { state: 'destroyed' },
  }
}
