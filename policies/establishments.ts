// The real establishments, by their three-letter codes, and the nearest ones to a code or a name that was mistyped.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Papa from 'papaparse'
import { z } from 'zod'

export interface Establishment {
  /** Three to five letters and figures, as in ACI. */
  readonly code: string
  readonly name: string
  readonly types: readonly string[]
  readonly operator: string
  readonly categories: readonly string[]
  readonly male: boolean
  readonly female: boolean
  /** Whether it is open. */
  readonly active: boolean
}

const flag = z.enum(['t', 'f']).transform((letter) => letter === 't')
const list = z.string().transform((text) => (text === '' ? [] : text.split('|')))
const rowShape = z.strictObject({
  code: z.string().regex(/^[A-Z0-9]{3,5}$/),
  name: z.string().min(1),
  types: list,
  operator: z.string(),
  categories: list,
  male: flag,
  female: flag,
  active: flag,
})

export class Establishments {
  readonly all: readonly Establishment[]
  readonly #byCode: ReadonlyMap<string, Establishment>

  constructor(all: readonly Establishment[]) {
    this.all = all
    this.#byCode = new Map(all.map((each) => [each.code, each]))
  }

  /** The establishment with exactly this code. */
  find(code: string): Establishment | undefined {
    return this.#byCode.get(code)
  }

  /**
   * The open establishments whose code or name is nearest to what was typed, nearest first.
   *
   * @param count how many at most; nothing that is nothing like it is given
   */
  nearest(typed: string, count = 3): Establishment[] {
    const sought = plain(typed)
    if (sought === '') return []
    return this.all
      .filter((each) => each.active)
      .map((each) => ({ each, distance: distanceTo(each, sought) }))
      .filter(({ distance }) => distance <= 0.5)
      .toSorted((a, b) => a.distance - b.distance || (a.each.code < b.each.code ? -1 : 1))
      .slice(0, count)
      .map(({ each }) => each)
  }
}

/** @throws {Error} naming the line of a row that is not an establishment */
export function parseEstablishments(csv: string): Establishments {
  const { data, errors } = Papa.parse<unknown>(csv, { header: true, skipEmptyLines: true })
  const [broken] = errors
  if (broken) throw new Error(`establishments.csv:${(broken.row ?? 0) + 2} ${broken.message}.`)
  const rows = data.map((row, index) => {
    const result = rowShape.safeParse(row)
    if (result.success) return result.data
    const [issue] = result.error.issues
    throw new Error(
      `establishments.csv:${index + 2} ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not an establishment'}.`,
    )
  })
  if (new Set(rows.map((row) => row.code)).size !== rows.length)
    throw new Error('establishments.csv: a code is there twice.')
  return new Establishments(rows)
}

/** @param policiesDir the policies folder */
export async function loadEstablishments(policiesDir: string = import.meta.dirname): Promise<Establishments> {
  return parseEstablishments(await readFile(join(policiesDir, 'datasets/establishments.csv'), 'utf8'))
}

/** 0 for the same, 1 for nothing in common; a name that starts with what was typed counts as near. */
function distanceTo(each: Establishment, sought: string): number {
  const name = plain(each.name.replace(/\(.*\)/, ''))
  if (name.startsWith(sought)) return 0.1
  return Math.min(relative(plain(each.code), sought), relative(name, sought))
}

function relative(a: string, b: string): number {
  return edits(a, b) / Math.max(a.length, b.length)
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/^hm[py]?\w*\s+/, '')
    .replace(/[^a-z0-9]/g, '')
}

/** Damerau's distance, adjacent letters swapped counting once: ACI is one away from AIC. */
function edits(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const ways = [at(previous, j) + 1, at(row, j - 1) + 1, at(previous, j - 1) + cost]
      if (swapped) ways.push(at(before, j - 2) + 1)
      row.push(Math.min(...ways))
    }
    before = previous
    previous = row
  }
  return at(previous, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
