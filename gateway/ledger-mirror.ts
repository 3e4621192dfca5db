// Copies the ledger to the HMPPS audit queue beside the ledger's loop: what the queue does not take is tried again later, with
// growing pauses, and nothing waits for it. Off unless a queue is configured.
import { mirrorNext, type MirrorDeps, MESSAGES_AT_ONCE } from '../audit/mirror/mirror.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Database } from './db.ts'
import type { Log } from './log.ts'
import { openQueue } from './sqs.ts'

const PAUSE_MS = 2000
const PAUSE_LIMIT_MS = 300_000

export interface Mirror {
  /** Begins to send what waits, and does not wait for it. */
  begin(): void
  /** What has begun has ended. */
  running(): Promise<void>
  /** It has ended, and begins no more. */
  settled(): Promise<void>
}

/** A message is named by its entry, so that one that comes twice is known. */
export function mirrorTo(queue: NonNullable<Config['auditQueue']>, clock: Clock): MirrorDeps {
  const send = openQueue(queue.url, queue.access)
  return {
    clock,
    service: queue.service,
    send: (messages) => send(messages.map((message) => ({ id: message.operationId, body: JSON.stringify(message) }))), // prettier-ignore
  }
}

export function createMirror(db: Database, deps: MirrorDeps, log: Log): Mirror {
  let running: Promise<void> | undefined
  let isStopping = false
  let failures = 0
  let retryAt = deps.clock()
  const drain = async () => {
    try {
      while (!isStopping && (await mirrorNext(db, deps)) === MESSAGES_AT_ONCE);
      if (failures > 0) log.info('ledger.mirrored')
      failures = 0
    } catch (error) {
      failures += 1
      const pauseMs = Math.min(PAUSE_MS * 2 ** (failures - 1), PAUSE_LIMIT_MS)
      retryAt = new Date(deps.clock().getTime() + pauseMs)
      // Said once for as long as it lasts; the health answer shows the lag.
      if (failures === 1) log.error('ledger.mirror', { error })
    }
  }
  return {
    begin: () => {
      if (running !== undefined || isStopping || deps.clock() < retryAt) return
      running = drain().finally(() => (running = undefined))
    },
    running: () => running ?? Promise.resolve(),
    settled: () => {
      isStopping = true
      return running ?? Promise.resolve()
    },
  }
}
