// What the register of paper and removable media takes, over JSON and from forms.
import { z } from 'zod'
import { methods, paperOrigins } from '../retention/outside-copy.ts'

const words = (most: number, what: string) => z.string().trim().min(1).max(most).describe(what)
const day = z.iso.date('Give a date as year-month-day, for example 2027-04-01.')
const confirmed = (what: string) => z.boolean().refine((said) => said, what)

export const copyParams = z.strictObject({
  id: z.uuid('This is not the id of a request.'),
  copy: z.uuid('This is not the id of a copy.'),
})

const common = {
  description: words(500, 'What it is, without names'),
  place: words(200, 'Where it is kept, locked away'),
}
/** @clause hmpps-2025/16-formats, imb-2024/iss-removable-media-minimum, imb-2024/iss-removable-media-encrypted */
export const copyBody = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('paper'),
      origin: z.enum(paperOrigins, 'Say whether it was printed or handed over.'),
      amount: z.number().int('Give the number of sheets.').min(1, 'Give the number of sheets.').max(100_000).describe('Sheets'),
      ...common,
    }),
    z.strictObject({
      kind: z.literal('removable-media'),
      device: words(200, 'Make, model and serial number'),
      backOn: day.describe('When it is to be back'),
      minimum: confirmed('Confirm that it holds no more than the work needs.'),
      encrypted: confirmed('Confirm that it is encrypted to the standard that the Ministry of Justice specifies.'),
      ...common,
    }),
  ],
  'Say whether it is paper or a removable medium.',
) // prettier-ignore
export type CopyInput = z.output<typeof copyBody>

export const answerBody = z.strictObject({
  approved: z.boolean('Say yes or no.'),
  reason: words(4000, 'Why it is, or is not, unavoidable'),
})

export const endingBody = z.discriminatedUnion(
  'outcome',
  [
    z.strictObject({
      outcome: z.literal('destroyed'),
      method: z.enum(methods, 'Say how it was destroyed.'),
      witness: words(200, 'Who saw it'),
      on: day,
    }),
    z.strictObject({ outcome: z.literal('returned'), on: day }),
  ],
  'Say whether it was destroyed or returned.',
)
export type EndingInput = z.output<typeof endingBody>

const typed = z.string().max(8000).default('')
export const copyForm = z.strictObject({
  kind: typed, origin: typed, amount: typed, device: typed, backOn: typed, minimum: typed, encrypted: typed, description: typed, place: typed,
}) // prettier-ignore
export const answerForm = z.strictObject({ approved: typed, reason: typed })
export const endingForm = z.strictObject({ outcome: typed, method: typed, witness: typed, on: typed })

/** A number where it is one; what else was typed is left for the schema to name. */
function numberOf(typedIn: string): number | string | undefined {
  const text = typedIn.trim()
  return /^\d{1,9}$/.test(text) ? Number(text) : text || undefined
}

/** What the chosen kind takes of what was typed; what the other takes is on the page too. */
export function copyGiven(form: z.output<typeof copyForm>): Record<string, unknown> {
  const { kind, description, place } = form
  if (kind !== 'removable-media')
    return { kind, origin: form.origin, amount: numberOf(form.amount), description, place }
  const said = { minimum: form.minimum === 'yes', encrypted: form.encrypted === 'yes' }
  return { kind, device: form.device, backOn: form.backOn, ...said, description, place }
}

export function endingGiven({ outcome, method, witness, on }: z.output<typeof endingForm>): Record<string, unknown> {
  return outcome === 'returned' ? { outcome, on } : { outcome, method, witness, on }
} // prettier-ignore
