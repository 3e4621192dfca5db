// The certificate of a destruction, issued once its entry is under a signed checkpoint, so that it carries its own proof.
// It holds no personal data, and stays part-complete while a recipient's copy is unaccounted for (S12).
import { createHash, randomUUID } from 'node:crypto'
import {
  readOwnCertificate,
  signCertificate,
  statusOf,
  type CertificateCopy,
  type DestructionCertificate,
} from '../../keys/certificate.ts'
import { verifiedByFailedOpening } from '../../keys/opening.ts'
import type { SigningKeysInUse } from '../signing/keys-in-use.ts'
import { londonDate } from '../../policies/calendar.ts'
import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db.ts'
import { record } from '../http/mount.ts'
import {
  findBackups,
  findCertificate,
  findUncertified,
  insertCertificate,
  type HeldBackup,
} from './certificate-store.ts'
import { findHeld } from './held.ts'
import type { Item } from './item.ts'
import type { OutsideCopy } from './outside-copy.ts'
import { findOutsideCopies } from './outside-copy-store.ts'
import { findTakenCopies, type TakenCopy } from './store.ts'

/** What the ledger says of one entry once it is published. */
export interface EntryProof {
  readonly origin: string
  readonly entryId: string
  readonly leafHash: string
  readonly index: number
  /** The clauses that the destruction was decided by. */
  readonly clauses: readonly string[]
  /** C2SP tlog-proof, complete by itself. */
  readonly proof: string
}

export interface CertifyDeps {
  readonly db: Database
  readonly clock: Clock
  readonly signingKeys: Pick<SigningKeysInUse, 'certificates'>
  /** The entry that says that an item was destroyed; undefined until it is under a checkpoint. */
  readonly proveDestruction: (itemId: string) => Promise<EntryProof | undefined>
  /** Days after which no backup from before the destruction is left; local, and the operator's to keep. */
  readonly backupDays: number
}

/** @returns how many certificates were issued; what is not provable yet waits for the next run */
export async function certifyDestroyed(deps: CertifyDeps): Promise<number> {
  let issued = 0
  for (const itemId of await findUncertified(deps.db)) {
    const proof = (await deps.proveDestruction(itemId)) ?? (await proofOfEarlier(deps.db, itemId))
    if (proof && (await certify(deps, itemId, proof))) issued += 1
  }
  return issued
}

/** A later edition carries the proof of the one before when its entry is past the log limit by now. */
async function proofOfEarlier(db: Queryable, itemId: string): Promise<EntryProof | undefined> {
  const earlier = await findCertificate(db, itemId)
  if (earlier === undefined) return undefined
  const { ledger, authority } = readOwnCertificate(earlier.jws)
  return { ...ledger, clauses: authority.clauses }
}

async function certify(deps: CertifyDeps, itemId: string, proof: EntryProof): Promise<boolean> {
  const now = deps.clock()
  return deps.db.withTransaction(async (tx) => {
    const held = await findHeld(tx, itemId)
    if (held?.item.status.state !== 'destroyed') return false
    const { item, agreement } = held
    const id = randomUUID()
    const copies = [
      ...copiesOf(item, await findTakenCopies(tx, itemId), await findBackups(tx, item), deps.backupDays),
      ...(await findOutsideCopies(tx, itemId)).flatMap(outsideCopy),
    ]
    const edition = ((await findCertificate(tx, itemId))?.edition ?? 0) + 1
    const copiesHash = createHash('sha256').update(JSON.stringify(copies)).digest()
    const payload = payloadOf({ id, issuedAt: now }, item, agreement, copies, proof)
    const jws = await signCertificate(payload, deps.signingKeys.certificates)
    if (!(await insertCertificate(tx, { id, itemId, jws, issuedAt: now, edition, copiesHash }))) return false
    await record(tx, [{
      type: 'certificate.issued', actor: { kind: 'process', name: 'worker' }, correlation: id, agreement,
      subjects: [item.of, { kind: 'item', id: itemId }],
      detail: { sha256: createHash('sha256').update(jws).digest('hex'), complete: payload.status === 'complete' },
    }], now) // prettier-ignore
    return true
  })
}

function copiesOf(
  item: Item,
  taken: readonly TakenCopy[],
  backups: readonly HeldBackup[],
  backupDays: number,
): CertificateCopy[] {
  const destroyedAt = item.status.state === 'destroyed' ? item.status.destroyedAt : item.clockStartedAt
  const lapse = new Date(destroyedAt.getTime() + backupDays * 24 * 3_600_000)
  return [
    { kind: 'vault', ref: item.vaultObject, state: 'destroyed' },
    { kind: 'backup', ref: 'database-backups', state: 'unreadable', expiresOn: londonDate(lapse) },
    ...backups.map(({ id, lapsesOn }) => ({ kind: 'backup', ref: `backup/${id}`, state: 'unreadable', expiresOn: lapsesOn }) as const), // prettier-ignore
    ...taken.map(recipientCopy),
  ]
}

/** What left is beyond our reach until its holder attests (S12). */
function recipientCopy({ id, attested }: TakenCopy): CertificateCopy {
  if (!attested) return { kind: 'recipient', ref: id, state: 'unaccounted' }
  const state = attested.state === 'destroyed' ? 'attested-destroyed' : 'attested-returned'
  return { kind: 'recipient', ref: id, state, attestedAt: attested.at.toISOString() }
}

/** Paper and media are beyond the gateway's sight: what people said of each. One that was not allowed was never there. */
function outsideCopy({ id, kind, state, method, endedAt }: OutsideCopy): CertificateCopy[] {
  if (state === 'declined') return []
  if (endedAt === undefined) return [{ kind, ref: id, state: 'unaccounted' }]
  const ended = state === 'destroyed' ? 'attested-destroyed' : 'attested-returned'
  return [{ kind, ref: id, state: ended, attestedAt: endedAt.toISOString(), ...(method !== undefined && { method }) }]
} // prettier-ignore

function payloadOf(
  { id, issuedAt }: { readonly id: string; readonly issuedAt: Date },
  item: Item,
  agreement: string,
  copies: CertificateCopy[],
  proof: EntryProof,
): DestructionCertificate {
  if (item.status.state !== 'destroyed') throw new Error('only a destroyed item has a certificate')
  const { origin, entryId, leafHash, index, clauses } = proof
  return {
    certificateId: id,
    issuedAt: issuedAt.toISOString(),
    itemId: item.id,
    ciphertextSha256: Buffer.from(item.ciphertextSha256).toString('hex'),
    keyRef: item.shelfRef,
    method: 'erasure',
    authority: { agreement, clauses: [...clauses] },
    schedule: {
      owner: item.scheduleOwner,
      class: item.retentionClass,
      version: item.scheduleVersion,
      demonstration: item.scheduleIsDemonstration,
    },
    clockStartedAt: item.clockStartedAt.toISOString(),
    destroyOn: item.destroyOn,
    destroyedAt: item.status.destroyedAt.toISOString(),
    verifiedBy: verifiedByFailedOpening,
    copies,
    status: statusOf(copies),
    ledger: { origin, entryId, leafHash, index, proof: proof.proof },
  }
}
