// A destruction certificate that holds, its ledger proof within, and the means to sign others that do not.
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { canonicalBytes } from '../../audit/canonical.ts'
import { toBase64 } from '../../audit/bytes.ts'
import { formatCheckpoint } from '../../audit/checkpoint.ts'
import { formatDisclosure } from '../../audit/disclosure.ts'
import { EMPTY_EDGE, edgeRoot, grow } from '../../audit/edge.ts'
import { inclusionRanges, rangeHash } from '../../audit/merkle.ts'
import { nodeHasher } from '../../audit/node-hash.ts'
import { noteSigner } from '../../audit/note-signer.ts'
import { formatVerifierKey, signNote, type VerifierKey } from '../../audit/note.ts'
import { hashAtIn } from '../../audit/tiles.ts'
import { formatTlogProof } from '../../audit/tlog-proof.ts'
import type { DestructionCertificate } from '../../keys/certificate.ts'
import { entriesOf } from './fsck-fixture.ts'

export interface CertificateExample {
  readonly payload: DestructionCertificate
  readonly jws: string
  readonly publicJwk: { readonly kty: string; readonly crv: string; readonly x: string; readonly kid: string }
  /** The same as text. */
  readonly jwk: string
  readonly proof: string
  readonly checkpoint: string
  readonly ledgerKey: string
  readonly ledgerVerifierKey: VerifierKey
  signAnyway(payload: object): Promise<string>
  signParts(header: object, payload: string): Promise<string>
}

const ORIGIN = 'gateway.example/audit/1'
const INDEX = 2
const destroyed = {
  v: 1,
  id: '019cb73d-3271-7064-8a35-0cf4b06eda37',
  type: 'item.destroyed',
  eventVersion: 1,
  at: '2026-03-04T05:06:07.089Z',
  actor: { kind: 'process', name: 'worker' },
  subjects: [{ kind: 'transfer', id: 'transfer-1' }, { kind: 'item', id: 'item-1' }],
  correlation: 'request-1',
  agreement: 'hmpps-2025',
  clauses: ['hmpps-2025/19-destruction'],
  detail: { method: 'erasure', shelf: 'shelf-1', sha256: 'ab'.repeat(32), dueOn: '2026-03-04' },
} // prettier-ignore

export async function certificateExample(): Promise<CertificateExample> {
  const signer = await noteSigner(ORIGIN, new Uint8Array(32).fill(3))
  const entry = canonicalBytes(destroyed)
  const entries = [...entriesOf(INDEX), entry, ...entriesOf(2, 'later')]
  const { edge } = grow(nodeHasher, EMPTY_EDGE, entries.map((bytes) => nodeHasher.leaf(bytes))) // prettier-ignore
  const head = { origin: ORIGIN, size: edge.size, root: edgeRoot(nodeHasher, edge) }
  const checkpoint = await signNote(formatCheckpoint(head), [signer])
  const hashAt = hashAtIn(nodeHasher, (level) => edge.levels[level])
  const proof = formatTlogProof({
    index: INDEX,
    hashes: inclusionRanges(INDEX, { start: 0, end: edge.size }).map((range) =>
      rangeHash(nodeHasher, hashAt, range),
    ),
    extra: formatDisclosure({ entry, disclosed: [] }),
    checkpoint,
  })
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const { x = '' } = publicKey.export({ format: 'jwk' })
  const kid = createHash('sha256').update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x })).digest('base64url') // prettier-ignore
  const publicJwk = { kty: 'OKP', crv: 'Ed25519', x, kid }
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const signParts = (header: object, payload: string) => {
    const text = `${encode(header)}.${payload}`
    return Promise.resolve(`${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`)
  }
  const signAnyway = (payload: object) =>
    signParts({ alg: 'EdDSA', typ: 'destruction-certificate+jws', kid }, encode(payload))
  const payload = payloadOf(toBase64(nodeHasher.leaf(entry)), proof)
  return {
    payload,
    jws: await signAnyway(payload),
    publicJwk,
    jwk: JSON.stringify(publicJwk),
    proof,
    checkpoint,
    ledgerKey: formatVerifierKey(signer.key),
    ledgerVerifierKey: signer.key,
    signAnyway,
    signParts,
  }
}

function payloadOf(leafHash: string, proof: string): DestructionCertificate {
  return {
    certificateId: 'certificate-1',
    issuedAt: '2026-03-04T06:00:00Z',
    itemId: 'item-1',
    ciphertextSha256: destroyed.detail.sha256,
    keyRef: 'shelf-1',
    method: 'erasure',
    authority: { agreement: 'hmpps-2025', clauses: destroyed.clauses },
    schedule: { owner: 'hmi-prisons', class: 'case-level-data', version: '1', demonstration: true },
    clockStartedAt: '2025-09-04T05:06:07Z',
    destroyOn: destroyed.detail.dueOn,
    destroyedAt: destroyed.at,
    verifiedBy: 'an attempt to open failed: key-destroyed',
    copies: [{ kind: 'vault', ref: 'vault-1', state: 'destroyed' }],
    status: 'complete',
    ledger: { origin: ORIGIN, entryId: destroyed.id, leafHash, index: INDEX, proof },
  }
}
