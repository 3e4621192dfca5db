// The states of a consent as a property: whatever comes in whatever order, a refusal stays, silence is never reached before its end,
// and the rules of the packs let a figure out on consent to that very version, or at the end of the whole route, and never else.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { after, type Consent, type ConsentEvent } from '../../gateway/clearance/consent.ts'
import { attestations, type Clearance, type ConsentRequest } from '../../gateway/clearance/clearance.ts'
import { factsOfFigure, standingOf } from '../../gateway/clearance/facts.ts'
import { describeHubPublication } from '../../gateway/clearance/hub-publication.ts'
import { decide } from '../../policies/decide.ts'
import { loadAgreements } from '../../policies/pack.ts'

const agreements = await loadAgreements()
const exchange = describeHubPublication(agreements)
const at = (hour: number) => new Date(Date.UTC(2026, 10, 2, hour))
const dueAt = at(50)

const event = fc.oneof(
  fc.constant({ kind: 'acknowledge' } as const),
  fc.record({ kind: fc.constant('consent' as const), terms: fc.oneof(fc.constant({}), fc.constant({ notBefore: '2026-12-01' })) }),
  fc.constant({ kind: 'refuse' } as const),
  fc.constant({ kind: 'withdraw' } as const),
  fc.record({ kind: fc.constant('fall-silent' as const), end: fc.record({ factCheckClosed: fc.boolean(), routeOpen: fc.boolean(), dueAt: fc.constant(dueAt) }) }),
) // prettier-ignore

function run(events: readonly object[]): { consent: Consent; trail: { event: ConsentEvent; consent: Consent }[] } {
  let consent: Consent = { state: 'requested' }
  const trail: { event: ConsentEvent; consent: Consent }[] = []
  events.forEach((given, index) => {
    const now = { ...given, at: at(index * 10) } as ConsentEvent // one of those above, with its instant
    const next = after(consent, now)
    if (typeof next === 'string') return
    trail.push({ event: now, consent: next })
    consent = next
  })
  return { consent, trail }
} // prettier-ignore

describe('the states', () => {
  test('hub-2023/4.3-discretion: whatever follows a refusal or a withdrawal, it stays.', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const { trail } = run(events)
        const end = trail.findIndex(
          ({ consent }) => consent.state === 'refused' || consent.state === 'withdrawn',
        )
        if (end !== -1) expect(trail).toHaveLength(end + 1)
      }),
    )
  })

  test('hmpps-2025/18-hub-silence: silence comes only after its end, with the route open, and where nothing was answered.', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const { trail } = run(events)
        trail.forEach(({ event: each, consent }, index) => {
          if (consent.state !== 'silent' || each.kind !== 'fall-silent') return
          expect(each.end.factCheckClosed && each.end.routeOpen && each.at >= dueAt).toBe(true)
          expect(trail.slice(0, index).every(({ event: { kind } }) => kind === 'acknowledge')).toBe(true)
        })
      }),
    )
  })

  test('An acknowledgement is no answer: it changes nothing but that it is known.', () => {
    const acknowledged = after({ state: 'requested' }, { kind: 'acknowledge', at: at(1) })
    expect(acknowledged).toEqual({ state: 'requested', acknowledgedAt: at(1) })
    expect(
      after(acknowledged as Consent, {
        kind: 'fall-silent',
        at: dueAt,
        end: { factCheckClosed: true, routeOpen: true, dueAt },
      }),
    ).toEqual({ state: 'silent', silentAt: dueAt })
  })

  test('A consent that comes after a refusal is told why it changes nothing.', () => {
    expect(after({ state: 'refused', answeredAt: at(1) }, { kind: 'consent', at: at(2), terms: {} })).toMatch(/final/) // prettier-ignore
  })
})

const statements = exchange.statements.map(({ clause }) => clause)
const situation = fc.record({
  events: fc.array(event, { maxLength: 6 }),
  sameHash: fc.boolean(),
  notified: fc.boolean(),
  closed: fc.boolean(),
  disclosure: fc.option(fc.integer({ min: 0, max: 10 })),
  signed: fc.boolean(),
  stated: fc.subarray(statements, { minLength: Math.max(0, statements.length - 1) }),
  objections: fc.array(fc.constantFrom('accepted' as const, 'overruled' as const, undefined), {
    maxLength: 2,
  }),
  release: fc.constantFrom('none', 'past', 'coming', 'unknown'),
})

