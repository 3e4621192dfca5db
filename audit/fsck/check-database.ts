// Checks the ledger in its database: the bytes of every entry are hashed again here, and the tree that they make has to be
// that of every signed checkpoint, of the head, of the tiles and of the edge; then what stands beside the entries. All in one
// snapshot, so that a ledger at work can be checked.
import { sameBytes } from '../bytes.ts'
import { openCheckpointOf, type SignedCheckpoint, type TreeHead } from '../checkpoint.ts'
import { type Edge, EMPTY_EDGE, edgeRoot, formatEdge, parseEdge } from '../edge.ts'
import { LedgerFault } from '../fault.ts'
import { nodeHasher } from '../node-hash.ts'
import type { VerifierKey } from '../note.ts'
import { type Pruned, readPruned } from '../pruned.ts'
import type { Queryable } from '../queryable.ts'
import { HASH_BYTES } from '../tiles.ts'
import { readEdgeAt, readTiles } from '../tree-store.ts'
import { ahead } from './ahead.ts'
import { differingTiles } from './check-files.ts'
import { concludeSigned, type DatabaseChecked, type SignedHistory } from './database-history.ts'
import { countIndexRows, findExtraIndexRows, findExtras } from './database-extras.ts'
import { type CheckpointRow, type EntryRow, type HeadRow, readCheckpoints, readEntries, readHeadRow, readWaiting, type Span } from './database-rows.ts' // prettier-ignore
import { concludePruned } from './check-pruned.ts'
import { checkParts, numbered, type PartsChecked } from './entry-parts.ts'
import type { Fault } from './faults.ts'
import { Recount, type Standing, type StoredTile } from './recount.ts'
import type { Checks, Progress } from './report.ts'

export interface DatabaseToCheck {
  /** One snapshot: a transaction that is repeatable read. Its login may read every table of the ledger. */
  readonly tx: Queryable
  readonly keys: readonly VerifierKey[]
  readonly origin: string | undefined
  readonly since?: SignedCheckpoint | undefined
  /** What was published, to be compared. */
  readonly published?: SignedCheckpoint | undefined
  readonly onProgress: Progress
}

/** Leaves that are read at once, and how many such reads are under way. */
const PAGE = 2048
const AT_ONCE = 2

/** @returns undefined when there is no tree to speak of */
export async function checkDatabase(
  given: DatabaseToCheck,
  checks: Checks,
): Promise<DatabaseChecked | undefined> {
  const { tx } = given
  const head = await readHeadRow(tx)
  if (head === undefined) {
    checks.conclude('head', '', [{ class: 'head', where: 'ledger.head', says: 'There is no head.' }])
    return undefined
  }
  const pruned = await readPruned(tx)
  const start = await findStart(given, head, pruned)
  const walk: Walk = { ...given, head, recount: new Recount(nodeHasher, start), entries: [], parts: [], history: { holds: 0, lastGood: 0, inDoubt: [] }, indexRows: 0, checking: Promise.resolve({ faults: [], indexRows: 0 }), isWhole: true, latest: undefined } // prettier-ignore
  for await (const page of ahead(AT_ONCE, spans(start.size, head.size), (span) => readPage(tx, span))) {
    await takePage(walk, page)
    if (!walk.isWhole) break
    given.onProgress(walk.recount.size, head.size, 'entries in the database')
  }
  await settleParts(walk)
  if (pruned) await concludePruned(checks, tx, pruned, start)
  return conclude(walk, checks, { from: start.size, told: pruned?.through ?? 0 })
}

interface Walk extends DatabaseToCheck {
  readonly head: HeadRow
  readonly recount: Recount
  /** Faults of entries and leaves, and of what stands beside them. */
  readonly entries: Fault[]
  readonly parts: Fault[]
  readonly history: SignedHistory
  indexRows: number
  checking: Promise<PartsChecked>
  isWhole: boolean
  latest: SignedCheckpoint | undefined
}

