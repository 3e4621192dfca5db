// Unknown input becomes typed input here and nowhere deeper. Every field that is wrong is named at once, in plain words;
// a field that we do not know is refused, not ignored (ASVS 15.3.3).
import type { Request } from 'express'
import { z } from 'zod'
import type { InputParts } from './endpoint.ts'
import { Problem, type FieldFault } from './problem.ts'

const parts = ['params', 'query', 'body'] as const

/** @throws {Problem} `input.invalid` naming every field */
export function parseInput(req: Request, schemas: InputParts): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  const faults: FieldFault[] = []
  for (const part of parts) {
    const schema = schemas[part]
    const given: unknown = req[part] ?? {}
    faults.push(...unstorable(given))
    if (!schema) {
      faults.push(...unexpected(given))
      continue
    }
    const parsed = schema.safeParse(part === 'params' ? { ...req.params } : given, { reportInput: true })
    if (parsed.success) input[part] = parsed.data
    else faults.push(...parsed.error.issues.flatMap(describe))
  }
  if (faults.length > 0)
    throw new Problem(
      'input.invalid',
      'Correct the fields named here and send it again. Nothing was saved.',
      faults,
    )
  return input
}

/** For forms, which are shown again with what was typed: the value, or every fault. */
export function checkFields<T extends z.ZodType>(
  schema: T,
  given: unknown,
): { data: z.output<T> } | { faults: FieldFault[] } {
  const parsed = schema.safeParse(given, { reportInput: true })
  return parsed.success ? { data: parsed.data } : { faults: parsed.error.issues.flatMap(describe) }
}

/** For a form's field that may be left empty: browsers send it as an empty text, which is the same as not there. */
export const blank = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

const deepest = 10

/** Text that neither the database nor the ledger can hold as it was sent: a NUL, or half of a surrogate pair. */
function unstorable(given: unknown, at: readonly string[] = []): FieldFault[] {
  if (typeof given === 'string') {
    if (given.isWellFormed() && !given.includes('\0')) return []
    return [
      { field: at.join('.') || 'body', message: 'This holds a character that cannot be kept. Take it out.' },
    ]
  }
  if (given === null || typeof given !== 'object') return []
  if (at.length > deepest)
    return [{ field: at[0] ?? 'body', message: 'This goes deeper than anything that is asked for here.' }]
  return Object.entries(given).flatMap(([key, each]) => unstorable(each, [...at, key]))
}

function unexpected(given: unknown): FieldFault[] {
  if (given === null || typeof given !== 'object') return []
  return Object.keys(given)
    .filter((field) => field !== '_csrf')
    .map((field) => ({ field, message: 'This field is not known here. Leave it out.' }))
}

function describe(issue: z.core.$ZodIssue): FieldFault[] {
  const at = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: [...at, key].join('.'),
      message: 'This field is not known here. Leave it out.',
    }))
  }
  return [{ field: at.join('.') || 'body', message: wording(issue) }]
}

/** How zod itself begins; any other words are a schema's own, and say it better. */
const general = /^(Invalid|Too small|Too big)/

function wording(issue: z.core.$ZodIssue): string {
  if (!general.test(issue.message)) return issue.message
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? 'Fill this in.' : `This must be ${article(issue.expected)}.`
  if (issue.code === 'too_small' && issue.origin === 'array') return `Give at least ${issue.minimum}.`
  if (issue.code === 'too_small' && issue.origin === 'string') return 'Fill this in.'
  if (issue.code === 'too_big' && issue.origin === 'string')
    return `This is too long: at most ${issue.maximum} characters.`
  if (issue.code === 'too_big' && issue.origin === 'array') return `Give at most ${issue.maximum}.`
  if (issue.code === 'invalid_value') return `Choose one of: ${issue.values.map(String).join(', ')}.`
  return issue.message
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`
}
