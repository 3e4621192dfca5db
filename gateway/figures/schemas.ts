// What the figures endpoints take and answer, over JSON and from forms.
import { z } from 'zod'
import { blank } from '../http/input.ts'
import type { TakenIn } from './extract.ts'
import { decimalOf, figureMarkings, provenances, type StoredFigure } from './figure.ts'

/** A number as a person writes it: '1,204.50' is looked for as '1204.5'. */
const number = z
  .string()
  .trim()
  .max(60)
  .transform((text, context) => {
    const value = decimalOf(text)
    if (value === undefined) context.addIssue({ code: 'custom', message: 'Write a number in figures, for example 412.' }) // prettier-ignore
    return value ?? z.NEVER
  })

export const figureQuery = z.strictObject({
  words: blank(z.string().trim().max(200)),
  provenance: blank(z.enum(provenances)),
  value: blank(number),
  page: blank(z.coerce.number().int().min(1).max(100_000)),
})
export type FigureQuery = z.output<typeof figureQuery>

export const reference = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z0-9][A-Z0-9-]{1,39}$/, 'This is not the id of a figure.')
export const figureParams = z.strictObject({ reference: z.string().max(60) })

export const figureAnswer = z.object({
  figure_id: z.string(), version: z.int(), measure: z.string(), source_report: z.string(), extracted_at: z.iso.datetime(), unit: z.string(), filters: z.string(),
  value: z.string(), value_sha256: z.string(), marking: z.enum(figureMarkings), provenance: z.enum(provenances), public_source: z.string().nullable(), registered_at: z.iso.datetime(),
}) // prettier-ignore

export function writeFigure(figure: StoredFigure): z.input<typeof figureAnswer> {
  return {
    figure_id: figure.reference, version: figure.version, measure: figure.measure, source_report: figure.sourceReport, extracted_at: figure.extractedAt.toISOString(),
    unit: figure.unit, filters: figure.filters, value: figure.value, value_sha256: figure.valueHash, marking: figure.marking, provenance: figure.provenance,
    public_source: figure.publicSource, registered_at: figure.registeredAt.toISOString(),
  } // prettier-ignore
}

export const takenAnswer = z.object({
  taken: z.boolean(), sha256: z.string(), added: z.int(), changed: z.int(), unchanged: z.int(), faultCount: z.int(),
  faults: z.array(z.object({ row: z.int().exactOptional(), column: z.string().exactOptional(), message: z.string() })),
}) // prettier-ignore

export function writeTaken({ registered, sha256, faultCount, faults }: TakenIn): z.input<typeof takenAnswer> {
  const counted = registered ?? { added: 0, changed: 0, unchanged: 0 }
  return { taken: registered !== undefined, sha256, ...counted, faultCount, faults: [...faults] }
}
