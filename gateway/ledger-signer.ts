// The ledger's checkpoint signer, from the key as keys/ keeps it. Here, because audit and keys do not know each other.
import type { KeyObject } from 'node:crypto'
import type { NoteSigner } from '../audit/note.ts'
import { noteSigner } from '../audit/note-signer.ts'

/** @param origin the ledger's name, which its verifier key carries too */
export function ledgerSigner(origin: string, privateKey: KeyObject): Promise<NoteSigner> {
  // RFC 8037: the private part of an Ed25519 JWK is its seed.
  const { d } = privateKey.export({ format: 'jwk' })
  if (d === undefined) throw new Error('the ledger key is not a private Ed25519 key')
  return noteSigner(origin, Buffer.from(d, 'base64url'))
}
