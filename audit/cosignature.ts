// Cosignatures (C2SP tlog-cosignature): what a witness says of a checkpoint, with the time at which it said it. The signature of
// a note's line is a big-endian uint64 of seconds and then the signature proper. No Node API.
import { concat, decodeText, encodeText, fromBase64 } from './bytes.ts'
import { verifyEd25519, verifyMlDsa44 } from './web-crypto.ts'

const TIME_BYTES = 8

export interface Timestamped {
  readonly seconds: number
  readonly signature: Uint8Array
}

/** Two lines before the whole text of the checkpoint, extension lines included. */
export function cosignedMessage(text: Uint8Array, seconds: number): Uint8Array {
  return concat(encodeText(`cosignature/v1\ntime ${seconds}\n`), text)
}

export function formatTimestamped({ seconds, signature }: Timestamped): Uint8Array {
  return concat(uint64(BigInt(seconds)), signature)
}

/** @returns undefined for a time that no clock of ours can show */
export function parseTimestamped(bytes: Uint8Array): Timestamped | undefined {
  if (bytes.length <= TIME_BYTES) return undefined
  let seconds = 0
  for (const byte of bytes.subarray(0, TIME_BYTES)) seconds = seconds * 256 + byte
  return Number.isSafeInteger(seconds) ? { seconds, signature: bytes.subarray(TIME_BYTES) } : undefined
}

interface Cosigner {
  readonly name: string
  readonly publicKey: Uint8Array
}

/** Signature type 0x04. */
export async function verifyEd25519Cosignature(
  { publicKey }: Cosigner,
  signature: Uint8Array,
  text: Uint8Array,
): Promise<boolean> {
  const stamped = parseTimestamped(signature)
  if (stamped === undefined) return false
  return verifyEd25519(publicKey, stamped.signature, cosignedMessage(text, stamped.seconds))
}

/** Signature type 0x06: over a structure that names the cosigner and the whole tree, and knows no extension lines. */
export async function verifyMlDsa44Cosignature(
  { name, publicKey }: Cosigner,
  signature: Uint8Array,
  text: Uint8Array,
): Promise<boolean> {
  const stamped = parseTimestamped(signature)
  const [origin = '', size = '', rootText = '', end, ...more] = decodeText(text).split('\n')
  const root = fromBase64(rootText)
  if (!stamped || root?.length !== 32 || end !== '' || more.length > 0 || !/^[0-9]{1,19}$/.test(size))
    return false
  const message = concat(
    encodeText('subtree/v1\n\0'),
    shortBytes(name),
    uint64(BigInt(stamped.seconds)),
    shortBytes(origin),
    uint64(0n),
    uint64(BigInt(size)),
    root,
  )
  return verifyMlDsa44(publicKey, stamped.signature, message)
}

function uint64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value)
  return bytes
}

/** opaque<1..2^8-1> of RFC 8446 section 3.4. */
function shortBytes(text: string): Uint8Array {
  const bytes = encodeText(text)
  return concat(Uint8Array.of(bytes.length), bytes)
}
