// The ledger's own process: gives committed entries their numbers and publishes signed checkpoints, every quarter of a second
// or when asked. Every gateway and worker runs one; the database lets one work at a time.
import { LedgerFault, type LedgerFaultCode } from '../audit/fault.ts'
import { LogUnreadable } from '../audit/fsck/published-log.ts'
import { formatVerifierKey, type VerifierKey } from '../audit/note.ts'
import { type ClosedPublications, publish, type PublisherDeps } from '../audit/publisher.ts'
import type { Policy } from '../audit/policy.ts'
import { sequence } from '../audit/sequencer.ts'
import { checkStanding, type StandingDeps } from '../audit/standing.ts'
import { readHead, readLatestCheckpoint } from '../audit/tree-store.ts'
import { type MirrorLag, readMirrorLag } from '../audit/mirror/mirror.ts'
import type { WitnessingDeps } from '../audit/witness/gather.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Database } from './db.ts'
import type { LedgerPlace } from './ledger-place.ts'
import { ledgerSigners } from './ledger-signer.ts'
import { createMirror, mirrorTo } from './ledger-mirror.ts'
import { createStamper, openStamping, readStamped, type Stamped, type Stamper } from './ledger-time.ts'
import { asksWitnesses, openWitnessing, readWitnessing, type Witnessing } from './ledger-witnesses.ts'
import type { Log } from './log.ts'

export interface Ledger {
  /** C2SP signed-note verifier key; the newest while it is being changed. */
  readonly verifierKey: string
  /** Those that sign, the newest first. */
  readonly keys: readonly VerifierKey[]
  readonly origin: string
  /** Which witnesses must have cosigned; undefined when nobody is asked. */
  readonly policy: Policy | undefined
  /** Sequences and publishes until nothing waits. @throws {LedgerFault} and the database's errors */
  catchUp(): Promise<void>
  /**
   * Why what the database holds cannot be what was signed, while that is so. Nothing is released then: after an old
   * database was put back, the next entry would go into another history.
   */
  doubt(): LedgerFaultCode | undefined
  /** For the health answer. */
  state(): Promise<LedgerState>
  start(): void
  stop(): Promise<void>
}

export interface LedgerState {
  readonly unpublished: number
  readonly failure?: string
  /** Undefined where the policy asks for no witness. */
  readonly witnessing?: Witnessing
  /** Undefined where no time authority is configured, null where it has not answered yet. */
  readonly stamped?: Stamped | null
  /** How far the copy in the audit queue is behind; undefined where there is none. */
  readonly mirror?: MirrorLag
}

export interface LedgerDeps {
  /** The ledger's login. */
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly origin: string
  /** The newest first; all sign. */
  readonly signWith: Parameters<typeof ledgerSigners>[1]
  /** Where the files and the anchor are: nowhere that is restored together with the database. */
  readonly place: Pick<LedgerPlace, 'anchor' | 'publications' | 'closed'>
  /** File of the policy that says who witnesses it. */
  readonly policyFile?: string | undefined
  /** Who stamps checkpoints; nobody when undefined. */
  readonly timeAuthority?: Config['timeAuthority']
  /** Where entries are copied to; nowhere when undefined. */
  readonly auditQueue?: Config['auditQueue']
  /** Done before anything is served after a doubt: what a restore brought back is forgotten again. */
  readonly beforeServing: () => Promise<unknown>
}

const batch = 5000
const pauseMs = 250

/** Faults that mean another history, and not a slip of this moment. */
const doubtful: ReadonlySet<LedgerFaultCode> = new Set([
  'edge-invalid', 'tile-missing', 'body-missing', 'body-changed', 'tree-changed', 'checkpoint-changed', 'anchor-missing',
  'anchor-unreadable', 'anchor-ahead', 'anchor-differs', 'anchor-behind', 'witness-ahead', 'published-ahead', 'published-differs',
]) // prettier-ignore

