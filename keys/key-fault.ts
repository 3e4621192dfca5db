// What can go wrong with a key or with what it protects, as a closed list of codes. Nothing here falls back:
// whoever catches a KeyFault refuses, and nothing leaves unencrypted (hmpps-2025/16-encryption, S42).

export type KeyFaultCode =
  | 'store.missing'
  | 'store.unsafe-mode'
  | 'store.read-only'
  | 'store.foreign'
  | 'store.moved'
  | 'store.unfit'
  | 'store.locked'
  | 'store.unreachable'
  | 'store.bad-reference'
  | 'store.key-exists'
  | 'store.key-unknown'
  | 'store.key-destroyed'
  | 'store.key-alive'
  | 'store.key-damaged'
  | 'store.wrong-context'
  | 'opening.unproven'
  | 'item.altered'
  | 'item.truncated'
  | 'item.wrong-context'
  | 'profile.unknown'
  | 'key.not-a-key'
  | 'key.private'
  | 'key.several'
  | 'key.unreadable-version'
  | 'key.not-yet-valid'
  | 'key.expired'
  | 'key.revoked'
  | 'key.weak'
  | 'key.cannot-encrypt'
  | 'key.wrong-person'
  | 'package.unsealable'
  | 'message.for-nobody'
  | 'message.unopened'
  | 'private-key.unreadable'
  | 'private-key.locked'
  | 'signing-key.missing'
  | 'signing-key.unsafe-mode'
  | 'signing-key.damaged'
  | 'signing-key.changing'
  | 'signing-key.not-changing'
  | 'certificate.malformed'
  | 'manifest.malformed'
  | 'manifest.untrue'

/** Thrown by everything in this folder; the message is plain English and holds no secret and no personal data. */
export class KeyFault extends Error {
  readonly code: KeyFaultCode

  constructor(code: KeyFaultCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'KeyFault'
    this.code = code
  }
}
