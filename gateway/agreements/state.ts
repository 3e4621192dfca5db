// What happened under a clause since: how often its rules were applied and refused, and how its clocks stand. Counted from the
// decisions and the clocks that were kept; reads and changes nothing.
import { z } from 'zod'
import type { Database, Queryable } from '../db.ts'
import { readEnforcement, type Enforcement } from '../decisions/enforcement.ts'

export interface ClauseState {
  readonly enforcement?: Enforcement
  readonly clocks?: Clocks
}

export interface Clocks {
  readonly running: number
  readonly met: number
  readonly late: number
  readonly lastStarted: Date
  readonly lastMet?: Date
}

export type ClauseStates = ReadonlyMap<string, ClauseState>

const clocksRow = z.object({
  clause: z.string(),
  running: z.coerce.number(),
  met: z.coerce.number(),
  late: z.coerce.number(),
  last_started: z.date(),
  last_met: z.date().nullable(),
})

/** @returns by clause; one that nothing happened under is not there */
export async function readState(db: Queryable, now: Date): Promise<ClauseStates> {
  const enforcements = await readEnforcement(db)
  const clocks = await readClocks(db, now)
  const ids = new Set([...enforcements.keys(), ...clocks.keys()])
  return new Map([...ids].map((id) => [id, stateOf(enforcements.get(id), clocks.get(id))]))
}

/** The same at one moment, in a transaction of its own that can change nothing. */
export function readStateAlone(db: Pick<Database, 'withTransaction'>, now: Date): Promise<ClauseStates> {
  return db.withTransaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only')
    return readState(tx, now)
  })
}

/** A clock that starts on a day to come, such as that of a destruction, has not started. */
async function readClocks(db: Queryable, now: Date): Promise<Map<string, Clocks>> {
  const { rows } = await db.query(
    `select clause, count(*) filter (where met_at is null) as running, count(met_at) as met,
       count(*) filter (where coalesce(met_at, $1) > late_at) as late, max(starts_at) as last_started, max(met_at) as last_met
     from concordat.clock where starts_at <= $1 or met_at is not null group by clause`,
    [now],
  )
  return new Map(
    rows.map((row) => {
      const { clause, last_started, last_met, ...counts } = clocksRow.parse(row)
      return [clause, { ...counts, lastStarted: last_started, ...(last_met && { lastMet: last_met }) }]
    }),
  )
}

function stateOf(enforcement: Enforcement | undefined, clocks: Clocks | undefined): ClauseState {
  return { ...(enforcement && { enforcement }), ...(clocks && { clocks }) }
}
