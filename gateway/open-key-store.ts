// Opens the key store that the configuration names. Only the one that is used is loaded.
import { mkdir } from 'node:fs/promises'
import { openFileKeyStore } from '../keys/file-key-store.ts'
import type { KeyStore } from '../keys/key-store.ts'
import type { Config } from './config.ts'
import { foldersOf } from './key-directory.ts'

/**
 * @param createMissing whether a folder that is not there is made; a token or a key of AWS KMS never is
 * @throws {KeyFault} `store.missing`, `store.unsafe-mode`, `store.read-only`, `store.locked`, `store.unfit`, `store.unreachable`
 */
export async function openKeyStore(
  { keyDirectory, keyStore }: Pick<Config, 'keyDirectory' | 'keyStore'>,
  { createMissing }: { readonly createMissing: boolean },
): Promise<KeyStore> {
  if (keyStore.kind === 'pkcs11') {
    const { openPkcs11KeyStore } = await import('../keys/pkcs11/pkcs11-key-store.ts')
    return openPkcs11KeyStore(keyStore)
  }
  const { shelves, closedShelves } = foldersOf(keyDirectory)
  const folder = keyStore.kind === 'file' ? shelves : closedShelves
  if (createMissing) await mkdir(folder, { recursive: true, mode: 0o700 })
  if (keyStore.kind === 'file') return openFileKeyStore(folder)
  const { openKmsEnvelope } = await import('../keys/kms-envelope.ts')
  return openFileKeyStore(folder, await openKmsEnvelope(keyStore))
}
