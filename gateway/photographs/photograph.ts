// A photograph taken on inspection and meant for a report: what it shows and demonstrates, the consents of those in it, where it has
// gone, and until when it is kept (hmpps-2025/annex-a).
import type { Objection } from '../clearance/clearance.ts'
import type { PictureCheck } from './checking.ts'
import type { PictureFormat } from './stripped.ts'

/** Whom a consent may name: the bodies, and everybody. */
export const audiences = ['hmpps', 'imb', 'hmi-probation', 'moj-data-and-analysis', 'public'] as const
export type Audience = (typeof audiences)[number]

export interface PictureConsent {
  readonly id: string
  /** As the form calls the person, never by name. */
  readonly who: string
  /** Where the signed form is. */
  readonly form: string
  /** 'YYYY-MM-DD', as every date here */
  readonly writtenOn: string
  readonly uses: string
  readonly storage: string
  readonly until: string
  readonly sharedWith: readonly Audience[]
  readonly recordedAt: Date
  readonly withdrawnAt: Date | undefined
}

export const recallReasons = ['withdrawn', 'expired', 'barred'] as const
export type RecallReason = (typeof recallReasons)[number]

/** What is outside: a place where it was published, or a cleared copy that somebody took. */
export interface PictureCopy {
  readonly id: string
  readonly kind: 'published' | 'taken'
  readonly place: string | undefined
  readonly personId: string
  readonly madeAt: Date
  /** To be taken down or deleted: a task, until somebody says that it is done. */
  readonly recalled: { readonly at: Date; readonly because: RecallReason } | undefined
  readonly ended: { readonly at: Date; readonly by: string; readonly how: string } | undefined
}

/** What HMPPS said of it in its fact check. */
export interface PictureAnswer {
  readonly id: string
  readonly answer: 'no-objection' | 'objection'
  readonly words: string | undefined
  readonly by: string
  readonly at: Date
  readonly decided: Objection['decided']
}

export interface SealedPicture {
  readonly vaultObject: string
  readonly shelf: string
  readonly ciphertextSha256: string
  readonly ciphertextBytes: number
  readonly plaintextBytes: number
  readonly cipherProfile: string
}

export interface Retention {
  readonly owner: string
  readonly version: string
  readonly isDemonstration: boolean
  readonly class: string
  /** The date of the schedule, and the earlier one of schedule and consents. */
  readonly scheduledOn: string
  readonly destroyOn: string
}

export interface Photograph {
  readonly id: string
  readonly clearanceId: string
  readonly inspection: string
  readonly caption: string
  /** What it shows, for people who cannot see it. */
  readonly shows: string
  /** The finding that it demonstrates. */
  readonly finding: string
  readonly photographer: string
  readonly takenOn: string
  /** How many people could be identified in it. */
  readonly people: number
  readonly keptAt: Date
  readonly format: PictureFormat
  readonly width: number
  readonly height: number
  /** Kinds of what was left out of what was sent. */
  readonly removed: readonly string[]
  /** SHA-256, hex: of the picture that is kept, and of what was sent. */
  readonly sha256: string
  readonly originalSha256: string
  readonly sealed: SealedPicture
  readonly retention: Retention
  readonly status:
    | { readonly state: 'sealed'; readonly wrappedKey: Uint8Array }
    | { readonly state: 'destroyed'; readonly at: Date }
  readonly included: { readonly by: string; readonly at: Date } | undefined
  readonly cleared: { readonly by: string; readonly at: Date } | undefined
  readonly consents: readonly PictureConsent[]
  readonly copies: readonly PictureCopy[]
  readonly checks: readonly PictureCheck[]
  readonly answers: readonly PictureAnswer[]
}

export function isWithdrawn({ consents }: Pick<Photograph, 'consents'>): boolean {
  return consents.some(({ withdrawnAt }) => withdrawnAt !== undefined)
}

/** Copies that somebody still has to take down or delete. */
export function openRecalls({ copies }: Pick<Photograph, 'copies'>): PictureCopy[] {
  return copies.filter(({ recalled, ended }) => recalled && !ended)
}

/** Those that nobody decided, and those that were accepted: both hold the photograph. */
export function openObjections({ answers }: Pick<Photograph, 'answers'>): number {
  return answers.filter((each) => each.answer === 'objection' && each.decided?.decision !== 'overruled')
    .length
}

/** What its key is bound to: the key of another photograph does not open it. */
export function contextOf({
  id,
  clearanceId,
}: Pick<Photograph, 'id' | 'clearanceId'>): Readonly<Record<string, string>> {
  // prettier-ignore
  return { item: id, clearance: clearanceId }
}

export function filenameOf({ id, format }: Pick<Photograph, 'id' | 'format'>): string {
  return `photograph-${id.slice(0, 8)}.${format === 'jpeg' ? 'jpg' : 'png'}`
}
