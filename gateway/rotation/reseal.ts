// What is kept is sealed anew under another cipher profile while the gateway serves: a few items at a time are given to the worker, so
// that it can be stopped in between. What the worker refuses, or cannot do, is left as it is and told.
import type { Database } from '../db.ts'
import type { JobQueue } from '../jobs.ts'
import { countUnderOther, findUnderOther } from '../retention/reseal-store.ts'

export interface ResealAllDeps {
  readonly db: Database
  readonly jobs: Pick<JobQueue, 'send'>
  readonly to: string
  readonly atOnce: number
  readonly progress: (left: ResealLeft) => void
  /** Waits for the worker. @returns false to stop */
  readonly pause: () => Promise<boolean>
}

export interface ResealLeft {
  /** Under another profile; with the worker are those of them that it was given and has not tried yet. */
  readonly items: number
  readonly withWorker: number
}

/** @returns what is left: nothing with the worker where it came to its end; items that are left could not be sealed anew */
export async function resealAll(deps: ResealAllDeps): Promise<ResealLeft> {
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const left = await lookAt(deps)
    deps.progress(left)
    if (left.withWorker === 0) {
      const next = await findUnderOther(deps.db, deps.to, after, deps.atOnce)
      const last = next.at(-1)
      if (last === undefined) return left
      after = last
      await deps.db.withTransaction(async (tx) => {
        for (const itemId of next) await deps.jobs.send(tx, 'reseal', { itemId, to: deps.to })
      })
    }
    if (!(await deps.pause())) return lookAt(deps)
  }
}

async function lookAt({ db, to }: ResealAllDeps): Promise<ResealLeft> {
  const { rows } = await db.query(
    `select count(*) as jobs from pgboss.job where name = 'reseal' and state in ('created', 'active')`,
  )
  return { items: await countUnderOther(db, to), withWorker: Number(rows[0]?.['jobs']) }
}
