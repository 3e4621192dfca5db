// A photograph in the vault: one object under an item key, which a shelf key of the photograph's own wraps, so that its end is that
// one key's, on any day and without waiting for anything else.
import { Readable } from 'node:stream'
import { newItemKey, openItem, sealItem } from '../../keys/item.ts'
import { KeyFault } from '../../keys/key-fault.ts'
import { unwrapForOpening } from '../../keys/opening.ts'
import type { PhotographDeps } from './act.ts'
import { contextOf, type Photograph, type SealedPicture } from './photograph.ts'
import type { Place } from './store.ts'

/** @param picture what is left of what was sent */
export async function sealPicture(
  { vault, keyStore }: Pick<PhotographDeps, 'vault' | 'keyStore'>,
  place: Place & { readonly clearanceId: string },
  cipherProfile: string,
  picture: Buffer,
): Promise<SealedPicture & { readonly wrappedKey: Uint8Array }> {
  const { id, shelf, vaultObject } = place
  const context = contextOf(place)
  await keyStore.create(shelf)
  const itemKey = newItemKey()
  try {
    const { ciphertext, sealed } = sealItem(Readable.from([picture]), {
      itemKey,
      itemId: id,
      context,
      profile: cipherProfile,
    })
    await vault.write(vaultObject, ciphertext)
    const { ciphertextSha256, ciphertextBytes, plaintextBytes } = await sealed
    const wrappedKey = await keyStore.wrap(shelf, itemKey, context)
    return { vaultObject, shelf, ciphertextSha256, ciphertextBytes, plaintextBytes, cipherProfile, wrappedKey } // prettier-ignore
  } finally {
    itemKey.wipe()
  }
}

/** Only when the entry is known to be committed does the key come out. @param signal closes the vault's object */
export async function openSealed(
  { keyStore, vault, proofOf }: Pick<PhotographDeps, 'keyStore' | 'vault' | 'proofOf'>,
  photograph: Photograph,
  entryId: string,
  signal: AbortSignal,
): Promise<Readable> {
  const { sealed, status, id } = photograph
  if (status.state !== 'sealed') throw new Error('only a sealed photograph opens')
  const context = contextOf(photograph)
  const itemKey = await unwrapForOpening(keyStore, sealed.shelf, status.wrappedKey, context, proofOf(entryId))
  const ciphertext = vault.read(sealed.vaultObject)
  signal.addEventListener('abort', () => ciphertext.destroy(), { once: true })
  return openItem(ciphertext, {
    itemKey,
    itemId: id,
    context,
    ciphertextSha256: sealed.ciphertextSha256,
    profile: sealed.cipherProfile,
  })
}

/** Ends the key, also one that was never made. */
export async function endKey({ keyStore }: Pick<PhotographDeps, 'keyStore'>, shelf: string): Promise<void> {
  await keyStore.destroy(shelf).catch((error: unknown) => {
    if (!(error instanceof KeyFault && error.code === 'store.key-unknown')) throw error
  })
}
