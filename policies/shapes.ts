// The small shapes that packs, schedules, datasets and facts have in common.
import { z } from 'zod'

/** A key: small letters, figures and hyphens, as in a file's name. */
export const keyShape = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be small letters, figures and hyphens')

/** A sentence or a name: something is said. */
export const words = z.string().trim().min(1, 'must not be blank')

/** A date, YYYY-MM-DD, that exists. */
export const dateShape = z.iso.date('must be a date that exists, as YYYY-MM-DD')

/** An event, past and dotted: `transfer.approved`. */
export const eventShape = z
  .string()
  .regex(/^[a-z-]+(\.[a-z-]+)+$/, 'must be an event such as transfer.approved')
