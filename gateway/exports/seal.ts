// The worker's half of a release: writes the snapshot and what changed, signs the manifest, seals the package, and only then
// says that it was sent. Run again after a crash it starts over, and gives the same bytes; nothing half-sealed is kept.
import { createHash, randomUUID } from 'node:crypto'
import { signManifest } from '../../keys/delivery-manifest.ts'
import type { SigningKeysInUse } from '../signing/keys-in-use.ts'
import { dutyDates } from '../../policies/duty.ts'
import type { Permit } from '../../policies/decide.ts'
import type { ResolvedRetention } from '../../policies/retention.ts'
import type { Transaction } from '../db.ts'
import { gatewayProcess } from '../decisions/gateway-process.ts'
import { policyHash } from '../decisions/judge.ts'
import { record } from '../http/mount.ts'
import { holdStoreInUse } from '../key-store-in-use.ts'
import type { Item } from '../retention/item.ts'
import { ensureShelfKey } from '../retention/move.ts'
import { holdShelfOpen, openShelf } from '../retention/shelf-store.ts'
import { findItemOfDelivery, insertItem } from '../retention/store.ts'
import type { ExportDeps } from './act.ts'
import { sealCopy, withVaultObject, type SealingDeps } from './copy.ts'
import type { ReleasedDelivery, SentDelivery } from './delivery.ts'
import { factsOf } from './facts.ts'
import { insertMail } from './mail-store.ts'
import { tellSubscribed } from './notices.ts'
import { buildDelivery, type DeliveryHead } from './package-format.ts'
import type { DeliveryWords } from './package-words.ts'
import { markOnce } from './quarters.ts'
import { readChanges, readSnapshot } from './snapshot.ts'
import { findSent, lockDelivery, markSent } from './store.ts'

export interface SealDeliveryDeps extends ExportDeps, SealingDeps {
  readonly signingKeys: Pick<SigningKeysInUse, 'certificates'>
  readonly parties: ReadonlyMap<string, { readonly title: string }>
  /** @returns undefined where no schedule has the class: then nothing is sealed */
  readonly retention: (
    of: Readonly<Record<'agreement' | 'from' | 'to' | 'retentionClass', string>>,
  ) => ResolvedRetention | undefined
}

export async function sealDelivery(deps: SealDeliveryDeps, deliveryId: string): Promise<void> {
  const planned = await deps.db.withTransaction((tx) => plan(deps, tx, deliveryId))
  if (!planned) return
  const work = async (vaultObject: string) => {
    const sealed = await seal(deps, planned, vaultObject)
    await deps.db.withTransaction((tx) => keep(deps, tx, planned, sealed))
  }
  await withVaultObject(deps, work, (vaultObject) => isKept(deps, deliveryId, vaultObject))
}

/** The lock waits for a commit that is still on its way. */
async function isKept({ db }: SealDeliveryDeps, id: string, vaultObject: string): Promise<boolean> {
  return db.withTransaction(async (tx) => {
    await lockDelivery(tx, id)
    return (await findItemOfDelivery(tx, id))?.vaultObject === vaultObject
  })
}

interface Plan {
  readonly retention: ResolvedRetention
  readonly destroyOn: string
  readonly shelf: string
  readonly delivery: ReleasedDelivery
  readonly before: SentDelivery | undefined
  readonly permit: Permit
}

async function plan(deps: SealDeliveryDeps, tx: Transaction, id: string): Promise<Plan | undefined> {
  const delivery = await lockDelivery(tx, id)
  if (delivery?.state !== 'released') return undefined
  const before = delivery.follows === undefined ? undefined : await findSent(tx, delivery.follows)
  if (delivery.follows !== undefined && !before) throw new Error('the delivery before is not sent yet')
  const { permit } = await judgePack(deps, tx, id)
  const retention = deps.retention(deps.concernsExport)
  if (!retention) throw new Error('no retention class is resolvable for the export')
  // From its release, so that sealing it again gives the same bytes.
  const destroyOn = retention.destroyOn(delivery.releasedAt)
  await holdStoreInUse(tx, deps.keyStore)
  const shelf = await openShelf(tx, retention.owner, destroyOn)
  await ensureShelfKey(deps.keyStore, shelf)
  return { delivery, before, permit, retention, destroyOn, shelf }
}

async function judgePack(deps: SealDeliveryDeps, tx: Transaction, id: string) {
  const now = deps.clock()
  const { cipherProfile } = deps.concernsExport
  const facts = await factsOf(tx, deps.concernsExport, gatewayProcess, now, { id, cipherProfile })
  return deps.judge.judgeProcess({ tx, now }, 'pack', facts)
}

interface Sealed {
  readonly copy: Item
  readonly sent: Pick<SentDelivery, 'manifest' | 'manifestSha256' | 'rows' | 'changes'>
}

