// `npm start`: the gateway and a worker in one process, against DATABASE_URL, or against an embedded PostgreSQL where none is
// set and this is not production.
import path from 'node:path'
import { PackFault } from '../policies/fault.ts'
import { systemClock } from './clock.ts'
import { ConfigFault, parseConfig, processEnvironment } from './config.ts'
import { createLog } from './log.ts'
import { serve } from './serve.ts'
import { version } from './version.ts'
import { wire } from './wire.ts'

async function main(): Promise<void> {
  const given = processEnvironment()
  const embedded = given['DATABASE_URL'] === undefined && given['NODE_ENV'] !== 'production'
  const database = embedded ? await startEmbedded() : undefined
  const environment = database
    ? { ...given, DATABASE_URL: database.gatewayUrl, LEDGER_DATABASE_URL: database.ledgerUrl }
    : given
  const config = parseConfig(environment)
  const log = createLog(config.logLevel)
  const wiring = await wire({ config, clock: systemClock, log, version, createMissingKeys: embedded })
  const running = await serve(wiring, { withWorker: true })
  const stop = async () => {
    await running.stop()
    await database?.server.stop()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())
}

async function startEmbedded() {
  // Loaded here alone: production images leave the embedded server out.
  const { startEmbeddedDatabase } = await import('./embedded-database.ts')
  return startEmbeddedDatabase(path.resolve('.data/postgres'))
}

main().catch((error: unknown) => {
  // What an operator can mend is said in their words; the rest keeps its stack.
  const said =
    error instanceof ConfigFault || error instanceof PackFault
      ? error.message
      : String(error instanceof Error ? error.stack : error)
  process.stderr.write(`Concordat did not start.\n${said}\n`)
  process.exitCode = 1
})
