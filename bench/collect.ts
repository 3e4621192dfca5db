// Seals one large item and collects it as its recipient would, and says how much memory the gateway held meanwhile. The
// promise is under 256 MiB, whatever the size of the item.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { clientWith, type Client } from '../demo/client.ts'
import { createPersonKey } from '../keys/openpgp-keys.ts'
import { openMessage } from '../keys/open-message.ts'
import { systemClock } from '../gateway/clock.ts'
import { processEnvironment } from '../gateway/config.ts'
import { version } from '../gateway/version.ts'
import packageJson from '../package.json' with { type: 'json' }
import type { Order, Report } from './processes.ts'
import { rounded } from './statistics.ts'
import { permittedRequest, surround, type Surroundings } from './surroundings.ts'

const limitMiB = 256
/** The gateway is measured as `npm start` runs it: with its flags, and its settings of the allocator. */
const wordsOfStart = packageJson.scripts.start.split(' ')
const flagsOfStart = wordsOfStart.filter((word) => word.startsWith('--'))
const settingsOfStart = Object.fromEntries(
  wordsOfStart.filter((word) => /^[A-Z_]+=/.test(word)).map((word) => word.split('=', 2)),
) as Record<string, string>
const MiB = 1024 * 1024

export interface CollectResult {
  readonly benchmark: 'collect'
  readonly version: string
  readonly node: string
  readonly packageMiB: number
  readonly seal: Held
  readonly collect: Held
  readonly limitMiB: number
  readonly withinLimit: boolean
}

interface Held {
  readonly seconds: number
  readonly MiBPerSecond: number
  /** Resident memory when it was ready, and the most that the process ever held. */
  readonly residentAtStartMiB: number
  readonly mostResidentMiB: number
}

export async function measureCollect(options: {
  readonly sizeMiB: number
  readonly say: (line: string) => void
}): Promise<CollectResult> {
  const { say } = options
  say('Starting PostgreSQL, the identity provider and the gateway …')
  const around = await surround()
  const { config } = around.environment
  const preparing = await start({ role: 'gateway', config })
  const transferId = await supplied(around, preparing.gatewayKey)
  await ended(preparing.process)
  try {
    say(`Sealing an item of about ${options.sizeMiB} MiB …`)
    const sealed = await seal({ role: 'seal', config, transferId, bytes: options.sizeMiB * MiB })
    say('Collecting it …')
    const collected = await collect(around, transferId)
    const per = (seconds: number) => rounded(collected.bytes / MiB / seconds)
    const packageMiB = rounded(collected.bytes / MiB)
    return {
      benchmark: 'collect',
      version,
      node: process.version,
      packageMiB,
      seal: { ...sealed, MiBPerSecond: per(sealed.seconds) },
      collect: { ...collected.held, MiBPerSecond: per(collected.held.seconds) },
      limitMiB,
      withinLimit: collected.held.mostResidentMiB < limitMiB,
    }
  } finally {
    await around.end()
  }
}

/** A request that is supplied and waits to be sealed, with a key enrolled to collect it with. */
async function supplied(around: Surroundings, gatewayKey: string): Promise<string> {
  const { config } = around.environment
  const as = async (person: string) => clientWith(config.publicUrl, await around.tokenOf(person))
  const analyst = await as('ayesha.rahman')
  await enrol(analyst, gatewayKey)
  const { id } = await expected(analyst.post('/api/v1/requests', permittedRequest(around.environment)))
  const path = `/api/v1/requests/${String(id)}`
  await expected((await as('gwen.pritchard')).post(`${path}/approve`))
  await expected((await as('daniel.okafor')).post(`${path}/supply`, { outcome: 'supply' }))
  return String(id)
}

async function enrol(analyst: Client, senderArmored: string): Promise<void> {
  const { email } = await expected(analyst.get('/api/v1/me'))
  const key = await createPersonKey({ name: 'Analyst', email: String(email), at: systemClock() })
  const { message, fingerprint } = await expected(
    analyst.post('/api/v1/keys', { armored: key.publicArmored }),
  )
  const { privateArmored } = key
  const opened = await openMessage(String(message), { privateArmored, senderArmored })
  const answer = /[0-9A-Z-]{20,}/.exec(Buffer.from(opened).toString('utf8'))?.[0]
  await expected(analyst.post('/api/v1/keys/answer', { fingerprint, answer }))
}

