// How far numbering is behind: what waits, and since when. A writer that outruns it is told to come back, before anything is
// done, so that nothing is lost and what waits stays bounded.
import { z } from 'zod'
import type { Queryable } from './queryable.ts'

/** Tessera's limit for the same. */
export const MOST_WAITING = 4096
export const MOST_LAG_MS = 10_000

export interface Backlog {
  /** Counted up to MOST_WAITING. */
  readonly waiting: number
  /** When the oldest that waits was recorded. */
  readonly oldest: Date | undefined
}

const backlogRow = z.object({ waiting: z.coerce.number(), oldest: z.date().nullable() })

export async function readBacklog(db: Queryable): Promise<Backlog> {
  const { rows } = await db.query(
    `select (select count(*) from (select from ledger.outbox limit $1) w) as waiting,
       (select e.recorded_at from ledger.outbox o join ledger.entry e on e.id = o.entry_id order by o.position limit 1) as oldest`,
    [MOST_WAITING],
  )
  const { waiting, oldest } = backlogRow.parse(rows[0])
  return { waiting, oldest: oldest ?? undefined }
}

export function isTooMuch({ waiting, oldest }: Backlog, now: Date): boolean {
  return waiting >= MOST_WAITING || (oldest !== undefined && now.getTime() - oldest.getTime() >= MOST_LAG_MS)
}

/** Asks the database at most once in so many milliseconds, however many want to know. */
export function watchBacklog(
  db: Queryable,
  clock: () => Date,
  everyMs: number,
  monotonicMs: () => number,
): () => Promise<boolean> {
  let asked: Promise<boolean> | undefined
  let askedAt = 0
  return () => {
    const now = monotonicMs()
    if (asked === undefined || now - askedAt >= everyMs) {
      askedAt = now
      asked = readBacklog(db).then((backlog) => isTooMuch(backlog, clock()))
      // A failure is told to whoever asked; the next one asks again.
      asked.catch(() => (asked = undefined))
    }
    return asked
  }
}
