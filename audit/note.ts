// Signed notes (C2SP signed-note): a text, an empty line, and one or more lines "— <name> base64(key id || signature)".
// Verifier keys are "<name>+<8 hex digits of the key id>+base64(type || public key)". Several keys may sign; a signature
// of an unknown key is ignored, a bad one of a known key refuses the whole note.
import { concat, encodeText, fromBase64, sameBytes, toBase64, toHex } from './bytes.ts'
import { verifyEd25519Cosignature, verifyMlDsa44Cosignature } from './cosignature.ts'
import { sha256, verifyEd25519 } from './web-crypto.ts'

export interface VerifierKey {
  readonly name: string
  /** 4 bytes. */
  readonly id: Uint8Array
  readonly type: SignatureType
  readonly publicKey: Uint8Array
}

export interface NoteSigner {
  readonly key: VerifierKey
  sign(text: Uint8Array): Promise<Uint8Array>
}

export interface SignatureLine {
  readonly name: string
  readonly keyId: Uint8Array
  readonly signature: Uint8Array
}

export interface Note {
  /** Ends with a newline. */
  readonly text: string
  readonly signatures: readonly SignatureLine[]
}

export class NoteRefused extends Error {
  readonly reason: 'malformed' | 'bad-key' | 'bad-signature' | 'no-known-signature'

  constructor(reason: NoteRefused['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

type Verify = (key: VerifierKey, signature: Uint8Array, text: Uint8Array) => Promise<boolean>
const plainEd25519: Verify = ({ publicKey }, signature, text) => verifyEd25519(publicKey, signature, text)

/** C2SP signed-note, "Signature types"; what signs a log, what witnesses it, or both. */
const signatureTypes = {
  0x01: { keyBytes: 32, verify: plainEd25519, signsLogs: true },
  0x04: { keyBytes: 32, verify: verifyEd25519Cosignature, signsLogs: false },
  0x06: { keyBytes: 1312, verify: verifyMlDsa44Cosignature, signsLogs: true },
} as const
export type SignatureType = keyof typeof signatureTypes
export const ED25519 = 0x01
export const COSIGNATURE_V1 = 0x04

/** A cosignature is no signature of the log: C2SP tlog-checkpoint. */
export function canSignLogs({ type }: VerifierKey): boolean {
  return signatureTypes[type].signsLogs
}

/** C2SP tlog-cosignature. */
export function canCosign({ type }: VerifierKey): boolean {
  return type !== ED25519
}

// Verifiers must accept 16 signatures and should limit them; 100 is what golang.org/x/mod takes.
const SIGNATURE_LIMIT = 100
const SIGNATURE_PREFIX = '— '

/** @throws {NoteRefused} `malformed` */
export function parseNote(note: string): Note {
  // C2SP signed-note, "Format": no control characters other than newline.
  if (!note.isWellFormed() || /[\x00-\x09\x0b-\x1f]/.test(note))
    throw malformed('It is not plain UTF-8 text.')
  const split = note.lastIndexOf('\n\n')
  if (split < 0) throw malformed('It has no empty line before its signatures.')
  const block = note.slice(split + 2)
  if (!block.endsWith('\n')) throw malformed('It does not end with a signature line.')
  const lines = block.slice(0, -1).split('\n')
  if (lines.length > SIGNATURE_LIMIT) throw malformed(`It has more than ${SIGNATURE_LIMIT} signatures.`)
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignatureLine) }
}

function parseSignatureLine(line: string): SignatureLine {
  const [name, base64, ...more] = line.startsWith(SIGNATURE_PREFIX)
    ? line.slice(SIGNATURE_PREFIX.length).split(' ')
    : []
  const bytes = base64 === undefined ? undefined : fromBase64(base64)
  if (name === undefined || !isKeyName(name) || more.length > 0 || bytes === undefined || bytes.length < 5)
    throw malformed('It has a line among its signatures that is none.')
  return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) }
}

