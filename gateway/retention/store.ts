// SQL of items, shelves, collections and certificates. Writes take the permit that earned them.
import type { Permit } from '../../policies/decide.ts'
import type { Act } from '../../policies/facts.ts'
import type { Queryable, Transaction } from '../db.ts'
import { shelfRef, type Item } from './item.ts'

const columns = `i.id, i.transfer_id, i.vault_object, i.ciphertext_sha256, i.ciphertext_bytes, i.plaintext_bytes, i.row_count,
  i.wrapped_key, i.shelf_ref, i.cipher_profile, i.schedule_owner, i.schedule_version, i.schedule_is_demonstration, i.retention_class,
  i.clock_started_at, i.destroy_on, i.state, i.destroyed_at`

export async function findItemOf(db: Queryable, transferId: string): Promise<Item | undefined> {
  const { rows } = await db.query(`select ${columns} from concordat.item i where i.transfer_id = $1`, [
    transferId,
  ])
  return rows[0] && parse(rows[0])
}

/** What is held for these transfers, soonest to be destroyed first. */
export async function findSealedItems(db: Queryable, transferIds: readonly string[]): Promise<Item[]> {
  const { rows } = await db.query(
    `select ${columns} from concordat.item i where i.transfer_id = any ($1::uuid[]) and i.state = 'sealed' order by i.destroy_on, i.id`,
    [transferIds],
  )
  return rows.map(parse)
}

export async function findItem(db: Queryable, id: string): Promise<Item | undefined> {
  const { rows } = await db.query(`select ${columns} from concordat.item i where i.id = $1`, [id])
  return rows[0] && parse(rows[0])
}

export async function lockItem(tx: Transaction, id: string): Promise<Item | undefined> {
  const { rows } = await tx.query(`select ${columns} from concordat.item i where i.id = $1 for update`, [id])
  return rows[0] && parse(rows[0])
}

/** The shelf for a date, made when there is none that still takes items. A destroyed date gets a new generation. */
export async function openShelf(tx: Transaction, owner: string, destroyOn: string): Promise<string> {
  await tx.query(`select pg_advisory_xact_lock(hashtext($1))`, [`shelf ${owner} ${destroyOn}`])
  const { rows } = await tx.query(
    `select ref, generation, state from concordat.shelf where owner = $1 and destroy_on = $2 order by generation desc limit 1`,
    [owner, destroyOn],
  )
  const newest = rows[0]
  if (newest?.['state'] === 'open') return String(newest['ref'])
  const generation = Number(newest?.['generation'] ?? 0) + 1
  const ref = shelfRef(owner, destroyOn, generation)
  await tx.query(`insert into concordat.shelf (ref, owner, destroy_on, generation, state) values ($1, $2, $3, $4, 'open')`, [ref, owner, destroyOn, generation]) // prettier-ignore
  return ref
}

/** Keeps the shelf from being emptied until this transaction ends. @throws when its destruction has begun */
export async function holdShelfOpen(tx: Transaction, ref: string): Promise<void> {
  const { rows } = await tx.query(`select state from concordat.shelf where ref = $1 for share`, [ref])
  if (rows[0]?.['state'] !== 'open') throw new Error('the shelf takes no more items')
}

