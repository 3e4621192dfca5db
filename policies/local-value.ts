// A value that an agreement gives, or that it does not give and that was chosen here: `{ local: value }` in a pack. What
// is local is shown so wherever it is shown, and is never passed off as the agreement's.
import { z } from 'zod'

export interface Given<T> {
  readonly value: T
  /** The text does not give this value. */
  readonly local: boolean
}

/** The shape of a value that may be marked local. */
export function given<T extends z.ZodType>(shape: T) {
  return z.union([alwaysLocal(shape), shape.transform((value) => ({ value, local: false }))])
}

/** The shape of a value that the texts never give, so that it has to be marked local. */
export function alwaysLocal<T extends z.ZodType>(shape: T) {
  return z.strictObject({ local: shape }).transform((marked) => {
    const { local } = marked as { local: z.output<T> } // what strictObject makes, which TypeScript cannot see for an open T
    return { value: local, local: true }
  })
}
