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
  refusals: z.array(z.looseObject({ clause: z.string() })),
  tested: z.array(z.string()),
  pack: z.string(),
  pack_hash: z.string(),
  standing: z.number().nullable(),
})

export interface KeptDecision extends StoredDecision {
  /** What was answered, whole. */
  readonly answer: Answer
  /** The number of the activation that was the last one; null where it was not kept. */
  readonly standing: number | null
}

/** As JSON: `refusals` with every word that the person was given. */
export interface Answer {
  readonly outcome: string
  readonly pack: string
  readonly packHash: string
  readonly tested: readonly string[]
  readonly refusals: readonly unknown[]
}

export interface ReadOptions {
  readonly most?: number
  /** Waited for after each part, with how many were in it. */
  readonly pause?: (read: number) => Promise<void>
}

/** Hands over each decision from `since` on. @returns whether there are more than the most that were asked for */
export async function readDecisions(
  db: Database,
  since: Date,
  each: (decision: KeptDecision) => void | Promise<void>,
  { most = Infinity, pause }: ReadOptions = {},
): Promise<boolean> {
  let left = most
  return db.withTransaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only')
    await tx.query(
      `declare kept no scroll cursor for
       select id, decided_at, act, outcome, facts, refusals, tested, pack, pack_hash, standing from concordat.decision
       where decided_at >= $1 order by decided_at, id`,
      [since],
    )
    for (;;) {
      const { rows } = await tx.query('fetch 500 from kept')
      if (rows.length === 0) return false
      if (left === 0) return true
      const part = rows.slice(0, left)
      for (const row of part) {
        await each(keptOf(rowShape.parse(row)))
      }
      if (part.length < rows.length) return true
      left -= part.length
      await pause?.(part.length)
    }
  })
}

function keptOf(row: z.output<typeof rowShape>): KeptDecision {
  const { id, act, outcome, facts, refusals, tested, pack, standing } = row
  return {
    ...{ id, act, outcome, facts, standing },
    decidedAt: row.decided_at.toISOString(),
    refusals: refusals.map(({ clause }) => clause),
    answer: { outcome, pack, packHash: row.pack_hash, tested, refusals },
  }
}
