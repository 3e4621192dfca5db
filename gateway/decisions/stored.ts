// Decisions as they were kept, oldest first, through a cursor: one reading of one moment, in memory a thousand at a time.
// Reads and changes nothing.
import { z } from 'zod'
import type { StoredDecision } from '../../policies/replay.ts'
import type { Database } from '../db.ts'

const rowShape = z.object({
  id: z.string(),
  decided_at: z.date(),
  act: z.string(),
  outcome: z.string(),
  facts: z.unknown(),
  refusals: z.array(z.object({ clause: z.string() })),
})

export interface ReadOptions {
  readonly most?: number
  /** Waited for after each part, with how many were in it. */
  readonly pause?: (read: number) => Promise<void>
}

/** Hands over each decision from `since` on. @returns whether there are more than the most that were asked for */
export async function readDecisions(
  db: Database,
  since: Date,
  each: (decision: StoredDecision) => void,
  { most = Infinity, pause }: ReadOptions = {},
): Promise<boolean> {
  let left = most
  return db.withTransaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only')
    await tx.query(
      `declare kept no scroll cursor for
       select id, decided_at, act, outcome, facts, refusals from concordat.decision
       where decided_at >= $1 order by decided_at, id`,
      [since],
    )
    for (;;) {
      const { rows } = await tx.query('fetch 500 from kept')
      if (rows.length === 0) return false
      if (left === 0) return true
      const part = rows.slice(0, left)
      for (const row of part) {
        const { decided_at, refusals, facts, ...rest } = rowShape.parse(row)
        const clauses = refusals.map(({ clause }) => clause)
        each({ ...rest, facts, decidedAt: decided_at.toISOString(), refusals: clauses })
      }
      if (part.length < rows.length) return true
      left -= part.length
      await pause?.(part.length)
    }
  })
}
