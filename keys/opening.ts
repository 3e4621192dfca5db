// No ledger entry, no key: an item key comes out of the key store only after the entry for this opening is known
// to be committed. The value that openItem takes can be made nowhere else.
import { KeyFault } from './key-fault.ts'
import type { KeyStore, SealingContext } from './key-store.ts'
import type { Secret } from './secret.ts'

/** Given by whoever keeps the ledger. */
export interface OpeningProof {
  readonly entryId: string
  /** Resolves when the entry is committed; rejects when it is not. */
  confirm(): Promise<void>
  /** Counts the key that is about to be let out, so that keys and entries can be compared; when it rejects, none is let out. */
  count(itemId: string): Promise<void>
}

/** An item key that a committed ledger entry let out. */
export interface OpenedItemKey {
  readonly entryId: string
}

const openedKeys = new WeakMap<OpenedItemKey, Secret>()

/**
 * Lets an item key out for one opening, and only after the proof has been confirmed and the key counted.
 *
 * @throws {KeyFault} `opening.unproven`, and what the key store throws
 */
export async function unwrapForOpening(
  keyStore: Pick<KeyStore, 'unwrap'>,
  ref: string,
  wrapped: Uint8Array,
  context: SealingContext,
  proof: OpeningProof,
): Promise<OpenedItemKey> {
  try {
    await proof.confirm()
  } catch (cause) {
    throw new KeyFault('opening.unproven', 'The ledger entry for this opening is not committed.', { cause })
  }
  const secret = await keyStore.unwrap(ref, wrapped, context)
  try {
    await proof.count(context['item'] ?? '')
  } catch (cause) {
    secret.wipe()
    throw new KeyFault('opening.unproven', 'The key for this opening could not be counted.', { cause })
  }
  const opened = Object.freeze({ entryId: proof.entryId })
  openedKeys.set(opened, secret)
  return opened
}

/**
 * Moves an item key from one shelf to another. Nothing is opened: the key leaves this function only wrapped, and what it
 * protects is not touched. The old wrapping opens until its shelf's key is destroyed.
 *
 * @returns the key as the other shelf wraps it
 * @throws {KeyFault} what the key store throws
 */
export async function moveItemKey(
  keyStore: Pick<KeyStore, 'unwrap' | 'wrap'>,
  from: { readonly ref: string; readonly wrapped: Uint8Array },
  toRef: string,
  context: SealingContext,
): Promise<Uint8Array> {
  const secret = await keyStore.unwrap(from.ref, from.wrapped, context)
  try {
    return await keyStore.wrap(toRef, secret, context)
  } finally {
    secret.wipe()
  }
}

/** For item.ts alone. @throws {KeyFault} `opening.unproven` for anything that unwrapForOpening did not make */
export function secretOf(opened: OpenedItemKey): Secret {
  const secret = openedKeys.get(opened)
  if (secret === undefined)
    throw new KeyFault('opening.unproven', 'This item key was not let out by a ledger entry.')
  return secret
}

/** Says when an item's key is out of reach for good, by trying to use it. The words go into the certificate. */
export const verifiedByFailedOpening = 'an attempt to open failed: key-destroyed'

/**
 * Verifies a destruction: tries to unwrap, and succeeds only if the key store answers that the key was destroyed.
 *
 * @throws {KeyFault} `store.key-alive` if the key still opens; any other fault as it came
 * @clause hmpps-2025/19-destruction
 */
export async function confirmDestroyed(
  keyStore: Pick<KeyStore, 'unwrap'>,
  ref: string,
  wrapped: Uint8Array,
  context: SealingContext,
): Promise<typeof verifiedByFailedOpening> {
  try {
    const secret = await keyStore.unwrap(ref, wrapped, context)
    secret.wipe()
  } catch (error) {
    if (error instanceof KeyFault && error.code === 'store.key-destroyed') return verifiedByFailedOpening
    throw error
  }
  throw new KeyFault('store.key-alive', `Key ${ref} still opens what it protects.`)
}
