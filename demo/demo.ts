// `npm run demo`: everything on this machine, nothing else needed. It stays up; with --once it walks the whole journey
// headless, leaves what it got under .demo/out and ends, with exit code 1 and the step's name when one fails.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../gateway/clock.ts'
import { startEmbeddedDatabase, type EmbeddedDatabase } from '../gateway/embedded-database.ts'
import { removeEmbeddedPostgres } from '../gateway/embedded-postgres.ts'
import { createLog } from '../gateway/log.ts'
import { serve } from '../gateway/serve.ts'
import { version } from '../gateway/version.ts'
import { wire, type Wiring } from '../gateway/wire.ts'
import { londonDate } from '../policies/calendar.ts'
import { askForConsents } from './clearances.ts'
import { keepPhotographs } from './photographs.ts'
import { signIn } from './client.ts'
import { deliverSinceTheAgreement } from './deliveries.ts'
import { prepareEnvironment, type Environment } from './environment.ts'
import { demonstrationPeople } from './identity/people.ts'
import { walkJourney } from './journey.ts'
import { rehearsals } from './rehearsals.ts'

const help = `npm run demo [-- --once] [-- --port 3000]

Starts PostgreSQL, a synthetic prison case system, an identity provider and the gateway, and says where to go.

  --once       walk the whole journey without a browser, leave its artefacts in .demo/out, and end
  --port N     the gateway's port (the identity provider takes the next one)
  --help       this text
`

const directory = path.resolve('.demo')
const output = path.join(directory, 'out')
const say = (line: string) => process.stdout.write(`${line}\n`)

async function main(): Promise<number | undefined> {
  const { values } = parseArgs({ options: { once: { type: 'boolean', default: false }, port: { type: 'string', default: '3000' }, help: { type: 'boolean', default: false } } }) // prettier-ignore
  if (values.help) return (say(help), 0)
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 1 || port > 65_534)
    return (say(`--port takes a number from 1 to 65534, not ${values.port}.`), 2)
  for (const wanted of [port, port + 1]) {
    if (await isTaken(wanted))
      return (
        say(
          `Port ${wanted} is taken. Is a demonstration running already? Stop it, or choose another with --port.`,
        ),
        2
      )
  }
  await removeEmbeddedPostgres(path.join(directory, 'postgres'))
  await rm(directory, { recursive: true, force: true, maxRetries: 5 })
  await mkdir(output, { recursive: true })
  say('Starting PostgreSQL …')
  const database = await startEmbeddedDatabase(path.join(directory, 'postgres'))
  const started = await start(database, port).catch(async (error: unknown) => {
    await database.server.stop()
    throw error
  })
  const stop = async () => {
    await started.running.stop()
    await started.environment.identity.close()
    await started.environment.witnesses?.stop()
    await database.server.stop()
  }
  if (values.once) return once(started, database).finally(stop)
  welcome(started.environment)
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stop().then(() => process.exit(0)))
  return undefined
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(true))
    probe.listen(port, 'localhost', () => probe.close(() => resolve(false)))
  })
}

interface Started {
  readonly environment: Environment
  readonly wiring: Wiring
  readonly running: { stop(): Promise<void> }
}

async function start(database: EmbeddedDatabase, port: number): Promise<Started> {
  say('Inventing 50,000 people in custody …')
  const environment = await prepareEnvironment({
    adminUrl: (name) => database.server.url(name),
    ownerUrl: database.ownerUrl,
    gatewayUrl: database.gatewayUrl,
    ledgerUrl: database.ledgerUrl,
    directory,
    port,
    identityPort: port + 1,
    sourceDatabase: 'case_system',
    people: 50_000,
    now: systemClock(),
    witnessed: true,
  })
  const log = createLog('warn', process.stderr)
  const wiring = await wire({
    config: environment.config,
    clock: systemClock,
    log,
    version,
    createMissingKeys: true,
  })
  say('Delivering the concerns database, quarter by quarter, up to today …')
  await deliverSinceTheAgreement(wiring, londonDate(systemClock()))
  await keepPhotographs(wiring, await askForConsents(wiring))
  return { environment, wiring, running: await serve(wiring, { withWorker: true }) }
}

async function once(started: Started, database: EmbeddedDatabase): Promise<number> {
  const { environment, wiring } = started
  try {
    const steps = await walkJourney({
      signIn: (person) => signIn(environment, person),
      ...rehearsals(started, database, directory),
      seeded: environment.seeded,
      publicUrl: environment.config.publicUrl,
      gatewayKey: wiring.signer.publicArmored,
      policy: await readFile(environment.witnesses?.policyFile ?? '', 'utf8'),
      output,
      now: systemClock(),
      progress: say,
    })
    await writeFile(path.join(output, 'summary.json'), `${JSON.stringify({ steps }, null, 2)}\n`)
    say(
      `\nAll ${steps.length} steps came out as they should. What they left is in ${path.relative('.', output)}.`,
    )
    return 0
  } catch (error) {
    process.stderr.write(
      `\nThe journey stopped at: ${error instanceof Error ? error.message : String(error)}\n`,
    )
    return 1
  }
}

function welcome({ config, seeded, witnesses }: Environment): void {
  say(`\nConcordat is at ${config.publicUrl}\n`)
  say(`The open inspection is ${seeded.inspection}. Sign in as:`)
  for (const person of demonstrationPeople) say(`  ${person.name.padEnd(18)} ${person.description}`)
  say('\nHMI Prisons and HMPPS each witness the ledger:')
  for (const line of witnesses?.about ?? []) say(`  ${line}`)
  say(`\nMail goes to ${path.relative('.', path.join(directory, 'mail'))}. Press Ctrl+C to stop.`)
}

main().then(
  (code) => {
    if (code !== undefined) process.exit(code)
  },
  (error: unknown) => {
    process.stderr.write(
      `The demonstration did not start.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    )
    process.exit(1)
  },
)
