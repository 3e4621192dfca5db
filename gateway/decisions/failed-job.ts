// A piece of background work that did not succeed: logged for the operator, and an entry in the ledger. One that the rules
// refused keeps its decision and names its clauses.
import type { Clock } from '../clock.ts'
import type { Database } from '../db.ts'
import { record } from '../http/mount.ts'
import type { Log } from '../log.ts'
import { keepRefused, policyHash, ProcessRefused } from './judge.ts'

export interface FailedJobDeps {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
}

/** @param id what the job was about: an opaque id or a reference, never a person */
export async function recordFailedJob(
  deps: FailedJobDeps,
  job: string,
  id: string,
  error: unknown,
): Promise<void> {
  deps.log.error('job.failed', { job, id, error })
  const now = deps.clock()
  await deps.db.withTransaction(async (tx) => {
    const refused = error instanceof ProcessRefused ? error : undefined
    const decided = refused && {
      decision: await keepRefused(tx, refused, now),
      policy: policyHash(refused.decision.pack),
      clauses: refused.decision.refusals.map((refusal) => refusal.clause),
      subjects: refused.facts.transfer ? [{ kind: 'transfer', id: refused.facts.transfer.id } as const] : [],
    }
    const reason = refused ? 'refused' : error instanceof Error ? error.name : 'unknown'
    await record(
      tx,
      [
        {
          type: 'job.failed',
          actor: { kind: 'process', name: 'worker' },
          subjects: [],
          correlation: id,
          ...decided,
          detail: { job, reason },
        },
      ],
      now,
    )
  })
}
