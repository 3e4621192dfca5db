// The worker's half of a supply: read the approved rows and columns and no others, pack them, seal the package under a new
// item key, and only then say that it is there. Run again after a crash it starts over; nothing half-sealed is kept.
import { randomBytes, randomUUID } from 'node:crypto'
import { newItemKey, sealItem } from '../../keys/item.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import type { Permit } from '../../policies/decide.ts'
import type { ResolvedRetention } from '../../policies/retention.ts'
import type { Clock } from '../clock.ts'
import type { Database, Transaction } from '../db.ts'
import { gatewayProcess } from '../decisions/gateway-process.ts'
import { policyHash } from '../decisions/judge.ts'
import { record } from '../http/mount.ts'
import { holdStoreInUse } from '../key-store-in-use.ts'
import { buildPackage } from '../packages/package.ts'
import { sealingContext, type Item } from '../retention/item.ts'
import { ensureShelfKey } from '../retention/move.ts'
import { holdShelfOpen, openShelf } from '../retention/shelf-store.ts'
import { findItemOf, insertItem } from '../retention/store.ts'
import type { CaseQuery, CaseSource } from '../sources/case-source.ts'
import type { Vault } from '../vault.ts'
import type { ActDeps } from './act.ts'
import type { Exchange } from '../../policies/exchange.ts'
import { factsOf } from './facts.ts'
import { notifyRequester } from './notices.ts'
import { describePackage } from './package-manifest.ts'
import { lockTransfer, move } from './store.ts'
import { suppliedScope, type Transfer } from './transfer.ts'

export interface SealDeps extends ActDeps {
  readonly db: Database
  readonly clock: Clock
  readonly source: CaseSource
  readonly vault: Vault
  readonly keyStore: KeyStore
  /** @returns undefined where no schedule has the class: then nothing is sealed (hmpps-2025/19) */
  readonly retention: (transfer: Transfer) => ResolvedRetention | undefined
}

export async function sealPackage(deps: SealDeps, transferId: string): Promise<void> {
  const planned = await deps.db.withTransaction((tx) => plan(deps, tx, transferId))
  if (!planned) return
  const vaultObject = randomBytes(24).toString('hex')
  try {
    const sealed = await seal(deps, planned, vaultObject)
    await deps.db.withTransaction((tx) => keep(deps, tx, planned, sealed))
  } catch (error) {
    if (await isKept(deps, transferId, vaultObject)) return
    await deps.vault.remove(vaultObject)
    throw error
  }
}

/**
 * A commit that nobody confirmed may have been kept, and then its object must stay. The lock waits for a commit that is
 * still on its way. Where this cannot be asked, the object stays too: its key is nowhere, so nobody can open it.
 */
async function isKept({ db }: SealDeps, transferId: string, vaultObject: string): Promise<boolean> {
  return db.withTransaction(async (tx) => {
    await lockTransfer(tx, transferId)
    return (await findItemOf(tx, transferId))?.vaultObject === vaultObject
  })
}

interface Plan {
  readonly transfer: Transfer
  readonly retention: ResolvedRetention
  readonly shelf: string
  readonly destroyOn: string
  readonly startedAt: Date
  readonly permit: Permit
  readonly exchange: Exchange
}

/** Judged before anything is read, and again when it is kept. */
async function plan(deps: SealDeps, tx: Transaction, transferId: string): Promise<Plan | undefined> {
  const transfer = await lockTransfer(tx, transferId)
  if (!transfer || (transfer.state !== 'supplied' && transfer.state !== 'part-supplied')) return undefined
  if (await findItemOf(tx, transferId)) return undefined
  const startedAt = deps.clock()
  const exchange = deps.exchanges.of(transfer, startedAt)
  const { permit } = await judgeSeal(deps, tx, transfer, exchange.cipherProfile, startedAt)
  const retention = deps.retention(transfer)
  if (!retention) throw new Error(`no retention class ${transfer.retentionClass} is resolvable`)
  const day = retention.destroyOn(startedAt)
  await holdStoreInUse(tx, deps.keyStore)
  const shelf = await openShelf(tx, retention.owner, day)
  await ensureShelfKey(deps.keyStore, shelf)
  return { transfer, retention, shelf, destroyOn: day, startedAt, permit, exchange }
}

