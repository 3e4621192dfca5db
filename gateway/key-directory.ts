// The gateway's own keys as they lie on its disk: signing/ holds what signs packages, certificates and checkpoints, shelves/
// the key store where it is one of files. One directory outside the database and its backups; only a first start makes what is missing.
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { type ChangingKey, loadOrCreateChangingKey } from '../keys/changing-key.ts'
import { isErrno, writeOver } from '../keys/durable-file.ts'
import type { Secret } from '../keys/secret.ts'
import { loadOrCreateHashKey } from '../keys/signing-keys.ts'
import { loadOrCreateSuccessions, type Successions } from '../keys/succession.ts'

export const LEDGER_KEY = 'ledger-signing'

export const PACKAGE_KEY_OWNER = 'Concordat gateway'

export interface GatewayKeys extends Successions {
  /** Two while it is being changed, the newer one first. */
  readonly ledger: ChangingKey
  /** What the ledger was signed with before, one line each: "2026-11-26 <verifier key>". */
  readonly retiredLedgerKeys: readonly string[]
  /** For the list of what was forgotten: whoever has the list and not this key cannot guess what is on it. */
  readonly forgotten: Secret
}

export interface KeyDirectoryOptions {
  readonly createMissing: boolean
  /** What the gateway's OpenPGP key says of its owner, if it has to be made. */
  readonly email: string
  readonly at: Date
}

/** @throws {KeyFault} `signing-key.missing`, `signing-key.unsafe-mode`, `signing-key.damaged` */
export async function openKeyDirectory(
  directory: string,
  { createMissing, email, at }: KeyDirectoryOptions,
): Promise<GatewayKeys> {
  const { signing } = foldersOf(directory)
  if (createMissing) await mkdir(signing, { recursive: true, mode: 0o700 })
  const keys = await loadOrCreateSuccessions(signing, { createMissing, name: PACKAGE_KEY_OWNER, email, at })
  const ledger = await loadOrCreateChangingKey(signing, LEDGER_KEY, { createMissing })
  const retiredLedgerKeys = await readRetired(signing)
  const forgotten = await loadOrCreateHashKey(signing, 'forgotten', { createMissing })
  return { ...keys, ledger, retiredLedgerKeys, forgotten }
}

/** What signs packages and certificates, as it lies there now; nothing is made. @throws {KeyFault} as `openKeyDirectory` */
export function lookAtSigningKeys(directory: string, at: Date): Promise<Successions> {
  const { signing } = foldersOf(directory)
  return loadOrCreateSuccessions(signing, { createMissing: false, name: PACKAGE_KEY_OWNER, email: '', at })
}

/** Public, so that what was signed before can be verified; the private half is gone. */
export async function noteRetired(signing: string, day: string, verifierKey: string): Promise<void> {
  const lines = await readRetired(signing)
  if (lines.some((line) => line.endsWith(verifierKey))) return
  await writeOver(retiredFile(signing), Buffer.from([...lines, `${day} ${verifierKey}`, ''].join('\n')))
}

async function readRetired(signing: string): Promise<string[]> {
  try {
    return (await readFile(retiredFile(signing), 'utf8')).split('\n').filter((line) => line !== '')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  }
}

function retiredFile(signing: string): string {
  return path.join(signing, `${LEDGER_KEY}.retired.txt`)
}

/** `closedShelves`: the same as `shelves`, with every file closed by a key of AWS KMS. */
export function foldersOf(
  directory: string,
): Readonly<Record<'signing' | 'shelves' | 'closedShelves', string>> {
  return {
    signing: path.join(directory, 'signing'),
    shelves: path.join(directory, 'shelves'),
    closedShelves: path.join(directory, 'shelves-kms'),
  }
}