export async function insertItem(tx: Transaction, permit: Permit, item: Item): Promise<void> {
  demand(permit, 'seal')
  if (item.status.state !== 'sealed') throw new Error('an item starts sealed')
  await tx.query(
    `insert into concordat.item (id, transfer_id, vault_object, ciphertext_sha256, ciphertext_bytes, plaintext_bytes, row_count, wrapped_key,
       shelf_ref, cipher_profile, schedule_owner, schedule_version, schedule_is_demonstration, retention_class, clock_started_at, destroy_on, state)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'sealed')`,
    [
      item.id, item.transferId, item.vaultObject, item.ciphertextSha256, item.ciphertextBytes, item.plaintextBytes, item.rowCount,
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

/** Who took a copy, once each: the certificate lists them. */
export async function findCollections(
  db: Queryable,
  itemId: string,
): Promise<{ id: string; personId: string; collectedAt: Date }[]> {
  const { rows } = await db.query(
    `select id, person_id, collected_at from concordat.collection where item_id = $1 order by collected_at, id`,
    [itemId],
  )
  return rows.map((row) => ({
    id: String(row['id']),
    personId: String(row['person_id']),
    collectedAt: row['collected_at'] as Date,
  }))
}

/** Shelves whose day has come and that still carry items, those that a crash left half-way first. */
export async function findDueShelves(db: Queryable, today: string): Promise<string[]> {
  const { rows } = await db.query(
    `select s.ref from concordat.shelf s where s.destroy_on <= $1 and s.state <> 'destroyed'
       and exists (select from concordat.item i where i.shelf_ref = s.ref and i.state = 'sealed')
     order by s.state = 'open', s.destroy_on, s.ref limit 1000`,
    [today],
  )
  return rows.map((row) => String(row['ref']))
}

/** Locks the shelf first, so that nothing is put on it meanwhile. */
export async function findSealedOn(tx: Transaction, ref: string): Promise<Item[]> {
  await tx.query(`select from concordat.shelf where ref = $1 for update`, [ref])
  const { rows } = await tx.query(
    `select ${columns} from concordat.item i where i.shelf_ref = $1 and i.state = 'sealed' order by i.id for update`,
    [ref],
  )
  return rows.map(parse)
}

/** Holds on an item that nobody has lifted. */
export async function countHolds(db: Queryable, itemId: string): Promise<number> {
  const { rows } = await db.query(
    `select count(*) as holds from concordat.hold where item_id = $1 and lifted_at is null`,
    [itemId],
  )
  return Number(rows[0]?.['holds'])
}

/** Closes the shelf to new items before its key goes, so that no item is put on it in between. */
export async function startDestroyingShelf(tx: Transaction, permit: Permit, ref: string): Promise<void> {
  demand(permit, 'destroy')
  await tx.query(`update concordat.shelf set state = 'destroying' where ref = $1 and state = 'open'`, [ref])
}

export async function markDestroyed(tx: Transaction, permit: Permit, item: Item, now: Date): Promise<void> {
  demand(permit, 'destroy')
  await tx.query(
    `update concordat.item set state = 'destroyed', wrapped_key = null, destroyed_at = $2 where id = $1 and state = 'sealed'`,
    [item.id, now],
  )
  await tx.query(
    `update concordat.shelf set state = 'destroyed', destroyed_at = $2
     where ref = $1 and state = 'destroying' and not exists (select from concordat.item where shelf_ref = $1 and state = 'sealed')`,
    [item.shelfRef, now],
  )
}

/** Destroyed items that have no certificate yet: a crash between the two is mended here. */
export async function findUncertified(db: Queryable): Promise<string[]> {
  const { rows } = await db.query(
    `select i.id from concordat.item i where i.state = 'destroyed' and not exists (select from concordat.certificate c where c.item_id = i.id) order by i.destroyed_at limit 1000`,
  )
  return rows.map((row) => String(row['id']))
}

/** @returns false when another process issued one first */
export async function insertCertificate(
  tx: Transaction,
  made: { id: string; itemId: string; jws: string; issuedAt: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into concordat.certificate (id, item_id, jws, issued_at) values ($1, $2, $3, $4) on conflict (item_id) do nothing`,
    [made.id, made.itemId, made.jws, made.issuedAt],
  )
  return rowCount === 1
}

export async function findCertificate(
  db: Queryable,
  itemId: string,
): Promise<{ id: string; jws: string; issuedAt: Date } | undefined> {
  const { rows } = await db.query(`select id, jws, issued_at from concordat.certificate where item_id = $1`, [
    itemId,
  ])
  return (
    rows[0] && {
      id: String(rows[0]['id']),
      jws: String(rows[0]['jws']),
      issuedAt: rows[0]['issued_at'] as Date,
    }
  )
}

function demand(permit: Permit, act: Act): void {
  if (permit.act !== act) throw new Error(`a permit for ${permit.act} was used to ${act}`)
}

function parse(row: Record<string, unknown>): Item {
  const wrappedKey = row['wrapped_key']
  return {
    id: String(row['id']),
    transferId: String(row['transfer_id']),
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
    status: Buffer.isBuffer(wrappedKey)
      ? { state: 'sealed', wrappedKey }
      : { state: 'destroyed', destroyedAt: row['destroyed_at'] as Date },
  }
}
