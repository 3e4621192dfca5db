// Has checkpoints stamped beside the ledger's loop and never in its way: what the authority does not answer is asked again later.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Stamping, StampingDeps } from '../audit/time/stamp.ts'
import { readLastToken } from '../audit/time/store.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Database } from './db.ts'
import type { Log } from './log.ts'

const TIMEOUT_MS = 10_000
const RETRY_MS = 60_000

/** @throws {TimeRefused} and the file system's errors: certificates that cannot be read must not be taken for none */
export async function openStamping(
  authority: NonNullable<Config['timeAuthority']>,
  clock: Clock,
  asksWitnesses: boolean,
): Promise<StampingDeps> {
  // What reads certificates is large, and not loaded where no authority is set.
  const { parseTimeChain } = await import('../audit/time/token.ts')
  return {
    url: authority.url,
    chain: parseTimeChain(await readFile(authority.chainFile, 'utf8')),
    everyMs: authority.everyMinutes * 60_000,
    asksWitnesses,
    fetcher: fetch,
    timeoutMs: TIMEOUT_MS,
    clock,
    random: randomBytes,
  }
}

export interface Stamper {
  /** Begins what is due, and does not wait for it. */
  begin(): void
  /** What has begun has ended. */
  settled(): Promise<void>
}

export function createStamper(db: Database, deps: StampingDeps, log: Log): Stamper {
  let running: Promise<void> | undefined
  let retryAt = deps.clock()
  let isFailing = false
  const once = async () => {
    try {
      const { stamp } = await import('../audit/time/stamp.ts')
      const stamped: Stamping = await stamp(db, deps)
      if (stamped.outcome !== 'stamped') return
      isFailing = false
      log.info('ledger.stamped', { size: stamped.size, at: stamped.at.toISOString() })
    } catch (error) {
      retryAt = new Date(deps.clock().getTime() + RETRY_MS)
      // Said once for as long as it lasts.
      if (!isFailing) log.error('ledger.time', { error })
      isFailing = true
    }
  }
  return {
    begin: () => {
      if (running !== undefined || deps.clock() < retryAt) return
      running = once().finally(() => (running = undefined))
    },
    settled: () => running ?? Promise.resolve(),
  }
}

export interface Stamped {
  readonly size: number
  readonly at: Date
}

/** The last time token, for the health answer; null where there is none yet. */
export async function readStamped(db: Database): Promise<Stamped | null> {
  const last = await readLastToken(db)
  return last ? { size: last.size, at: last.stampedAt } : null
}
