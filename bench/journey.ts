// POST /api/v1/requests beside a bare express handler that inserts one row with the same pool: what deciding, recording
// and keeping costs over the least that any gateway would do. Both are served by this process, one at a time, in rounds.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { Worker } from 'node:worker_threads'
import express from 'express'
import { systemClock } from '../gateway/clock.ts'
import { openDatabase, type Database } from '../gateway/db.ts'
import { createLog } from '../gateway/log.ts'
import { serve } from '../gateway/serve.ts'
import { version } from '../gateway/version.ts'
import { wire, type Wiring } from '../gateway/wire.ts'
import type { Load, Measured } from './load.ts'
import { rounded, spreadOf, type Spread } from './statistics.ts'
import { permittedRequest, surround, type Surroundings } from './surroundings.ts'

export interface JourneyOptions {
  readonly rounds: number
  readonly seconds: number
  readonly say: (line: string) => void
}

const concurrencies = [1, 16] as const
const contenders = ['bare', 'gateway'] as const
type Contender = (typeof contenders)[number]
type Round = Readonly<Record<Contender, Measured>>

export interface JourneyResult {
  readonly benchmark: 'journey'
  readonly version: string
  readonly node: string
  readonly rounds: number
  readonly secondsEach: number
  readonly concurrency: readonly {
    readonly connections: number
    /** Gateway over bare, round by round: below 1 for requests a second, above 1 for milliseconds. */
    readonly ratios: Readonly<Record<'requestsPerSecond' | 'p50' | 'p99', Spread>>
    readonly gateway: Figures
    readonly bare: Figures
  }[]
}

interface Figures {
  readonly requestsPerSecond: Spread
  readonly p50Ms: Spread
  readonly p99Ms: Spread
  readonly requests: number
}

export async function measureJourney(options: JourneyOptions): Promise<JourneyResult> {
  options.say('Starting PostgreSQL, the identity provider and the gateway …')
  const around = await surround()
  const owner = openDatabase(around.ownerUrl, { applicationName: 'bench', maxConnections: 1 })
  await makeBareTable(owner)
  await owner.close()
  const { config } = around.environment
  const wiring = await wire({ config, clock: systemClock, log: createLog('error', process.stderr), version, createMissingKeys: true }) // prettier-ignore
  // Workers run as processes of their own, as they would where this speed matters.
  const running = await serve(wiring, { withWorker: false })
  const bare = await serveBare(wiring.db)
  const loader = new Worker(new URL('load.ts', import.meta.url))
  try {
    const token = await around.tokenOf('ayesha.rahman')
    return await runRounds(options, wiring, loadsOf(around, bare.port, token), loader)
  } finally {
    await loader.terminate()
    bare.server.close()
    await running.stop()
    await around.end()
  }
}

async function makeBareTable(owner: Database): Promise<void> {
  await owner.query('create schema bench')
  await owner.query(
    'create table bench.request (id bigint generated always as identity primary key, body jsonb not null, at timestamptz not null)',
  )
  await owner.query('grant usage on schema bench to concordat_gateway')
  await owner.query('grant insert, select (id) on bench.request to concordat_gateway')
}

