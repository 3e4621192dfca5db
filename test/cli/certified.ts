// A destruction with its ledger entry, proof and certificate, made of the product's own parts without a database.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK } from 'jose'
import { formatCheckpoint } from '../../audit/checkpoint.ts'
import { formatDisclosure } from '../../audit/disclosure.ts'
import { makeEntry } from '../../audit/entry.ts'
import type { LedgerEvent } from '../../audit/events.ts'
import { nodeHasher } from '../../audit/node-hash.ts'
import { noteSigner } from '../../audit/note-signer.ts'
import { formatVerifierKey, signNote } from '../../audit/note.ts'
import { formatTlogProof } from '../../audit/tlog-proof.ts'
import { toBase64 } from '../../audit/bytes.ts'
import { signCertificate, type DestructionCertificate } from '../../keys/certificate.ts'

const origin = 'gateway.example/audit/1'
const at = new Date('2027-05-01T03:00:00.123Z')
const sha256 = 'ab'.repeat(32)
const clauses = ['hmpps-2025/19-destruction', 'local/scheduled-destruction']

export interface Certified {
  /** What `certificate.json`, `certificate.jwk`, `ledger.vkey` and `proof.txt` hold. */
  readonly certificate: string
  readonly jwk: string
  readonly vkey: string
  readonly proof: string
  /** The same certificate, changed and signed anew: what a gateway that lies would give. */
  resigned(change: (payload: DestructionCertificate) => DestructionCertificate): Promise<string>
}

export async function certified(): Promise<Certified> {
  const pair = generateKeyPairSync('ed25519')
  const publicKey = await exportJWK(pair.publicKey)
  const publicJwk = { ...publicKey, kid: await calculateJwkThumbprint(publicKey) }
  const signer = await noteSigner(origin, randomBytes(32))
  const entry = makeEntry(destroyed('item-1'), at, 0, (size) => randomBytes(size))
  const before = makeEntry(destroyed('item-0'), at, 1, (size) => randomBytes(size))
  const root = nodeHasher.node(before.leafHash, entry.leafHash)
  const proof = formatTlogProof({
    index: 1,
    hashes: [before.leafHash],
    extra: formatDisclosure({ entry: entry.body, disclosed: [] }),
    checkpoint: await signNote(formatCheckpoint({ origin, size: 2, root }), [signer]),
  })
  const payload = payloadOf(entry.id, toBase64(entry.leafHash), proof)
  const sign = (one: DestructionCertificate) => signCertificate(one, { ...pair, publicJwk })
  return {
    certificate: answerOf(await sign(payload)),
    jwk: `${JSON.stringify(publicJwk, null, 2)}\n`,
    vkey: `${formatVerifierKey(signer.key)}\n`,
    proof,
    resigned: async (change) => answerOf(await sign(change(payload))),
  }
}

function answerOf(certificate: string): string {
  return `${JSON.stringify({ certificate, issuedAt: at.toISOString() }, null, 2)}\n`
}

function destroyed(item: string): LedgerEvent {
  return {
    type: 'item.destroyed',
    actor: { kind: 'process', name: 'worker' },
    correlation: item,
    agreement: 'hmpps-2025',
    subjects: [{ kind: 'item', id: item }],
    clauses,
    detail: { method: 'erasure', shelf: 'shelf/hmi-prisons/2027-05-01/1', sha256, dueOn: '2027-05-01' },
  }
}

function payloadOf(entryId: string, leafHash: string, proof: string): DestructionCertificate {
  return {
    certificateId: 'certificate-1',
    issuedAt: at.toISOString(),
    itemId: 'item-1',
    ciphertextSha256: sha256,
    keyRef: 'shelf/hmi-prisons/2027-05-01/1',
    method: 'erasure',
    authority: { agreement: 'hmpps-2025', clauses },
    schedule: { owner: 'hmi-prisons', class: 'case-level', version: '1', demonstration: true },
    clockStartedAt: '2026-11-01T09:00:00Z',
    destroyOn: '2027-05-01',
    destroyedAt: at.toISOString(),
    verifiedBy: 'an attempt to open failed: key-destroyed',
    copies: [{ kind: 'vault', ref: 'vault-1', state: 'destroyed' }],
    status: 'complete',
    ledger: { origin, entryId, leafHash, index: 1, proof },
  }
}
