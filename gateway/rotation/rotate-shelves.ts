// Shelf keys are changed while the gateway serves: a shelf is closed, the worker moves what lies on it to a new generation with a new
// key (each item judged and recorded), and the old key is destroyed. A few shelves at a time, so that it can be stopped in between.
import type { Clock } from '../clock.ts'
import type { Database } from '../db.ts'
import { record } from '../http/mount.ts'
import { countShelvesMadeBefore, retireShelvesMadeBefore } from '../retention/shelf-store.ts'

export interface RotateShelvesDeps {
  readonly db: Database
  readonly clock: Clock
  /** Shelves that were made later have a new key already. */
  readonly madeBefore: Date
  readonly atOnce: number
  readonly progress: (left: { readonly open: number; readonly ending: number }) => void
  /** Waits for the worker. @returns false to stop */
  readonly pause: () => Promise<boolean>
}

/** @returns what is left: nothing where it came to its end */
export async function rotateShelves(
  deps: RotateShelvesDeps,
): Promise<{ readonly open: number; readonly ending: number }> {
  for (;;) {
    const left = await countShelvesMadeBefore(deps.db, deps.madeBefore)
    deps.progress(left)
    if (left.open + left.ending === 0) return left
    if (left.ending === 0) await retireSome(deps)
    if (!(await deps.pause())) return countShelvesMadeBefore(deps.db, deps.madeBefore)
  }
}

export interface LeftOut {
  /** Items that something holds, or that may not be destroyed yet: each lies on a shelf apart. */
  readonly held: number
  readonly photographs: number
}

/** What keeps the key that it has. */
export async function countLeftOut(db: Database, madeBefore: Date): Promise<LeftOut> {
  const { rows } = await db.query(
    `select (select count(*) from concordat.item i join concordat.shelf s on s.ref = i.shelf_ref
         where i.state = 'sealed' and s.kind = 'apart' and s.made_at < $1) as held,
       (select count(*) from concordat.photograph where wrapped_key is not null) as photographs`,
    [madeBefore],
  )
  return { held: Number(rows[0]?.['held']), photographs: Number(rows[0]?.['photographs']) }
}

async function retireSome({ db, clock, madeBefore, atOnce }: RotateShelvesDeps): Promise<void> {
  await db.withTransaction(async (tx) => {
    const shelves = await retireShelvesMadeBefore(tx, madeBefore, atOnce)
    await record(tx, [{ type: 'shelves.retired', actor: { kind: 'process', name: 'gateway' }, correlation: 'keys-rotate', subjects: [], detail: { shelves } }], clock()) // prettier-ignore
  })
}
