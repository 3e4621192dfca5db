// What the paperwork of an agreement lacks: nothing for those in force, and each part by name where it was taken away.
import { describe, expect, test } from 'vitest'
import { annexA, missingFrom } from '../../policies/annex-a-check.ts'
import type { Agreement } from '../../policies/agreements.ts'
import { PackFault } from '../../policies/fault.ts'
import { assemble } from '../../policies/pack.ts'
import { all, sources } from './policies.ts'

const inForce = [...all.agreements.values()].filter(({ standing }) => standing.value === 'in-force')

function whole(): Agreement {
  const agreement = all.agreements.get('hmpps-2025')
  if (agreement === undefined) throw new Error('hmpps-2025 is not loaded')
  return agreement
}

const without = (change: Partial<Agreement>) => missingFrom({ ...whole(), ...change })

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
    expect(without({ exchanges: new Map() })).toHaveLength(1)
  })

  test.each(Object.keys(whole().sharing ?? {}))('lacks sharing.%s where it was taken away, and nothing else', (name) => {
    const rest = Object.fromEntries(Object.entries(whole().sharing ?? {}).filter(([key]) => key !== name))
    const missing = without({ sharing: rest })
    expect(missing).toHaveLength(1)
    expect(missing[0]).toContain(`sharing.${name} in agreement.yaml`)
  }) // prettier-ignore

  test('of a pack that says nothing of it lacks ten things', () => {
    const { sharing, ...rest } = whole()
    expect(sharing).toBeDefined()
    expect(missingFrom(rest)).toHaveLength(10)
  })

  test('says what is the agreement’s by its clauses, and what is local as local', () => {
    const items = new Map(annexA(whole()).map((item) => [item.key, item]))
    expect(items.get('legalPower')?.answers).toEqual([
      { words: 'Sections 5A and 43 of the Prison Act 1952.', by: ['hmpps-2025/1'], local: false },
    ])
    expect(items.get('rights')?.answers).toMatchObject([{ by: [], local: true }])
    for (const { sharing = {} } of inForce)
      for (const statement of Object.values(sharing))
        expect(statement?.local).toBe(statement?.by.length === 0)
  })

  test('does not load where it cites a clause of another agreement, or none at all', () => {
    const path = 'agreements/hmpps-2025/agreement.yaml'
    const text = sources.get(path) ?? ''
    const faultsOf = (by: string) => {
      try {
        assemble(new Map([...sources, [path, text.replace('by: [hmpps-2025/1] }', `by: [${by}] }`)]]))
        return []
      } catch (error) {
        return error instanceof PackFault ? error.faults.map(({ file, message }) => `${file}: ${message}`) : [String(error)] // prettier-ignore
      }
    }
    expect(faultsOf('hub-2023/1.1')).toEqual([`${path}: hmpps-2025 has no clause hub-2023/1.1.`])
    expect(faultsOf('hmpps-2025/999')).toEqual([`${path}: hmpps-2025 has no clause hmpps-2025/999.`])
    expect(faultsOf('').filter((fault) => fault.startsWith(path))).not.toEqual([])
  })
})
