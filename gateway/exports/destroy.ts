// Destroys the gateway's copy of a delivery on its date: judged, its key destroyed, an attempt to open must fail, the vault object
// goes, and the row and its entry say so. Each step can be done again after a crash.
import type { KeyStore } from '../../keys/key-store.ts'
import { confirmDestroyed } from '../../keys/opening.ts'
import { londonDate } from '../../policies/calendar.ts'
import { recordFailedJob } from '../decisions/failed-job.ts'
import { gatewayProcess } from '../decisions/gateway-process.ts'
import { policyHash } from '../decisions/judge.ts'
import type { Transaction } from '../db.ts'
import { record } from '../http/mount.ts'
import { holdStoreInUse } from '../key-store-in-use.ts'
import type { Log } from '../log.ts'
import type { Vault } from '../vault.ts'
import type { ExportDeps } from './act.ts'
import { contextOf, type Copy } from './copy.ts'
import { findDueCopies, lockCopy, markCopyDestroyed } from './copy-store.ts'
import { factsOf } from './facts.ts'

export interface DestroyCopyDeps extends ExportDeps {
  readonly log: Log
  readonly keyStore: Pick<KeyStore, 'id' | 'destroy' | 'unwrap'>
  readonly vault: Pick<Vault, 'remove' | 'has'>
}

/** @returns ids of the copies that were destroyed now; one that fails is recorded and left for the next run */
export async function destroyDueCopies(deps: DestroyCopyDeps): Promise<string[]> {
  const destroyed: string[] = []
  for (const copy of await findDueCopies(deps.db, londonDate(deps.clock()))) {
    try {
      await destroyCopy(deps, copy)
      destroyed.push(copy.id)
    } catch (error) {
      await recordFailedJob(deps, 'destroy-delivery', copy.id, error)
    }
  }
  return destroyed
}

async function destroyCopy(deps: DestroyCopyDeps, copy: Copy): Promise<void> {
  if (copy.status.state !== 'sealed') return
  await deps.db.withTransaction((tx) => judgeDisposal(deps, tx, copy))
  await deps.keyStore.destroy(copy.shelf)
  await confirmDestroyed(deps.keyStore, copy.shelf, copy.status.wrappedKey, contextOf(copy))
  await deps.vault.remove(copy.vaultObject)
  if (await deps.vault.has(copy.vaultObject)) throw new Error('the vault object is still there')
  await deps.db.withTransaction(async (tx) => {
    await holdStoreInUse(tx, deps.keyStore)
    const locked = await lockCopy(tx, copy.id)
    if (locked?.status.state !== 'sealed') return
    const { permit, decisionId } = await judgeDisposal(deps, tx, locked)
    const now = deps.clock()
    await markCopyDestroyed(tx, permit, copy.id, now)
    await record(tx, [{
      type: 'item.destroyed', actor: { kind: 'process', name: 'worker' }, correlation: copy.id, agreement: deps.concernsExport.agreement,
      subjects: [{ kind: 'delivery', id: copy.deliveryId }, { kind: 'item', id: copy.id }], decision: decisionId, policy: policyHash(permit.pack),
      clauses: [...permit.tested], detail: { method: 'erasure', shelf: copy.shelf, sha256: copy.ciphertextSha256, dueOn: copy.destroyOn },
    }], now) // prettier-ignore
  })
}

async function judgeDisposal(deps: DestroyCopyDeps, tx: Transaction, { deliveryId, destroyOn }: Copy) {
  const now = deps.clock()
  const facts = await factsOf(tx, deps.concernsExport, gatewayProcess, now, {
    id: deliveryId,
    destroyOn,
    holds: 0,
  })
  return deps.judge.judgeProcess({ tx, now }, 'dispose', facts)
}