async function expected(answering: ReturnType<Client['get']>): Promise<Record<string, unknown>> {
  const answer = await answering
  if (answer.status >= 300)
    throw new Error(`the gateway answered ${answer.status}: ${answer.bytes.toString('utf8')}`)
  return answer.json()
}

type Timed = Omit<Held, 'MiBPerSecond'>

async function seal(order: Order): Promise<Timed> {
  const { process: worker, resident } = await start(order)
  const started = performance.now()
  const { mostResidentBytes } = await reported(worker, 'done')
  const seconds = rounded((performance.now() - started) / 1000)
  await ended(worker)
  return { seconds, residentAtStartMiB: toMiB(resident), mostResidentMiB: toMiB(mostResidentBytes) }
}

async function collect(
  around: Surroundings,
  transferId: string,
): Promise<{ readonly bytes: number; readonly held: Timed }> {
  const { config } = around.environment
  const { process: gateway, resident } = await start({ role: 'gateway', config })
  const token = await around.tokenOf('ayesha.rahman')
  const started = performance.now()
  const response = await fetch(`${config.publicUrl}/api/v1/requests/${transferId}/package`, {
    headers: { authorization: `Bearer ${token}` },
  })
  if (response.status !== 200 || !response.body) throw new Error(`the gateway answered ${response.status}`)
  let bytes = 0
  for await (const chunk of response.body) bytes += (chunk as Uint8Array).length // a fetched body is bytes
  const seconds = rounded((performance.now() - started) / 1000)
  gateway.send({ role: 'report' } satisfies Order)
  const { mostResidentBytes } = await reported(gateway, 'done')
  await ended(gateway)
  return {
    bytes,
    held: { seconds, residentAtStartMiB: toMiB(resident), mostResidentMiB: toMiB(mostResidentBytes) },
  }
}

async function start(order: Order): Promise<{ process: ChildProcess; resident: number; gatewayKey: string }> {
  const child = fork(new URL('processes.ts', import.meta.url), {
    execArgv: flagsOfStart,
    env: { ...processEnvironment(), ...settingsOfStart },
  })
  child.send(order)
  const { residentBytes, gatewayKey } = await reported(child, 'ready')
  return { process: child, resident: residentBytes, gatewayKey }
}

async function reported<K extends Report['is']>(
  child: ChildProcess,
  is: K,
): Promise<Extract<Report, { is: K }>> {
  const gone = new AbortController()
  child.once('exit', () => gone.abort(new Error('a process of the benchmark ended early')))
  const [report] = (await once(child, 'message', { signal: gone.signal })) as [Report] // as processes.ts sends it
  if (report.is !== is) throw new Error(`expected ${is}, and it said ${report.is}`)
  return report as Extract<Report, { is: K }> // the line above compared it
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

function toMiB(bytes: number): number {
  return Math.ceil(bytes / MiB)
}

export function collectTable({
  packageMiB,
  seal: sealed,
  collect: collected,
  withinLimit,
}: CollectResult): string {
  const line = (what: string, held: Held) =>
    `${what.padEnd(10)}${`${held.seconds} s`.padEnd(12)}${`${held.MiBPerSecond} MiB/s`.padEnd(16)}${`${held.residentAtStartMiB} MiB`.padEnd(12)}${held.mostResidentMiB} MiB`
  return `${[
    `One item of ${packageMiB} MiB`,
    `${''.padEnd(10)}${'time'.padEnd(12)}${'speed'.padEnd(16)}${'at start'.padEnd(12)}most resident memory`,
    line('seal', sealed),
    line('collect', collected),
    withinLimit ? `Collecting held less than ${limitMiB} MiB.` : `Collecting held more than ${limitMiB} MiB.`,
  ].join('\n')}\n`
}