async function judgeSeal(
  deps: SealDeps,
  tx: Transaction,
  transfer: Transfer,
  cipherProfile: string,
  now: Date,
): Promise<{ permit: Permit; decisionId: string }> {
  const facts = await factsOf(tx, gatewayProcess, transfer, now, { cipherProfile })
  return deps.judge.judgeProcess({ tx, now }, 'seal', facts)
}

interface Sealed {
  readonly item: Item
  readonly columns: number
}

async function seal(deps: SealDeps, planned: Plan, vaultObject: string): Promise<Sealed> {
  const { transfer, retention, shelf, destroyOn, startedAt } = planned
  const id = randomUUID()
  const context = sealingContext({ id, of: { kind: 'transfer', id: transfer.id } })
  const itemKey = newItemKey()
  const scope = suppliedScope(transfer)
  const dataset = deps.datasets.get(transfer.dataset)
  if (!dataset) throw new Error(`the dataset ${transfer.dataset} is not there any more`)
  const rows = deps.source.read(queryOf(transfer, scope))
  const built = buildPackage({
    rows,
    ...describePackage(deps, dataset, scope, { ...planned, packedAt: startedAt }),
  })
  const { ciphertext, sealed } = sealItem(built.stream, {
    itemKey,
    itemId: id,
    context,
    profile: planned.exchange.cipherProfile,
  })
  await deps.vault.write(vaultObject, ciphertext)
  const [contents, measured] = await Promise.all([built.done, sealed])
  const wrappedKey = await deps.keyStore.wrap(shelf, itemKey, context)
  itemKey.wipe()
  return {
    columns: scope.fields.length,
    item: {
      id,
      of: { kind: 'transfer', id: transfer.id },
      vaultObject,
      ciphertextSha256: Buffer.from(measured.ciphertextSha256, 'hex'),
      ciphertextBytes: measured.ciphertextBytes,
      plaintextBytes: measured.plaintextBytes,
      rowCount: contents.rowCount,
      shelfRef: shelf,
      cipherProfile: planned.exchange.cipherProfile,
      scheduleOwner: retention.owner,
      scheduleVersion: retention.version,
      scheduleIsDemonstration: retention.demonstration,
      retentionClass: transfer.retentionClass,
      clockStartedAt: startedAt,
      destroyOn,
      status: { state: 'sealed', wrappedKey },
    },
  }
}

function queryOf(transfer: Transfer, scope: ReturnType<typeof suppliedScope>): CaseQuery {
  return {
    dataset: transfer.dataset,
    ...scope,
    periodFrom: transfer.periodFrom,
    periodTo: transfer.periodTo,
    ...(transfer.prisonNumbers.length > 0 && { prisonNumbers: transfer.prisonNumbers }),
  }
}

async function keep(
  deps: SealDeps,
  tx: Transaction,
  { transfer: planned }: Plan,
  { item, columns }: Sealed,
): Promise<void> {
  const now = deps.clock()
  const transfer = await lockTransfer(tx, planned.id)
  if (transfer?.version !== planned.version) throw new Error('the transfer changed while it was sealed')
  await holdStoreInUse(tx, deps.keyStore)
  await holdShelfOpen(tx, item.shelfRef)
  const { permit, decisionId } = await judgeSeal(deps, tx, transfer, item.cipherProfile, now)
  await insertItem(tx, permit, item)
  await move(tx, permit, transfer, 'seal', now)
  await notifyRequester(deps, { tx, now }, transfer, 'available')
  const base = {
    actor: { kind: 'process', name: 'worker' },
    subjects: [
      { kind: 'transfer', id: transfer.id },
      { kind: 'item', id: item.id },
      { kind: 'inspection', id: transfer.inspection },
    ],
    correlation: item.id,
    agreement: transfer.agreement,
    decision: decisionId,
    policy: policyHash(permit.pack),
    clauses: [...permit.tested],
  } as const
  const sha256 = Buffer.from(item.ciphertextSha256).toString('hex')
  await record(
    tx,
    [
      { ...base, type: 'source.read', detail: { dataset: transfer.dataset, rows: item.rowCount, columns } },
      { ...base, type: 'item.sealed', detail: { sha256, sizeBytes: item.ciphertextBytes, shelf: item.shelfRef, destroyOn: item.destroyOn, rows: item.rowCount } }, // prettier-ignore
    ],
    now,
  )
}