export async function openLedger(deps: LedgerDeps): Promise<Ledger> {
  const signers = await ledgerSigners(deps.origin, deps.signWith)
  const witnessing = await openWitnessing(deps.policyFile, deps.clock)
  const publisher = publisherOf(deps, signers, witnessing)
  const standing: StandingDeps = { db: deps.db, origin: deps.origin, anchor: publisher.anchor, published: publisher.publications.map(({ store }) => store) } // prettier-ignore
  const tellWitnessing = alarm(deps, witnessing?.policy)
  const beside = await besideOf(deps, witnessing?.policy)
  let failure: string | undefined
  let doubt: LedgerFaultCode | undefined
  let running: Promise<void> = Promise.resolve()

  const work = async () => {
    await checkStanding(standing)
    // While it was in doubt, another state of the database may have been put in place.
    if (doubt !== undefined) await deps.beforeServing()
    for (let taken = batch; taken === batch;) taken = (await sequence(deps.db, { limit: batch })).count
    await publish(publisher)
    failure = doubt = undefined
    await tellWitnessing()
    beside.begin()
  }
  const failed = (error: unknown) => {
    const code = codeOf(error)
    // Said once for as long as it lasts; the health answer goes on saying it.
    if (code !== failure) deps.log.error('ledger.publish', { error })
    failure = code
    if (error instanceof LedgerFault && doubtful.has(error.code)) doubt = error.code // until a pass succeeds
    // A clock that was mended shows by a token that agrees.
    if (code === 'clock-disagrees') beside.begin()
  }
  // One pass at a time in this process; a second caller waits and then makes a pass of its own.
  const catchUp = () => {
    running = running.catch(() => undefined).then(work)
    running.catch(failed)
    return running
  }
  const loop = repeatedly(catchUp)
  return {
    verifierKey: formatVerifierKey(signers[0].key),
    keys: signers.map(({ key }) => key),
    origin: deps.origin,
    policy: witnessing?.policy,
    catchUp,
    doubt: () => doubt,
    state: () => readState(deps, witnessing?.policy, failure),
    start: loop.start,
    stop: async () => {
      loop.stop()
      await running.catch(() => undefined)
      await beside.settled()
    },
  }
}

function codeOf(error: unknown): string {
  if (error instanceof LedgerFault) return error.code
  return error instanceof LogUnreadable ? 'store-unanswered' : 'fault'
}

/** One pass after the other, with a pause between them, until it is stopped. What a pass throws is its own to keep. */
function repeatedly(pass: () => Promise<void>): { readonly start: () => void; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined
  const tick = () => {
    void pass()
      .catch(() => undefined)
      .finally(() => {
        if (timer !== undefined) timer = setTimeout(tick, pauseMs)
      })
  }
  return {
    start: () => {
      timer ??= setTimeout(tick, 0)
    },
    stop: () => {
      clearTimeout(timer)
      timer = undefined
    },
  }
}

/** What goes on beside the loop, each in its own time, and never in its way. */
async function besideOf(
  { db, clock, log, timeAuthority, auditQueue }: LedgerDeps,
  policy: Policy | undefined,
): Promise<Stamper> {
  const all = [
    ...(timeAuthority
      ? [createStamper(db, await openStamping(timeAuthority, clock, asksWitnesses(policy)), log)]
      : []),
    ...(auditQueue ? [createMirror(db, mirrorTo(auditQueue, clock), log)] : []),
  ]
  return {
    begin: () => all.forEach((each) => each.begin()),
    settled: async () => {
      await Promise.all(all.map((each) => each.settled()))
    },
  }
}

async function readState(
  { db, timeAuthority, auditQueue }: LedgerDeps,
  policy: Policy | undefined,
  failure: string | undefined,
): Promise<LedgerState> {
  const witnessing = await readWitnessing(db, policy)
  return {
    unpublished: await countUnpublished(db),
    ...(failure !== undefined && { failure }),
    ...(witnessing && { witnessing }),
    ...(timeAuthority && { stamped: await readStamped(db) }),
    ...(auditQueue && { mirror: await readMirrorLag(db) }),
  }
}

/** Said when the witnesses stop answering and when they answer again, not at each pass in between. */
function alarm({ db, log }: LedgerDeps, policy: Policy | undefined): () => Promise<void> {
  if (!asksWitnesses(policy)) return () => Promise.resolve()
  let wasMet = true
  return async () => {
    const standing = await readWitnessing(db, policy)
    if (!standing || standing.isMet === wasMet) return
    wasMet = standing.isMet
    const { signed, witnessed } = standing
    if (wasMet) log.info('ledger.witnessed', { signed, witnessed })
    else log.error('ledger.unwitnessed', { signed, witnessed })
  }
}

function publisherOf(
  { db, origin, place, clock, signWith }: LedgerDeps,
  signers: PublisherDeps['signers'],
  witnessing: WitnessingDeps | undefined,
): PublisherDeps {
  return {
    db,
    origin,
    signers,
    anchor: place.anchor,
    publications: place.publications,
    closed: closedOf(place, signWith),
    clock,
    witnessing,
  }
}

/** Each once: what was removed there is remembered by it. */
function closedOf(place: Pick<LedgerPlace, 'closed'>, signWith: LedgerDeps['signWith']): NonNullable<PublisherDeps['closed']> {
  const known = new Map<number, ClosedPublications>()
  return async (epoch, origin) => {
    const found = known.get(epoch) ?? { publications: place.closed(epoch, origin), signers: await ledgerSigners(origin, signWith) }
    known.set(epoch, found)
    return found
  }
} // prettier-ignore

async function countUnpublished(db: Database): Promise<number> {
  const { rows } = await db.query('select count(*) as waiting from ledger.outbox')
  const head = await readHead(db)
  const checkpoint = await readLatestCheckpoint(db)
  return Number(rows[0]?.['waiting']) + head.size - (checkpoint?.size ?? 0)
}
