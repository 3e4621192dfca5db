// `concordat ledger fsck` without its files and its printing: a published log, the ledger's database, or both and one against
// the other. What was published is read first: the database can then only be as far or further.
import type { SignedCheckpoint } from '../checkpoint.ts'
import { nodeHasher } from '../node-hash.ts'
import type { VerifierKey } from '../note.ts'
import type { Policy } from '../policy.ts'
import type { Queryable, Transactor } from '../queryable.ts'
import type { CheckTime } from '../time/check.ts'
import { checkDatabase } from './check-database.ts'
import { checkFiles } from './check-files.ts'
import { checkTimeTokens } from './check-time.ts'
import { checkCosignatures } from './check-witnesses.ts'
import { concludePublished } from './database-history.ts'
import { Faults } from './faults.ts'
import { type PublishedLog, readLogCheckpoint } from './published-log.ts'
import { checkPublishedTimes } from './published-times.ts'
import { concludeWitnesses } from './published-witnesses.ts'
import { Checks, type FsckReport, type Progress, reportOf } from './report.ts'

export interface FsckInput {
  readonly log?: PublishedLog | undefined
  readonly db?: Transactor | undefined
  readonly keys: readonly VerifierKey[]
  /** Without one, the log has to bear the name of a key that signed it. */
  readonly origin?: string | undefined
  /** Which witnesses must have cosigned; not asked when undefined. */
  readonly policy?: Policy | undefined
  /** Checks time tokens; those that are stored are said to be skipped when undefined. */
  readonly checkTime?: CheckTime | undefined
  /** What was verified before: only what is new is looked at, after it was proved to extend that. */
  readonly since?: SignedCheckpoint | undefined
  readonly onProgress: Progress
}

export interface FsckOutcome {
  readonly report: FsckReport
  /** The checkpoint up to which everything was verified; the `since` of the next time. */
  readonly verified?: SignedCheckpoint
}

/** @throws {LogUnreadable}, and the errors of the network, the files and the database: nothing follows from those */
export async function fsck(input: FsckInput): Promise<FsckOutcome> {
  const checks = new Checks(new Faults())
  const { log, db } = input
  const published = log && (await readLogCheckpoint(log, input.keys, input.origin, checks))
  if (published && input.policy)
    await concludeWitnesses(checks, published, input.policy, `${log.name}/checkpoint`)
  const latest = db && (await checkInSnapshot(input, db, published, checks))
  if (log && published) {
    await checkFiles({ ...input, log, hasher: nodeHasher, checkpoint: published }, checks)
    await checkPublishedTimes(checks, { ...input, log, hasher: nodeHasher, checkpoint: published, checkTime: input.checkTime }) // prettier-ignore
  }
  const verified = log ? published : latest
  const report = reportOf(checks, verified ? { origin: verified.origin, head: verified } : {})
  return { report, ...(report.clean && verified && { verified }) }
}

function checkInSnapshot(
  { log, keys, origin, policy, checkTime, since, onProgress }: FsckInput,
  db: Transactor,
  published: SignedCheckpoint | undefined,
  checks: Checks,
): Promise<SignedCheckpoint | undefined> {
  return db.withTransaction(async (connection) => {
    await connection.query('set transaction isolation level repeatable read, read only')
    await connection.query('set local statement_timeout = 0')
    const tx = new OneAtATime(connection)
    try {
      const checked = await checkDatabase({ tx, keys, origin, since, published, onProgress }, checks)
      await checkTimeTokens(checks, tx, checkTime)
      if (policy) await checkCosignatures(checks, tx, { policy, keys, origin })
      if (checked && log && published) await concludePublished(checks, tx, log, published, checked)
      return checked?.latest
    } finally {
      await tx.idle()
    }
  })
}

/** A connection runs one statement at a time; what is asked for ahead waits here for its turn. */
class OneAtATime implements Queryable {
  readonly #connection: Queryable
  #last: Promise<unknown> = Promise.resolve()

  constructor(connection: Queryable) {
    this.#connection = connection
  }

  query(text: string, values?: unknown[]): ReturnType<Queryable['query']> {
    const answer = this.#last.then(() => this.#connection.query(text, values))
    this.#last = answer.catch(() => undefined)
    return answer
  }

  async idle(): Promise<void> {
    await this.#last
  }
}
