// The ledger's ratios, each from one run with its arms in random order: `npm run bench -- ledger`. fsync is on, the bodies are
// read again before signing, the keys fence: nothing of what production does is left out.
import { append } from '../audit/append.ts'
import { makeEntry } from '../audit/entry.ts'
import { fsck } from '../audit/fsck/fsck.ts'
import { publish } from '../audit/publisher.ts'
import { sequence } from '../audit/sequencer.ts'
import { randomBytes } from 'node:crypto'
import { systemClock } from '../gateway/clock.ts'
import { looks, openBench, type Bench } from './ledger-setup.ts'
import { measureCheckpointLag, measureWriters, writerArms, type Rate } from './ledger-writers.ts'
import { percentile, rounded, spreadOf, type Spread } from './statistics.ts'

export interface LedgerOptions {
  readonly rounds: number
  readonly seconds: number
  /** Entries at which the cost of a batch is looked at last. */
  readonly largest: number
  readonly say: (line: string) => void
}

export interface LedgerFigures {
  readonly benchmark: 'ledger'
  readonly rounds: number
  /** The median of the ratios within each round. */
  readonly ratios: Readonly<Record<Row, Spread>>
  readonly checkpointP99Ms: number
  readonly perSecond: Readonly<Record<string, Spread>>
  /** Microseconds an entry for the whole pipeline in batches of 1,000, by how many entries the log had. */
  readonly costByEntries: readonly Cost[]
}

export interface Cost {
  readonly entries: number
  readonly microsecondsEach: Spread
  /** Times a bare insert of the same bodies, in turn: the machine's own ups and downs go out of it. */
  readonly timesBare: Spread
}

export interface CostFigures {
  readonly benchmark: 'ledger-cost'
  readonly costByEntries: readonly Cost[]
}

const rows = ['ledgerToAudit', 'ledgerToAuditP99', 'ledgerToChain', 'pipelineToBare', 'drainToBare', 'fsckToScan'] as const // prettier-ignore
type Row = (typeof rows)[number]
const aims: Readonly<Record<Row, readonly [words: string, reach: string]>> = {
  ledgerToAudit: ['changes with an entry / with a plain audit row, 32 writers', '0.90'],
  ledgerToAuditP99: ['the same, p99', '≤ 1.15'],
  ledgerToChain: ['against a hash chain in the transaction, 32 writers', '2'],
  pipelineToBare: ['entry to signed checkpoint / bare insert, batches of 1,000', '0.50'],
  drainToBare: ['numbering / bare insert, batches of 5,000', '1.5'],
  fsckToScan: ['fsck / reading the bodies out', '≤ 3'],
}

export async function measureLedger(options: LedgerOptions): Promise<LedgerFigures> {
  const bench = await openBench()
  try {
    return await runRounds(bench, options)
  } finally {
    await bench.end()
  }
}

async function runRounds(
  bench: Bench,
  { rounds, seconds, largest, say }: LedgerOptions,
): Promise<LedgerFigures> {
  const ratios = Object.fromEntries(rows.map((row) => [row, []])) as unknown as Record<Row, number[]> // one for each row
  const rates: Record<string, number[]> = {}
  for (let round = 0; round <= rounds; round += 1) {
    say(round === 0 ? 'Warming up …' : `Round ${round} of ${rounds}`)
    const found = await oneRound(bench, seconds)
    if (round === 0) continue
    for (const row of rows) ratios[row].push(found.ratios[row])
    for (const [name, rate] of Object.entries(found.rates)) (rates[name] ??= []).push(rate)
  }
  const lags = await measureCheckpointLag(bench, seconds * 2)
  const costByEntries = await costs(bench, largest, say)
  return {
    benchmark: 'ledger',
    rounds,
    ratios: Object.fromEntries(rows.map((row) => [row, spreadOf(ratios[row].map(rounded))])) as Record<Row, Spread>, // one for each row
    checkpointP99Ms: percentile(lags.toSorted((a, b) => a - b), 99),
    perSecond: Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, spreadOf(values)])),
    costByEntries,
  } // prettier-ignore
}

async function oneRound(bench: Bench, seconds: number) {
  const writers: Partial<Record<string, Rate>> = {}
  for (const arm of shuffled(writerArms)) writers[arm] = await measureWriters(bench, arm, seconds)
  await catchUp(bench)
  const rate = (name: string) => writers[name] ?? { perSecond: Number.NaN, p99Ms: Number.NaN }
  const batches: Record<string, number> = {}
  const arms = { pipeline: () => pipeline(bench, 1000), bare1000: () => bare(bench, 1000, 10), bare5000: () => bare(bench, 5000, 4), drain: () => drain(bench) } // prettier-ignore
  for (const name of shuffled(Object.keys(arms) as (keyof typeof arms)[])) batches[name] = await arms[name]()
  const [first, second] = Math.random() < 0.5 ? [scan, check] : [check, scan]
  const [one, two] = [await first(bench), await second(bench)]
  const [scanned, checked] = first === scan ? [one, two] : [two, one]
  const of = (name: string) => batches[name] ?? Number.NaN
  return {
    ratios: {
      ledgerToAudit: rate('ledger').perSecond / rate('audit').perSecond,
      ledgerToAuditP99: rate('ledger').p99Ms / rate('audit').p99Ms,
      ledgerToChain: rate('ledger').perSecond / rate('chain').perSecond,
      pipelineToBare: of('pipeline') / of('bare1000'),
      drainToBare: of('drain') / of('bare5000'),
      fsckToScan: checked / scanned,
    },
    rates: { ...batches, ...Object.fromEntries(Object.entries(writers).map(([name, each]) => [name, each?.perSecond ?? 0])) },
  } // prettier-ignore
}

