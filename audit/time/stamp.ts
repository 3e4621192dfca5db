// Has the latest checkpoint stamped by a time-stamping authority (RFC 3161): asked over HTTP (section 3.4), verified, kept.
// The token is over the checkpoint as the log signed it, without the lines of witnesses, which may still come. One process at
// a time asks; nothing waits for it.
import { encodeText } from '../bytes.ts'
import { readLatestWitnessed } from '../cosignatures.ts'
import type { RandomBytes } from '../entry-id.ts'
import type { Queryable, Transactor } from '../queryable.ts'
import { tryLock } from '../sequencer.ts'
import { areApart } from '../signing-time.ts'
import { readLatestCheckpoint } from '../tree-store.ts'
import { insertToken, readLastToken, type TimeToken } from './store.ts'
import { TimeRefused } from './refused.ts'
import { makeQuery, NONCE_BYTES, type TimeChain, tokenOf, verifyToken } from './token.ts'

export interface StampingDeps {
  readonly url: string
  readonly chain: TimeChain
  /** Between one token and the next, while the log grows. */
  readonly everyMs: number
  /** Only checkpoints that met the policy are stamped. */
  readonly asksWitnesses: boolean
  readonly fetcher: typeof fetch
  readonly timeoutMs: number
  readonly clock: () => Date
  readonly random: RandomBytes
}

export type Stamping =
  | { readonly outcome: 'stamped'; readonly size: number; readonly at: Date }
  | { readonly outcome: 'not-due' | 'busy' }

/** @param demand `now` where the interval has not to be waited for @throws {TimeRefused} and the network's errors */
export async function stamp(
  db: Transactor,
  deps: StampingDeps,
  demand: 'when due' | 'now' = 'when due',
): Promise<Stamping> {
  return db.withTransaction(async (tx) => {
    if (!(await tryLock(tx, 'time'))) return { outcome: 'busy' }
    const latest = await (deps.asksWitnesses ? readLatestWitnessed(tx) : readLatestCheckpoint(tx))
    const last = await readLastToken(tx)
    if (latest === undefined) return { outcome: 'not-due' }
    if (demand === 'when due' && !isDue(last, latest.size, deps)) return { outcome: 'not-due' }
    return { outcome: 'stamped', ...(await stampNote(tx, latest, deps)) }
  })
}

/** While the authority's clock and ours disagree it is asked again: a token that agrees ends that. */
function isDue(last: TimeToken | undefined, size: number, { clock, everyMs }: StampingDeps): boolean {
  if (last === undefined) return true
  if (areApart(last.stampedAt, last.receivedAt)) return true
  return size > last.size && clock().getTime() - last.receivedAt.getTime() >= everyMs
}

async function stampNote(
  tx: Queryable,
  { size, note }: { readonly size: number; readonly note: string },
  { url, chain, fetcher, timeoutMs, clock, random }: StampingDeps,
): Promise<{ size: number; at: Date }> {
  const message = encodeText(note)
  const nonce = random(NONCE_BYTES)
  const body = new Blob([new Uint8Array(await makeQuery(message, nonce))])
  const response = await fetcher(url, {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query' },
    body,
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (!response.ok) throw new TimeRefused(`The time authority answered with ${response.status}.`)
  const token = tokenOf(new Uint8Array(await response.arrayBuffer()))
  const { at } = await verifyToken(token, { messages: [message], chain, nonce })
  await insertToken(tx, { size, token, stampedAt: at, receivedAt: clock() })
  return { size, at }
}
