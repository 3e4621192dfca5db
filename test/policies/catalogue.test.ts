// What can be asked for, where, and how long it is kept.
import { describe, expect, test } from 'vitest'
import { findDuty, findExchange } from '../../policies/agreements.ts'
import { loadEstablishments, parseEstablishments } from '../../policies/establishments.ts'
import { destroyOn, resolveRetention } from '../../policies/retention.ts'
import { parsePeriod } from '../../policies/period.ts'
import { all, policiesDir } from './policies.ts'

const establishments = await loadEstablishments(policiesDir)

describe('establishments', () => {
  test('are found by their code, and by nothing else', () => {
    expect(establishments.find('BMI')).toEqual({
      code: 'BMI', name: 'Birmingham (HMP)', types: ['HMP'], operator: 'PSP', categories: ['B'], male: true, female: false, active: true,
    }) // prettier-ignore
    expect(establishments.find('bmi')).toBeUndefined()
    expect(establishments.find('')).toBeUndefined()
    expect(establishments.all).toHaveLength(173)
  })

  test.each([
    ['BIM', 'BMI'],
    ['birmingam', 'BMI'],
    ['HMP Birmingham', 'BMI'],
    ['Full Sutton', 'FNI'],
    ['stanford hill', 'EHI'],
    ['Wormwood', 'WSI'],
  ])('nearest to %s is %s', (typed, code) => {
    expect(establishments.nearest(typed)[0]?.code).toBe(code)
  })

  test('that have closed, or are nothing like it, are not suggested', () => {
    expect(establishments.find('ACI')?.active).toBe(true)
    expect(establishments.find('AKI')?.active).toBe(false)
    expect(establishments.nearest('Acklington').map(({ code }) => code)).not.toContain('AKI')
    expect(establishments.nearest('qqqqqqqqqqqqqqqqqq')).toEqual([])
    expect(establishments.nearest('   ')).toEqual([])
    expect(establishments.nearest('B', 2)).toHaveLength(2)
  })

  test('are refused with the line where a row is none', () => {
    const head = 'code,name,types,operator,categories,male,female,active\n'
    expect(() =>
      parseEstablishments(`${head}BMI,Birmingham,HMP,PSP,B,t,f,t\nBM,Other,HMP,PSP,B,t,f,t\n`),
    ).toThrow('establishments.csv:3 code')
    expect(() => parseEstablishments(`${head}BMI,Birmingham,HMP,PSP,B,t,f,yes\n`)).toThrow(
      'establishments.csv:2 active',
    )
    expect(() => parseEstablishments(`${head}BMI,Birmingham\n`)).toThrow('establishments.csv:2')
    expect(() => parseEstablishments(`${head}${'BMI,Birmingham,HMP,PSP,B,t,f,t\n'.repeat(2)}`)).toThrow(
      'twice',
    )
  })
})

describe('datasets', () => {
  test('are three, each with the establishment, the date and the person that bound a reading', () => {
    expect([...all.datasets.keys()]).toEqual(['custody-population', 'self-harm-incidents', 'use-of-force'])
    for (const { fields, schema, dateField, establishmentField, personField } of all.datasets.values()) {
      expect(fields).toBe(schema.fields)
      const names = fields.map((field) => field.name)
      expect(names).toEqual(expect.arrayContaining([dateField, establishmentField, personField]))
    }
  })

  test('hold special category data only where a purpose needs it', () => {
    for (const { fields } of all.datasets.values())
      for (const field of fields)
        expect(field.neededFor.length > 0 || field.sensitivity !== 'special-category').toBe(true)
  })

  test('can be asked for by the four tests of a healthy prison', () => {
    expect([...all.purposes.keys()]).toEqual([
      'safety',
      'respect',
      'purposeful-activity',
      'preparation-for-release',
    ])
  })
})

describe('retention', () => {
  test('hmpps-2025/19: what HMPPS sends is kept by the schedule of HMI Prisons, which says that it is a demonstration', () => {
    const rule = resolveRetention(all, 'hmpps-2025', 'hmpps', 'hmi-prisons', 'inspection-case-level')
    expect(rule).toMatchObject({
      owner: 'hmi-prisons',
      class: 'inspection-case-level',
      demonstration: true,
      version: 'demonstration-1',
      local: false,
    })
    expect(rule?.destroyOn(new Date('2026-02-28T12:00:00Z'))).toBe('2027-02-28')
  })

  test('what goes the other way is kept by a local choice, and says so', () => {
    expect(resolveRetention(all, 'hmpps-2025', 'hmi-prisons', 'hmpps', 'inspection-evidence')).toMatchObject({
      owner: 'hmi-prisons',
      local: true,
    })
  })

  test('nothing is resolved without an agreement, a direction or a class', () => {
    const known = ['hmpps-2025', 'hmpps', 'hmi-prisons', 'inspection-case-level'] as const
    expect(resolveRetention(all, ...known)).toBeDefined()
    expect(resolveRetention(all, 'none', 'hmpps', 'hmi-prisons', 'inspection-case-level')).toBeUndefined()
    expect(resolveRetention(all, 'hmpps-2025', 'imb', 'hmi-prisons', 'inspection-case-level')).toBeUndefined()
    expect(resolveRetention(all, 'hmpps-2025', 'hmpps', 'hmi-prisons', 'other')).toBeUndefined()
    expect(resolveRetention(all, 'hmpps-2025', 'hmpps', 'hmi-prisons', undefined)).toBeUndefined()
  })

  test('the date is that of London, and is not moved for a weekend or a holiday', () => {
    const rule = { period: parsePeriod('3 months') }
    expect(destroyOn(rule, new Date('2026-05-31T23:30:00Z'))).toBe('2026-09-01')
    expect(destroyOn(rule, new Date('2026-05-31T22:30:00Z'))).toBe('2026-08-31') // a bank holiday
  })
})

describe('the exchange and its clock', () => {
  test('hmpps-2025/16: what the text does not give is marked local', () => {
    const exchange = findExchange(all, 'hmpps-2025', 'case-level-data')
    expect(exchange).toMatchObject({
      from: 'hmpps',
      to: 'hmi-prisons',
      starts: 'request',
      marking: { value: 'OFFICIAL-SENSITIVE', local: true },
      approvals: {
        value: [{ people: 1, of: 'hmi-prisons/approver', differentFrom: 'requester' }],
        local: true,
      },
      retentionClass: { value: 'inspection-case-level', local: true },
    })
    expect(all.agreements.get('hmpps-2025')).toMatchObject({
      disposal: 'destroy',
      inForce: { from: { value: '2025-01-02', local: true } },
    })
  })

  test.each(['hmpps-2025/11', 'hmpps-2025/16'])(
    '%s: five working days to supply, which is local',
    (clause) => {
      expect(findDuty(all, clause)).toMatchObject({
        starts: 'transfer.approved',
        meets: 'transfer.supplied',
        limit: { amount: 5, unit: 'working day' },
        local: true,
      })
    },
  )

  test('a clause that is no duty has no clock', () => {
    expect(findDuty(all, 'hmpps-2025/17')).toBeUndefined()
    expect(findDuty(all, 'none/1')).toBeUndefined()
  })
})
