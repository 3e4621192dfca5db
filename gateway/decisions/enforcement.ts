// How often each clause was put to the test, how often it refused, and when last: from the decisions that were kept. Reads
// and changes nothing.
import { z } from 'zod'
import type { Database, Queryable } from '../db.ts'

export interface Enforcement {
  /** Decisions in which the clause's rules had a say. */
  readonly tested: number
  readonly lastTested?: Date
  readonly refused: number
  readonly lastRefused?: Date
}

const rowShape = z.object({
  clause: z.string(),
  tested: z.number(),
  last_tested: z.date().nullable(),
  refused: z.number(),
  last_refused: z.date().nullable(),
})

const byClause = `
  with tested as (
    select distinct id, clause, decided_at from concordat.decision, unnest(tested) as clause
  ), refused as (
    select distinct id, refusal->>'clause' as clause, decided_at
    from concordat.decision, jsonb_array_elements(refusals) as refusal
  )
  select clause,
    coalesce(t.count, 0) as tested, t.last as last_tested,
    coalesce(r.count, 0) as refused, r.last as last_refused
  from (select clause, count(*) as count, max(decided_at) as last from tested group by clause) t
  full join (select clause, count(*) as count, max(decided_at) as last from refused group by clause) r using (clause)
  order by clause`

export type Enforcements = ReadonlyMap<string, Enforcement>

/** @returns by clause; one that no decision ever tested is not there */
export async function enforcementByClause(db: Database): Promise<Enforcements> {
  return db.withTransaction(async (tx) => {
    await tx.query('set transaction read only')
    return readEnforcement(tx)
  })
}

/** The same in a transaction that there is. */
export async function readEnforcement(tx: Queryable): Promise<Enforcements> {
  const { rows } = await tx.query(byClause)
  return new Map(
    rows.map((row) => {
      const { clause, tested, last_tested, refused, last_refused } = rowShape.parse(row)
      const lasts = {
        ...(last_tested !== null && { lastTested: last_tested }),
        ...(last_refused !== null && { lastRefused: last_refused }),
      }
      return [clause, { tested, refused, ...lasts }]
    }),
  )
}
