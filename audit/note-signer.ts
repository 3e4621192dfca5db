// Ed25519 keys that sign notes, in the text form of golang.org/x/mod/sumdb/note:
// PRIVATE+KEY+<name>+<8 hex digits of the key id>+base64(0x01 || 32-byte seed).
import { concat, fromBase64, toBase64, toHex } from './bytes.ts'
import { ED25519, type NoteSigner, NoteRefused, verifierKey, type VerifierKey } from './note.ts'

const PREFIX = 'PRIVATE+KEY+'
// RFC 8410 section 7: a PKCS #8 Ed25519 key is these bytes and then the seed.
const PKCS8_PREFIX = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32)

/** @param seed 32 random bytes; not kept by the caller */
export async function noteSigner(name: string, seed: Uint8Array): Promise<NoteSigner> {
  const privateKey = await importSeed(seed, false)
  const key = await verifierKey(name, ED25519, await publicKeyOf(seed))
  return {
    key,
    // RFC 8032 section 5.1.6
    sign: async (text) =>
      new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, new Uint8Array(text))),
  }
}

/** @throws {NoteRefused} `bad-key`; the message never repeats the key */
export async function parseSignerKey(text: string): Promise<NoteSigner> {
  const [, name, hexId, base64] = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? []
  const bytes = base64 === undefined ? undefined : fromBase64(base64)
  if (name === undefined || bytes?.length !== 33 || bytes[0] !== ED25519)
    throw new NoteRefused(
      'bad-key',
      'This is not an Ed25519 signing key of the form PRIVATE+KEY+name+id+key.',
    )
  const signer = await noteSigner(name, bytes.subarray(1))
  if (toHex(signer.key.id) !== hexId)
    throw new NoteRefused('bad-key', 'The key id does not belong to this signing key.')
  return signer
}

export function formatSignerKey(key: VerifierKey, seed: Uint8Array): string {
  return `${PREFIX}${key.name}+${toHex(key.id)}+${toBase64(concat(Uint8Array.of(ED25519), seed))}`
}

function importSeed(seed: Uint8Array, extractable: boolean): Promise<CryptoKey> {
  return crypto.subtle.importKey('pkcs8', concat(PKCS8_PREFIX, seed).slice(), 'Ed25519', extractable, [
    'sign',
  ])
}

async function publicKeyOf(seed: Uint8Array): Promise<Uint8Array> {
  const { x } = await crypto.subtle.exportKey('jwk', await importSeed(seed, true))
  const publicKey = fromBase64(`${(x ?? '').replaceAll('-', '+').replaceAll('_', '/')}=`)
  if (publicKey?.length !== 32) throw new NoteRefused('bad-key', 'The seed makes no Ed25519 key.')
  return publicKey
}
