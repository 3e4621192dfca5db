// Photographs in the states that a test needs. One that is looked at is real and sealed; those that are acted on are rows, written as
// the owner of the database, and each is taken away when the next is asked for.
import { randomBytes, randomUUID } from 'node:crypto'
import { londonDate } from '../../policies/calendar.ts'
import { questions } from '../../gateway/photographs/checking.ts'
import { clearanceFor } from './clearances.ts'
import type { Subject, TestGateway } from './gateway.ts'
import { png } from './pictures.ts'

/** Of the one consent, and of the one copy, that there are at a time. */
export const knownConsent = '00000000-0000-4000-8000-0000000000c1'
export const knownPictureCopy = '00000000-0000-4000-8000-0000000000c2'

export type PhotographState =
  | 'sealed'
  | 'unconsented'
  | 'consented'
  | 'recalled'
  /** Everything is answered, and everybody has looked. */
  | 'answered'
  | 'included'
  | 'objected'
  | 'clearable'
  | 'cleared'
  /** The same, and real: the cleared copy can be taken. */
  | 'released'

/** Of the one objection that there is at a time. */
export const knownPictureObjection = '00000000-0000-4000-8000-0000000000c3'

export const photographSaid = { inspection: 'INS-2026-LEI-1', takenOn: londonDate(new Date()), caption: 'A cell', shows: 'A cell', finding: 'Cells are cold.', people: '0' } // prettier-ignore

const sealedOf = new WeakMap<object, { sealed?: string; released?: string }>()

export async function photographFor(gateway: TestGateway, state: PhotographState): Promise<string> {
  if (state === 'sealed' || state === 'released') return sealedPhotograph(gateway, state)
  const { owner } = gateway
  const [id, report] = [randomUUID(), await clearanceFor(gateway, 'report')]
  const rows = `select id from concordat.photograph where original_sha256 = sha256('a row')`
  for (const table of ['photograph_consent', 'photograph_copy', 'photograph_check', 'photograph_answer', 'photograph_opening'])
    await owner.query(`delete from concordat.${table} where photograph_id in (${rows})`) // prettier-ignore
  await owner.query(`with gone as (delete from concordat.photograph where original_sha256 = sha256('a row') returning id) update concordat.photograph_place set ended_at = now() where id in (select id from gone)`) // prettier-ignore
  await owner.query(
    'insert into concordat.photograph_place (id, shelf, vault_object, begun_at) values ($1, $2, $3, now())',
    [id, `shelf/photograph/${id}`, randomBytes(24).toString('hex')],
  )
  await owner.query(
    `insert into concordat.photograph (id, clearance_id, inspection, caption, shows, finding, photographer, taken_on, people, kept_at, format, width, height,
       removed, sha256, original_sha256, ciphertext_sha256, ciphertext_bytes, plaintext_bytes, cipher_profile, schedule_owner, schedule_version,
       schedule_is_demonstration, retention_class, scheduled_on, destroy_on, wrapped_key)
     select $1, $2, 'INS-2026-LEI-1', 'A cell', 'A cell', 'Cells are cold.', id, current_date - 7, 1, now() - interval '1 hour', 'png', 6, 4, '{}',
       sha256('x'), sha256('a row'), sha256('y'), 100, 50, 'aes-256-gcm-commit-v1', 'hmi-prisons', '1', true, 'photographs', current_date + 300,
       current_date + 300, sha256('z') from concordat.person where subject = 'ruth.castle'`,
    [id, report],
  )
  if (state === 'unconsented') return id
  await owner.query(
    `insert into concordat.photograph_consent (id, photograph_id, who, form, written_on, uses, storage, until, shared_with, recorded_by, recorded_at)
     select $2, $1, 'person 1', 'Cabinet 4', current_date - 8, 'The report', 'Sealed', current_date + 200, '{hmpps,public}', id, now() - interval '1 hour'
     from concordat.person where subject = 'ruth.castle'`,
    [id, knownConsent],
  )
  if (state === 'recalled')
    await owner.query(
      `insert into concordat.photograph_copy (id, photograph_id, kind, place, person_id, made_at, recalled_at, recalled_for)
       select $2, $1, 'published', 'https://www.example.org/leeds', id, now() - interval '1 hour', now() - interval '1 minute', 'withdrawn'
       from concordat.person where subject = 'grace.adeyemi'`,
      [id, knownPictureCopy],
    )
  if (state !== 'consented' && state !== 'recalled') await answeredUpTo(gateway, id, state, 'ruth.castle')
  return id
}

const person = (subject: string) => `(select id from concordat.person where subject = '${subject}')`

async function answeredUpTo(
  { owner }: TestGateway,
  id: string,
  state: PhotographState,
  photographer: Subject,
): Promise<void> {
  // prettier-ignore
  await owner.query(`insert into concordat.photograph_opening (id, photograph_id, person_id, opened_at) select gen_random_uuid(), $1, id, now() from concordat.person`, [id]) // prettier-ignore
  for (const question of questions)
    for (const subject of [photographer, 'samir.haddad'])
      await owner.query(
        `insert into concordat.photograph_check (id, photograph_id, question, answer, words, answered_by, party, answered_at)
         values (gen_random_uuid(), $1, $2, 'clear', 'Looked.', ${person(subject)}, 'hmi-prisons', now() - interval '50 minutes')`,
        [id, question],
      )
  if (state === 'answered') return
  await owner.query(`update concordat.photograph set included_by = ${person('samir.haddad')}, included_at = now() - interval '40 minutes' where id = $1`, [id]) // prettier-ignore
  if (state === 'objected')
    await owner.query(
      `insert into concordat.photograph_answer (id, photograph_id, answer, words, answered_by, answered_at)
       values ($2, $1, 'objection', 'No.', ${person('colin.baxter')}, now() - interval '30 minutes')`,
      [id, knownPictureObjection],
    )
  if (state === 'included' || state === 'objected') return
  await owner.query(
    `update concordat.clearance set delivered_at = now() - interval '30 minutes', window_warn_at = now() - interval '20 minutes',
       window_ends_at = now() - interval '10 minutes', fact_check_closed_at = now() - interval '5 minutes'
     where id = (select clearance_id from concordat.photograph where id = $1)`,
    [id],
  )
  if (state === 'cleared')
    await owner.query(`update concordat.photograph set cleared_by = ${person('grace.adeyemi')}, cleared_at = now() - interval '1 minute' where id = $1`, [id]) // prettier-ignore
}

/** Nobody in it could be identified: whoever sees photographs sees it. */
async function sealedPhotograph(gateway: TestGateway, state: 'sealed' | 'released'): Promise<string> {
  const known = sealedOf.get(gateway) ?? {}
  sealedOf.set(gateway, known)
  const made = known[state]
  if (made !== undefined) return made
  const report = await clearanceFor(gateway, 'report')
  const ayesha = await gateway.as('ayesha.rahman')
  const kept = await ayesha.form(`/api/v1/clearances/${report}/photographs`, photographSaid, new Blob([new Uint8Array(png)], { type: 'image/png' })) // prettier-ignore
  const id = String(kept.json()['id'])
  known[state] = id
  if (state === 'sealed') return id
  await gateway.owner.query(`update concordat.photograph set kept_at = kept_at - interval '1 hour' where id = $1`, [id]) // prettier-ignore
  await answeredUpTo(gateway, id, 'cleared', 'ayesha.rahman')
  return id
}
