// SQL of photographs: the row of each with its consents and copies. (Consents and copies are written in consent-store.ts.)
import type { Permit } from '../../policies/decide.ts'
import type { Queryable, Transaction } from '../db.ts'
import { demand } from '../decisions/demand.ts'
import type { Photograph } from './photograph.ts'
import { parse } from './row.ts'

const columns = `p.id, p.clearance_id, p.inspection, p.caption, p.shows, p.finding, p.photographer, p.taken_on, p.people, p.kept_at, p.format,
  p.width, p.height, p.removed, encode(p.sha256, 'hex') as sha256, encode(p.original_sha256, 'hex') as original_sha256, l.vault_object, l.shelf,
  encode(p.ciphertext_sha256, 'hex') as ciphertext_sha256, p.ciphertext_bytes, p.plaintext_bytes, p.cipher_profile, p.schedule_owner,
  p.schedule_version, p.schedule_is_demonstration, p.retention_class, p.scheduled_on, p.destroy_on, p.wrapped_key, p.destroyed_at,
  p.included_by, p.included_at, p.cleared_by, p.cleared_at,
  (select jsonb_agg(to_jsonb(c) order by c.recorded_at, c.id) from concordat.photograph_consent c where c.photograph_id = p.id) as consents,
  (select jsonb_agg(to_jsonb(c) order by c.made_at, c.id) from concordat.photograph_copy c where c.photograph_id = p.id) as copies,
  (select jsonb_agg(to_jsonb(c) order by c.answered_at, c.id) from concordat.photograph_check c where c.photograph_id = p.id) as checks,
  (select jsonb_agg(to_jsonb(c) order by c.answered_at, c.id) from concordat.photograph_answer c where c.photograph_id = p.id) as answers`
const tables = 'concordat.photograph p join concordat.photograph_place l on l.id = p.id'

export interface ReportLine {
  readonly id: string
  readonly title: string
  readonly photographs: number
  /** Copies that are still to be taken down or deleted. */
  readonly recalls: number
}

/** Reports, the newest first, at most 200. @param onlyIncluded counts nothing that is not meant for a report yet */
export async function listReports(db: Queryable, onlyIncluded: boolean): Promise<ReportLine[]> {
  const { rows } = await db.query(
    `select c.id, c.title, count(distinct p.id) as photographs, count(y.id) as recalls
     from concordat.clearance c left join concordat.photograph p on p.clearance_id = c.id and (not $1 or p.included_at is not null)
     left join concordat.photograph_copy y on y.photograph_id = p.id and y.recalled_at is not null and y.ended_at is null
     group by c.id order by c.opened_at desc, c.id limit 200`,
    [onlyIncluded],
  )
  return rows.map((row) => ({ id: String(row['id']), title: String(row['title']), photographs: Number(row['photographs']), recalls: Number(row['recalls']) })) // prettier-ignore
}

/** Of one report, the newest first, at most 200. */
export async function listPhotographs(db: Queryable, clearanceId: string): Promise<Photograph[]> {
  const { rows } = await db.query(`select ${columns} from ${tables} where p.clearance_id = $1 order by p.kept_at desc, p.id limit 200`, [clearanceId]) // prettier-ignore
  return rows.map(parse)
}

export async function findPhotograph(db: Queryable, id: string): Promise<Photograph | undefined> {
  const { rows } = await db.query(`select ${columns} from ${tables} where p.id = $1`, [id])
  return rows[0] && parse(rows[0])
}

/** Until the transaction ends nobody else moves it. What hangs on it is read once it is locked. */
export async function lockPhotograph(tx: Transaction, id: string): Promise<Photograph | undefined> {
  await tx.query('select from concordat.photograph where id = $1 for update', [id])
  return findPhotograph(tx, id)
}

/** Those whose day has come. */
export async function findDue(db: Queryable, today: string): Promise<Photograph[]> {
  const { rows } = await db.query(
    `select ${columns} from ${tables} where p.wrapped_key is not null and p.destroy_on <= $1 order by p.destroy_on, p.id limit 100`,
    [today],
  )
  return rows.map(parse)
}

export interface Place {
  readonly id: string
  readonly shelf: string
  readonly vaultObject: string
}

