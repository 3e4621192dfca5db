// What decided something, as it was then: the versions of agreements that had been activated, with the gateway's own rules of the
// release that ran. Both are kept by their hashes, so that a decision is explained and decided again under what made it.
import type { Agreements } from '../../policies/agreements.ts'
import { londonDate } from '../../policies/calendar.ts'
import { PackFault } from '../../policies/fault.ts'
import { assemble } from '../../policies/pack.ts'
import { nameOf, sourcesOf, versionsOn } from '../../policies/versions.ts'
import type { Queryable } from '../db.ts'
import { findActivated, findVersion, numberAt } from './version-store.ts'

/** A decision, as far as it says what made it. */
export interface Made {
  /** The number of the activation that was the last one; found by the time where it was not kept. */
  readonly standing: number | null
  /** As it is kept: the agreement's and the gateway's own, `hash+localHash`. */
  readonly packHash: string
  readonly at: Date
}

/** What decided is not there any more, or this release cannot read it. The message says which. */
export class PastLost extends Error {}

const mostKept = 4

/** @returns a reader that keeps the last few sets that it put together. It throws {@link PastLost} */
export function openPast(): (db: Queryable, made: Made) => Promise<Agreements> {
  const kept = new Map<string, Agreements>()
  const files = new Map<string, ReadonlyMap<string, string>>()
  return async (db, { standing, packHash, at }) => {
    const localHash = localHashOf(packHash)
    const activated = await findActivated(db, standing ?? (await numberAt(db, at)), files)
    const versions = versionsOn(activated, londonDate(at))
    const name = `${localHash} ${nameOf(versions)}`
    const known = kept.get(name)
    if (known) return known
    const beside = await findVersion(db, localHash)
    if (beside?.key !== 'local') throw new PastLost('The gateway’s own rules of that time are not kept.')
    const made = load(sourcesOf(beside.files, versions))
    kept.set(name, made)
    for (const oldest of [...kept.keys()].slice(0, -mostKept)) kept.delete(oldest)
    return made
  }
}

export function localHashOf(packHash: string): string {
  return packHash.split('+')[1] ?? ''
}

function load(sources: ReturnType<typeof sourcesOf>): Agreements {
  try {
    return assemble(sources, { tryExamples: false }) // they were, before it decided
  } catch (error) {
    if (error instanceof PackFault) throw new PastLost('This release cannot read the rules of that time.', { cause: error }) // prettier-ignore
    throw error
  }
}