/** The least that keeps a request: parse it, insert it, answer after the commit. */
async function serveBare({ pool }: Database): Promise<{ server: Server; port: number }> {
  const app = express()
  app.use(express.json())
  app.post('/requests', async (req, res) => {
    const { rows } = await pool.query('insert into bench.request (body, at) values ($1, $2) returning id', [
      JSON.stringify(req.body),
      new Date(performance.timeOrigin + performance.now()),
    ])
    res.status(201).json(rows[0])
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the bare handler does not listen')
  return { server, port: address.port }
}

type Loads = Readonly<Record<Contender, Omit<Load, 'concurrency' | 'seconds'>>>

function loadsOf({ environment }: Surroundings, barePort: number, token: string): Loads {
  const load = { token, body: JSON.stringify(permittedRequest(environment)), expectedStatus: 201 }
  return {
    bare: { ...load, url: `http://127.0.0.1:${barePort}/requests` },
    gateway: { ...load, url: `http://127.0.0.1:${environment.config.port}/api/v1/requests` },
  }
}

async function runRounds(
  { rounds, seconds, say }: JourneyOptions,
  wiring: Wiring,
  loads: Loads,
  loader: Worker,
): Promise<JourneyResult> {
  const cell = async (contender: Contender, concurrency: number, forSeconds: number) => {
    // What the cell before left for the ledger is not charged to this one.
    await wiring.ledgerProcess.catchUp()
    return ask(loader, { ...loads[contender], concurrency, seconds: forSeconds })
  }
  say('Warming up …')
  for (const contender of contenders) await cell(contender, 16, 3)
  const measured = new Map<number, Round[]>(concurrencies.map((connections) => [connections, []]))
  for (let round = 1; round <= rounds; round += 1) {
    say(`Round ${round} of ${rounds}`)
    for (const connections of shuffled(concurrencies)) {
      const found = new Map<Contender, Measured>()
      for (const contender of shuffled(contenders))
        found.set(contender, await cell(contender, connections, seconds))
      const [bare, gateway] = [found.get('bare'), found.get('gateway')]
      if (bare && gateway) measured.get(connections)?.push({ bare, gateway })
    }
  }
  return {
    benchmark: 'journey',
    version,
    node: process.version,
    rounds,
    secondsEach: seconds,
    concurrency: concurrencies.map((connections) => summary(connections, measured.get(connections) ?? [])),
  }
}

async function ask(loader: Worker, load: Load): Promise<Measured> {
  loader.postMessage(load)
  const [answer] = (await once(loader, 'message')) as [{ measured?: Measured; failed?: string }] // as load.ts posts it
  if (answer.measured) return answer.measured
  throw new Error(answer.failed ?? 'the load gave no figures')
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, at: crypto.getRandomValues(new Uint32Array(1))[0] ?? 0 }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ value }) => value)
}

function summary(connections: number, rounds: readonly Round[]): JourneyResult['concurrency'][number] {
  const ratio = (figure: 'requestsPerSecond' | 'p50Ms' | 'p99Ms') =>
    spreadOf(rounds.map(({ gateway, bare }) => rounded(gateway[figure] / bare[figure])))
  const figures = (contender: Contender): Figures => ({
    requestsPerSecond: spreadOf(rounds.map((round) => round[contender].requestsPerSecond)),
    p50Ms: spreadOf(rounds.map((round) => round[contender].p50Ms)),
    p99Ms: spreadOf(rounds.map((round) => round[contender].p99Ms)),
    requests: rounds.reduce((sum, round) => sum + round[contender].requests, 0),
  })
  return {
    connections,
    ratios: { requestsPerSecond: ratio('requestsPerSecond'), p50: ratio('p50Ms'), p99: ratio('p99Ms') },
    gateway: figures('gateway'),
    bare: figures('bare'),
  }
}

export function journeyTable({ concurrency, rounds }: JourneyResult): string {
  const cell = ({ median, min, max }: Spread) => `${median} (${min} to ${max})`.padEnd(24)
  const lines = concurrency.flatMap(({ connections, gateway, bare, ratios }) => [
    `\n${connections} connection(s), medians of ${rounds} rounds (least to most)`,
    `${''.padEnd(20)}${'gateway'.padEnd(24)}${'bare'.padEnd(24)}ratio`,
    `${'requests a second'.padEnd(20)}${cell(gateway.requestsPerSecond)}${cell(bare.requestsPerSecond)}${cell(ratios.requestsPerSecond)}`,
    `${'p50, ms'.padEnd(20)}${cell(gateway.p50Ms)}${cell(bare.p50Ms)}${cell(ratios.p50)}`,
    `${'p99, ms'.padEnd(20)}${cell(gateway.p99Ms)}${cell(bare.p99Ms)}${cell(ratios.p99)}`,
  ])
  return `${lines.join('\n').trimStart()}\n`
}
