// The arms with many writers: a change with its ledger entry, with a plain audit row, and with a link of a hash chain.
import { randomUUID } from 'node:crypto'
import { append } from '../audit/append.ts'
import { canonicalBytes } from '../audit/canonical.ts'
import { publish } from '../audit/publisher.ts'
import { sequence } from '../audit/sequencer.ts'
import { systemClock } from '../gateway/clock.ts'
import type { Transaction } from '../gateway/db.ts'
import { looked, WRITERS, type Bench } from './ledger-setup.ts'
import { percentile, rounded } from './statistics.ts'

export interface Rate {
  readonly perSecond: number
  readonly p99Ms: number
}

let number = 0

export const writerArms = ['ledger', 'audit', 'chain'] as const
export type WriterArm = (typeof writerArms)[number]

/** Each does the same change of state in the same transaction, and differs in what it records. */
const records: Readonly<Record<WriterArm, (tx: Transaction, own: number) => Promise<unknown>>> = {
  ledger: (tx, own) => append(tx, [looked(own)], systemClock()),
  audit: (tx, own) =>
    tx.query('insert into bench.audit (id, body, at) values ($1, $2, $3)', [
      randomUUID(),
      canonicalBytes(looked(own)),
      systemClock(),
    ]),
  chain: async (tx, own) => {
    await tx.query('select pg_advisory_xact_lock($1)', [1])
    await tx.query(
      `insert into bench.chain (seq, body, hash)
       select seq + 1, $1::bytea, sha256(hash || $1::bytea) from bench.chain order by seq desc limit 1`,
      [canonicalBytes(looked(own))],
    )
  },
}

/** Sequencing and signing go on beside the ledger's writers, as in production. */
export async function measureWriters(bench: Bench, arm: WriterArm, seconds: number): Promise<Rate> {
  const beside = arm === 'ledger' ? keepUp(bench) : undefined
  const rate = await many(seconds, () =>
    bench.gateway.withTransaction(async (tx) => {
      const own = (number += 1)
      await tx.query('update bench.state set version = version + 1 where id = $1', [own % 10_000])
      await records[arm](tx, own)
    }),
  )
  await beside?.stop()
  return rate
}

async function many(seconds: number, one: () => Promise<unknown>): Promise<Rate> {
  const latencies: number[] = []
  const started = performance.now()
  const until = started + seconds * 1000
  const writer = async () => {
    for (let sent = performance.now(); sent < until; sent = performance.now()) {
      await one()
      latencies.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, writer))
  const elapsed = (performance.now() - started) / 1000
  return {
    perSecond: rounded(latencies.length / elapsed),
    p99Ms: percentile(latencies.toSorted((a, b) => a - b), 99), // prettier-ignore
  }
}

const pauseMs = 250

/** What gateway/ledger.ts does, at its pace. */
function keepUp({ ledger, publisher }: Bench): { stop(): Promise<void> } {
  let stopped = false
  const run = async () => {
    while (!stopped) {
      for (let taken = 5000; taken === 5000;) taken = (await sequence(ledger, { limit: 5000 })).count
      await publish(publisher)
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  const running = run()
  return {
    stop: async () => {
      stopped = true
      await running
    },
  }
}

/** Milliseconds from a commit to the signed checkpoint that covers it, of one writer beside the others' work. */
export async function measureCheckpointLag(bench: Bench, seconds: number): Promise<number[]> {
  const beside = keepUp(bench)
  const lags: number[] = []
  const until = performance.now() + seconds * 1000
  while (performance.now() < until) {
    const own = (number += 1)
    const [appended] = await bench.gateway.withTransaction((tx) => append(tx, [looked(own)], systemClock()))
    const committed = performance.now()
    while (!(await isSigned(bench, appended?.entryId))) await new Promise((resolve) => setTimeout(resolve, 5))
    lags.push(performance.now() - committed)
  }
  await beside.stop()
  return lags
}

async function isSigned({ gateway }: Bench, entryId: string | undefined): Promise<boolean> {
  const { rows } = await gateway.query(
    'select exists (select from ledger.leaf where entry_id = $1 and seq < (select max(size) from ledger.checkpoint)) as signed',
    [entryId],
  )
  return rows[0]?.['signed'] === true
}