async function catchUp({ ledger, publisher }: Bench): Promise<void> {
  // As the gateway does: fewer than the limit means that nothing is left.
  for (let taken = 5000; taken === 5000;) taken = (await sequence(ledger, { limit: 5000 })).count
  await publish(publisher)
}

let made = 1_000_000

/** Entries a second, from the event to the signed and published checkpoint after each batch. */
async function pipeline(bench: Bench, size: number, batches = 10): Promise<number> {
  const started = performance.now()
  for (let batch = 0; batch < batches; batch += 1) {
    await bench.gateway.withTransaction((tx) => append(tx, looks((made += size), size), systemClock()))
    await catchUp(bench)
  }
  return rounded((size * batches) / ((performance.now() - started) / 1000))
}

/** Rows a second of the same bodies, made beforehand, in one statement a batch. */
async function bare({ gateway }: Bench, size: number, batches: number): Promise<number> {
  const bodies = looks((made += size), size).map((event, i) => makeEntry(event, systemClock(), i % 4096, randomBytes).body) // prettier-ignore
  const started = performance.now()
  for (let batch = 0; batch < batches; batch += 1)
    await gateway.withTransaction((tx) => tx.query('insert into bench.bare (body) select * from unnest($1::bytea[])', [bodies])) // prettier-ignore
  return rounded((size * batches) / ((performance.now() - started) / 1000))
}

async function drain(bench: Bench): Promise<number> {
  for (let i = 0; i < 20; i += 1)
    await bench.gateway.withTransaction((tx) => append(tx, looks((made += 1000), 1000), systemClock()))
  const started = performance.now()
  while ((await sequence(bench.ledger, { limit: 5000 })).count > 0);
  const taken = performance.now() - started
  await publish(bench.publisher)
  return rounded(20_000 / (taken / 1000))
}

/** Every body read out to a client, as whoever hashes them has to. */
async function scan({ gateway }: Bench): Promise<number> {
  const started = performance.now()
  await gateway.withTransaction(async (tx) => {
    await tx.query('declare bodies no scroll cursor for select body from ledger.entry')
    while ((await tx.query('fetch 2048 from bodies')).rows.length > 0);
  })
  return performance.now() - started
}

async function check({ gateway, publisher }: Bench): Promise<number> {
  const started = performance.now()
  const { report } = await fsck({ keys: publisher.signers.map(({ key }) => key), db: gateway, onProgress: () => undefined }) // prettier-ignore
  if (!report.clean) throw new Error(`the ledger of the benchmark is not clean: ${JSON.stringify(report.faults.slice(0, 3))}`) // prettier-ignore
  return performance.now() - started
}

/** Microseconds an entry as the log grows: `npm run bench -- ledger-cost`. */
export async function measureCosts({
  largest,
  say,
}: Pick<LedgerOptions, 'largest' | 'say'>): Promise<CostFigures> {
  const bench = await openBench()
  try {
    return { benchmark: 'ledger-cost', costByEntries: await costs(bench, largest, say) }
  } finally {
    await bench.end()
  }
}

async function costs(
  bench: Bench,
  largest: number,
  say: LedgerOptions['say'],
): Promise<CostFigures['costByEntries']> {
  const found: Cost[] = []
  for (let size = 10_000; size <= largest; size *= 10) {
    for (let has = await entriesOf(bench); has < size; has += 4000) {
      await bench.gateway.withTransaction((tx) => append(tx, looks((made += 4000), 4000), systemClock()))
      if (has % 40_000 < 4000) await catchUp(bench)
    }
    await catchUp(bench)
    say(`The log has ${size} entries`)
    const [each, beside]: [number[], number[]] = [[], []]
    for (let i = 0; i < 7; i += 1) {
      each.push(rounded(1_000_000 / (await pipeline(bench, 1000, 3))))
      beside.push(rounded(1_000_000 / (await bare(bench, 1000, 3))))
    }
    const timesBare = each.map((cost, i) => rounded(cost / (beside[i] ?? Number.NaN)))
    found.push({ entries: size, microsecondsEach: spreadOf(each), timesBare: spreadOf(timesBare) })
  }
  return found
}

async function entriesOf({ gateway }: Bench): Promise<number> {
  const { rows: counted } = await gateway.query('select size from ledger.head')
  return Number(counted[0]?.['size'])
}

function shuffled<T>(values: readonly T[]): T[] {
  return values.map((value) => ({ value, at: Math.random() })).toSorted((a, b) => a.at - b.at).map(({ value }) => value) // prettier-ignore
}

export function ledgerTable({ ratios, rounds, checkpointP99Ms, costByEntries }: LedgerFigures): string {
  const lines = rows.map((row) => {
    const { median, min, max } = ratios[row]
    return `${aims[row][0].padEnd(60)}  ${`${median} (${min} to ${max})`.padEnd(26)}  reach ${aims[row][1]}`
  })
  return `Medians of ${rounds} rounds (least to most)\n${lines.join('\n')}\n${'commit to signed checkpoint, p99'.padEnd(60)}  ${checkpointP99Ms} ms\n${costTable({ costByEntries })}`
}

export function costTable({ costByEntries }: Pick<CostFigures, 'costByEntries'>): string {
  const line = ({ entries, microsecondsEach: { median, min, max }, timesBare }: Cost) =>
    `${`whole pipeline at ${entries} entries`.padEnd(60)}  ${median} µs an entry (${min} to ${max}), ${timesBare.median} times a bare insert`
  return `${costByEntries.map(line).join('\n')}\n`
}