/** Where the earlier checkpoint does not fit the tiles of today, all that is there is looked at, to see which is wrong. */
async function findStart(
  { tx, since }: DatabaseToCheck,
  head: HeadRow,
  pruned: Pruned | undefined,
): Promise<Edge> {
  const least = pruned ? { size: pruned.through, root: pruned.root } : undefined
  const known = since && since.size <= head.size && since.size >= (least?.size ?? 0) ? since : undefined
  for (const start of [known, least]) {
    const edge = start && (await edgeIfThere(tx, head, start))
    if (edge) return edge
  }
  return EMPTY_EDGE
}

async function edgeIfThere(
  tx: Queryable,
  head: HeadRow,
  { size, root }: TreeHead,
): Promise<Edge | undefined> {
  try {
    const edge = await readEdgeAt(tx, parseEdge(head.size, head.edge), size)
    return sameBytes(edgeRoot(nodeHasher, edge), root) ? edge : undefined
  } catch (error) {
    if (error instanceof LedgerFault) return undefined
    throw error
  }
}

function* spans(start: number, size: number): Generator<Span> {
  for (let from = start; from < size; from += PAGE) yield { from, to: Math.min(from + PAGE, size) }
}

interface Page {
  readonly span: Span
  readonly rows: readonly EntryRow[]
  readonly checkpoints: readonly CheckpointRow[]
}

async function readPage(tx: Queryable, span: Span): Promise<Page> {
  const [rows, checkpoints] = await Promise.all([readEntries(tx, span), readCheckpoints(tx, span)])
  return { span, rows, checkpoints }
}

async function takePage(walk: Walk, { span, rows, checkpoints }: Page): Promise<void> {
  const { tx, recount, entries, since, published } = walk
  const bySize = new Map(checkpoints.map((checkpoint) => [checkpoint.size, checkpoint]))
  for (const row of rows) {
    if (row.seq !== recount.size) break
    if (row.own === undefined)
      entries.push({
        class: 'missing',
        ...numbered(row),
        where: 'ledger.entry',
        says: `Entry ${row.id} is not there.`,
      })
    recount.push(row.leafHash, row.own)
    const checkpoint = bySize.get(recount.size)
    if (checkpoint) await takeCheckpoint(walk, checkpoint)
    if (recount.size === since?.size || recount.size === published?.size) recount.markRoot()
  }
  if (recount.size < span.to) {
    const says = `Leaf ${recount.size} is not there.`
    entries.push({ class: 'missing', entry: recount.size, where: 'ledger.leaf', says })
    walk.isWhole = false
    return
  }
  await recount.compareFull(await storedTiles(tx, recount, walk.head), 0)
  const right = rows.filter(({ own, leafHash }) => own && sameBytes(own, leafHash))
  const checking = checkParts(tx, right)
  // Its failure is told when its turn comes; it may never come.
  checking.catch(() => undefined)
  await settleParts(walk)
  walk.checking = checking
}

/** What stands beside one page is asked of the database while the next is hashed here. */
async function settleParts(walk: Walk): Promise<void> {
  const { faults, indexRows } = await walk.checking
  walk.parts.push(...faults)
  walk.indexRows += indexRows
}

/** One that holds is only counted; another waits until it is known which of two trees stands. */
async function takeCheckpoint(walk: Walk, row: CheckpointRow): Promise<void> {
  const { recount, keys, origin, history } = walk
  let checkpoint: SignedCheckpoint | undefined
  let fault: string | undefined
  try {
    checkpoint = await openCheckpointOf(row.note, keys, origin)
    const isItsRow = checkpoint.size === row.size && sameBytes(checkpoint.root, row.root)
    if (isItsRow) walk.latest = checkpoint
    else fault = 'The row does not say what its note signs.'
  } catch (error) {
    fault = error instanceof Error ? error.message : 'It cannot be read.'
  }
  const root = recount.agreedRoot()
  if (fault === undefined && checkpoint && root && sameBytes(root, checkpoint.root)) {
    history.holds += 1
    history.lastGood = row.size
    return
  }
  history.inDoubt.push({ row, checkpoint, fault })
  recount.markRoot()
}

