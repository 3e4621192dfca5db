// Acts with facts near those that permit them, for the property tests: nearly as many permitted as not, and most refusals
// for one reason, because that is where a rule that asks too little would show.
import fc from 'fast-check'
import { acts, parseFacts, type Act, type Facts, type TransferFacts } from '../../policies/facts.ts'
import { permitted } from './policies.ts'

const party = fc.constantFrom('hmi-prisons', 'hmpps', 'imb', 'nobody')
const person = fc.constantFrom('analyst', 'second-analyst', 'approver', 'supply-desk', 'gateway')
const date = fc.constantFrom('2026-03-02', '2026-03-03', '2026-03-04', '2027-01-01')
const roles = fc.subarray(['analyst', 'approver', 'supply-desk', 'assurance-officer', 'gateway'])
const establishments = fc.subarray(['BMI', 'WWI'])
const now = fc.constantFrom('2024-12-31T10:00:00Z', '2026-03-02T10:00:00Z', '2026-03-04T10:00:00Z')

/** The usual value, or now and then another. */
const likely = <T>(usual: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 24, arbitrary: fc.constant(usual) }, other)

export const someCase: fc.Arbitrary<readonly [Act, Facts]> = fc
  .constantFrom(...permitted)
  .chain(([act, base]) =>
    fc.tuple(
      likely(act, fc.constantFrom(...acts)),
      fc.record({ now: likely(base.now, now), person: near(base), transfer: nearTransfer(base) }),
    ),
  )

function near({ person: who }: Facts) {
  return fc.record({
    id: likely(who.id, person),
    party: likely(who.party, party),
    roles: likely(who.roles, roles),
    trainedUntil: likely('2026-12-31', date),
    vettedUntil: likely('2026-12-31', date),
    keyEnrolled: likely(true, fc.boolean()),
    overdueDuties: likely(0, fc.nat(2)),
  })
}

function nearTransfer({ transfer }: Facts): fc.Arbitrary<TransferFacts> {
  if (!transfer?.inspection) throw new Error('the sample has no inspection')
  const other = fc.constant('other')
  const inspection = fc.record({
    reference: fc.constant('INS-1'),
    open: fc.boolean(),
    establishments,
    team: fc.subarray(['analyst', 'second-analyst']),
  })
  return fc.record({
    id: fc.constant('T-1'),
    agreement: likely(transfer.agreement, fc.constantFrom('none', 'local')),
    exchange: likely(transfer.exchange, other),
    from: likely(transfer.from, party),
    to: likely(transfer.to, party),
    state: likely('approved', fc.constantFrom('requested', 'available', 'destroyed')),
    requester: likely('analyst', person),
    approver: likely('approver', person),
    dataset: likely(transfer.dataset, other),
    fields: fc.constant(transfer.fields),
    establishments: likely(transfer.establishments, establishments),
    periodFrom: date,
    periodTo: date,
    purpose: likely(transfer.purpose, other),
    relevanceStated: likely(true, fc.boolean()),
    statutoryBasis: likely('Prison Act 1952', fc.constant('')),
    inspection: likely(transfer.inspection, inspection),
    retentionClass: likely('inspection-case-level', fc.constantFrom('other', 'inspection-evidence')),
    marking: likely('OFFICIAL', fc.constant('SECRET')),
    cipherProfile: likely('aes-256-gcm-commit-v1', other),
    lawfulBasis: likely('public task', fc.constant('')),
    dataCategories: likely(['personal'], fc.constant<string[]>([])),
    reasonGiven: likely(true, fc.boolean()),
    holds: likely(0, fc.nat(1)),
    destroyOn: likely('2026-03-03', date),
    grantUntil: likely('2026-03-03', date),
  })
}

const optional = {
  person: ['trainedUntil', 'vettedUntil'],
  transfer: [
    'requester', 'approver', 'statutoryBasis', 'inspection', 'retentionClass', 'marking', 'cipherProfile', 'lawfulBasis', 'dataCategories',
    'reasonGiven', 'holds', 'destroyOn', 'grantUntil',
  ],
} as const // prettier-ignore

/** The same facts with one fact less, for each that can be missing. */
export function withOneLess(given: Facts): Facts[] {
  const { person: who, transfer } = given
  return [
    ...optional.person.map((key) => parseFacts({ ...given, person: without(who, key) })),
    ...optional.transfer.map((key) => parseFacts({ ...given, transfer: without(transfer ?? {}, key) })),
    parseFacts({ now: given.now, person: who }),
  ]
}

function without(record: object, key: string): object {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key))
}
