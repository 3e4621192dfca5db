// A sealed item and the shelf that its key lies on: one shelf for each destruction date of one schedule's owner.

export interface Item {
  readonly id: string
  readonly transferId: string
  readonly vaultObject: string
  readonly ciphertextSha256: Uint8Array
  readonly ciphertextBytes: number
  readonly plaintextBytes: number
  readonly rowCount: number
  readonly shelfRef: string
  /** The cipher profile that it was sealed under. */
  readonly cipherProfile: string
  readonly scheduleOwner: string
  readonly scheduleVersion: string
  readonly scheduleIsDemonstration: boolean
  readonly retentionClass: string
  readonly clockStartedAt: Date
  /** 'YYYY-MM-DD', Europe/London */
  readonly destroyOn: string
  /** The last day of a consent, where one ends the period earlier (S16). */
  readonly consentUntil?: string
  readonly status:
    | { readonly state: 'sealed'; readonly wrappedKey: Uint8Array }
    | { readonly state: 'destroyed'; readonly destroyedAt: Date }
}

/** What the item's key is bound to: another item's key, or another context, does not open it. */
export function sealingContext(item: {
  readonly id: string
  readonly transferId: string
}): Readonly<Record<string, string>> {
  return { item: item.id, transfer: item.transferId }
}

/** Of a shelf for one item alone, that something holds. */
export function apartRef(itemId: string, generation: number): string {
  return `shelf/apart/${itemId}/${generation}`
}

export function shelfRef(owner: string, destroyOn: string, generation: number | ''): string {
  return `shelf/${owner}/${destroyOn}/${generation}`
}
