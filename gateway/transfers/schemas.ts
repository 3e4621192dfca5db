// What a request for data looks like on the wire, and what its answers look like: the one source of the
// parsing, of the OpenAPI document and of the words that a wrong field gets.
import { z } from 'zod'
import type { Establishments } from '../../policies/establishments.ts'
import { transferStates } from './transfer.ts'

const day = z.iso.date('Give a date as year-month-day, for example 2026-04-01.')
const name = (what: string) => z.string().trim().min(1).max(100).describe(what)
const list = <T extends z.ZodType<string>>(each: T, most: number) =>
  z.array(each).min(1).max(most).superRefine((values, context) => {
    values.forEach((value, index) => {
      if (values.indexOf(value) < index) context.addIssue({ code: 'custom', path: [index], message: 'This is named twice. Name it once.' })
    })
  }) // prettier-ignore

/** @param establishments the real ones; a code that is not among them is answered with the nearest */
export function requestSchemas(establishments: Establishments) {
  const establishment = z.string().trim().toUpperCase().superRefine((code, context) => {
    const found = establishments.find(code)
    if (found?.active) return
    const nearest = establishments.nearest(code).map((each) => `${each.code} (${each.name})`)
    const hint = nearest.length > 0 ? ` Did you mean ${nearest.join(', ')}?` : ''
    context.addIssue({ code: 'custom', message: found ? `${found.name} has closed.${hint}` : `There is no establishment with this code.${hint}` })
  }) // prettier-ignore
  const key = z
    .string()
    .trim()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'This is no key.')
    .max(100)
  const shape = {
    agreement: key
      .optional()
      .describe('Key of the agreement, such as hmpps-2025; found from the rest where it is left out'),
    exchange: key
      .optional()
      .describe('Key of the exchange, such as case-level-data; found from the rest where it is left out'),
    inspection: name(
      'Reference of what the data is for: an inspection, or what the agreement has in its place',
    ),
    dataset: name('Key of the dataset, such as self-harm-incidents'),
    fields: list(name('Name of a field'), 100),
    establishments: list(establishment, 20),
    prisonNumbers: z.array(z.string().trim().toUpperCase().regex(/^[A-Z]\d{4}[A-Z]{2}$/, 'A prison number looks like A1234BC.')).max(500).default([]), // prettier-ignore
    periodFrom: day,
    periodTo: day,
    purpose: name('Key of the purpose, such as safety'),
    relevance: z.string().trim().min(1).max(4000).describe('Why these records are relevant to it'),
    statutoryBasis: name('The statutory function that the request rests on'),
  }
  const request = z.strictObject(shape).superRefine((asked, context) => {
    if (asked.periodTo < asked.periodFrom) {
      context.addIssue({
        code: 'custom',
        path: ['periodTo'],
        message: 'The period ends before it starts. Give an end on or after its start.',
      })
    }
  })
  return { request }
}

export type AskedInput = z.output<ReturnType<typeof requestSchemas>['request']>

export const transferParams = z.strictObject({ id: z.uuid('This is not the id of a request.') })

const reason = z.string().trim().min(1).max(4000)

export const returnBody = z.strictObject({
  reason: reason.describe('What has to change, in words for the person who asked'),
})

/** Whoever supplies does, part-supplies with a reason, or escalates with a reason; nothing else exists (hmpps-2025/10-no-refusal). */
export const supplyBody = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('supply') }),
  z.strictObject({
    outcome: z.literal('part-supply'),
    reason,
    fields: list(name('Name of a field that is supplied'), 100),
    establishments: list(name('Code of an establishment that is supplied'), 20),
  }),
  z.strictObject({ outcome: z.literal('escalate'), reason }),
])
export type SupplyInput = z.output<typeof supplyBody>

/** All copies at once: a copy that is only half accounted for is not. */
export const attestBody = z.strictObject({
  outcome: z.enum(['destroyed', 'returned'], 'Say whether every copy is destroyed or returned.').describe('What became of every copy: downloads, prints, copies passed on'),
  everyCopy: z.boolean().refine((said) => said, 'Confirm that you have looked for every copy: downloads, prints and copies that you passed on.'),
}) // prettier-ignore

const owed = z.object({
  transfer: z.uuid(), reference: z.string(), clause: z.string(), owes: z.enum(['acknowledge', 'attest']), dueOn: z.string(), overdue: z.boolean(),
}) // prettier-ignore
export const owedAnswer = z.object({ yours: z.array(owed), others: z.array(owed) })

export const transferAnswer = z.object({
  id: z.uuid(),
  reference: z.string(),
  state: z.enum(transferStates),
  agreement: z.string(),
  exchange: z.string(),
  inspection: z.string(),
  dataset: z.string(),
  fields: z.array(z.string()),
  establishments: z.array(z.string()),
  prisonNumbers: z.array(z.string()),
  periodFrom: z.string(),
  periodTo: z.string(),
  purpose: z.string(),
  marking: z.string(),
  timeline: z.array(z.object({ act: z.string(), at: z.iso.datetime() })),
  item: z
    .object({
      id: z.uuid(),
      state: z.enum(['sealed', 'destroyed']),
      rowCount: z.number().int(),
      destroyOn: z.string(),
      retention: z.object({
        owner: z.string(),
        class: z.string(),
        version: z.string(),
        demonstration: z.boolean(),
      }),
    })
    .optional(),
  supplyDue: z.iso.datetime().optional(),
})

/** What the answer to an act holds: no instant, so that two answers differ in their references alone. */
export const actAnswer = z.object({
  id: z.uuid(),
  reference: z.string(),
  state: z.enum(transferStates),
  decision: z.object({
    id: z.uuid(),
    outcome: z.literal('permit'),
    tested: z.array(z.string()),
    pack: z.string(),
  }),
})
