// Where shelf keys live: outside the database and outside its backups, so that destroying one key makes every
// copy of what it protects unreadable at once (hmpps-2025/19-destruction, S12). The file backend is the default;
// a hardware module or a cloud key service stands behind the same interface.
import type { Secret } from './secret.ts'

/** Named facts that are bound to what is sealed: a different context does not open. */
export type SealingContext = Readonly<Record<string, string>>

/** `ending`: it is refused already, and its destruction was not finished. */
export type KeyState = 'usable' | 'ending' | 'destroyed' | 'unknown'

export const keyStoreKinds = ['file', 'pkcs11', 'aws-kms'] as const
export type KeyStoreKind = (typeof keyStoreKinds)[number]

export interface KeyStore {
  readonly kind: KeyStoreKind
  /** Written into the store when it was first opened: which of all stores it is. */
  readonly id: string

  /**
   * Makes a new key under a reference, for example `shelf/hmi-prisons/2027-05-01/1`.
   * @throws {KeyFault} `store.key-exists`, `store.key-destroyed` (a destroyed reference is never used again), `store.bad-reference`
   */
  create(ref: string): Promise<void>

  /** @throws {KeyFault} `store.key-unknown`, `store.key-destroyed`; here and below also `store.unreachable`, where a store can be */
  wrap(ref: string, secret: Secret, context: SealingContext): Promise<Uint8Array>

  /** @throws {KeyFault} `store.key-unknown`, `store.key-destroyed`, `store.wrong-context` */
  unwrap(ref: string, wrapped: Uint8Array, context: SealingContext): Promise<Secret>

  /**
   * Destroys the key for good. Done again after a crash, it finishes what was begun.
   * @throws {KeyFault} `store.key-unknown` where there never was such a key
   * @clause hmpps-2025/19-destruction
   */
  destroy(ref: string): Promise<void>

  /** True while the key can be used: false for unknown and for destroyed references. */
  has(ref: string): Promise<boolean>

  /** What is known of a reference. Only `destroyed` says that nothing under it opens, ever. */
  stateOf(ref: string): Promise<KeyState>
}
