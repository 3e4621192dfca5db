// Destroys a photograph on its date: judged, its key destroyed, an attempt to open must fail, the vault object goes, and the row and
// its entry say so. Each step can be done again after a crash. What an upload left behind when it broke off ends here too.
import { confirmDestroyed } from '../../keys/opening.ts'
import { londonDate } from '../../policies/calendar.ts'
import { recordFailedJob } from '../decisions/failed-job.ts'
import { gatewayProcess } from '../decisions/gateway-process.ts'
import { policyHash } from '../decisions/judge.ts'
import type { Transaction } from '../db.ts'
import { record } from '../http/mount.ts'
import { holdStoreInUse } from '../key-store-in-use.ts'
import { factsOfPerson } from '../people/facts.ts'
import { about, type Base, type PhotographDeps } from './act.ts'
import { consentOf, factsOfPhotograph } from './facts.ts'
import { contextOf, type Photograph } from './photograph.ts'
import { recall } from './recall.ts'
import { endKey } from './sealed.ts'
import { endPlace, findAbandoned, findDue, lockPhotograph, markDestroyed } from './store.ts'

/** @returns ids of the photographs that were destroyed now; one that fails is recorded and left for the next run */
export async function destroyDuePhotographs(deps: PhotographDeps): Promise<string[]> {
  const destroyed: string[] = []
  for (const photograph of await findDue(deps.db, londonDate(deps.clock()))) {
    try {
      await destroyPhotograph(deps, photograph)
      destroyed.push(photograph.id)
    } catch (error) {
      await recordFailedJob(deps, 'destroy-photograph', photograph.id, error)
    }
  }
  await endAbandoned(deps)
  return destroyed
}

async function destroyPhotograph(deps: PhotographDeps, photograph: Photograph): Promise<void> {
  const { sealed, status } = photograph
  if (status.state !== 'sealed') return
  await deps.db.withTransaction((tx) => judgeEnd(deps, tx, photograph))
  await deps.keyStore.destroy(sealed.shelf)
  await confirmDestroyed(deps.keyStore, sealed.shelf, status.wrappedKey, contextOf(photograph))
  await deps.vault.remove(sealed.vaultObject)
  if (await deps.vault.has(sealed.vaultObject)) throw new Error('the vault object is still there')
  await deps.db.withTransaction(async (tx) => {
    await holdStoreInUse(tx, deps.keyStore)
    const locked = await lockPhotograph(tx, photograph.id)
    if (locked?.status.state !== 'sealed') return
    const { permit, decisionId } = await judgeEnd(deps, tx, locked)
    const now = deps.clock()
    await markDestroyed(tx, permit, locked.id, now)
    const base: Base = {
      actor: { kind: 'process', name: 'worker' }, correlation: locked.id, agreement: deps.photographs.agreement, decision: decisionId,
      policy: policyHash(permit.pack), clauses: [...permit.tested],
    } // prettier-ignore
    const until = consentOf(locked)?.until
    const recalled = until !== undefined && until <= londonDate(now) ? await recall(deps, { tx, now }, locked, 'expired', base) : [] // prettier-ignore
    const detail = { method: 'erasure', shelf: sealed.shelf, sha256: sealed.ciphertextSha256, dueOn: locked.retention.destroyOn } // prettier-ignore
    await record(tx, [{ ...base, type: 'item.destroyed', subjects: [...about(locked), { kind: 'item', id: locked.id }], detail }, ...recalled], now) // prettier-ignore
  })
}

async function judgeEnd(deps: PhotographDeps, tx: Transaction, photograph: Photograph) {
  const now = deps.clock()
  const facts = await factsOfPerson(tx, gatewayProcess, now)
  return deps.judge.judgeProcess({ tx, now }, 'destroy-photograph', { ...facts, photograph: factsOfPhotograph(deps.photographs, photograph, { window: undefined, factCheckClosedAt: undefined }) }) // prettier-ignore
}

/** No upload takes as long. */
const abandonedMs = 3_600_000

async function endAbandoned(deps: PhotographDeps): Promise<void> {
  const now = deps.clock()
  for (const place of await findAbandoned(deps.db, new Date(now.getTime() - abandonedMs))) {
    try {
      await endKey(deps, place.shelf)
      await deps.vault.remove(place.vaultObject)
      await endPlace(deps.db, place.id, now)
    } catch (error) {
      await recordFailedJob(deps, 'end-abandoned-photograph', place.id, error)
    }
  }
}
