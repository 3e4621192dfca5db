// What the clearance endpoints take, over JSON and from forms.
import { z } from 'zod'
import { blank } from '../http/input.ts'
import { reference } from '../figures/schemas.ts'
import { documentKinds } from './clearance.ts'
import { answerKinds } from './hub-answer-store.ts'

const words = z.string().trim().min(1).max(2000)
const day = z.iso.date('Give a date as year-month-day, for example 2026-12-01.')

export const clearanceParams = z.strictObject({ id: z.uuid('This is not the id of a report.') })
export const consentParams = z.strictObject({ id: z.uuid('This is not the id of a request.') })
export const objectionParams = z.strictObject({
  id: z.uuid('This is not the id of a request.'),
  objection: z.uuid('This is not the id of an objection.'),
})
export const releaseParams = z.strictObject({ reference })

export const openBody = z.strictObject({
  title: z.string().trim().min(1).max(200).describe('The title of the report'),
  kind: z.enum(documentKinds),
})
export type OpenBody = z.output<typeof openBody>

export const askBody = z.strictObject({
  figure: reference,
  context: words.describe('The sentence that the figure is meant for'),
  searched: words.describe('Where a public statistic was looked for, and why none is suitable'),
  /** Ids of the clauses that whoever asks states. */
  stated: z.array(z.string().max(100)).max(20),
  release: blank(reference),
})
export type AskBody = z.output<typeof askBody>

export const answerBody = z.discriminatedUnion('answer', [
  z.strictObject({ answer: z.literal('acknowledge'), release: blank(reference) }),
  z.strictObject({ answer: z.literal('refuse'), release: blank(reference) }),
  z.strictObject({
    answer: z.literal('consent'),
    conditions: blank(words),
    notBefore: blank(day),
    release: blank(reference),
  }),
])
export type AnswerBody = z.output<typeof answerBody>

export const attestBody = z.strictObject({
  what: z.enum(['disclosure', 'route']),
  words: words.describe('What was looked at'),
  smallestCell: blank(z.coerce.number().int().min(0).max(1_000_000_000)),
})
export type AttestBody = z.output<typeof attestBody>

export const objectBody = z.strictObject({ words: words.describe('What HMPPS objects to, and why') })
export const decideBody = z.strictObject({ decision: z.enum(['accepted', 'overruled']), reason: words })

export const releaseBody = z.strictObject({
  title: z.string().trim().min(1).max(200),
  address: blank(z.url({ protocol: /^https$/, error: 'Give an address that begins with https://' }).max(300)),
  /** Left out while it is not announced: until then it holds every figure on its matter. */
  releaseOn: blank(day),
})
export type ReleaseBody = z.output<typeof releaseBody>

const shortWords = z.string().trim().min(1).max(200)
export const tableFields = z.strictObject({
  title: shortWords.describe('The title of the table'),
  measure: shortWords.describe('What it counts; tables of the same measure are compared'),
  filters: z.string().trim().min(1).max(500).describe('Of whom, where and when'),
})
export type TableFields = z.output<typeof tableFields>
export const tableParams = z.strictObject({ id: z.uuid('This is not the id of a table.') })
export const wordsBody = z.strictObject({ words: words.describe('What was looked at') })

export const askUseBody = z.strictObject({
  kind: z.enum(answerKinds),
  reference: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .describe('The number of the request that is answered; not who asked'),
  figure: reference,
  words: words.describe('What the figure is needed for'),
  release: blank(reference),
})
export type AskUseBody = z.output<typeof askUseBody>
export const answerUseBody = z.strictObject({
  answer: z.enum(['permit', 'refuse']),
  words: blank(words),
  release: blank(reference),
})
export type AnswerUseBody = z.output<typeof answerUseBody>
export const useParams = z.strictObject({ id: z.uuid('This is not the id of a use of Hub data.') })
