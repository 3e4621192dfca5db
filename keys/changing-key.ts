// A signing key that is changed while it is in use: a second file beside the first, and both sign until the first is retired.
// Killed at any step, the next start has one key or both, and never none.
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { shred } from './durable-file.ts'
import { KeyFault } from './key-fault.ts'
import { type Ed25519KeyPair, hasSigningKey, loadOrCreateEd25519 } from './signing-keys.ts'

/** The newest first. */
export type ChangingKey = readonly [Ed25519KeyPair, ...Ed25519KeyPair[]]

const next = (name: string) => `${name}.next`
const retired = (name: string) => `${name}.retired`

/**
 * @returns the key, or while it is being changed its successor and it
 * @throws {KeyFault} `signing-key.missing`, `signing-key.unsafe-mode`, `signing-key.damaged`
 */
export async function loadOrCreateChangingKey(
  dir: string,
  name: string,
  { createMissing }: { readonly createMissing: boolean },
): Promise<ChangingKey> {
  if (!(await hasSigningKey(dir, next(name))))
    return [await loadOrCreateEd25519(dir, name, { createMissing })]
  const successor = await loadOrCreateEd25519(dir, next(name), { createMissing: false })
  // Retiring was broken off when the first had just made room.
  if (!(await hasSigningKey(dir, name))) return [successor]
  return [successor, await loadOrCreateEd25519(dir, name, { createMissing: false })]
}

/** Makes the successor. @throws {KeyFault} `signing-key.changing` when there is one already */
export async function beginChange(dir: string, name: string): Promise<Ed25519KeyPair> {
  if (await hasSigningKey(dir, next(name)))
    throw new KeyFault(
      'signing-key.changing',
      'This key is being changed already: retire the older one first.',
    )
  await loadOrCreateEd25519(dir, name, { createMissing: false }) // there is something to change
  return loadOrCreateEd25519(dir, next(name), { createMissing: true })
}

/** Destroys the older key and leaves its successor alone; run again after a crash it ends the same. */
export async function endChange(dir: string, name: string): Promise<void> {
  if (!(await hasSigningKey(dir, next(name))))
    throw new KeyFault(
      'signing-key.not-changing',
      'This key is not being changed: there is nothing to retire.',
    )
  const file = (which: string) => join(dir, `${which}.pem`)
  if (await hasSigningKey(dir, name)) await rename(file(name), file(retired(name)))
  await shred(file(retired(name)))
  await rename(file(next(name)), file(name))
}
