// What the vault's format costs: sealing and opening one item as a stream, beside AES-256-GCM of node:crypto alone over the same
// stream, in turn, in one process; and for how long the event loop stood still meanwhile.
import { createCipheriv, randomBytes } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { newItemKey, openItem, sealItem } from '../keys/item.ts'
import { unwrapForOpening } from '../keys/opening.ts'
import { Secret } from '../keys/secret.ts'
import { rounded, spreadOf, type Spread } from './statistics.ts'

export interface SealOptions {
  readonly rounds: number
  readonly sizeMib: number
  readonly say: (line: string) => void
}

interface Arm {
  readonly mibPerSecond: Spread
  /** Times node:crypto alone, round by round. */
  readonly timesRaw: Spread
  /** The longest that the event loop stood still. */
  readonly blockedMs: number
}

export interface SealResult {
  readonly benchmark: 'seal'
  readonly node: string
  readonly rounds: number
  readonly sizeMib: number
  readonly rawMibPerSecond: Spread
  readonly seal: Arm
  readonly open: Arm
}

const mib = 1024 * 1024
const names = ['raw', 'seal', 'open'] as const
type Name = (typeof names)[number]
interface Run {
  readonly mibPerSecond: number
  readonly blockedMs: number
}

export async function measureSeal({ rounds, sizeMib, say }: SealOptions): Promise<SealResult> {
  const chunk = randomBytes(mib)
  const sealed = await collected(sealItem(source(chunk, sizeMib), { itemKey: itemKey(), itemId, context }).ciphertext) // prettier-ignore
  const arms: Record<Name, () => Promise<void>> = {
    raw: () => drain(Readable.from(raw(source(chunk, sizeMib)))),
    seal: () => drain(sealItem(source(chunk, sizeMib), { itemKey: itemKey(), itemId, context }).ciphertext),
    open: async () =>
      drain(openItem(Readable.from(oneByOne(sealed)), { itemKey: await letOut(), itemId, context })),
  }
  const runs: Record<Name, Run[]> = { raw: [], seal: [], open: [] }
  for (let round = 0; round <= rounds; round += 1) {
    say(round === 0 ? 'Warming up …' : `Round ${round} of ${rounds} …`)
    for (const name of names) {
      const run = await timed(arms[name], sizeMib)
      if (round > 0) runs[name].push(run)
    }
  }
  const speeds = (name: Name) => runs[name].map(({ mibPerSecond }) => mibPerSecond)
  const arm = (name: Name): Arm => ({
    mibPerSecond: spreadOf(speeds(name)),
    timesRaw: spreadOf(speeds(name).map((speed, round) => speed / (speeds('raw')[round] ?? Infinity))),
    blockedMs: rounded(Math.max(...runs[name].map(({ blockedMs }) => blockedMs))),
  })
  return {
    benchmark: 'seal',
    node: process.version,
    rounds,
    sizeMib,
    rawMibPerSecond: spreadOf(speeds('raw')),
    seal: arm('seal'),
    open: arm('open'),
  }
}

const itemId = 'bench'
const context = { purpose: 'bench' }
const keyBytes = newItemKey()
const itemKey = () => new Secret(new Uint8Array(keyBytes.reveal()))

/** As the product lets a key out, with a ledger that confirms. */
function letOut() {
  const proof = { entryId: 'bench', confirm: () => Promise.resolve(), count: () => Promise.resolve() }
  const keyStore = { unwrap: () => Promise.resolve(itemKey()) }
  return unwrapForOpening(keyStore, 'bench', new Uint8Array(), context, proof)
}

function source(chunk: Buffer, sizeMib: number): Readable {
  return Readable.from(oneByOne(Array.from({ length: sizeMib }, () => chunk)))
}

/** As from a disk: the event loop gets a turn between two chunks. */
async function* oneByOne(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) {
    await setImmediate()
    yield chunk
  }
}

async function* raw(plaintext: Readable): AsyncGenerator<Buffer> {
  const cipher = createCipheriv('aes-256-gcm', keyBytes.reveal(), randomBytes(12))
  for await (const chunk of plaintext) yield cipher.update(chunk as Buffer) // the source gives Buffers
  cipher.final()
}

async function collected(stream: Readable): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer) // a stream without encoding gives Buffers
  return chunks
}

async function drain(stream: Readable): Promise<void> {
  stream.resume()
  await new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject))
}

async function timed(work: () => Promise<void>, sizeMib: number): Promise<Run> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const began = performance.now()
  await work()
  const seconds = (performance.now() - began) / 1000
  delay.disable()
  return { mibPerSecond: sizeMib / seconds, blockedMs: delay.max / 1e6 }
}

export function sealTable({ rounds, sizeMib, rawMibPerSecond, seal, open }: SealResult): string {
  const shown = ({ median, min, max }: Spread) => `${median} (${min} to ${max})`
  const line = (name: string, { mibPerSecond, timesRaw, blockedMs }: Arm) =>
    `${name.padEnd(24)} ${shown(mibPerSecond).padStart(24)} MiB/s  ${shown(timesRaw).padStart(24)} times raw  blocked ${blockedMs} ms at most`
  return [
    `${rounds} rounds of ${sizeMib} MiB`,
    `${'AES-256-GCM alone'.padEnd(24)} ${shown(rawMibPerSecond).padStart(24)} MiB/s`,
    line('seal for the vault', seal),
    line('open from the vault', open),
    '',
  ].join('\n')
}
