// The invented people and incidents: fit their schemas, hang together, and come out of the same seed the same.
import { describe, expect, test } from 'vitest'
import { digestTables } from '../../demo/source/database.ts'
import { inventTables } from '../../demo/source/synthetic.ts'
import type { SyntheticRow } from '../../demo/source/synthetic.ts'
import { datasets, establishments } from '../sources/read-datasets.ts'

const options = { seed: 'concordat', referenceDate: '2026-06-30', people: 50_000, establishments }
const tables = inventTables(options)
const rowsOf = (key: string): readonly SyntheticRow[] => tables.get(key) ?? []
const people = rowsOf('custody-population')
const byNumber = new Map(people.map((row) => [row['prison_number'], row]))

/** Every way in which a row does not fit its schema. */
function misfits(row: SyntheticRow, fields: (typeof datasets)[number]['schema']['fields']): string[] {
  return fields.flatMap(({ name, type, constraints = {} }) => {
    const value = row[name]
    if (value === undefined) return [`${name} is not there`]
    if (value === null) return constraints.required ? [`${name} is required`] : []
    const lexical = {
      string: /^/,
      integer: /^-?\d+$/,
      number: /^-?\d+(\.\d+)?$/,
      boolean: /^(true|false)$/,
      date: /^\d{4}-\d\d-\d\d$/,
    }[type]
    if (!lexical?.test(value)) return [`${name} is no ${type}: ${value}`]
    if (constraints.enum && !constraints.enum.includes(value)) return [`${name} cannot be ${value}`]
    if (constraints.pattern !== undefined && !new RegExp(constraints.pattern).test(value))
      return [`${name}: ${value}`]
    if (Number(value) < (constraints.minimum ?? -Infinity)) return [`${name} is too small: ${value}`]
    if (Number(value) > (constraints.maximum ?? Infinity)) return [`${name} is too large: ${value}`]
    return []
  })
}

describe('the synthetic prison case system', () => {
  test('The same seed and date give the same bytes.', () => {
    expect(digestTables(inventTables(options), datasets)).toBe(digestTables(tables, datasets))
  })

  test('Another seed, or another date, gives other people.', () => {
    const digest = digestTables(tables, datasets)
    expect(digestTables(inventTables({ ...options, seed: 'another' }), datasets)).not.toBe(digest)
    expect(digestTables(inventTables({ ...options, referenceDate: '2026-07-01' }), datasets)).not.toBe(digest)
  })

  test('Each row fits the schema of its dataset.', () => {
    for (const { key, schema } of datasets) {
      const rows = rowsOf(key)
      expect(rows.length).toBeGreaterThan(5_000)
      expect(new Set(rows.flatMap((row) => misfits(row, schema.fields)))).toEqual(new Set())
    }
  })

  test('There are 50,000 people, each with a prison number of their own, in every active establishment.', () => {
    expect(people).toHaveLength(50_000)
    expect(byNumber.size).toBe(50_000)
    expect(new Set(people.map((row) => row['establishment_code']))).toEqual(
      new Set(establishments.map(({ code }) => code)),
    )
  })

  test('Nobody is released before the reference date or received before their fifteenth birthday.', () => {
    for (const { reception_date, release_date, date_of_birth } of people) {
      expect((release_date ?? '9999') > options.referenceDate).toBe(true)
      const years =
        (Date.parse(reception_date ?? '') - Date.parse(date_of_birth ?? '')) / (365.25 * 86_400_000)
      expect(years).toBeGreaterThan(14.99)
    }
  })

  test('Who is unsentenced has category U and no release date; an indeterminate sentence has no length.', () => {
    for (const row of people) {
      if (row['sentence_type'] === 'remand')
        expect([row['security_category'], row['release_date']]).toEqual(['U', null])
      if (['life', 'ipp'].includes(row['sentence_type'] ?? '')) expect(row['sentence_length_days']).toBeNull()
    }
  })

  test('Women are in places for women, and category A men in places for category A.', () => {
    const kinds = new Map(establishments.map((establishment) => [establishment.code, establishment.kind]))
    const kindsWhere = (isWanted: (row: SyntheticRow) => boolean) =>
      [...new Set(people.filter(isWanted).map((row) => kinds.get(row['establishment_code'] ?? '')))].sort()
    expect(kindsWhere((row) => row['sex'] === 'F')).toEqual(['children', 'women', 'women-open'])
    expect(kindsWhere((row) => row['security_category'] === 'A')).toEqual(['high-security'])
    expect(kindsWhere((row) => row['security_category'] === 'D')).not.toContain('high-security')
  })

  test('Each incident falls in the last 24 months, while its person was there.', () => {
    for (const key of ['self-harm-incidents', 'use-of-force']) {
      for (const { incident_date, prison_number, establishment_code } of rowsOf(key)) {
        const person = byNumber.get(prison_number ?? '')
        expect(person?.['establishment_code']).toBe(establishment_code)
        expect((incident_date ?? '') >= (person?.['reception_date'] ?? '9999')).toBe(true)
        expect((incident_date ?? '') >= '2024-06-30' && (incident_date ?? '') <= options.referenceDate).toBe(
          true,
        )
      }
    }
  })
})
