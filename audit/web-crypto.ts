// The three primitives that the verifying side needs, from WebCrypto: the same in Node and in a browser.

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
