// The consent of Data and Analysis to publish one version of a figure in one report (hub-2023/4.3), and what can become of it:
// requested → consented | refused | silent. A refusal is final and needs no reason; an acknowledgement is no answer; silence is
// reached at its end alone, and opens a route, never the door (hmpps-2025/18-hub-silence, S4).

export const consentStates = ['requested', 'consented', 'refused', 'silent', 'withdrawn'] as const
export type ConsentState = (typeof consentStates)[number]

/** Each state with what exists in it and in no other. */
export type Consent =
  | { readonly state: 'requested'; readonly acknowledgedAt?: Date }
  | { readonly state: 'consented'; readonly answeredAt: Date; readonly terms: Terms }
  | { readonly state: 'refused'; readonly answeredAt: Date }
  | { readonly state: 'silent'; readonly silentAt: Date }
  | { readonly state: 'withdrawn'; readonly answeredAt: Date; readonly withdrawnAt: Date }

export interface Terms {
  readonly conditions?: string
  /** The first day of publication that the consent names; it stands above the calendar of releases (S47). */
  readonly notBefore?: string
}

export type ConsentEvent =
  | { readonly kind: 'acknowledge'; readonly at: Date }
  | { readonly kind: 'consent'; readonly at: Date; readonly terms: Terms }
  | { readonly kind: 'refuse'; readonly at: Date }
  | { readonly kind: 'fall-silent'; readonly at: Date; readonly end: SilenceEnd }
  | { readonly kind: 'withdraw'; readonly at: Date }

/** What has to be over before no answer counts as silence. */
export interface SilenceEnd {
  /** The report's fact check is closed. */
  readonly factCheckClosed: boolean
  /** The later of both clocks of the request (S22). */
  readonly dueAt: Date
  /** Whether the route for silence is open at all; without it only consent will do. */
  readonly routeOpen: boolean
}

/** @returns where it stands afterwards, or in words why it cannot */
export function after(consent: Consent, event: ConsentEvent): Consent | string {
  switch (event.kind) {
    case 'acknowledge':
      return consent.state === 'requested' ? { state: 'requested', acknowledgedAt: consent.acknowledgedAt ?? event.at } : answered // prettier-ignore
    case 'consent':
      return takesAnswer(consent) ? { state: 'consented', answeredAt: event.at, terms: event.terms } : why(consent) // prettier-ignore
    case 'refuse':
      return takesAnswer(consent) ? { state: 'refused', answeredAt: event.at } : why(consent)
    case 'withdraw':
      return consent.state === 'consented'
        ? { state: 'withdrawn', answeredAt: consent.answeredAt, withdrawnAt: event.at }
        : 'Only a consent that stands can be withdrawn.'
    case 'fall-silent':
      if (consent.state !== 'requested') return answered
      return isOver(event.end, event.at) ? { state: 'silent', silentAt: event.at } : 'The time for an answer is not over.' // prettier-ignore
  }
}

/** A late answer is an answer: silence gives way to it, whichever it is. */
function takesAnswer({ state }: Consent): boolean {
  return state === 'requested' || state === 'silent'
}

function isOver({ factCheckClosed, dueAt, routeOpen }: SilenceEnd, at: Date): boolean {
  return routeOpen && factCheckClosed && at >= dueAt
}

const answered = 'It has been answered already.'

function why({ state }: Consent): string {
  if (state === 'refused') return 'Data and Analysis refused this figure. A refusal is final.'
  return state === 'withdrawn' ? 'Data and Analysis withdrew its consent. Ask for a changed figure.' : answered // prettier-ignore
}
