// What happened under a clause since: how often its rules were applied and refused, and how its clocks stand. Counted from the
// decisions and the duties that were kept; reads and changes nothing.
import { z } from 'zod'
import type { Queryable } from '../db.ts'
import { readEnforcement, type Enforcement } from '../decisions/enforcement.ts'

export interface ClauseState {
  readonly enforcement?: Enforcement
  readonly clocks?: Clocks
}

interface Clocks {
  readonly running: number
  readonly met: number
  readonly late: number
}

const clocksRow = z.object({ clause: z.string(), running: z.number(), met: z.number(), late: z.number() })

/** @returns by clause; one that nothing happened under is not there */
export async function readState(db: Queryable, now: Date): Promise<ReadonlyMap<string, ClauseState>> {
  const enforcements = await readEnforcement(db)
  const { rows } = await db.query(
    `select clause, count(*) filter (where met_at is null) as running, count(met_at) as met,
       count(*) filter (where coalesce(met_at, $1) > coalesce(late_at, due_at)) as late
     from concordat.duty group by clause`,
    [now],
  )
  const clocks = new Map(
    rows.map((row) => {
      const { clause, ...counts } = clocksRow.parse(row)
      return [clause, counts]
    }),
  )
  const ids = new Set([...enforcements.keys(), ...clocks.keys()])
  return new Map([...ids].map((id) => [id, stateOf(enforcements.get(id), clocks.get(id))]))
}

function stateOf(enforcement: Enforcement | undefined, counted: Clocks | undefined): ClauseState {
  return { ...(enforcement && { enforcement }), ...(counted && { clocks: counted }) }
}
