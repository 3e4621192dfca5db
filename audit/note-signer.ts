// Ed25519 keys that sign notes, and those that cosign checkpoints, in the text form of golang.org/x/mod/sumdb/note:
// PRIVATE+KEY+<name>+<8 hex digits of the key id>+base64(type || 32-byte seed).
import { concat, encodeText, fromBase64, toBase64, toHex } from './bytes.ts'
import { cosignedMessage, formatTimestamped } from './cosignature.ts'
import { COSIGNATURE_V1, ED25519, formatSignatureLine, type NoteSigner, NoteRefused, verifierKey, type VerifierKey } from './note.ts' // prettier-ignore

const PREFIX = 'PRIVATE+KEY+'
// RFC 8410 section 7: a PKCS #8 Ed25519 key is these bytes and then the seed.
const PKCS8_PREFIX = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32)

/** A witness's key (C2SP tlog-cosignature, Ed25519). */
export interface Cosigner {
  readonly key: VerifierKey
  /** @param text of a checkpoint @returns a line for its note, with its newline */
  cosign(text: string, at: Date): Promise<string>
}

/** @param seed 32 random bytes; not kept by the caller */
export async function noteSigner(name: string, seed: Uint8Array): Promise<NoteSigner> {
  const privateKey = await importSeed(seed, false)
  const key = await verifierKey(name, ED25519, await publicKeyOf(seed))
  return { key, sign: (text) => sign(privateKey, text) }
}

/** @param seed 32 random bytes, used for nothing else; not kept by the caller */
export async function cosigner(name: string, seed: Uint8Array): Promise<Cosigner> {
  const privateKey = await importSeed(seed, false)
  const key = await verifierKey(name, COSIGNATURE_V1, await publicKeyOf(seed))
  return {
    key,
    cosign: async (text, at) => {
      const seconds = Math.floor(at.getTime() / 1000)
      const signature = await sign(privateKey, cosignedMessage(encodeText(text), seconds))
      return formatSignatureLine({
        name,
        keyId: key.id,
        signature: formatTimestamped({ seconds, signature }),
      })
    },
  }
}

/** @throws {NoteRefused} `bad-key`; the message never repeats the key */
export async function parseSignerKey(text: string): Promise<NoteSigner> {
  const { name, seed, hexId } = parseSeed(text, ED25519, 'an Ed25519 signing key')
  const signer = await noteSigner(name, seed)
  requireId(signer.key, hexId)
  return signer
}

/** @throws {NoteRefused} `bad-key`; the message never repeats the key */
export async function parseCosignerKey(text: string): Promise<Cosigner> {
  const { name, seed, hexId } = parseSeed(text, COSIGNATURE_V1, 'a witness’s signing key')
  const made = await cosigner(name, seed)
  requireId(made.key, hexId)
  return made
}

export function formatSignerKey(key: VerifierKey, seed: Uint8Array): string {
  return `${PREFIX}${key.name}+${toHex(key.id)}+${toBase64(concat(Uint8Array.of(key.type), seed))}`
}

function parseSeed(
  text: string,
  type: number,
  what: string,
): { name: string; hexId: string; seed: Uint8Array } {
  const [, name, hexId, base64] = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? []
  const bytes = base64 === undefined ? undefined : fromBase64(base64)
  if (name === undefined || hexId === undefined || bytes?.length !== 33 || bytes[0] !== type)
    throw new NoteRefused('bad-key', `This is not ${what} of the form PRIVATE+KEY+name+id+key.`)
  return { name, hexId, seed: bytes.subarray(1) }
}

function requireId(key: VerifierKey, hexId: string): void {
  if (toHex(key.id) !== hexId)
    throw new NoteRefused('bad-key', 'The key id does not belong to this signing key.')
}

/** RFC 8032 section 5.1.6. */
async function sign(privateKey: CryptoKey, message: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, new Uint8Array(message)))
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
