// The primitives that the verifying side needs, from WebCrypto: the same in Node and in a browser.

/** WebCrypto takes ArrayBuffer-backed views only; what comes from a socket may be backed by something else. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', own(bytes)))
}

export async function hmacSha256(key: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
  const hmac = await crypto.subtle.importKey('raw', own(key), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  return new Uint8Array(await crypto.subtle.sign('HMAC', hmac, own(message)))
}

/** Ed25519, RFC 8032 section 5.1.7. A key or signature of the wrong length is a signature that does not verify. */
export async function verifyEd25519(
  publicKey: Uint8Array,
  signature: Uint8Array,
  message: Uint8Array,
): Promise<boolean> {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  try {
    const key = await crypto.subtle.importKey('raw', own(publicKey), 'Ed25519', false, ['verify'])
    return await crypto.subtle.verify('Ed25519', key, own(signature), own(message))
  } catch (error) {
    // DataError: the bytes are not a point of the curve. Anything else (no Ed25519 here) is not an answer.
    if (error instanceof DOMException && error.name === 'DataError') return false
    throw error
  }
}

/** What this machine cannot do: nothing follows about the signature. */
export class Unsupported extends Error {}

/** ML-DSA-44, FIPS 204. @throws {Unsupported} where WebCrypto does not have it, as in many browsers still */
export async function verifyMlDsa44(
  publicKey: Uint8Array,
  signature: Uint8Array,
  message: Uint8Array,
): Promise<boolean> {
  if (publicKey.length !== 1312 || signature.length !== 2420) return false
  let key: CryptoKey
  try {
    // The types of TypeScript do not know the format yet (WICG "Modern Algorithms in the Web Cryptography API").
    key = await crypto.subtle.importKey('raw-public' as 'raw', own(publicKey), 'ML-DSA-44', false, ['verify'])
  } catch (cause) {
    throw new Unsupported('This machine cannot check ML-DSA-44 signatures.', { cause })
  }
  return crypto.subtle.verify('ML-DSA-44', key, own(signature), own(message))
}
