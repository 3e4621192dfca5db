// Load with proof: writers make entries while readers take proofs and verify every one, and each checkpoint has to hold all that
// the last one held. What it finds wrong is wrong; how fast it goes says something of one machine only.
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { sameBytes } from '../../audit/bytes.ts'
import { openCheckpoint, type SignedCheckpoint } from '../../audit/checkpoint.ts'
import { rootsOfConsistency } from '../../audit/merkle-verify.ts'
import type { VerifierKey } from '../../audit/note.ts'
import { printVerdict, verifyProof } from '../../audit/verify.ts'
import type { ApiClient } from './api-client.ts'
import { GatewayAnswer } from './gateway-answer.ts'

export interface Hammering {
  readonly client: ApiClient
  readonly keys: readonly VerifierKey[]
  readonly writers: number
  readonly readers: number
  readonly seconds: number
  /** Milliseconds of a clock that only goes forward. */
  readonly elapsed: () => number
}

export interface Hammered {
  /** Looks that were answered; each is an entry. */
  entries: number
  proofs: number
  checkpoints: number
  /** How often the gateway said to come back: too much waited for its number. */
  busy: number
  /** How often an entry had no checkpoint yet. */
  behind: number
  /** What did not hold, in words; anything here is a fault of the ledger. */
  readonly faults: string[]
}

const MOST_FAULTS = 20
const PAUSE_MS = 100

export async function hammer(options: Hammering): Promise<Hammered> {
  const done: Hammered = { entries: 0, proofs: 0, checkpoints: 0, busy: 0, behind: 0, faults: [] }
  const until = options.elapsed() + options.seconds * 1000
  const repeat = async (work: () => Promise<void>) => {
    while (options.elapsed() < until && done.faults.length < MOST_FAULTS) {
      try {
        await work()
      } catch (error) {
        if (!(error instanceof GatewayAnswer) || !/^ledger\.(busy|behind)$/.test(error.code)) throw error
        done[error.code === 'ledger.busy' ? 'busy' : 'behind'] += 1
        await pause(PAUSE_MS)
      }
    }
  }
  const times = (count: number, make: () => () => Promise<void>) =>
    Array.from({ length: count }, () => repeat(make()))
  await Promise.all([
    ...times(options.writers, () => writer(options, done)),
    ...times(options.readers, () => reader(options, done)),
    repeat(follower(options, done)),
  ])
  return done
}

/** Looks at the checkpoint, which is an entry each time, and is never shown a smaller one than before. */
function writer({ client, keys }: Hammering, done: Hammered): () => Promise<void> {
  let last = 0
  return async () => {
    const note = await (await client.call('GET', '/api/v1/ledger/checkpoint')).text()
    done.entries += 1
    const { size } = await openCheckpoint(note, keys)
    if (size < last) done.faults.push(`A checkpoint of ${size} entries was shown after one of ${last}.`)
    last = size
  }
}

const entriesShape = z.object({ entries: z.array(z.object({ entryId: z.uuid() })) })

function reader({ client, keys }: Hammering, done: Hammered): () => Promise<void> {
  let waiting: string[] = []
  return async () => {
    if (waiting.length === 0) {
      const { entries } = await client.json(entriesShape, 'GET', '/api/v1/ledger/entries?type=form.viewed')
      waiting = entries.map(({ entryId }) => entryId)
      done.entries += 1
    }
    const [entry] = waiting
    if (entry === undefined) {
      await pause(PAUSE_MS)
      return
    }
    const proof = await (await client.call('GET', `/api/v1/ledger/entries/${entry}/proof`)).text()
    waiting.shift()
    done.entries += 1
    const verdict = await verifyProof({ proof, keys })
    if (verdict.verified) done.proofs += 1
    else done.faults.push(`The proof of entry ${entry} does not hold:\n${printVerdict(verdict)}`)
  }
}

const consistencyShape = z.object({ from: z.int(), to: z.int(), hashes: z.array(z.base64()), checkpoint: z.string() }) // prettier-ignore

/** Each checkpoint against the one before. */
function follower({ client, keys }: Hammering, done: Hammered): () => Promise<void> {
  let last: SignedCheckpoint | undefined
  return async () => {
    if (last === undefined) {
      last = await openCheckpoint(await (await client.call('GET', '/api/v1/ledger/checkpoint')).text(), keys)
      return
    }
    const { hashes, checkpoint } = await client.json(consistencyShape, 'GET', `/api/v1/ledger/consistency?from=${last.size}`) // prettier-ignore
    done.entries += 1
    const newer = await openCheckpoint(checkpoint, keys)
    const proof = hashes.map((hash) => new Uint8Array(Buffer.from(hash, 'base64')))
    const roots = await rootsOfConsistency(last.size, newer.size, proof, last.root)
    if (sameBytes(roots.first, last.root) && sameBytes(roots.second, newer.root)) done.checkpoints += 1
    else done.faults.push(`The ledger of ${newer.size} entries does not hold what that of ${last.size} held.`)
    last = newer
    await pause(PAUSE_MS)
  }
}
