// What the concerns endpoints take and answer, over JSON and from forms.
import { z } from 'zod'
import { blank } from '../http/input.ts'
import { healthyPrisonTests, judgements, ranks, statuses } from './concern.ts'
import { columns, type ColumnName } from './table-schema.ts'

const day = z.iso.date('Give a date as year-month-day, for example 2026-04-01.')

export const searchQuery = z.strictObject({
  words: blank(z.string().trim().max(200)),
  establishment: blank(z.string().trim().toUpperCase().max(5)),
  test: blank(z.enum(healthyPrisonTests)),
  rank: blank(z.enum(ranks)),
  status: blank(z.enum(statuses)),
  judgement: blank(z.enum(judgements)),
  publishedFrom: blank(day),
  publishedTo: blank(day),
  page: blank(z.coerce.number().int().min(1).max(100_000)),
})
export type SearchQuery = z.output<typeof searchQuery>

export const concernParams = z.strictObject({ reference: z.string().max(40) })
export const intakeParams = z.strictObject({ id: z.uuid('This is not the id of a checked file.') })

const cell = z.string().max(20_000)
/** Every column as text, as in a file: the same words for what is wrong with it. */
const cells = z.strictObject(
  Object.fromEntries(columns.map(({ name }) => [name, cell.exactOptional()])) as Record<
    ColumnName,
    z.ZodExactOptional<typeof cell>
  >, // one for each name
)

export const rowsBody = z.strictObject({ concerns: z.array(cells).min(1).max(5000).exactOptional() })

const reason = z
  .string()
  .trim()
  .min(1)
  .max(4000)
  .describe('Why it is changed; whoever reads the history sees it')
export const takeBody = z.strictObject({ reason })
export const editBody = z.strictObject({
  ...cells.omit({ concern_id: true }).shape,
  /** The version that was looked at; left out for a concern that is new. */
  version: z.int().min(1).exactOptional(),
  reason,
})
const typed = z.string().max(20_000).default('')
export const editForm = z.strictObject({
  ...(Object.fromEntries(columns.map(({ name }) => [name, typed])) as Record<ColumnName, typeof typed>), // one for each name
  version: blank(z.coerce.number().int().min(1)),
  reason: typed,
})
export type EditForm = z.output<typeof editForm>

export const concernAnswer = z.object({
  concern_id: z.string(), version: z.int(), establishment_code: z.string(), inspection: z.string(), report_published_on: z.iso.date(),
  healthy_prison_test: z.enum(healthyPrisonTests), rank: z.enum(ranks), text: z.string(), is_opinion: z.boolean(), status: z.enum(statuses),
  status_on: z.iso.date(), irp_judgement: z.enum(judgements).nullable(), irp_judged_on: z.iso.date().nullable(),
}) // prettier-ignore

export const intakeAnswer = z.object({
  id: z.uuid(), state: z.enum(['reading', 'stopped', 'checked', 'taken', 'discarded']), rows: z.int(), sha256: z.string(), added: z.int(), changed: z.int(), closed: z.int(),
  unchanged: z.int(), faultCount: z.int(), edition: z.int().exactOptional(), stoppedBecause: z.string().exactOptional(), startedAt: z.iso.datetime(),
  faults: z.array(z.object({ row: z.int().exactOptional(), column: z.string().exactOptional(), message: z.string() })),
}) // prettier-ignore
export const intakesAnswer = z.object({ intakes: z.array(intakeAnswer) })
const value = z.union([z.string(), z.boolean(), z.null()])
export const checkedAnswer = intakeAnswer.extend({
  changes: z.array(z.object({ row: z.int(), concern_id: z.string(), what: z.enum(['added', 'changed', 'closed']), columns: z.array(z.object({ column: z.string(), from: value, to: value })) })),
}) // prettier-ignore
