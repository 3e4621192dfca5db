// The ledger's checkpoint signers, from the keys as keys/ keeps them. Here, because audit and keys do not know each other.
import type { KeyObject } from 'node:crypto'
import { toHex } from '../audit/bytes.ts'
import { formatVerifierKey, type NoteSigner, type VerifierKey } from '../audit/note.ts'
import { noteSigner } from '../audit/note-signer.ts'

/** @param origin the ledger's name, which its verifier key carries too */
export function ledgerSigner(origin: string, privateKey: KeyObject): Promise<NoteSigner> {
  // RFC 8037: the private part of an Ed25519 JWK is its seed.
  const { d } = privateKey.export({ format: 'jwk' })
  if (d === undefined) throw new Error('the ledger key is not a private Ed25519 key')
  return noteSigner(origin, Buffer.from(d, 'base64url'))
}

type Pair = { readonly privateKey: KeyObject }

/** @param keys the newest first; all sign while a key is being changed */
export async function ledgerSigners(
  origin: string,
  [newest, ...older]: readonly [Pair, ...Pair[]],
): Promise<readonly [NoteSigner, ...NoteSigner[]]> {
  const of = ({ privateKey }: Pair) => ledgerSigner(origin, privateKey)
  return [await of(newest), ...(await Promise.all(older.map(of)))]
}

/** 'gateway.example/audit/1+0a1b2c3d': which key it is, as note signatures and people say it. */
export function keyName({ name, id }: VerifierKey): string {
  return `${name}+${toHex(id)}`
}

/** What others verify with, a line each; keys that sign no more are comments, for what was signed before. */
export function verifierKeyLines(signing: readonly VerifierKey[], retired: readonly string[]): string[] {
  return [...signing.map(formatVerifierKey), ...retired.map((line) => `# until ${line}`)]
}
