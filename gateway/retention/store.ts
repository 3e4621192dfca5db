// SQL of items, collections and certificates. Writes take the permit that earned them. (Shelves are in shelf-store.ts.)
import type { Permit } from '../../policies/decide.ts'
import { demand } from '../decisions/demand.ts'
import type { Queryable, Transaction } from '../db.ts'
import type { Item, Origin } from './item.ts'

export const itemColumns = `i.id, i.transfer_id, i.delivery_id, i.vault_object, i.ciphertext_sha256, i.ciphertext_bytes, i.plaintext_bytes, i.row_count,
  i.wrapped_key, i.shelf_ref, i.cipher_profile, i.schedule_owner, i.schedule_version, i.schedule_is_demonstration, i.retention_class,
  i.clock_started_at, i.destroy_on, i.state, i.destroyed_at, i.consent_until`

export async function findItemOf(db: Queryable, transferId: string): Promise<Item | undefined> {
  const { rows } = await db.query(`select ${itemColumns} from concordat.item i where i.transfer_id = $1`, [
    transferId,
  ])
  return rows[0] && parseItem(rows[0])
}

export async function findItemOfDelivery(db: Queryable, deliveryId: string): Promise<Item | undefined> {
  const { rows } = await db.query(`select ${itemColumns} from concordat.item i where i.delivery_id = $1`, [
    deliveryId,
  ])
  return rows[0] && parseItem(rows[0])
}

/** What is held for these transfers, soonest to be destroyed first. */
export async function findSealedItems(db: Queryable, transferIds: readonly string[]): Promise<Item[]> {
  const { rows } = await db.query(
    `select ${itemColumns} from concordat.item i where i.transfer_id = any ($1::uuid[]) and i.state = 'sealed' order by i.destroy_on, i.id`,
    [transferIds],
  )
  return rows.map(parseItem)
}

export async function findItem(db: Queryable, id: string): Promise<Item | undefined> {
  const { rows } = await db.query(`select ${itemColumns} from concordat.item i where i.id = $1`, [id])
  return rows[0] && parseItem(rows[0])
}

export async function lockItem(tx: Transaction, id: string): Promise<Item | undefined> {
  const { rows } = await tx.query(`select ${itemColumns} from concordat.item i where i.id = $1 for update`, [
    id,
  ])
  return rows[0] && parseItem(rows[0])
}

export async function insertItem(tx: Transaction, permit: Permit, item: Item): Promise<void> {
  demand(permit, item.of.kind === 'transfer' ? 'seal' : 'pack')
  if (item.status.state !== 'sealed') throw new Error('an item starts sealed')
  await tx.query(
    `insert into concordat.item (id, transfer_id, delivery_id, vault_object, ciphertext_sha256, ciphertext_bytes, plaintext_bytes, row_count, wrapped_key,
       shelf_ref, cipher_profile, schedule_owner, schedule_version, schedule_is_demonstration, retention_class, clock_started_at, destroy_on, state)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'sealed')`,
    [
      item.id, item.of.kind === 'transfer' ? item.of.id : null, item.of.kind === 'delivery' ? item.of.id : null, item.vaultObject, item.ciphertextSha256, item.ciphertextBytes, item.plaintextBytes, item.rowCount,
      item.status.wrappedKey, item.shelfRef, item.cipherProfile, item.scheduleOwner, item.scheduleVersion, item.scheduleIsDemonstration,
      item.retentionClass, item.clockStartedAt, item.destroyOn,
    ], // prettier-ignore
  )
}

export interface Collection {
  readonly id: string
  readonly itemId: string
  readonly personId: string
  readonly keyFingerprint: string
  readonly collectedAt: Date
}

export async function insertCollection(tx: Transaction, made: Collection): Promise<void> {
  await tx.query(
    `insert into concordat.collection (id, item_id, person_id, key_fingerprint, collected_at) values ($1, $2, $3, $4, $5)`,
    [made.id, made.itemId, made.personId, made.keyFingerprint, made.collectedAt],
  )
}