/** Said before a byte is written, in a transaction of its own. */
export async function insertPlace(tx: Transaction, permit: Permit, place: Place, now: Date): Promise<void> {
  demand(permit, 'keep-photograph')
  await tx.query('insert into concordat.photograph_place (id, shelf, vault_object, begun_at) values ($1, $2, $3, $4)', [place.id, place.shelf, place.vaultObject, now]) // prettier-ignore
}

/** Places where nothing came to lie. */
export async function findAbandoned(db: Queryable, before: Date): Promise<Place[]> {
  const { rows } = await db.query(
    `select l.id, l.shelf, l.vault_object from concordat.photograph_place l
     where l.begun_at < $1 and l.ended_at is null and not exists (select from concordat.photograph p where p.id = l.id) order by l.begun_at limit 100`,
    [before],
  )
  return rows.map(parsePlace)
}

export async function endPlace(db: Queryable, id: string, now: Date): Promise<void> {
  await db.query('update concordat.photograph_place set ended_at = $2 where id = $1', [id, now])
}

export async function insertPhotograph(tx: Transaction, permit: Permit, made: Photograph): Promise<void> {
  demand(permit, 'keep-photograph')
  if (made.status.state !== 'sealed') throw new Error('a photograph starts sealed')
  const { sealed, retention } = made
  await tx.query(
    `insert into concordat.photograph (id, clearance_id, inspection, caption, shows, finding, photographer, taken_on, people, kept_at, format, width,
       height, removed, sha256, original_sha256, ciphertext_sha256, ciphertext_bytes, plaintext_bytes, cipher_profile, schedule_owner,
       schedule_version, schedule_is_demonstration, retention_class, scheduled_on, destroy_on, wrapped_key)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, decode($15, 'hex'), decode($16, 'hex'), decode($17, 'hex'), $18, $19, $20, $21,
       $22, $23, $24, $25, $26, $27)`,
    [
      made.id, made.clearanceId, made.inspection, made.caption, made.shows, made.finding, made.photographer, made.takenOn, made.people, made.keptAt,
      made.format, made.width, made.height, made.removed, made.sha256, made.originalSha256, sealed.ciphertextSha256, sealed.ciphertextBytes,
      sealed.plaintextBytes, sealed.cipherProfile, retention.owner, retention.version, retention.isDemonstration, retention.class,
      retention.scheduledOn, retention.destroyOn, made.status.wrappedKey,
    ], // prettier-ignore
  )
}

/** A key is let out for a look: the row that the nightly comparison looks for. */
export async function insertOpening(
  tx: Transaction,
  permit: Permit,
  made: { readonly id: string; readonly photographId: string; readonly personId: string; readonly at: Date },
): Promise<void> {
  demand(permit, 'show', 'clear-photograph')
  await tx.query(
    'insert into concordat.photograph_opening (id, photograph_id, person_id, opened_at) values ($1, $2, $3, $4)',
    [made.id, made.photographId, made.personId, made.at],
  )
}

/** Brings the end nearer; a later date changes nothing. */
export async function endBy(tx: Transaction, permit: Permit, id: string, destroyOn: string): Promise<void> {
  demand(permit, 'keep-photograph', 'check-photograph')
  await tx.query('update concordat.photograph set destroy_on = $2 where id = $1 and destroy_on > $2', [id, destroyOn]) // prettier-ignore
}

export async function markDestroyed(tx: Transaction, permit: Permit, id: string, now: Date): Promise<void> {
  demand(permit, 'destroy-photograph')
  await tx.query(
    'update concordat.photograph set wrapped_key = null, destroyed_at = $2 where id = $1 and wrapped_key is not null',
    [id, now],
  )
}

/** Every photograph that is kept, with where it lies. */
export async function findSealedPlaces(db: Queryable): Promise<Place[]> {
  const { rows } = await db.query(`select l.id, l.shelf, l.vault_object from ${tables} where p.wrapped_key is not null order by l.id`) // prettier-ignore
  return rows.map(parsePlace)
}

/** What the key store says of its key is a fact, and no act: it takes no permit. @returns false where the row said so already */
export async function noteDestroyed(tx: Transaction, id: string, at: Date): Promise<boolean> {
  const { rowCount } = await tx.query('update concordat.photograph set wrapped_key = null, destroyed_at = $2 where id = $1 and wrapped_key is not null', [id, at]) // prettier-ignore
  return rowCount === 1
}

function parsePlace(row: Record<string, unknown>): Place {
  return { id: String(row['id']), shelf: String(row['shelf']), vaultObject: String(row['vault_object']) }
}
