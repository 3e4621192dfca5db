// What the paperwork of an agreement lacks: nothing for those in force, and each part by name where it was taken away.
import { describe, expect, test } from 'vitest'
import { missingFrom } from '../../policies/annex-a-check.ts'
import type { Agreement } from '../../policies/agreements.ts'
import { all } from './policies.ts'

const inForce = [...all.agreements.values()].filter(({ standing }) => standing.value === 'in-force')

function without(change: Partial<Agreement>): string[] {
  const agreement = all.agreements.get('hmpps-2025')
  if (agreement === undefined) throw new Error('hmpps-2025 is not loaded')
  return missingFrom({ ...agreement, ...change })
}

describe('the paperwork', () => {
  test.each(inForce.map(({ key }) => key))('of %s lacks nothing', (key) => {
    const agreement = all.agreements.get(key)
    expect(agreement && missingFrom(agreement)).toEqual([])
  })

  test('lacks a contact, a review, a retention period: each is named', () => {
    expect(without({ contacts: { 'hmi-prisons': 'Deputy Chief Inspector' } })).toEqual([
      'hmpps has no contact. Name an office under contacts in agreement.yaml.',
    ])
    expect(without({ review: { every: { amount: 12, unit: 'month' } } })).toHaveLength(1)
    expect(without({ retention: [] }).join()).toContain('the exchange case-level-data')
  })
})
