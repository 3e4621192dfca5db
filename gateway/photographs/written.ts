// How a photograph is written in JSON. Whoever may not see the picture reads what is known of it all the same.
import { z } from 'zod'
import { checkAnswers, questions } from './checking.ts'
import type { Seen } from './look.ts'
import {
  audiences,
  recallReasons,
  type PictureAnswer,
  type PictureConsent,
  type PictureCopy,
} from './photograph.ts'
import { publicRelease, standings } from './standing.ts'
import { pictureFormats } from './stripped.ts'

const moment = z.iso.datetime()
const consent = z.object({
  id: z.uuid(), who: z.string(), form: z.string(), writtenOn: z.iso.date(), uses: z.string(), storage: z.string(), until: z.iso.date(),
  sharedWith: z.array(z.enum(audiences)), withdrawnAt: moment.exactOptional(),
}) // prettier-ignore
const copy = z.object({
  id: z.uuid(), kind: z.enum(['published', 'taken']), place: z.string().exactOptional(), madeAt: moment, recalledAt: moment.exactOptional(),
  recalledFor: z.enum(recallReasons).exactOptional(), endedAt: moment.exactOptional(), endedHow: z.string().exactOptional(),
}) // prettier-ignore

const check = z.object({
  question: z.enum(questions),
  answer: z.enum(checkAnswers),
  words: z.string(),
  party: z.string(),
  at: moment,
})
const answer = z.object({
  id: z.uuid(), answer: z.enum(['no-objection', 'objection']), words: z.string().exactOptional(), at: moment,
  decision: z.enum(['accepted', 'overruled']).exactOptional(), reason: z.string().exactOptional(),
}) // prettier-ignore

export const photographAnswer = z.object({
  id: z.uuid(), clearance: z.uuid(), inspection: z.string(), caption: z.string(), shows: z.string(), finding: z.string(), takenOn: z.iso.date(),
  people: z.int(), keptAt: moment, format: z.enum(pictureFormats), width: z.int(), height: z.int(), removed: z.array(z.string()), sha256: z.string(),
  originalSha256: z.string(), retentionClass: z.string(), scheduledOn: z.iso.date(), destroyOn: z.iso.date(), destroyedAt: moment.exactOptional(),
  standing: z.enum(standings), maySee: z.boolean(), includedAt: moment.exactOptional(), clearedAt: moment.exactOptional(),
  marking: z.enum(['OFFICIAL-SENSITIVE', 'FOR PUBLIC RELEASE']), heldBy: z.array(z.object({ clause: z.string(), reason: z.string() })),
  unanswered: z.array(z.enum(questions)), consents: z.array(consent), copies: z.array(copy), checks: z.array(check), answers: z.array(answer),
}) // prettier-ignore

export function writePhotograph({ photograph, standing, maySee, heldBy, unanswered }: Seen): z.input<typeof photographAnswer> {
  const { id, clearanceId, inspection, caption, shows, finding, takenOn, people, keptAt, format, width, height, removed } = photograph
  const { sha256, originalSha256, retention, status, consents, copies, checks, answers, included, cleared } = photograph
  return {
    id, clearance: clearanceId, inspection, caption, shows, finding, takenOn, people, keptAt: keptAt.toISOString(), format, width, height,
    removed: [...removed], sha256, originalSha256, retentionClass: retention.class, scheduledOn: retention.scheduledOn, destroyOn: retention.destroyOn,
    ...(status.state === 'destroyed' && { destroyedAt: status.at.toISOString() }),
    standing, maySee, ...(included && { includedAt: included.at.toISOString() }), ...(cleared && { clearedAt: cleared.at.toISOString() }),
    marking: publicRelease.has(standing) ? 'FOR PUBLIC RELEASE' : 'OFFICIAL-SENSITIVE',
    heldBy: heldBy.map(({ clause, reason }) => ({ clause, reason })), unanswered: [...unanswered],
    consents: consents.map(writeConsent), copies: copies.map(writeCopy),
    checks: checks.map(({ question, answer: said, words, party, at }) => ({ question, answer: said, words, party, at: at.toISOString() })),
    answers: answers.map(writeAnswer),
  }
} // prettier-ignore

function writeConsent({ id, who, form, writtenOn, uses, storage, until, sharedWith, withdrawnAt }: PictureConsent): z.input<typeof consent> {
  return { id, who, form, writtenOn, uses, storage, until, sharedWith: [...sharedWith], ...(withdrawnAt && { withdrawnAt: withdrawnAt.toISOString() }) }
} // prettier-ignore

function writeAnswer({ id, answer: said, words, at, decided }: PictureAnswer): z.input<typeof answer> {
  return { id, answer: said, ...(words !== undefined && { words }), at: at.toISOString(), ...(decided && { decision: decided.decision, reason: decided.reason }) }
} // prettier-ignore

function writeCopy({ id, kind, place, madeAt, recalled, ended }: PictureCopy): z.input<typeof copy> {
  return {
    id,
    kind,
    ...(place !== undefined && { place }),
    madeAt: madeAt.toISOString(),
    ...(recalled && { recalledAt: recalled.at.toISOString(), recalledFor: recalled.because }),
    ...(ended && { endedAt: ended.at.toISOString(), endedHow: ended.how }),
  }
}
