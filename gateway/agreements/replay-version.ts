// What a version would have decided otherwise: the decisions that were kept since a day, decided again from the facts that were
// kept with them. So many at most, oldest first, and in parts, so that others are served meanwhile.
import { setImmediate as others } from 'node:timers/promises'
import type { Agreements } from '../../policies/agreements.ts'
import { startReplay, type ReplayReport } from '../../policies/replay.ts'
import type { Database } from '../db.ts'
import { readDecisions } from '../decisions/stored.ts'

export const mostReplayed = 20_000

export interface VersionReplay extends ReplayReport {
  /** There are more decisions than were decided again. */
  readonly isCut: boolean
}

export interface ReplayWish {
  /** The set of versions with the proposed one in it (check-version.ts). */
  readonly set: Agreements
  readonly since: Date
  readonly most?: number
  /** Told how many were decided again so far. */
  readonly onProgress?: (decisions: number) => void
}

/** @param reading the gateway's database as it is: it is read at one moment, in a transaction of its own */
export async function replayVersion(reading: Database, wish: ReplayWish): Promise<VersionReplay> {
  const { set, since, most = mostReplayed, onProgress } = wish
  const replay = startReplay(set)
  let decided = 0
  const isCut = await readDecisions(reading, since, replay.add, {
    most,
    pause: async (read) => {
      decided += read
      onProgress?.(decided)
      await others()
    },
  })
  return { ...replay.report(), isCut }
}
