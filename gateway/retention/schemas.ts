// What the endpoints on retention take, over JSON and from forms, and what they answer over JSON.
import { z } from 'zod'
import { holdKinds } from './hold.ts'
import { outsideKinds, outsideStates } from './outside-copy.ts'

const day = z.iso.date('Give a date as year-month-day, for example 2027-04-01.')
const text = z.string().trim().min(1).max(4000)
const key = z.string().regex(/^[a-z0-9][a-z0-9-]{0,99}$/, 'This is no key of a schedule.')

export const itemParams = z.strictObject({ id: z.uuid('This is not the id of an item.') })
export const holdParams = z.strictObject({ id: z.uuid('This is not the id of a hold.') })
export const classParams = z.strictObject({ owner: key, class: key })

export const holdBody = z.strictObject({ kind: z.enum(holdKinds), reason: text, reviewOn: day })
export const reviewBody = z.strictObject({ reason: text, reviewOn: day })
export const reasonBody = z.strictObject({ reason: text })
/** Either a date or a class. */
export const clockBody = z.union([
  z.strictObject({ destroyOn: day, reason: text }),
  z.strictObject({ retentionClass: key, reason: text }),
])
export const answerBody = z.strictObject({ returnable: z.boolean() })

/** As forms send them: everything is text, and what is wrong is shown beside its field. */
const typed = z.string().max(8000).default('')
export const holdForm = z.strictObject({ kind: typed, reason: typed, reviewOn: typed })
export const reviewForm = z.strictObject({ reason: typed, reviewOn: typed })
export const reasonForm = z.strictObject({ reason: typed })
export const clockForm = z.strictObject({
  destroyOn: typed,
  retentionClass: typed,
  reason: typed,
  confirmed: z.literal('yes').optional(),
})
export const answerForm = z.strictObject({ returnable: z.enum(['yes', 'no']) })

const version = { class: z.string(), owner: z.string(), version: z.string(), demonstration: z.boolean() }
/** Of a request that was supplied, or of a delivery of the concerns export. */
export const itemAnswer = z.object({
  id: z.uuid(),
  request: z.uuid().optional(),
  delivery: z.uuid().optional(),
  reference: z.string(),
  state: z.enum(['sealed', 'destroyed']),
  agreement: z.string(),
  schedule: z.object(version),
  clockStartedAt: z.iso.datetime(),
  destroyOn: z.iso.date(),
})
export const holdDone = z.object({ item: z.uuid(), hold: z.uuid() })
export const rescheduled = z.object({ item: z.uuid(), before: z.iso.date(), after: z.iso.date() })
export const holdAnswer = z.object({
  id: z.uuid(),
  item: z.uuid(),
  kind: z.enum(holdKinds),
  placedAt: z.iso.datetime(),
  reviewOn: z.iso.date(),
  liftAsked: z.boolean(),
  lifted: z.boolean(),
})
/** One of the register of paper and removable media. */
export const copyAnswer = z.object({
  id: z.uuid(),
  request: z.uuid(),
  reference: z.string(),
  kind: z.enum(outsideKinds),
  origin: z.string(),
  amount: z.int(),
  state: z.enum(outsideStates),
  destroyOn: z.iso.date(),
  endedOn: z.iso.date().optional(),
})
export const lifeAnswer = itemAnswer.extend({
  holds: z.array(holdAnswer),
  moves: z.array(
    z.object({ at: z.iso.datetime(), means: z.string(), before: z.iso.date(), after: z.iso.date() }),
  ),
  shelves: z.array(z.object({ ref: z.string(), state: z.string() })),
  copies: z.array(z.object({ id: z.uuid(), takenAt: z.iso.datetime(), attested: z.string().optional() })),
  certificates: z.array(z.object({ id: z.uuid(), edition: z.int(), issuedAt: z.iso.datetime() })),
})
