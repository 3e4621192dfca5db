// Wraps one secret under another with AES-256-GCM (NIST SP 800-38D); the reference and the context are
// authenticated with it. Format:
//   version (1 byte, 0x01) | nonce (12 bytes, random) | ciphertext (as long as the secret) | tag (16 bytes)
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { KeyFault } from './key-fault.ts'
import type { SealingContext } from './key-store.ts'
import { Secret } from './secret.ts'

const version = 1
const nonceBytes = 12
const tagBytes = 16

export function wrapSecret(
  key: Uint8Array,
  ref: string,
  secret: Secret,
  context: SealingContext,
): Uint8Array {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(authenticated(ref, context))
  const ciphertext = Buffer.concat([cipher.update(secret.reveal()), cipher.final()])
  return new Uint8Array(Buffer.concat([Buffer.of(version), nonce, ciphertext, cipher.getAuthTag()]))
}

/** @throws {KeyFault} `store.wrong-context` when the bytes are not this reference's and this context's, or were altered */
export function unwrapSecret(
  key: Uint8Array,
  ref: string,
  wrapped: Uint8Array,
  context: SealingContext,
): Secret {
  if (wrapped.length <= 1 + nonceBytes + tagBytes || wrapped[0] !== version) throw notOurs()
  const nonce = wrapped.subarray(1, 1 + nonceBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(authenticated(ref, context))
  decipher.setAuthTag(wrapped.subarray(-tagBytes))
  const opened = decipher.update(wrapped.subarray(1 + nonceBytes, -tagBytes))
  try {
    decipher.final()
  } catch {
    opened.fill(0)
    throw notOurs()
  }
  const secret = new Uint8Array(opened)
  opened.fill(0)
  return new Secret(secret)
}

/** Each part with its length before it, names in code unit order, so that no two contexts have the same bytes. */
export function authenticated(ref: string, context: SealingContext): Buffer {
  const names = Object.keys(context).sort()
  const parts = [ref, ...names.flatMap((name) => [name, context[name] ?? ''])]
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part, 'utf8')
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      return [length, bytes]
    }),
  )
}

export function notOurs(): KeyFault {
  return new KeyFault(
    'store.wrong-context',
    'The wrapped key does not belong to this context, or it was altered.',
  )
}
