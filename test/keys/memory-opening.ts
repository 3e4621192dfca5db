// What the ledger gives in the product, for tests of keys alone: a proof that confirms, or refuses.
import { newItemKey } from '../../keys/item.ts'
import { unwrapForOpening, type OpenedItemKey, type OpeningProof } from '../../keys/opening.ts'
import type { Secret } from '../../keys/secret.ts'

export const committed: OpeningProof = {
  entryId: 'entry-1',
  confirm: () => Promise.resolve(),
  count: () => Promise.resolve(),
}

export const uncommitted: OpeningProof = {
  entryId: 'entry-2',
  confirm: () => Promise.reject(new Error('not in the ledger')),
  count: () => Promise.resolve(),
}

/** Lets a key out as the product does, from a key store that holds just this one. */
export function opened(itemKey: Secret = newItemKey()): Promise<OpenedItemKey> {
  return unwrapForOpening({ unwrap: () => Promise.resolve(itemKey) }, 'ref', new Uint8Array(), {}, committed)
}
