// Decisions: what is permitted, every clause that refuses, and that nothing which is not known is ever taken for granted.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide, Permit, type Decision, type Refusal } from '../../policies/decide.ts'
import {
  acts,
  parseFacts,
  thingActedOn,
  type Act,
  type Facts,
  type TransferFacts,
} from '../../policies/facts.ts'
import { assemble } from '../../policies/pack.ts'
import { someCase, withOneLess } from './cases.ts'
import { all, changed, facts, permitted, replaced, sources } from './policies.ts'

function refusalsOf(decision: Decision): readonly Refusal[] {
  if (decision.outcome === 'permit') throw new Error('it was permitted')
  return decision.refusals
}

function clausesOf(decision: Decision): string[] {
  return refusalsOf(decision).map(({ clause }) => clause)
}

describe('a permit', () => {
  test.each(permitted.map(([act, given]) => ({ act, given })))(
    'is given for $act to the person whose act it is',
    ({ act, given }) => {
      const decision = decide(all, act, given)
      expect(decision.outcome).toBe('permit')
      if (decision.outcome !== 'permit') return
      expect(decision.permit.facts).toBe(given)
      expect(decision.permit.act).toBe(act)
      expect(decision.permit.determining).not.toEqual([])
      for (const clause of decision.permit.tested) expect(all.clauses.has(clause)).toBe(true)
    },
  )

  test('covers every act that there is', () => {
    const elsewhere = [all.local, ...all.agreements.values()]
      .flatMap(({ paragraphs }) => paragraphs.flatMap(({ examples }) => examples))
      .flatMap(({ when, permits }) => (permits ? [when] : []))
    expect(permitted.map(([act]) => act)).toEqual(acts.filter((act) => thingActedOn(act) === 'transfer'))
    expect([...acts].filter((act) => !elsewhere.includes(act))).toEqual([])
  })

  test('names the clauses that were put to the test, and the pack that did', () => {
    const decision = decide(all, 'request', facts('analyst'))
    if (decision.outcome !== 'permit') throw new Error('it was refused')
    expect(decision.permit.tested.slice(0, 8)).toEqual([
      'hmpps-2025/4',
      'hmpps-2025/9',
      'hmpps-2025/11-authorised',
      'hmpps-2025/11-relevance',
      'hmpps-2025/14-vetting',
      'hmpps-2025/14-security-training',
      'hmpps-2025/15-confidentiality',
      'hmpps-2025/16-dsa',
    ])
    expect(decision.permit.determining).toEqual(['hmpps-2025/case-level-data'])
    expect(decision.permit.pack).toEqual({
      key: 'hmpps-2025',
      hash: all.agreements.get('hmpps-2025')?.hash,
      localHash: all.localHash,
    })
  })

  test('can be made by nobody else', () => {
    const decision = decide(all, 'request', facts('analyst'))
    if (decision.outcome !== 'permit') throw new Error('it was refused')
    const { permit } = decision
    expect(() => new Permit(Symbol('earned by a decision'), permit)).toThrow(TypeError)
    expect(Permit.is(permit)).toBe(true)
    expect(Permit.is({ act: permit.act, facts: permit.facts })).toBe(false)
    expect(Permit.is(Object.create(Permit.prototype) as object)).toBe(false)
  })
})