/** A copy that left, and what whoever took it has said of it since. */
export interface TakenCopy {
  readonly id: string
  /** Nobody's own: what went to a mailbox. */
  readonly personId?: string
  readonly takenAt: Date
  readonly attested?: { readonly state: 'destroyed' | 'returned'; readonly at: Date }
}

/** Copies that left, once each: the certificate lists them. */
export async function findTakenCopies(db: Queryable, itemId: string): Promise<TakenCopy[]> {
  const { rows } = await db.query(
    `select id, person_id, taken_at, attested, attested_at from concordat.taken_copy where item_id = $1 order by taken_at, id`,
    [itemId],
  )
  return rows.map((row) => ({
    id: String(row['id']),
    ...(typeof row['person_id'] === 'string' && { personId: row['person_id'] }),
    takenAt: row['taken_at'] as Date, // timestamptz
    ...((row['attested'] === 'destroyed' || row['attested'] === 'returned') && {
      attested: { state: row['attested'], at: row['attested_at'] as Date },
    }),
  }))
}

/** Holds on an item that nobody has lifted. */
export async function countHolds(db: Queryable, itemId: string): Promise<number> {
  const { rows } = await db.query(
    `select count(*) as holds from concordat.hold where item_id = $1 and lifted_at is null`,
    [itemId],
  )
  return Number(rows[0]?.['holds'])
}

/** Which of these items something holds. */
export async function findHeldIds(db: Queryable, itemIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query(
    `select distinct item_id from concordat.hold where lifted_at is null and item_id = any ($1::uuid[])`,
    [itemIds],
  )
  return new Set(rows.map((row) => String(row['item_id'])))
}

export async function markDestroyed(tx: Transaction, permit: Permit, item: Item, now: Date): Promise<void> {
  demand(permit, 'destroy', 'dispose')
  await tx.query(
    `update concordat.item set state = 'destroyed', wrapped_key = null, destroyed_at = $2 where id = $1 and state = 'sealed'`,
    [item.id, now],
  )
}

/** Puts an item's key on another shelf. @returns false when it does not lie any more where it was read */
export async function putOnShelf(
  tx: Transaction,
  permit: Permit,
  item: Item,
  to: { readonly ref: string; readonly wrappedKey: Uint8Array },
): Promise<boolean> {
  demand(permit, 'move-key', 'place-hold', 'lift-hold', 'reschedule')
  const { rowCount } = await tx.query(
    `update concordat.item set shelf_ref = $3, wrapped_key = $4 where id = $1 and shelf_ref = $2 and state = 'sealed'`,
    [item.id, item.shelfRef, to.ref, to.wrappedKey],
  )
  return rowCount === 1
}

export function parseItem(row: Record<string, unknown>): Item {
  const wrappedKey = row['wrapped_key']
  return {
    id: String(row['id']),
    of: parseOrigin(row),
    vaultObject: String(row['vault_object']),
    ciphertextSha256: row['ciphertext_sha256'] as Uint8Array, // bytea
    ciphertextBytes: Number(row['ciphertext_bytes']),
    plaintextBytes: Number(row['plaintext_bytes']),
    rowCount: Number(row['row_count']),
    shelfRef: String(row['shelf_ref']),
    cipherProfile: String(row['cipher_profile']),
    scheduleOwner: String(row['schedule_owner']),
    scheduleVersion: String(row['schedule_version']),
    scheduleIsDemonstration: row['schedule_is_demonstration'] === true,
    retentionClass: String(row['retention_class']),
    clockStartedAt: row['clock_started_at'] as Date, // timestamptz
    destroyOn: String(row['destroy_on']),
    ...(typeof row['consent_until'] === 'string' && { consentUntil: row['consent_until'] }),
    status: Buffer.isBuffer(wrappedKey)
      ? { state: 'sealed', wrappedKey }
      : { state: 'destroyed', destroyedAt: row['destroyed_at'] as Date },
  }
}

function parseOrigin(row: Record<string, unknown>): Origin {
  const delivery = row['delivery_id']
  return typeof delivery === 'string'
    ? { kind: 'delivery', id: delivery }
    : { kind: 'transfer', id: String(row['transfer_id']) } // the table's constraint: one of the two
}