/** @throws {NoteRefused} `bad-key` */
export async function parseVerifierKey(text: string): Promise<VerifierKey> {
  const [, name, hexId, base64] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? []
  const bytes = base64 === undefined ? undefined : fromBase64(base64)
  if (name === undefined || hexId === undefined || bytes === undefined || !isKeyName(name))
    throw new NoteRefused('bad-key', 'This is not a verifier key of the form name+id+key.')
  const key = await verifierKey(name, bytes[0], bytes.subarray(1))
  if (toHex(key.id) !== hexId)
    throw new NoteRefused('bad-key', `The key id ${hexId} does not belong to this key.`)
  return key
}

/** @throws {NoteRefused} `bad-key` */
export async function verifierKey(
  name: string,
  type: number | undefined,
  publicKey: Uint8Array,
): Promise<VerifierKey> {
  if (!isKeyName(name)) throw new NoteRefused('bad-key', 'A key name has no spaces and no plus sign.')
  if (type === undefined || !isSignatureType(type) || publicKey.length !== signatureTypes[type].keyBytes)
    throw new NoteRefused('bad-key', `The key of ${name} is of a kind that is not known here.`)
  // C2SP signed-note: key ID = SHA-256(name || 0x0A || type || public key)[:4]
  const id = await sha256(concat(encodeText(name), Uint8Array.of(0x0a, type), publicKey))
  return { name, id: id.subarray(0, 4), type, publicKey }
}

export function formatVerifierKey(key: VerifierKey): string {
  return `${key.name}+${toHex(key.id)}+${toBase64(concat(Uint8Array.of(key.type), key.publicKey))}`
}

export interface VerifiedLine {
  readonly key: VerifierKey
  readonly line: SignatureLine
}

export interface OpenedNote {
  readonly text: string
  readonly verified: readonly VerifierKey[]
  /** Of each verified key, its first line. */
  readonly lines: readonly VerifiedLine[]
  readonly unverified: readonly SignatureLine[]
}

/**
 * Verifies every signature of a known key.
 *
 * @returns the text and who signed it; a key that signed twice is told once
 * @throws {NoteRefused} when it is malformed, when a known key's signature is bad, or when no known key signed
 */
export async function openNote(note: string, keys: readonly VerifierKey[]): Promise<OpenedNote> {
  const { text, signatures } = parseNote(note)
  const verified: VerifierKey[] = []
  const lines: VerifiedLine[] = []
  const unverified: SignatureLine[] = []
  for (const line of signatures) {
    const key = keys.find((known) => known.name === line.name && sameBytes(known.id, line.keyId))
    if (key === undefined) {
      if (!unverified.some((other) => sameLine(other, line))) unverified.push(line)
    } else if (!verified.includes(key)) {
      if (!(await signatureTypes[key.type].verify(key, line.signature, encodeText(text))))
        throw new NoteRefused('bad-signature', `The signature of ${key.name} does not verify.`)
      verified.push(key)
      lines.push({ key, line })
    }
  }
  if (verified.length === 0) throw new NoteRefused('no-known-signature', 'No known key signed it.')
  return { text, verified, lines, unverified }
}

/** @param text ends with a newline */
export async function signNote(
  text: string,
  signers: readonly [NoteSigner, ...NoteSigner[]],
): Promise<string> {
  const lines: string[] = []
  for (const signer of signers) {
    const { name, id: keyId } = signer.key
    lines.push(formatSignatureLine({ name, keyId, signature: await signer.sign(encodeText(text)) }))
  }
  const note = `${text}\n${lines.join('')}`
  parseNote(note)
  return note
}

/** With its newline. */
export function formatSignatureLine({ name, keyId, signature }: SignatureLine): string {
  return `${SIGNATURE_PREFIX}${name} ${toBase64(concat(keyId, signature))}\n`
}

function sameLine(a: SignatureLine, b: SignatureLine): boolean {
  return a.name === b.name && sameBytes(a.keyId, b.keyId) && sameBytes(a.signature, b.signature)
}

function isSignatureType(type: number): type is SignatureType {
  return Object.hasOwn(signatureTypes, type)
}

function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\s\u0085+]/u.test(name)
}

function malformed(message: string): NoteRefused {
  return new NoteRefused('malformed', message)
}
