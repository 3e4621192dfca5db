// The gateway's sealed copy of a delivery: one object in the vault under an item key, which a shelf key of its own wraps, so that
// its end is that one key's. Destroyed on the date of the originator's schedule (S3); its manifest and numbers stay for ever.
import { randomBytes, randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { newItemKey, openItem, sealItem } from '../../keys/item.ts'
import { KeyFault } from '../../keys/key-fault.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import { unwrapForOpening, type OpeningProof } from '../../keys/opening.ts'
import { encryptForRecipient } from '../../keys/package-pgp.ts'
import type { SigningKeysInUse } from '../signing/keys-in-use.ts'
import type { Clock } from '../clock.ts'
import type { Vault } from '../vault.ts'

export interface Copy {
  readonly id: string
  readonly deliveryId: string
  readonly vaultObject: string
  readonly ciphertextSha256: string
  readonly ciphertextBytes: number
  readonly plaintextBytes: number
  readonly cipherProfile: string
  readonly shelf: string
  /** 'YYYY-MM-DD', in London */
  readonly destroyOn: string
  readonly status:
    { readonly state: 'sealed'; readonly wrappedKey: Uint8Array } | { readonly state: 'destroyed' }
}

export interface SealingDeps {
  readonly vault: Pick<Vault, 'write' | 'remove'>
  readonly keyStore: Pick<KeyStore, 'id' | 'create' | 'wrap'>
}

export function contextOf({
  id,
  deliveryId,
}: Pick<Copy, 'id' | 'deliveryId'>): Readonly<Record<string, string>> {
  return { item: id, delivery: deliveryId }
}

/** @param whole settles once the stream's content is whole */
export async function sealCopy(
  { vault, keyStore }: SealingDeps,
  made: Pick<Copy, 'deliveryId' | 'vaultObject' | 'cipherProfile' | 'shelf' | 'destroyOn'>,
  stream: Readable,
  whole: Promise<unknown>,
): Promise<Copy> {
  whole.catch(() => undefined) // the stream fails of the same, and is heard first
  await keyStore.create(made.shelf).catch((error: unknown) => {
    if (!(error instanceof KeyFault && error.code === 'store.key-exists')) throw error
  })
  const id = randomUUID()
  const context = contextOf({ id, deliveryId: made.deliveryId })
  const itemKey = newItemKey()
  const { ciphertext, sealed } = sealItem(stream, { itemKey, itemId: id, context })
  await vault.write(made.vaultObject, ciphertext)
  const [measured] = await Promise.all([sealed, whole])
  const wrappedKey = await keyStore.wrap(made.shelf, itemKey, context)
  itemKey.wipe()
  const { ciphertextSha256, ciphertextBytes, plaintextBytes } = measured
  return {
    ...made,
    id,
    ciphertextSha256,
    ciphertextBytes,
    plaintextBytes,
    status: { state: 'sealed', wrappedKey },
  }
}

/**
 * Does the work with the name of an object that does not exist yet, and removes what was written under it where the work
 * failed. A commit that nobody confirmed may have been kept, and then its object must stay.
 */
export async function withVaultObject(
  { vault }: Pick<SealingDeps, 'vault'>,
  work: (vaultObject: string) => Promise<void>,
  isKept: (vaultObject: string) => Promise<boolean>,
): Promise<void> {
  const vaultObject = randomBytes(24).toString('hex')
  try {
    await work(vaultObject)
  } catch (error) {
    if (await isKept(vaultObject)) return
    await vault.remove(vaultObject)
    throw error
  }
}

export interface OpenDeps {
  readonly vault: Pick<Vault, 'read'>
  readonly keyStore: Pick<KeyStore, 'unwrap'>
  readonly signingKeys: Pick<SigningKeysInUse, 'packages'>
  readonly clock: Clock
  /** Confirms, outside the transaction that wrote it, that an entry is there to stay. */
  readonly proofOf: (entryId: string) => OpeningProof
}

/** Encrypted to one person. @param signal closes the vault's object */
export async function openForRecipient(
  deps: OpenDeps,
  copy: Copy,
  recipientArmored: string,
  entryId: string,
  signal: AbortSignal,
): Promise<Readable> {
  const plaintext = await openCopy(deps, copy, entryId, signal)
  return encryptForRecipient(plaintext, {
    recipientArmored,
    signer: deps.signingKeys.packages,
    at: deps.clock(),
  })
}

/** Only when the entry is known to be committed does the item key come out. */
export async function openCopy(
  { keyStore, vault, proofOf }: Pick<OpenDeps, 'keyStore' | 'vault' | 'proofOf'>,
  copy: Copy,
  entryId: string,
  signal?: AbortSignal,
): Promise<Readable> {
  if (copy.status.state !== 'sealed') throw new Error('only a sealed copy opens')
  const context = contextOf(copy)
  const itemKey = await unwrapForOpening(keyStore, copy.shelf, copy.status.wrappedKey, context, proofOf(entryId)) // prettier-ignore
  const ciphertext = vault.read(copy.vaultObject)
  signal?.addEventListener('abort', () => ciphertext.destroy(), { once: true })
  const { id, ciphertextSha256 } = copy
  return openItem(ciphertext, { itemKey, itemId: id, context, ciphertextSha256 })
}
