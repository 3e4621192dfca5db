// The clearance of a report: which figures it means to use, what HMPPS was told, and how its fact check stands. A request for
// consent is part of one, and shown with the figure in its context.
import type { StoredFigure } from '../figures/figure.ts'
import type { Consent } from './consent.ts'

export const documentKinds = ['report-figures', 'press-notice', 'briefing'] as const
export type DocumentKind = (typeof documentKinds)[number]

export interface Clearance {
  readonly id: string
  readonly title: string
  readonly kind: DocumentKind
  readonly openedBy: string
  readonly openedAt: Date
  /** When HMPPS was told that figures that are not public are meant for it. */
  readonly notifiedAt: Date | undefined
  /** HMPPS's window for objections: from the draft's delivery to the later of both clocks. */
  readonly window: { readonly deliveredAt: Date; readonly warnAt: Date; readonly endsAt: Date } | undefined
  readonly factCheckClosedAt: Date | undefined
}

export interface Objection {
  readonly id: string
  readonly raisedBy: string
  readonly raisedAt: Date
  readonly words: string
  readonly decided:
    | {
        readonly decision: 'accepted' | 'overruled'
        readonly by: string
        readonly at: Date
        readonly reason: string
      }
    | undefined
}

export interface Attestation {
  readonly clause: string
  readonly by: string
  readonly at: Date
  readonly words: string | undefined
  readonly smallestCell: number | undefined
}

/** Clauses that people attest beside the statements of whoever asks: the disclosure check, and the sign-off of silence's route. */
export const attestations = { disclosure: 'local/figure-disclosure', route: 'local/route-signed-off' } as const // prettier-ignore
export type AttestationKind = keyof typeof attestations

export interface ReleaseDate {
  readonly reference: string
  readonly title: string
  readonly address: string | undefined
  /** Undefined while it is not announced. */
  readonly releaseOn: string | undefined
  /** How often the date was set. */
  readonly version: number
}

export interface ConsentRequest {
  readonly id: string
  readonly clearanceId: string
  /** The version that was asked about. */
  readonly figure: StoredFigure
  /** The hash of the figure as it stands now: consent covers it where it is the same. */
  readonly currentHash: string
  readonly context: string
  readonly searched: string
  readonly askedBy: string
  readonly askedAt: Date
  readonly warnAt: Date
  readonly dueAt: Date
  readonly consent: Consent
  readonly release: ReleaseDate | undefined
  readonly attested: readonly Attestation[]
  readonly objections: readonly Objection[]
}

/** Those that nobody decided, and those that were accepted: both hold the figure. */
export function openObjections({ objections }: Pick<ConsentRequest, 'objections'>): number {
  return objections.filter(({ decided }) => decided?.decision !== 'overruled').length
}

export function coversCurrent({ figure, currentHash }: ConsentRequest): boolean {
  return figure.valueHash === currentHash
}