describe('a refusal', () => {
  test('hmpps-2025/11: an analyst who is not on the team gets every clause that refuses, with reason and remedy', () => {
    const refusals = refusalsOf(
      decide(all, 'request', facts('second-analyst', { transfer: { requester: 'second-analyst' } })),
    )
    expect(refusals).toEqual([
      {
        clause: 'hmpps-2025/11-authorised',
        says: 'authorised HMI Prisons staff, acting on the instructions of the Chief Inspector',
        reason:
          "You are not on the team of this inspection, so you do not act on the Chief Inspector's instructions for it.",
        remedy: "Check the inspection's reference, or ask its co-ordinator to add you to the team.",
        whoCanDecide: "The co-ordinator of the inspection, under the Chief Inspector's delegation.",
        local: false,
      },
      {
        clause: 'hmpps-2025/11-relevance',
        says: 'records identified by inspectors relevant to the inspection',
        reason: 'The request names no open inspection on whose team the requester is.',
        remedy:
          'Name the open inspection that the data is for, or ask its co-ordinator to add the requester to the team.',
        whoCanDecide: "The co-ordinator of the inspection, under the Chief Inspector's delegation.",
        local: false,
      },
    ])
  })

  test('does not say whether an inspection exists: not on its team, closed, elsewhere or unknown give the same bytes', () => {
    const stranger = { requester: 'second-analyst' }
    const { inspection, ...rest } = facts('second-analyst', { transfer: stranger }).transfer ?? {}
    if (!inspection) throw new Error('the sample has no inspection')
    const unknown = { ...facts('second-analyst'), transfer: rest as TransferFacts } // all but the inspection
    const others = [
      inspection,
      { ...inspection, open: false },
      { ...inspection, establishments: ['WWI'] },
      { ...inspection, team: [] },
    ]
    const answers = others.map((each) =>
      decide(all, 'request', facts('second-analyst', { transfer: { ...stranger, inspection: each } })),
    )
    for (const answer of answers)
      expect(JSON.stringify(answer)).toBe(JSON.stringify(decide(all, 'request', unknown)))
  })

  test('does not say whether a request exists: hidden and absent give the same bytes', () => {
    const { transfer, ...absent } = facts('second-analyst')
    expect(transfer).toBeDefined()
    expect(JSON.stringify(decide(all, 'view', facts('second-analyst')))).toBe(
      JSON.stringify(decide(all, 'view', absent)),
    )
    expect(clausesOf(decide(all, 'view', absent))).toEqual(['local/default-deny'])
  })

  test('names permits in the order of the rules, whichever Cedar names first', () => {
    const both = facts('analyst', { person: { roles: ['assurance-officer', 'analyst', 'approver'] } })
    for (let times = 0; times < 20; times += 1) {
      const decision = decide(all, 'view', both)
      expect(decision).toHaveProperty('permit.determining', [
        'local/view-requester',
        'local/view-approver',
        'local/view-assurance',
      ])
    }
  })

  test('of an act on a transfer without a transfer is a refusal and no exception', () => {
    const { transfer, ...absent } = facts('approver')
    expect(transfer).toBeDefined()
    for (const act of acts)
      if (!['enrol-key', 'read-concerns', 'change-concerns', 'read-agreements'].includes(act))
        expect(decide(all, act, absent).outcome).toBe('refusal')
  })

  test('marks the rules of the gateway as its own', () => {
    const refusals = refusalsOf(
      decide(all, 'request', facts('analyst', { person: { vettedUntil: '2020-01-01' } })),
    )
    expect(refusals.map(({ clause }) => clause)).toEqual(['hmpps-2025/14-vetting', 'local/vetting-in-date'])
    const [, refusal] = refusals
    expect(refusal).toMatchObject({ clause: 'local/vetting-in-date', local: true })
    expect(refusal).not.toHaveProperty('says')
  })

  test('of several kinds lists them all, the agreement first', () => {
    const decision = decide(
      all,
      'collect',
      facts('second-analyst', { person: { keyEnrolled: false, overdueDuties: 2 } }),
    )
    expect(clausesOf(decision)).toEqual([
      'hmpps-2025/11-authorised', 'hmpps-2025/16-encryption', 'local/requester-collects', 'local/key-enrolled', 'local/no-overdue-duty',
    ]) // prettier-ignore
  })

  test('hmpps-2025/16-dsa: an agreement has ended on the day after its last', () => {
    const until = assemble(
      changed(
        replaced(
          'agreements/hmpps-2025/agreement.yaml',
          'local: 2025-01-02 } }',
          'local: 2025-01-02 }, until: 2026-06-30 }',
        ),
      ),
    )
    expect(decide(until, 'request', facts('analyst', { now: '2026-06-30T22:59:59Z' })).outcome).toBe('permit')
    expect(clausesOf(decide(until, 'request', facts('analyst', { now: '2026-06-30T23:00:00Z' })))).toEqual([
      'hmpps-2025/16-dsa',
    ])
  })
})

