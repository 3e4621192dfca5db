// What the photograph endpoints take, over JSON and from forms.
import { z } from 'zod'
import { checkAnswers, questions } from './checking.ts'
import { audiences } from './photograph.ts'

const words = (most: number) => z.string().trim().min(1).max(most)
const day = z.iso.date('Give a date as year-month-day, for example 2026-12-01.')

export const reportParams = z.strictObject({ id: z.uuid('This is not the id of a report.') })
export const photographParams = z.strictObject({ id: z.uuid('This is not the id of a photograph.') })
export const consentParams = photographParams.extend({
  consent: z.uuid('This is not the id of a consent.'),
})
export const copyParams = photographParams.extend({ copy: z.uuid('This is not the id of a copy.') })

export const photographFields = z.strictObject({
  inspection: words(60).describe('The reference of the inspection'),
  takenOn: day.describe('The day on which it was taken'),
  caption: words(300),
  shows: words(500).describe('What it shows, for people who cannot see it'),
  finding: words(500).describe('The finding that it demonstrates'),
  people: z.coerce
    .number('Give a number. 0 says that nobody could be identified.')
    .int()
    .min(0)
    .max(50)
    .describe('How many people could be identified in it; 0 where nobody could'),
})
export type PhotographFields = z.output<typeof photographFields>

export const consentBody = z.strictObject({
  who: words(100).describe('The person, as the form calls them; no name'),
  form: words(200).describe('Where the signed form is'),
  writtenOn: day.describe('The day on which they signed'),
  uses: words(1000).describe('What the picture is used for'),
  storage: words(1000).describe('How it is stored'),
  until: day.describe('The last day of the consent'),
  sharedWith: z
    .preprocess((given) => (typeof given === 'string' ? [given] : given), z.array(z.enum(audiences)).min(1, 'Say with whom it is shared.').max(audiences.length))
    .describe('With whom it is shared'),
}) // prettier-ignore
export type ConsentBody = z.output<typeof consentBody>

export const endCopyBody = z.strictObject({ how: words(500).describe('How it was taken down or deleted') })

export const checkBody = z.strictObject({
  question: z.enum(questions, 'Choose the question.'),
  answer: z.enum(checkAnswers, 'Choose an answer.').describe('clear: nothing of the kind; found: yes, and then it is barred for good'),
  words: words(2000).describe('What you looked at, or what you saw'),
}) // prettier-ignore
export type CheckBody = z.output<typeof checkBody>

export const answerBody = z.discriminatedUnion(
  'answer',
  [
    z.strictObject({ answer: z.literal('no-objection'), words: z.never('Words go with an objection.').optional() }),
    z.strictObject({ answer: z.literal('objection'), words: words(2000).describe('What HMPPS objects to, and why') }),
  ],
  'Choose an answer.',
) // prettier-ignore
export type AnswerBody = z.output<typeof answerBody>

export const objectionParams = photographParams.extend({
  objection: z.uuid('This is not the id of an objection.'),
})
export const decideBody = z.strictObject({
  decision: z.enum(['accepted', 'overruled'], 'Choose a decision.'),
  reason: words(2000),
})
export type DecideBody = z.output<typeof decideBody>

export const publishBody = z.strictObject({
  place: z.url({ protocol: /^https$/, error: 'Give an address that begins with https://' }).max(300).describe('Where it is published'),
  reportPublishedOn: day.describe('The day on which the report came out'),
}) // prettier-ignore
export type PublishBody = z.output<typeof publishBody>
