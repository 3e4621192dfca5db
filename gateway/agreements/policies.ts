// What decides now, in this process: the versions of agreements that were activated, as the database has them. Each transaction
// of the gateway begins by taking a lock that an activation needs for itself alone, and by reading the number of the last one:
// while it is open nothing is activated, and it decides under exactly one set (docs/decisions/0009-activation.md).
import type { Agreements } from '../../policies/agreements.ts'
import { londonDate } from '../../policies/calendar.ts'
import type { Sources } from '../../policies/sources.ts'
import { nameOf, standingOf, type AgreementVersion, type Standing } from '../../policies/versions.ts'
import type { Clock } from '../clock.ts'
import type { Database, Queryable, Transaction } from '../db.ts'
import { stateConflict } from '../http/problem.ts'
import { localHashOf, openPast, type Made } from './past.ts'
import { findActivated, lastNumber } from './version-store.ts'

export interface Policies {
  /** What decides on a day, YYYY-MM-DD in London. */
  on(day: string): Agreements
  today(): Agreements
  /** What made a decision that was kept, which can be an older version than decides now. @throws {PastLost} */
  asOf(db: Queryable, made: Made): Promise<Agreements>
  readonly standing: Standing
  /** What decides beside the agreements: it comes with the release. */
  readonly beside: Sources
  /** What was put together before, by name (versions.ts). */
  readonly loaded: Map<string, Agreements>
  /** The versions that this release ships. */
  readonly shipped: readonly AgreementVersion[]
  /** Holds activations off until the transaction ends, and learns of those that there were. */
  catchUp(tx: Transaction): Promise<void>
  /** The other side of it: waits until nothing else is being decided. @throws {Problem} `state.conflict` where that takes long */
  exclude(tx: Transaction): Promise<void>
}

export interface Shipped {
  readonly beside: Sources
  readonly versions: readonly AgreementVersion[]
  readonly loaded: Agreements
}

/** PostgreSQL's code for a lock that was not to be had in time. */
const lockNotAvailable = '55P03'
const lock = `hashtext('concordat activation')`

/** @throws {PackFault} where a version that was activated does not fit this release */
export async function openPolicies(db: Queryable, shipped: Shipped, clock: Clock): Promise<Policies> {
  const { beside, versions } = shipped
  const loaded = new Map([[nameOf(versions), shipped.loaded]])
  const files = new Map(versions.map((version) => [version.hash, version.files]))
  const read = async (from: Queryable, number: number) => {
    const activated = number === 0 ? versions : await findActivated(from, number, files)
    return standingOf(number, beside, activated, loaded)
  }
  let current = await read(db, await lastNumber(db))
  const past = openPast()
  const today = () => current.on(londonDate(clock()))
  today()
  return {
    beside,
    loaded,
    shipped: versions,
    on: (day) => current.on(day),
    today,
    asOf: async (from, made) =>
      made.standing === current.number && localHashOf(made.packHash) === shipped.loaded.localHash
        ? current.on(londonDate(made.at))
        : past(from, made),
    get standing() {
      return current
    },
    catchUp: async (tx) => {
      await tx.query(`select pg_advisory_xact_lock_shared(${lock})`)
      // A statement of its own: what was committed while the lock was waited for must be seen.
      const number = await lastNumber(tx)
      if (number !== current.number) current = await read(tx, number)
    },
    exclude,
  }
}

/** Two that wait for each other's end would wait for ever: the second one is sent away, and so is one that waits too long. */
async function exclude(tx: Transaction): Promise<void> {
  const { rows } = await tx.query(
    `select pg_try_advisory_xact_lock(hashtext('concordat activating')) as mine`,
  )
  if (rows[0]?.['mine'] !== true) throw stateConflict('Another version is just being activated.')
  await tx.query(`set local lock_timeout = '5s'`)
  await tx.query(`select pg_advisory_xact_lock(${lock})`).catch((error: unknown) => {
    const isBusy = error instanceof Error && 'code' in error && error.code === lockNotAvailable
    throw isBusy ? stateConflict('Something that began before it takes long, such as a large file.') : error
  })
}

/** The same database, whose transactions decide by what is in force. */
export function deciding(db: Database, policies: Pick<Policies, 'catchUp'>): Database {
  return {
    ...db,
    withTransaction: (work) =>
      db.withTransaction(async (tx) => {
        await policies.catchUp(tx)
        return work(tx)
      }),
  }
}

/** A part of what decides today, as a map that is never out of date. */
export function live<V>(read: () => ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  return {
    get size() {
      return read().size
    },
    get: (key) => read().get(key),
    has: (key) => read().has(key),
    keys: () => read().keys(),
    values: () => read().values(),
    entries: () => read().entries(),
    forEach: (callback) => read().forEach(callback),
    [Symbol.iterator]: () => read()[Symbol.iterator](),
  }
}
