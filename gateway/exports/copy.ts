// The gateway's sealed copy of a delivery: an item like any other, one object in the vault under an item key that the shelf of its
// date wraps. Destroyed on the date of the originator's schedule (S3); its manifest and numbers stay for ever.
import { randomBytes, randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { newItemKey, openItem, sealItem } from '../../keys/item.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import { unwrapForOpening, type OpeningProof } from '../../keys/opening.ts'
import { encryptForRecipient } from '../../keys/package-pgp.ts'
import type { SigningKeysInUse } from '../signing/keys-in-use.ts'
import type { Clock } from '../clock.ts'
import { sealingContext, type Item } from '../retention/item.ts'
import type { Vault } from '../vault.ts'

export interface SealingDeps {
  readonly vault: Pick<Vault, 'write' | 'remove'>
  readonly keyStore: Pick<KeyStore, 'id' | 'create' | 'wrap'>
}

/** What is known of a copy before it is sealed. */
export type Planned = Omit<
  Item,
  'id' | 'ciphertextSha256' | 'ciphertextBytes' | 'plaintextBytes' | 'rowCount' | 'status'
>

/** @param whole settles with the number of rows once the stream's content is whole */
export async function sealCopy(
  { vault, keyStore }: SealingDeps,
  planned: Planned,
  stream: Readable,
  whole: Promise<number>,
): Promise<Item> {
  whole.catch(() => undefined) // the stream fails of the same, and is heard first
  const id = randomUUID()
  const context = sealingContext({ id, of: planned.of })
  const itemKey = newItemKey()
  try {
    const { ciphertext, sealed } = sealItem(stream, { itemKey, itemId: id, context, profile: planned.cipherProfile }) // prettier-ignore
    await vault.write(planned.vaultObject, ciphertext)
    const [measured, rowCount] = await Promise.all([sealed, whole])
    const wrappedKey = await keyStore.wrap(planned.shelfRef, itemKey, context)
    const { ciphertextSha256, ciphertextBytes, plaintextBytes } = measured
    return {
      ...planned,
      id,
      ciphertextSha256: Buffer.from(ciphertextSha256, 'hex'),
      ciphertextBytes,
      plaintextBytes,
      rowCount,
      status: { state: 'sealed', wrappedKey },
    }
  } finally {
    itemKey.wipe()
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
  copy: Item,
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
  copy: Item,
  entryId: string,
  signal?: AbortSignal,
): Promise<Readable> {
  if (copy.status.state !== 'sealed') throw new Error('only a sealed copy opens')
  const context = sealingContext(copy)
  const itemKey = await unwrapForOpening(keyStore, copy.shelfRef, copy.status.wrappedKey, context, proofOf(entryId)) // prettier-ignore
  const ciphertext = vault.read(copy.vaultObject)
  signal?.addEventListener('abort', () => ciphertext.destroy(), { once: true })
  const ciphertextSha256 = Buffer.from(copy.ciphertextSha256).toString('hex')
  return openItem(ciphertext, {
    itemKey,
    itemId: copy.id,
    context,
    ciphertextSha256,
    profile: copy.cipherProfile,
  })
}
