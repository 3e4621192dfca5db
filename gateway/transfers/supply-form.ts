// The supply desk's form as a browser sends it.
import { z } from 'zod'

const ticks = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(z.string().max(200)).max(200).default([]),
)

export const supplyForm = z.strictObject({
  outcome: z.string().max(20).default(''),
  reason: z.string().max(8000).default(''),
  fields: ticks,
  establishments: ticks,
})

/** Leaves out what the chosen outcome does not take: boxes for the other outcomes are on the page too. */
export function supplyGiven(form: z.output<typeof supplyForm>): Record<string, unknown> {
  if (form.outcome === 'part-supply') return form
  if (form.outcome === 'escalate') return { outcome: form.outcome, reason: form.reason }
  return { outcome: form.outcome }
}