type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never
/** Everything that a consent needs beside it. The rest is found by chance; these are looked at every time. */
const clear = { sameHash: true, notified: false, closed: false, disclosure: null, signed: false, stated: statements, objections: [], release: 'none' } as const // prettier-ignore
const consented = { kind: 'consent', terms: {} } as const
const always: Situation[] = [
  { ...clear, objections: [], events: [consented] },
  { ...clear, objections: [], events: [consented], sameHash: false },
  { ...clear, objections: [], events: [{ kind: 'refuse' }] },
  { ...clear, objections: [], events: [] },
]

test('hub-2023/4.3: The rules let a figure out on consent to that version, or at the end of the whole route, and never else.', () => {
  const now = new Date('2026-11-20T12:00:00Z')
  const seen = new Set<string>()
  fc.assert(
    fc.property(situation, (given) => {
      const { consent } = run(given.events)
      const attest = (clause: string, smallestCell?: number) => ({ clause, by: 'x', at: at(1), words: undefined, smallestCell }) // prettier-ignore
      const releaseOn = { none: undefined, past: '2026-11-01', coming: '2026-12-10', unknown: undefined }[given.release] // prettier-ignore
      const request = {
        id: 'r',
        clearanceId: 'c',
        askedBy: 'analyst',
        context: 'x',
        searched: 'x',
        askedAt: at(0),
        warnAt: at(1),
        dueAt,
        consent,
        figure: { marking: 'OFFICIAL', valueHash: 'a' },
        currentHash: given.sameHash ? 'a' : 'b',
        release:
          given.release === 'none'
            ? undefined
            : { reference: 'R', title: 'R', address: undefined, releaseOn, version: 1 },
        attested: [
          ...given.stated.map((clause) => attest(clause)),
          ...(given.disclosure === null ? [] : [attest(attestations.disclosure, given.disclosure)]),
          ...(given.signed ? [attest(attestations.route)] : []),
        ],
        objections: given.objections.map((decision) => ({
          id: 'o',
          raisedBy: 'x',
          raisedAt: at(1),
          words: 'x',
          decided: decision && { decision, by: 'x', at: at(1), reason: 'x' },
        })),
      } as unknown as ConsentRequest // what the facts are made of; the rest of a figure has no say
      const clearance = { kind: 'report-figures', notifiedAt: given.notified ? at(0) : undefined, factCheckClosedAt: given.closed ? at(60) : undefined } satisfies Pick<Clearance, 'kind' | 'notifiedAt' | 'factCheckClosedAt'> // prettier-ignore
      const document = factsOfFigure(exchange, clearance, request, now)
      const person = { id: 'publisher', party: 'hmi-prisons', roles: ['publisher'], keyEnrolled: false, overdueDuties: 0 } // prettier-ignore
      const decision = decide(agreements, 'publish', { now: now.toISOString(), person, document })
      const named = consent.state === 'consented' ? consent.terms.notBefore : undefined
      const inTime = named === undefined ? given.release === 'none' || given.release === 'past' : named <= '2026-11-20' // prettier-ignore
      const free = given.sameHash && inTime && given.objections.every((each) => each === 'overruled') && given.stated.length === statements.length // prettier-ignore
      const route = given.notified && given.closed && given.signed && (given.disclosure ?? 0) >= 5
      const expected = free && (consent.state === 'consented' || (consent.state === 'silent' && route))
      expect(decision.outcome, JSON.stringify(document)).toBe(expected ? 'permit' : 'refusal')
      const { standing } = standingOf(request, decision.outcome === 'refusal' ? decision.refusals : [], now)
      expect(standing === 'clear').toBe(expected)
      seen.add(`${consent.state} ${decision.outcome}`)
    }),
    { numRuns: 300, examples: always.map((each): [Situation] => [each]) },
  )
  expect([...seen]).toEqual(expect.arrayContaining(['consented permit', 'consented refusal', 'refused refusal', 'requested refusal'])) // prettier-ignore
})