describe('what cannot be established', () => {
  test('is refused when the facts are not what they should be', () => {
    const broken: readonly Facts[] = [
      facts('analyst', { now: 'yesterday' }),
      facts('analyst', { person: { overdueDuties: 0.5 } }),
      facts('analyst', { person: { vettedUntil: '2026-02-30' } }),
      facts('analyst', { person: { overdueDuties: 'none' as unknown as number } }),
      facts('analyst', { transfer: { periodFrom: 'spring' } }),
    ]
    for (const each of broken) {
      const decision = decide(all, 'collect', each)
      expect(clausesOf(decision)).toEqual(['local/not-established'])
      expect(decision).toHaveProperty('errors.length', 1)
    }
  })

  test('a rule that fails while it is evaluated refuses in the name of its clause, although Cedar would allow', () => {
    const path = 'local/2-fit-to-receive.cedar'
    const overflow = replaced(
      path,
      'unless { principal.overdueDuties == 0 };',
      'unless { principal.overdueDuties + 9223372036854775807 > 0 };',
    )
    const texts = changed(overflow)
    const all = assemble(texts, { tryExamples: false })
    const decision = decide(all, 'collect', facts('analyst', { person: { overdueDuties: 1 } }))
    expect(refusalsOf(decision)).toMatchObject([
      {
        clause: 'local/no-overdue-duty',
        reason: 'The gateway could not establish the facts that this rule needs.',
      },
    ])
    expect(decision).toHaveProperty('errors', [expect.stringContaining('local/no-overdue-duty')])
  })
})

describe('for any facts', () => {
  test('a missing fact never throws, and never permits what was refused with it', () => {
    const outcomes = { permit: 0, refusal: 0 }
    fc.assert(
      fc.property(someCase, ([act, given]) => {
        const { outcome } = decide(all, act, given)
        outcomes[outcome] += 1
        const less = withOneLess(given).map((each) => decide(all, act, each).outcome)
        if (outcome === 'refusal') expect(less).not.toContain('permit')
      }),
      { numRuns: 300 },
    )
    expect(Math.min(outcomes.permit, outcomes.refusal)).toBeGreaterThan(50)
  })

  test('the sample stands on its facts: each act needs what its rules read', () => {
    const needed = permitted.map(([act, given]): [Act, number] => [
      act,
      withOneLess(given).filter((less) => decide(all, act, less).outcome === 'refusal').length,
    ])
    expect(Object.fromEntries(needed)).toEqual({
      request: 6, return: 1, approve: 6, supply: 4, 'part-supply': 5, escalate: 4, seal: 10, collect: 8, acknowledge: 2, attest: 2, 'register-copy': 2, 'receive-copy': 2, 'answer-media': 2, 'dispose-copy': 2, destroy: 3, view: 2,
      'read-log': 0, 'enrol-key': 0, 'confirm-key': 1, 'read-concerns': 0, 'change-concerns': 0, 'see-deliveries': 0, 'ask-erasure': 1, 'authorise-erasure': 1, 'read-retention': 0,
      'read-figures': 0, 'register-figures': 0, 'read-clearance': 0, 'ask-consent': 0, 'run-fact-check': 0, 'answer-consent': 0, 'object-to-figure': 0, 'check-draft': 0,
      'amend-conditions': 0, 'read-hub-use': 0,
      'read-agreements': 0, 'propose-version': 1, 'activate-version': 1, 'withdraw-version': 1, 'read-photographs': 0,
    }) // prettier-ignore
  })

  test('the same question gets the same answer, also from packs that were loaded again', () => {
    const again = assemble(sources)
    fc.assert(
      fc.property(someCase, ([act, given]) => {
        const answer = JSON.stringify(decide(all, act, given))
        expect(JSON.stringify(decide(all, act, given))).toBe(answer)
        expect(JSON.stringify(decide(again, act, parseFacts(JSON.parse(JSON.stringify(given)))))).toBe(answer)
      }),
      { numRuns: 100 },
    )
  })

  test('every refusal cites a clause that exists, and says why, what to do and who can decide', () => {
    fc.assert(
      fc.property(someCase, ([act, given]) => {
        const decision = decide(all, act, given)
        if (decision.outcome === 'permit') return
        for (const refusal of decision.refusals) {
          const clause = all.clauses.get(refusal.clause)
          expect(['rule', 'attestation', 'duty', 'default']).toContain(clause?.kind)
          expect(refusal.local).toBe(refusal.clause.startsWith('local/'))
          expect(
            [refusal.reason, refusal.remedy, refusal.whoCanDecide].every((text) => text.length > 10),
          ).toBe(true)
        }
      }),
      { numRuns: 200 },
    )
  })
})
