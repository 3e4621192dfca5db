// A figure as it is written and read: numbers in their shortest form, times on London's clocks, and a hash that sees every change.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { columns, type ColumnName } from '../../gateway/figures/columns.ts'
import { decimalOf, hashOf, type Figure } from '../../gateway/figures/figure.ts'
import { readRow } from '../../gateway/figures/row.ts'

const example = Object.fromEntries(columns.map(({ name, example: text }) => [name, text])) as Record<ColumnName, string> // prettier-ignore

function figureOf(change: Partial<Record<ColumnName, string>> = {}): Figure {
  const read = readRow(2, { ...example, ...change })
  if ('faults' in read) throw new Error(JSON.stringify(read.faults))
  return read.figure
}

function faultsOf(change: Partial<Record<ColumnName, string>>): string[] {
  const read = readRow(2, { ...example, ...change })
  return 'faults' in read ? read.faults.map(({ column }) => String(column)) : []
}

describe('a number', () => {
  test('is the same however it is written', () => {
    for (const text of ['1204.5', '1,204.50', '01204.5', '+1204.5', ' 1204.500 '])
      expect(decimalOf(text)).toBe('1204.5')
    expect(decimalOf('-0.0')).toBe('0')
    expect(decimalOf('−3')).toBe('-3')
    for (const text of ['', '12,34', '1e3', '12%', '٣', '1.2.3', 'NaN', '--1'])
      expect(decimalOf(text), text).toBeUndefined()
  })

  test('for any decimal, its shortest form is its own shortest form, and has its value', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.bigInt({ min: 0n, max: 10n ** 15n }),
        fc.stringMatching(/^\d{0,8}$/),
        (negative, whole, fraction) => {
          const text = `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
          const shortest = decimalOf(text) ?? ''
          expect(decimalOf(shortest)).toBe(shortest)
          expect(Number(shortest)).toBe(Number(text) === 0 ? 0 : Number(text))
        },
      ),
    )
  })

  test('from a workbook is the one that the workbook shows', () => {
    expect(figureOf({ value: '0.30000000000000004' }).value).toBe('0.3')
    expect(figureOf({ value: '18.199999999999999' }).value).toBe('18.2')
  })
})

describe('a row', () => {
  test('has its time on the clocks of London, or with an offset, or as a workbook keeps it', () => {
    expect(figureOf({ extracted_at: '2026-07-01 09:30' }).extractedAt.toISOString()).toBe('2026-07-01T08:30:00.000Z') // prettier-ignore
    expect(figureOf({ extracted_at: '2026-01-01T09:30:15Z' }).extractedAt.toISOString()).toBe('2026-01-01T09:30:15.000Z') // prettier-ignore
    expect(figureOf({ extracted_at: '46296.5' }).extractedAt.toISOString()).toBe('2026-10-01T11:00:00.000Z')
    for (const text of ['2026-10-01', 'yesterday', '2026-02-30 10:00', '2026-10-01 25:00'])
      expect(faultsOf({ extracted_at: text }), text).toEqual(['extracted_at'])
  })

  test('says each thing that is wrong with it', () => {
    expect(faultsOf({ figure_id: 'a b', value: 'twelve', marking: 'SECRET', unit: '', measure: 'x'.repeat(301) })).toEqual(['measure', 'unit', 'marking', 'figure_id', 'value']) // prettier-ignore
    expect(faultsOf({ provenance: 'official-statistics' })).toEqual(['public_source'])
    expect(faultsOf({ public_source: 'https://statistics.example/x' })).toEqual(['public_source'])
    expect(faultsOf({ provenance: 'Official statistics', public_source: 'javascript:alert(1)' })).toEqual(['public_source']) // prettier-ignore
    expect(faultsOf({ filters: 'a\0b' })).toEqual(['filters'])
  })
})

test('hub-2023/1.1: The hash sees every change but the time of extraction.', () => {
  const hash = hashOf(figureOf())
  expect(hashOf(figureOf({ extracted_at: '2026-10-02 09:30' }))).toBe(hash)
  const changes: Partial<Record<ColumnName, string>>[] = [
    { value: '413' },
    { unit: 'people' },
    { filters: 'HMP Leeds' },
    { measure: 'Assaults' },
    { source_report: 'Another' },
    { figure_id: 'X-1' },
    { marking: 'OFFICIAL-SENSITIVE' },
    { provenance: 'official-statistics', public_source: 'https://statistics.example/x' },
  ]
  for (const change of changes) expect(hashOf(figureOf(change)), JSON.stringify(change)).not.toBe(hash)
})
