// What is sent to Cedar is checked here and not there: so it must refuse whatever Cedar's own check would refuse.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as cedar from '../../policies/cedar.ts'
import { shapesOf, UnfitFact } from '../../policies/shapes-of-schema.ts'
import { all } from './policies.ts'

const shapes = shapesOf(all.schema)
const everything = { has: () => true } as unknown as ReadonlySet<string> // all that is asked of it
const samples = [...all.agreements.values()].flatMap(({ exchanges }) =>
  [...exchanges.values()].flatMap(({ sample }) => (sample.document ? [sample.document] : [])),
)

cedar.keepSchema('shapes-test', all.schema)
cedar.keepPolicies('shapes-test', { only: 'permit (principal, action, resource);' })

function cedarTakes(attrs: Record<string, unknown>): boolean {
  const uid = { type: 'Document', id: 'd' }
  const answer = cedar.ask({
    principal: { type: 'Person', id: 'p' },
    action: { type: 'Action', id: 'open' },
    resource: uid,
    context: { now: '2026-01-01T00:00:00Z', today: '2026-01-01', cipherProfiles: [], datasets: [], markings: [], purposes: [], retentionClasses: [] },
    preparsedPolicySetId: 'shapes-test',
    preparsedSchemaName: 'shapes-test',
    validateRequest: true,
    entities: [
      { uid: { type: 'Person', id: 'p' }, attrs: { party: 'imb', roles: [], keyEnrolled: true, overdueDuties: 0 }, parents: [] },
      { uid, attrs: attrs as cedar.EntityJson['attrs'], parents: [] }, // also what does not fit
    ],
  }) // prettier-ignore
  return answer.type === 'success'
}

function weTake(attrs: Record<string, unknown>): boolean {
  try {
    shapes.of('Document')(attrs, everything)
    return true
  } catch (error) {
    if (error instanceof UnfitFact) return false
    throw error
  }
}

/** Without what is an entity to the rules: those are made from ids before anything is encoded. */
function bare(sample: (typeof samples)[number]): Record<string, unknown> {
  const people = ['id', 'author', 'readers']
  return Object.fromEntries(Object.entries(sample).filter(([name]) => !people.includes(name)))
}

const anyValue = fc.oneof(
  fc.string(), fc.boolean(), fc.integer(), fc.double(), fc.constant('2026-02-30'), fc.constant('2026-02-28'), fc.constant('2026-02-28T10:00:00Z'),
  fc.constant('2026-02-28T25:00:00Z'), fc.array(fc.string()), fc.array(fc.integer(), { minLength: 1 }), fc.constant({}), fc.constant({ __entity: { type: 'Person', id: 'x' } }),
) // prettier-ignore

describe('what is sent to Cedar', () => {
  test('is taken from every sample of every pack, by both', () => {
    expect(samples.length).toBeGreaterThan(15)
    for (const sample of samples)
      expect([weTake(bare(sample)), cedarTakes(bare(sample))]).toEqual([true, true])
  })

  test('is refused here whenever Cedar would refuse it, and otherwise taken', () => {
    const names = [...new Set(samples.flatMap((sample) => Object.keys(bare(sample)))), 'unheardOf']
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.constantFrom(...names), fc.option(anyValue, { nil: undefined }), (sample, name, value) => {
        const attrs: Record<string, unknown> = { ...bare(sample), [name]: value }
        if (value === undefined) Reflect.deleteProperty(attrs, name)
        expect(weTake(attrs)).toBe(cedarTakes(attrs))
      }),
      { numRuns: 1500 },
    ) // prettier-ignore
  })

  test('holds only what a rule reads, checked all the same', () => {
    const sample = bare(samples[0] ?? expect.fail('no sample'))
    const reads = new Set(['marking', 'kind'])
    expect(Object.keys(shapes.of('Document')(sample, reads)).toSorted()).toEqual(['kind', 'marking'])
    expect(() => shapes.of('Document')({ ...sample, exchange: 7 }, reads)).toThrow('exchange is not a text')
  })
})
