// Taking a photograph in: judged, stripped, given its date of destruction, sealed, and only then known. What was sent is kept nowhere;
// where the picture is to lie is said first, so that what breaks off is found and ended (end-abandoned.ts).
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { londonDate } from '../../policies/calendar.ts'
import { findClearance } from '../clearance/store.ts'
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound, Problem, stateConflict } from '../http/problem.ts'
import type { Upload } from '../http/upload.ts'
import { findInspection } from '../inspections/store.ts'
import { holdStoreInUse } from '../key-store-in-use.ts'
import { factsOfPerson } from '../people/facts.ts'
import { about, baseOf, fieldFault, type PhotographDeps } from './act.ts'
import { kindOf } from './facts.ts'
import type { Photograph, Retention } from './photograph.ts'
import { readPicture } from './read-picture.ts'
import type { PhotographFields } from './schemas.ts'
import { sealPicture } from './sealed.ts'
import { insertPhotograph, insertPlace, type Place } from './store.ts'
import { UnreadablePicture, type Picture } from './stripped.ts'

/** @throws {Problem} `not-found`, `input.invalid`, `picture.unreadable`, `body.too-large`, `state.conflict` */
export async function takeIn(
  deps: PhotographDeps,
  context: PersonContext,
  clearanceId: string,
  fields: PhotographFields,
  upload: Upload | undefined,
): Promise<Outcome<string>> {
  const { tx, person, now } = context
  const facts = await factsOfPerson(tx, person, now)
  const seen = await deps.judge.judge(context, 'read-photographs', facts)
  if (seen.outcome === 'refusal') return refused(seen)
  if (!(await findClearance(tx, clearanceId))) throw notFound()
  const place = newPlace()
  const { retentionClass } = deps.photographs
  const photograph = { ...kindOf(deps.photographs, place.id), photographer: person.id, takenOn: fields.takenOn, retentionClass } // prettier-ignore
  const judged = await deps.judge.judge(context, 'keep-photograph', { ...facts, photograph })
  if (judged.outcome === 'refusal') return refused(judged)
  await refuseFields(context, fields)
  const retention = retentionFrom(deps, fields.takenOn, now)
  if (!upload) throw fieldFault('file', 'Choose a photograph.')
  const original = await wholeOf(upload)
  const picture = await read(original)
  await deps.db.withTransaction((apart) => insertPlace(apart, judged.permit, place, now))
  const { wrappedKey, ...sealed } = await sealPicture(deps, { ...place, clearanceId }, deps.photographs.cipherProfile, picture.bytes) // prettier-ignore
  await holdStoreInUse(tx, deps.keyStore)
  const made: Photograph = {
    id: place.id, clearanceId, ...fields, photographer: person.id, keptAt: now, ...aboutPicture(picture, original), sealed, retention,
    status: { state: 'sealed', wrappedKey }, included: undefined, cleared: undefined, consents: [], copies: [], checks: [], answers: [],
  } // prettier-ignore
  await insertPhotograph(tx, judged.permit, made)
  return { kind: 'done', value: made.id, events: [keptEvent(made, baseOf(deps, context, judged))] }
}

function newPlace(): Place {
  const id = randomUUID()
  return { id, shelf: `shelf/photograph/${id}`, vaultObject: randomBytes(24).toString('hex') }
}

/** An inspection that there is not, and one of another team, are told apart by nobody. */
async function refuseFields(
  { tx, person, now }: PersonContext,
  { inspection, takenOn }: PhotographFields,
): Promise<void> {
  // prettier-ignore
  const found = await findInspection(tx, inspection, now)
  if (!found?.team.includes(person.id)) throw fieldFault('inspection', 'You are on the team of no inspection with this reference.') // prettier-ignore
  if (takenOn > londonDate(now)) throw fieldFault('takenOn', 'Give the day on which it was taken. It cannot be to come.') // prettier-ignore
}

/** @throws {Problem} `state.conflict` where no class governs it, `input.invalid` where its time is over already */
function retentionFrom(deps: PhotographDeps, takenOn: string, now: Date): Retention {
  const found = deps.retention(deps.photographs)
  if (!found) throw stateConflict('No class of a retention schedule governs photographs, so none is kept.')
  const destroyOn = found.destroyOn(new Date(`${takenOn}T12:00:00Z`))
  if (destroyOn <= londonDate(now)) throw fieldFault('takenOn', `The schedule had a photograph of that day destroyed on ${destroyOn}. Destroy it.`) // prettier-ignore
  return { owner: found.owner, version: found.version, isDemonstration: found.demonstration, class: found.class, scheduledOn: destroyOn, destroyOn } // prettier-ignore
}

async function wholeOf({ bytes }: Upload): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of bytes as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function read(original: Buffer): Promise<Picture> {
  return readPicture(original).catch((error: unknown) => {
    throw error instanceof UnreadablePicture ? new Problem('picture.unreadable', `${error.message} Nothing of it was kept.`) : error // prettier-ignore
  })
}

function aboutPicture({ format, width, height, removed, bytes }: Picture, original: Buffer) {
  const hash = (of: Buffer) => createHash('sha256').update(of).digest('hex')
  return { format, width, height, removed, sha256: hash(bytes), originalSha256: hash(original) }
}

function keptEvent(made: Photograph, base: ReturnType<typeof baseOf>) {
  const { sha256, originalSha256, sealed, retention, format, removed, people } = made
  const detail = {
    sha256, originalSha256, sizeBytes: sealed.plaintextBytes, format, removed: [...removed], people,
    shelf: sealed.shelf, retentionClass: retention.class, destroyOn: retention.destroyOn,
  } // prettier-ignore
  return { ...base, type: 'photograph.kept', subjects: [...about(made), { kind: 'item', id: made.id }], detail } as const // prettier-ignore
}
