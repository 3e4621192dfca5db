// How often each clause was put to the test, how often it refused, and when last: from the decisions that were kept. What was
// counted is kept by clause; what was not counted yet is read beside it, so that the answer is always whole.
import { z } from 'zod'
import type { Database, Queryable, Transaction } from '../db.ts'

export interface Enforcement {
  /** Decisions in which the clause's rules had a say. */
  readonly tested: number
  readonly lastTested?: Date
  readonly refused: number
  readonly lastRefused?: Date
}

const rowShape = z.object({
  clause: z.string(),
  tested: z.coerce.number(),
  last_tested: z.date().nullable(),
  refused: z.coerce.number(),
  last_refused: z.date().nullable(),
})

/** The clauses of some decisions, each once a decision, as `clause_count` has them. @param decisions a table with decision_id */
const countOf = (decisions: string) => `
  select clause,
    count(*) filter (where not refused) as tested, max(decided_at) filter (where not refused) as last_tested,
    count(*) filter (where refused) as refused, max(decided_at) filter (where refused) as last_refused
  from (
    select distinct d.id, clause, false as refused, d.decided_at
    from ${decisions} join concordat.decision d on d.id = decision_id, unnest(d.tested) as clause
    union all
    select distinct d.id, refusal->>'clause', true, d.decided_at
    from ${decisions} join concordat.decision d on d.id = decision_id, jsonb_array_elements(d.refusals) as refusal
  ) as marks
  group by clause`

const byClause = `
  select clause, sum(tested) as tested, max(last_tested) as last_tested, sum(refused) as refused, max(last_refused) as last_refused
  from (
    select clause, tested, last_tested, refused, last_refused from concordat.clause_count
    union all
    (${countOf('concordat.uncounted_decision')})
  ) as counts
  group by clause order by clause`

export type Enforcements = ReadonlyMap<string, Enforcement>

/** @returns by clause; one that no decision ever tested is not there */
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

/** At most so many decisions a pass: the counts that it changes are locked until its end. */
const most = 10_000

/** Adds up what was decided since. Several at once take different decisions. @returns how many it took */
export async function countDecisions(db: Pick<Database, 'withTransaction'>): Promise<number> {
  return db.withTransaction(async (tx) => {
    const taken = await takeUncounted(tx)
    if (taken.length > 0) await addUp(tx, taken)
    return taken.length
  })
}

async function takeUncounted(tx: Transaction): Promise<string[]> {
  const { rows } = await tx.query(
    `delete from concordat.uncounted_decision where decision_id in (
       select decision_id from concordat.uncounted_decision limit $1 for update skip locked) returning decision_id`,
    [most],
  )
  return rows.map((row) => String(row['decision_id']))
}

/** In the order of the clauses, so that two passes never wait for each other. */
async function addUp(tx: Transaction, decisions: readonly string[]): Promise<void> {
  await tx.query(
    `with taken as materialized (select unnest($1::uuid[]) as decision_id)
     insert into concordat.clause_count as kept (clause, tested, last_tested, refused, last_refused)
     select clause, tested, last_tested, refused, last_refused from (${countOf('taken')}) as counts order by clause
     on conflict (clause) do update set
       tested = kept.tested + excluded.tested, last_tested = greatest(kept.last_tested, excluded.last_tested),
       refused = kept.refused + excluded.refused, last_refused = greatest(kept.last_refused, excluded.last_refused)`,
    [decisions],
  )
}