/** The tiles are asked for one by one, but each is read only when the tree has filled it. */
async function storedTiles(tx: Queryable, recount: Recount, head: HeadRow): Promise<StoredTile> {
  const names = recount.pendingTiles()
  const tile = await readTiles(tx, { size: head.size, levels: [] }, names)
  return ({ level, index, width }) => Promise.resolve(tile(level, index)?.subarray(0, width * HASH_BYTES))
}

interface Covered {
  /** The first entry that was looked at. */
  readonly from: number
  /** The first that is there. */
  readonly told: number
}

async function conclude(walk: Walk, checks: Checks, { from, told }: Covered): Promise<DatabaseChecked> {
  const { recount, head, history, entries, isWhole, since } = walk
  const trusted = new Map<number, Uint8Array>(isWhole ? [[head.size, head.root]] : [])
  for (const { checkpoint } of history.inDoubt) if (checkpoint) trusted.set(checkpoint.size, checkpoint.root)
  const standing = recount.standing(trusted)
  checks.conclude(
    'entries',
    `The bytes of each entry from ${from} to ${head.size} hash to its leaf; no number is missing.`,
    [...entries, ...changed(recount, standing)],
  )
  checks.conclude('tiles', 'Each stored tile is what its entries make.', differingTiles(standing))
  if (isWhole)
    checks.conclude('head', 'The head has the root and the edge of its entries.', headFaults(head, standing))
  else checks.skipped('head', 'The root was not computed, because entries are missing.')
  concludeSigned(checks, { history, standing, since, size: head.size })
  await concludeParts(walk, checks, from <= told)
  return { size: head.size, root: standing.root, latest: walk.latest, standing }
}

function changed({ changed: seqs }: Recount, { by }: Standing): Fault[] {
  return seqs.map((entry) =>
    by === 'entries'
      ? {
          class: 'leaf',
          entry,
          where: 'ledger.leaf',
          says: `The leaf hash of entry ${entry} is not that of its bytes.`,
        }
      : {
          class: 'entry',
          entry,
          where: 'ledger.entry',
          says: `The bytes of entry ${entry} are not those that were sequenced.`,
        },
  )
}

function headFaults(head: HeadRow, standing: Standing): Fault[] {
  const found: Fault[] = []
  const where = 'ledger.head'
  if (!sameBytes(head.root, standing.root))
    found.push({ class: 'head', where, says: `Its root is not that of ${head.size} entries.` })
  if (!sameBytes(head.edge, formatEdge(standing.edge)))
    found.push({ class: 'head', where, says: `Its edge is not that of ${head.size} entries.` })
  return found
}

async function concludeParts(walk: Walk, checks: Checks, isFromStart: boolean): Promise<void> {
  const { tx, head, recount, parts, isWhole } = walk
  const waiting = await readWaiting(tx, 100_000)
  const differing = waiting.filter(({ own, leafHash }) => own && !sameBytes(own, leafHash))
  const wrong = differing.map(({ id }): Fault => ({ class: 'entry', where: 'ledger.outbox', says: `The bytes of ${id}, which waits for its number, are not those that were appended.` })) // prettier-ignore
  const ofWaiting = await checkParts(tx, waiting.filter(({ own, leafHash }) => own && sameBytes(own, leafHash))) // prettier-ignore
  const faults = [...parts, ...ofWaiting.faults]
  const isTold = isFromStart && isWhole
  if (isTold && (await countIndexRows(tx)) !== walk.indexRows + ofWaiting.indexRows)
    faults.push(...(await findExtraIndexRows(tx, new Set(recount.changed))))
  const extra = [...wrong, ...(await findExtras(tx, head.size))]
  const of = (...classes: Fault['class'][]) => faults.filter(({ class: kind }) => classes.includes(kind))
  checks.conclude('columns', 'What is stored beside each entry is what its bytes say.', of('entry', 'leaf'))
  checks.conclude('search', 'Search finds each entry by what its bytes say.', of('index'))
  if (!isTold)
    checks.skipped('search, no more', 'That search finds nothing else is looked at when all entries are.')
  checks.conclude(
    'personal values',
    'Each personal value that was not erased is the one that was recorded.',
    of('commitment'),
  )
  checks.conclude(
    'queue',
    'Each entry has its number or waits for it, and nothing lies beyond the head.',
    extra,
  )
}
