// What a part of a pack holds, as values for people: one for each leaf, by its path. A period is in words, and what is a local
// default says so.
import { z } from 'zod'
import { inWords, type Period } from '../../policies/period.ts'

export interface Shown {
  readonly text: string
  readonly local: boolean
}

const given = z.strictObject({ value: z.unknown(), local: z.boolean() })
const period = z.strictObject({ amount: z.number(), unit: z.string() })
const fields = z.record(z.string(), z.unknown())
const scalar = z.union([z.string(), z.number(), z.boolean()])
/** Where a duty's local values stand, by name: they are said beside each value, and not again. */
const marks = z.object({ localParts: z.array(z.string()) })
const saidElsewhere = new Set(['localParts', 'local', 'id', 'key', 'clause', 'agreement'])

/** @returns by path, as 'form.states' */
export function valuesOf(value: unknown): Map<string, Shown> {
  const local = new Set(marks.safeParse(value).data?.localParts)
  const found = leavesOf(value, '', false).filter(([path]) => !saidElsewhere.has(path.split('.')[0] ?? ''))
  return new Map(
    found.map(([path, shown]) => [path, local.has(path) ? { ...shown, local: true } : shown] as const),
  )
}

type Leaf = readonly [path: string, shown: Shown]

function leavesOf(value: unknown, path: string, local: boolean): Leaf[] {
  const marked = given.safeParse(value)
  if (marked.success) return leavesOf(marked.data.value, path, marked.data.local)
  const span = period.safeParse(value)
  if (span.success) return [[path, { text: inWords(span.data as Period), local }]] // as period.ts made it
  const plain = scalar.safeParse(value)
  if (plain.success) return [[path, { text: textOf(plain.data), local }]]
  if (Array.isArray(value)) {
    const each = z.array(scalar).safeParse(value)
    if (each.success) return [[path, { text: each.data.map(textOf).join(', ') || 'none', local }]]
    return value.flatMap((one: unknown, index) => leavesOf(one, under(path, String(index + 1)), local))
  }
  const inside = Object.entries(fields.safeParse(value).data ?? {})
  return inside.flatMap(([name, one]) => leavesOf(one, under(path, name), local))
}

function under(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function textOf(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)
}
