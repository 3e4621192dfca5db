// The gateway's own keys as they lie on its disk: signing/ holds what signs packages, certificates and checkpoints, shelves/
// the key store. One directory outside the database and its backups; only a first start makes what is missing.
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { openFileKeyStore } from '../keys/file-key-store.ts'
import type { KeyStore } from '../keys/key-store.ts'
import type { Secret } from '../keys/secret.ts'
import { loadOrCreateEd25519, loadOrCreateHashKey, loadOrCreateSigningKeys } from '../keys/signing-keys.ts'
import type { Ed25519KeyPair, SigningKeys } from '../keys/signing-keys.ts'

export interface GatewayKeys extends SigningKeys {
  readonly ledger: Ed25519KeyPair
  /** For the list of what was forgotten: whoever has the list and not this key cannot guess what is on it. */
  readonly forgotten: Secret
  readonly store: KeyStore
}

export interface KeyDirectoryOptions {
  readonly createMissing: boolean
  /** What the gateway's OpenPGP key says of its owner, if it has to be made. */
  readonly email: string
  readonly at: Date
}

/** @throws {KeyFault} `signing-key.missing`, `signing-key.unsafe-mode`, `signing-key.damaged`, `store.missing` */
export async function openKeyDirectory(
  directory: string,
  { createMissing, email, at }: KeyDirectoryOptions,
): Promise<GatewayKeys> {
  const { signing, shelves } = foldersOf(directory)
  if (createMissing)
    for (const folder of [signing, shelves]) await mkdir(folder, { recursive: true, mode: 0o700 })
  const keys = await loadOrCreateSigningKeys(signing, { createMissing, name: 'Concordat gateway', email, at })
  const ledger = await loadOrCreateEd25519(signing, 'ledger-signing', { createMissing })
  const forgotten = await loadOrCreateHashKey(signing, 'forgotten', { createMissing })
  return { ...keys, ledger, forgotten, store: await openFileKeyStore(shelves) }
}

export function foldersOf(directory: string): { readonly signing: string; readonly shelves: string } {
  return { signing: path.join(directory, 'signing'), shelves: path.join(directory, 'shelves') }
}