async function seal(deps: SealDeliveryDeps, planned: Plan, vaultObject: string): Promise<Sealed> {
  const { delivery, before, retention, shelf, destroyOn } = planned
  const { cipherProfile } = deps.concernsExport
  const { stream, done } = buildDelivery({
    head: headOf(deps, planned),
    words: wordsOf(deps, planned),
    concerns: readSnapshot(deps.db, delivery.edition),
    changes: readChanges(deps.db, before?.edition ?? 0, delivery.edition),
    sign: (manifest) => signManifest(manifest, deps.signingKeys.certificates),
  })
  const item = {
    of: { kind: 'delivery', id: delivery.id },
    vaultObject,
    shelfRef: shelf,
    cipherProfile,
    scheduleOwner: retention.owner,
    scheduleVersion: retention.version,
    scheduleIsDemonstration: retention.demonstration,
    retentionClass: retention.class,
    clockStartedAt: delivery.releasedAt,
    destroyOn,
  } as const
  const copy = await sealCopy(deps, item, stream, done.then(({ manifest: { rows } }) => rows)) // prettier-ignore
  const { manifest, jws } = await done
  const manifestSha256 = createHash('sha256').update(jws).digest('hex')
  return { copy, sent: { manifest: jws, manifestSha256, rows: manifest.rows, changes: manifest.changes } }
}

function headOf({ concernsExport }: SealDeliveryDeps, { delivery, before }: Plan): DeliveryHead {
  const { agreement, key, from, recipients, marking } = concernsExport
  return {
    delivery: delivery.number,
    kind: delivery.amendment ? 'amendment' : 'quarterly',
    agreement,
    exchange: key,
    from,
    recipients: [...recipients],
    marking,
    quarter: {
      label: delivery.quarterLabel,
      startsOn: delivery.quarterStartsOn,
      endsOn: delivery.quarterEndsOn,
    },
    amends: delivery.amendment?.amends ?? null,
    follows: before ? { delivery: before.number, manifestSha256: before.manifestSha256 } : null,
    releasedAt: delivery.releasedAt.toISOString(),
    edition: delivery.edition,
  }
}

function wordsOf({ concernsExport, parties }: SealDeliveryDeps, planned: Plan): DeliveryWords {
  const { delivery, retention, destroyOn, permit } = planned
  const title = (party: string) => parties.get(party)?.title ?? party
  return {
    from: title(concernsExport.from),
    to: title(concernsExport.to),
    agreementTitle: concernsExport.agreementTitle,
    clauses: permit.tested,
    lawfulBasis: concernsExport.lawfulBasis,
    retention: {
      class: retention.class,
      title: retention.title,
      demonstration: retention.demonstration,
      version: retention.version,
    },
    destroyOn,
    localDefaults: concernsExport.localDefaults,
    ...(delivery.amendment && { amendsReason: delivery.amendment.reason }),
  }
}

async function keep(
  deps: SealDeliveryDeps,
  tx: Transaction,
  { delivery }: Plan,
  { copy, sent }: Sealed,
): Promise<void> {
  const now = deps.clock()
  await holdStoreInUse(tx, deps.keyStore)
  await lockDelivery(tx, delivery.id)
  const { permit, decisionId } = await judgePack(deps, tx, delivery.id)
  await holdShelfOpen(tx, copy.shelfRef)
  await insertItem(tx, permit, copy)
  const acknowledgeBy = dutyDates(deps.concernsExport.acknowledgement, now).dueAt
  if (
    !(await markSent(tx, permit, delivery.id, { ...sent, sentAt: now, acknowledgeBy }, deps.concernsExport))
  )
    throw new Error('the delivery changed while it was sealed')
  if (!delivery.amendment) await markOnce(tx, delivery.quarterEndsOn, 'met_at', now)
  await insertMail(tx, permit, { id: randomUUID(), deliveryId: delivery.id, owedAt: now })
  await deps.jobs.send(tx, 'mail-delivery', { deliveryId: delivery.id })
  await tellSubscribed(deps, { tx, now }, { ...delivery, ...sent, state: 'sent', sentAt: now, acknowledgeBy })
  const base = {
    actor: { kind: 'process', name: 'worker' },
    subjects: [
      { kind: 'delivery', id: delivery.id },
      { kind: 'item', id: copy.id },
    ],
    correlation: copy.id,
    agreement: deps.concernsExport.agreement,
    decision: decisionId,
    policy: policyHash(permit.pack),
    clauses: [...permit.tested],
  } as const
  const sha256 = Buffer.from(copy.ciphertextSha256).toString('hex')
  await record(tx, [
    { ...base, type: 'item.sealed', detail: { sha256, sizeBytes: copy.ciphertextBytes, shelf: copy.shelfRef, destroyOn: copy.destroyOn, rows: sent.rows } },
    { ...base, type: 'concerns-export.sent', detail: { delivery: delivery.number, quarter: delivery.quarterEndsOn, manifest: sent.manifestSha256, rows: sent.rows, ...sent.changes, sizeBytes: copy.plaintextBytes, destroyOn: copy.destroyOn } },
  ], now) // prettier-ignore
}
