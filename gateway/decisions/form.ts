// A form of a page that may hold a mistake: done, or shown again with what was typed and what is wrong.
import { z } from 'zod'
import { orAgain } from '../http/again.ts'
import type { PersonContext, Reply } from '../http/endpoint.ts'
import { checkFields } from '../http/input.ts'
import type { FieldFault } from '../http/problem.ts'
import type { Outcome } from './judge.ts'
import { asPage } from './replies.ts'

/** What a browser sends of a form: every field as text, several of a name as a list. */
export const typed = z.record(
  z.string().max(40),
  z.union([z.string().max(120_000), z.array(z.string().max(8000)).max(40)]),
)
export type Typed = z.output<typeof typed>

/** A form that was sent with a mistake: which, what was typed, and what is wrong. */
export interface Mistaken {
  readonly form: string
  readonly given: Typed
  readonly faults: readonly FieldFault[]
}

export const noMistake: Mistaken = { form: '', given: {}, faults: [] }

/** Does what a form says, or shows it again. */
export async function sentForm<S extends z.ZodType, T>(
  context: PersonContext,
  { form, given }: Pick<Mistaken, 'form' | 'given'>,
  shape: S,
  act: (data: z.output<S>) => Promise<Outcome<T>>,
  done: (value: T) => Omit<Reply, 'events'>,
  again: (mistaken: Mistaken) => Promise<Reply>,
): Promise<Reply> {
  // A browser sends every field of a form, empty where nothing was typed.
  const filled = Object.entries(given).filter(([name, value]) => name !== '_csrf' && value !== '')
  const checked = checkFields(shape, Object.fromEntries(filled))
  if ('faults' in checked) return again({ form, given, faults: checked.faults })
  return orAgain(context, async () => asPage(await act(checked.data), done), ({ fields }) => again({ form, given, faults: fields })) // prettier-ignore
}
