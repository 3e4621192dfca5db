// What can be forgotten, for which reason in law, and what an erasure is from asking to done.

/** The reasons in law that an erasure can have, as its entry names them. */
export const bases = {
  'uk-gdpr-17-1-a': 'No longer necessary for its purpose (UK GDPR, article 17(1)(a))',
  'uk-gdpr-17-1-b': 'Consent was withdrawn (UK GDPR, article 17(1)(b))',
  'uk-gdpr-17-1-c': 'The person objects (UK GDPR, article 17(1)(c))',
  'uk-gdpr-17-1-d': 'It was processed unlawfully (UK GDPR, article 17(1)(d))',
  'uk-gdpr-17-1-e': 'The law requires it (UK GDPR, article 17(1)(e))',
  'dpa-2018-47': 'Law enforcement processing (Data Protection Act 2018, section 47)',
  'retention-ended': 'Its retention period has ended (UK GDPR, article 5(1)(e))',
  'court-order': 'A court or tribunal ordered it',
} as const
export type Basis = keyof typeof bases
export const basisKeys = Object.keys(bases) as [Basis, ...Basis[]] // the keys of a literal

/** A personal field of one entry. */
export interface EntryField {
  readonly entry: string
  readonly field: string
}

export interface Erasure {
  readonly id: string
  readonly scope: 'person' | 'fields'
  readonly basis: string
  readonly askedBy: string
  readonly askedAt: Date
  /** Somebody who is registered; stays as this id. */
  readonly personId?: string
  readonly fields: readonly EntryField[]
  readonly status:
    | { readonly state: 'asked'; readonly identifiers: readonly string[]; readonly reason: string }
    | { readonly state: 'withdrawn' }
    | {
        readonly state: 'done'
        readonly authorisedBy: string
        readonly doneAt: Date
        readonly rowsChanged: number
        readonly valuesDeleted: number
        readonly entriesTouched: number
      }
}

/** A shorter one is a word like any other: it would be taken out of sentences about other people. */
export const leastLetters = 4

/** Letters and digits, in any script: what an identifier is compared by. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
}
