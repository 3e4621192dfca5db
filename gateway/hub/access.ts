// A person's access to data of the Performance Hub: the written authorisation of Data and Analysis, and everything else that has to
// stand before Hub data is opened (hub-2023, sections 2 and 3).
import type { Facts } from '../../policies/facts.ts'

export const organisations = [
  'prisons',
  'probation',
  'ministry-of-justice',
  'associated-organisation',
] as const
export type Organisation = (typeof organisations)[number]
/** How an authorisation came to its end. `breach`: an unauthorised attempt; `deleted`: a dormant account. */
export const endings = ['revoked', 'breach', 'left', 'role-changed', 'deleted'] as const
export type Ending = (typeof endings)[number]
/** What somebody can do to an authorisation that stands: end it, or leave the screen only. */
export const changes = [...endings, 'restricted'] as const
export type Change = (typeof changes)[number]
/** What Hub data may be used for, and a word for everything else, which the rules refuse. */
export const purposes = ['inspection', 'irp', 'thematic', 'other'] as const
export type Purpose = (typeof purposes)[number]

export interface Authorisation {
  readonly id: string
  readonly personId: string
  readonly username: string
  readonly organisation: Organisation
  /** Where the writing is. */
  readonly document: string
  /** 'YYYY-MM-DD', London. */
  readonly writtenOn: string
  readonly until: string
  readonly lineManager: string | undefined
  readonly grantedAt: Date
  readonly restrictedAt: Date | undefined
  readonly ended: { readonly at: Date; readonly how: Ending | 'renewed' } | undefined
  readonly lastUsedAt: Date | undefined
}

/** How a person stands with the Hub at an instant. */
export interface HubStanding {
  /** The newest, whether or not it stands. */
  readonly authorisation: Authorisation | undefined
  readonly conditions:
    { readonly version: string; readonly sha256: string; readonly enteredAt: Date } | undefined
  /** The version that the person accepted last. */
  readonly accepted: string | undefined
  /** What the session was opened for, where it was and is not too old. */
  readonly purpose: string | undefined
  /** Sessions of the person beside this one. */
  readonly otherSessions: number
}

/** Whether it shows on the screen, or leaves as a file. */
export type Shown = 'screen' | 'download'

/** What the rules see of it. Nobody was ever authorised: no dates, which refuses. */
export function hubAccessOf(
  { authorisation, conditions, accepted, otherSessions }: HubStanding,
  { shownAs, trustedNetwork }: { readonly shownAs: Shown; readonly trustedNetwork: boolean },
): NonNullable<NonNullable<Facts['document']>['hubAccess']> {
  const how = authorisation?.ended?.how
  const isRestricted = authorisation?.restrictedAt !== undefined && shownAs === 'download'
  return {
    ...(authorisation && { writtenOn: authorisation.writtenOn, until: authorisation.until }),
    termsAccepted: accepted !== undefined,
    conditionsAccepted: accepted ?? 'none',
    conditionsInForce: conditions?.version ?? 'unknown',
    // What the Conditions of Use forbid beyond the memorandum is not reproduced; Data and Analysis restricts or revokes.
    barredByConditions: false,
    breached: how === 'breach',
    left: how === 'left',
    roleChanged: how === 'role-changed',
    revoked: how === 'revoked' || how === 'deleted' || isRestricted,
    otherSessions,
    trustedNetwork,
  }
}

/** 'inspection' → 'an inspection' */
export const purposeWords: Readonly<Record<Purpose, string>> = {
  inspection: 'An inspection',
  irp: 'An independent review of progress',
  thematic: 'A thematic review',
  other: 'Something else',
}
