// What the endpoints of the export take and answer, over JSON and from forms.
import { z } from 'zod'
import { reportShape } from './rehearsal.ts'

const day = z.iso.date('Give the last day of the quarter, as 2026-09-30.')
const number = z.coerce.number().int().min(1, 'Deliveries are numbered from 1.')
const reason = z.string().trim().max(4000)
const ticked = z.preprocess((value) => value === true || value === 'yes' || value === 'true', z.boolean())

export const numberParams = z.strictObject({ number })
/** What a proof says of a delivery: that it was sent, or that the gateway's copy was destroyed. */
export const provable = ['sent', 'destroyed'] as const
export const proofParams = z.strictObject({ number, what: z.enum(provable) })
export const numberOrLatest = z.strictObject({ number: z.union([z.literal('latest'), number]) })
export const idParams = z.strictObject({ id: z.uuid('This is not the id of an export.') })
export const rehearseBody = z.strictObject({ quarter: day.exactOptional() })
export const putForwardBody = z.strictObject({
  quarter: day.exactOptional(),
  /** The number of the delivery that it amends. */
  amends: number.exactOptional(),
  reason: reason.exactOptional(),
  findingsRead: ticked.describe('That the findings of the rehearsal were looked at'),
})
export const subscribeBody = z.strictObject({ subscribed: ticked })

const count = z.int()
const changes = z.object({ new: count, changed: count, closed: count, reopened: count })
const quarter = z.object({ label: z.string(), startsOn: z.iso.date(), endsOn: z.iso.date() })

export const deliveryAnswer = z.object({
  number: count,
  state: z.enum(['sent', 'acknowledged']),
  quarter,
  amends: count.optional(),
  amendedBy: z.array(count).optional(),
  follows: count.optional(),
  manifestSha256: z.string(),
  rows: count,
  changes,
  sentAt: z.iso.datetime(),
  acknowledgeBy: z.iso.datetime(),
  acknowledgedAt: z.iso.datetime().optional(),
  /** What the mailbox got; absent while it is owed. */
  mailed: z.object({ as: z.enum(['message', 'notice']), at: z.iso.datetime() }).optional(),
  /** The day on which the gateway's copy is destroyed, by the originator's schedule: a local default, no clause. */
  destroyOn: z.iso.date().optional(),
  /** The gateway's copy: held past that day while a hold stands. */
  kept: z.enum(['sealed', 'held', 'destroyed']).optional(),
  /** The signed certificate of its destruction. */
  certificate: z.string().optional(),
})

const owedStates = ['running', 'owed', 'due-soon', 'due', 'late', 'met'] as const
const owed = quarter.extend({
  state: z.enum(owedStates),
  rehearseOn: z.iso.date(),
  dueOn: z.iso.date(),
})
/** Which year, by the year in which it starts: 2026 is the one from April 2026. */
export const yearQuery = z.strictObject({
  year: z.coerce
    .number()
    .int()
    .min(2000, 'Give a year as 2026.')
    .max(2199, 'Give a year as 2026.')
    .exactOptional(),
})
const ofYear = owed.extend({
  state: z.enum([...owedStates, 'to-come', 'not-owed']),
  deliveries: z.array(deliveryAnswer),
})
export const yearAnswer = z.object({
  year: z.object({ starts: count, label: z.string() }),
  /** The years that there is something to see of, by the year in which each starts. */
  years: z.array(count),
  /** Its four quarters, the newest first. */
  quarters: z.array(ofYear),
  subscribed: z.boolean(),
})
export const rehearsalAnswer = z.object({
  id: z.uuid(),
  quarter: owed,
  edition: count,
  madeAt: z.iso.datetime(),
  blocks: z.boolean(),
  report: reportShape,
})
export const nextAnswer = z.object({
  quarter: owed,
  rehearsal: rehearsalAnswer.omit({ quarter: true }).optional(),
  underWay: z
    .object({ id: z.uuid(), state: z.enum(['put-forward', 'released']), quarter, number: count.optional() })
    .optional(),
})
export const changesAnswer = z.object({
  delivery: count,
  since: count.optional(),
  changes: z.array(
    z.object({
      concern_id: z.string(),
      change: z.enum(['new', 'changed', 'closed', 'reopened']),
      cells: z.array(
        z.object({ column: z.string(), before: z.string().nullable(), after: z.string().nullable() }),
      ),
      now: z.record(z.string(), z.string().nullable()),
    }),
  ),
  more: z.boolean(),
})
