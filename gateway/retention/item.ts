// A sealed item and the shelf that its key lies on: one shelf for each destruction date of one schedule's owner.

/** What it belongs to: a request that was supplied, or a delivery of the concerns export. */
export interface Origin {
  readonly kind: 'transfer' | 'delivery'
  readonly id: string
}

export interface Item {
  readonly id: string
  readonly of: Origin
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
export function sealingContext({ id, of }: Pick<Item, 'id' | 'of'>): Readonly<Record<string, string>> {
  return { item: id, [of.kind]: of.id }
}

/** Of a shelf for one item alone, that something holds. */
export function apartRef(itemId: string, generation: number): string {
  return `shelf/apart/${itemId}/${generation}`
}

export function shelfRef(owner: string, destroyOn: string, generation: number | ''): string {
  return `shelf/${owner}/${destroyOn}/${generation}`
}

/** What a row of `concordat.kept` belongs to, how people call that, and the page on which they read about it. */
export function namedIn(row: Readonly<Record<string, unknown>>): {
  readonly of: Origin
  readonly reference: string
  readonly page: string
} {
  const [id, reference] = [String(row['of_id']), String(row['reference'])]
  return row['of_kind'] === 'delivery'
    ? { of: { kind: 'delivery', id }, reference: `Delivery ${reference}`, page: `/deliveries/${reference}` }
    : { of: { kind: 'transfer', id }, reference, page: `/requests/${id}` }
}
