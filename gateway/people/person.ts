// People as the agreements see them: dated standing, and the one OpenPGP key with which they collect.

/** Dates are 'YYYY-MM-DD', Europe/London; absent means never established, which refuses. */
export interface Standing {
  readonly trainedUntil?: string
  readonly vettedUntil?: string
  readonly keyEnrolled: boolean
  readonly overdueDuties: number
}

export interface EnrolledKey {
  readonly fingerprint: string
  readonly armored: string
  readonly expiresAt?: Date
}

export interface OfferedKey extends EnrolledKey {
  readonly personId: string
  /** SHA-256 of the code that only the key's holder can read. */
  readonly challengeHash: Uint8Array
  readonly offeredAt: Date
}
