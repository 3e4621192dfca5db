// Starts this process as its environment says: the gateway with or without a worker, or a worker alone, until it is told to
// stop. Without DATABASE_URL, and not in production, it brings an embedded PostgreSQL of its own.
import path from 'node:path'
import { giveBack } from '../keys/relief.ts'
import { systemClock } from './clock.ts'
import { parseConfig } from './config.ts'
import { createLog } from './log.ts'
import { beginLedger, serve } from './serve.ts'
import { version } from './version.ts'
import { startWorker } from './worker.ts'
import { wire, type Wiring } from './wire.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface StartOptions {
  readonly serves: boolean
  readonly works: boolean
}

/** @throws {ConfigFault | PackFault} with every mistake, before anything listens */
export async function start(given: Environment, options: StartOptions): Promise<void> {
  const embedded = given['DATABASE_URL'] === undefined && given['NODE_ENV'] !== 'production'
  const database = embedded ? await startEmbedded() : undefined
  const environment = database
    ? { ...given, DATABASE_URL: database.gatewayUrl, LEDGER_DATABASE_URL: database.ledgerUrl }
    : given
  const started = await begin(environment, options, embedded).catch(async (error: unknown) => {
    await database?.server.stop()
    throw error
  })
  const stop = async () => {
    await started.stop()
    await database?.server.stop()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())
}

async function begin(environment: Environment, { serves, works }: StartOptions, createMissingKeys: boolean) {
  const config = parseConfig(environment)
  const log = createLog(config.logLevel)
  const wiring = await wire({ config, clock: systemClock, log, version, createMissingKeys })
  return serves ? serve(wiring, { withWorker: works }) : work(wiring)
}

/** A worker alone: it listens on nothing. */
async function work(wiring: Wiring): Promise<{ stop(): Promise<void> }> {
  await beginLedger(wiring)
  const worker = await startWorker(wiring)
  giveBack()
  wiring.log.info('working')
  return {
    stop: async () => {
      await worker.stop()
      await wiring.close()
    },
  }
}

async function startEmbedded() {
  // Loaded here alone: production images leave the embedded server out.
  const { startEmbeddedDatabase } = await import('./embedded-database.ts')
  return startEmbeddedDatabase(path.resolve('.data/postgres'))
}
