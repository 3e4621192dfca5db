// What the rules see of a figure that is to be published, and what its standing comes to, for people: clear, or what it waits for.
import type { Facts } from '../../policies/facts.ts'
import { londonDate } from '../../policies/calendar.ts'
import type { Refusal } from '../../policies/decide.ts'
import {
  attestations,
  coversCurrent,
  openObjections,
  type Clearance,
  type ConsentRequest,
} from './clearance.ts'
import type { HubPublication } from './hub-publication.ts'

export function factsOfFigure(
  exchange: Pick<HubPublication, 'agreement' | 'key' | 'from' | 'to' | 'retentionClass'>,
  clearance: Pick<Clearance, 'kind' | 'notifiedAt' | 'factCheckClosedAt'>,
  request: ConsentRequest,
  now: Date,
): NonNullable<Facts['document']> {
  const { id, askedBy, figure, attested, consent } = request
  const has = (clause: string) => attested.some((each) => each.clause === clause)
  const smallestCell = attested.find(({ clause }) => clause === attestations.disclosure)?.smallestCell
  const from = notBefore(request, now)
  return {
    id,
    agreement: exchange.agreement,
    exchange: exchange.key,
    from: exchange.from,
    to: exchange.to,
    kind: clearance.kind,
    author: askedBy,
    marking: figure.marking,
    retentionClass: exchange.retentionClass,
    parts: ['hub-data'],
    // The gateway puts the words on every figure that it shows or hands out.
    banner: 'management-information',
    hubConsent: consent.state,
    consentCovers: coversCurrent(request),
    attested: attested.map(({ clause }) => clause),
    events: [
      ...(clearance.notifiedAt ? ['hmpps.notified'] : []),
      ...(clearance.factCheckClosedAt ? ['fact-check.closed'] : []),
      ...(has(attestations.route) ? ['hub-route.signed-off'] : []),
    ],
    openObjections: openObjections(request),
    ...(smallestCell !== undefined && { smallestCell }),
    ...(from !== undefined && { notBefore: from }),
  }
}

/**
 * The first day of publication: the date that the consent names, above the calendar (S47); else that of the release on the same
 * matter. @returns undefined where that is not announced, which holds
 */
export function notBefore({ consent, release }: ConsentRequest, now: Date): string | undefined {
  if (consent.state === 'consented' && consent.terms.notBefore !== undefined) return consent.terms.notBefore
  // Nothing on the matter comes out: whoever asked has stated that they looked.
  return release ? release.releaseOn : londonDate(now)
}

export const standings = ['clear', 'refused', 'withdrawn', 'changed', 'objection', 'requested', 'silent', 'embargoed', 'waiting'] as const // prettier-ignore
export type Standing = (typeof standings)[number]

/** Rules about who publishes, and not about the figure. */
const aboutThePublisher = new Set(['local/publisher'])

export interface FigureStanding {
  readonly standing: Standing
  /** What keeps it from being clear. */
  readonly refusals: readonly Refusal[]
  /** The day from which it can go out, where that is to come. */
  readonly embargoUntil: string | undefined
}

export function standingOf(request: ConsentRequest, judged: readonly Refusal[], now: Date): FigureStanding {
  const refusals = judged.filter(({ clause }) => !aboutThePublisher.has(clause))
  const from = notBefore(request, now)
  const embargoUntil = from !== undefined && from > londonDate(now) ? from : undefined
  return { standing: named(request, refusals, from, now), refusals, embargoUntil }
}

/** The worst first: what cannot be mended stands above what only waits. */
function named(
  request: ConsentRequest,
  refusals: readonly Refusal[],
  from: string | undefined,
  now: Date,
): Standing {
  if (refusals.length === 0) return 'clear'
  const { state } = request.consent
  if (state === 'refused' || state === 'withdrawn') return state
  if (!coversCurrent(request)) return 'changed'
  if (openObjections(request) > 0) return 'objection'
  if (state === 'requested' || state === 'silent') return state
  return from === undefined || from > londonDate(now) ? 'embargoed' : 'waiting'
}
