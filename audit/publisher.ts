// Signs what was sequenced and makes it public. In this order, since each step guards the next: re-read and re-hash the new
// entries; see that the tree extends the last checkpoint and the anchor; move the anchor; sign; store the checkpoint; commit;
// ask the witnesses; write the files, checkpoint last. Killed anywhere, the next run goes on from what is there. A fault changes nothing and
// stays until somebody looks: nothing is signed over a tree that is in doubt.
import { type Anchor, type Anchored } from './anchor.ts'
import { sameBytes } from './bytes.ts'
import { checkpointOfOwnNote, formatCheckpoint, prunedOrigin, type TreeHead } from './checkpoint.ts'
import { type Edge, EMPTY_EDGE, edgeRoot, formatEdge } from './edge.ts'
import { LedgerFault } from './fault.ts'
import { nodeHasher } from './node-hash.ts'
import { readCosignedNote } from './cosignatures.ts'
import { type NoteSigner, signNote } from './note.ts'
import { type Publication, prunePublished, publishFiles } from './published-files.ts'
import { publishTokens } from './published-times.ts'
import { type Pruned, readClosedPruned, readPruned } from './pruned.ts'
import type { Queryable, Transactor } from './queryable.ts'
import { regrow } from './regrow.ts'
import { checkedTime } from './signing-time.ts'
import { tryLock } from './sequencer.ts'
import { type Head, readEdgeAt, readHead, readLatestCheckpoint, type StoredCheckpoint } from './tree-store.ts'
import { gatherCosignatures, type WitnessingDeps } from './witness/gather.ts'

export interface PublisherDeps {
  /** The ledger's login. */
  readonly db: Transactor
  /** First line of every checkpoint, `gateway.example/audit/1`. */
  readonly origin: string
  /** Several while a key is being changed. */
  readonly signers: readonly [NoteSigner, ...NoteSigner[]]
  readonly anchor: Anchor
  readonly publications: readonly Publication[]
  /** Where a ledger that was closed is published, and who signs for it: pruned entries go from there too. */
  readonly closed?: ((epoch: number, origin: string) => Promise<ClosedPublications>) | undefined
  /** Who is asked to cosign, before anything is published; nobody when undefined. */
  readonly witnessing?: WitnessingDeps | undefined
  readonly clock: () => Date
  /** What the database says that it is; asked of it when undefined. */
  readonly databaseClock?: ((tx: Queryable) => Promise<Date>) | undefined
}

export type ClosedPublications = Pick<PublisherDeps, 'signers' | 'publications'>

export type Published =
  | { readonly outcome: 'published'; readonly size: number; readonly note: string }
  /** Another process is publishing. */
  | { readonly outcome: 'busy' }
  | { readonly outcome: 'empty' }

/** @throws {LedgerFault} */
export async function publish(deps: PublisherDeps): Promise<Published> {
  const signed = await deps.db.withTransaction(async (tx) => {
    if (!(await tryLock(tx, 'publisher'))) return 'busy'
    await signHead(tx, deps)
    return 'signed'
  })
  if (signed === 'busy') return { outcome: 'busy' }
  if (deps.witnessing) await gatherCosignatures(deps.db, deps.witnessing)
  return deps.db.withTransaction(async (tx) => {
    if (!(await tryLock(tx, 'publisher'))) return { outcome: 'busy' }
    const head = await readHead(tx)
    const checkpoint = await readLatestCheckpoint(tx)
    if (checkpoint === undefined) return { outcome: 'empty' }
    const cosigned = { ...checkpoint, note: await readCosignedNote(tx, checkpoint) }
    const pruned = await readPruned(tx)
    for (const publication of deps.publications) {
      await publishFiles(tx, head.edge, cosigned, publication, pruned?.through)
      await publishTokens(tx, publication)
    }
    if (pruned) await sayPruned(deps, pruned)
    if (deps.closed)
      for (const closed of await readClosedPruned(tx))
        await sayPruned(
          { origin: closed.origin, ...(await deps.closed(closed.epoch, closed.origin)) },
          closed,
        )
    return { outcome: 'published', size: cosigned.size, note: cosigned.note }
  })
}

/** Signed too, so that nobody without the log's key can pass off missing files as pruned. */
async function sayPruned(
  { origin, signers, publications }: Pick<PublisherDeps, 'origin' | 'signers' | 'publications'>,
  { through, root }: Pick<Pruned, 'through' | 'root'>,
): Promise<void> {
  const note = await signNote(
    formatCheckpoint({ origin: prunedOrigin(origin), size: through, root }),
    signers,
  )
  for (const publication of publications) await prunePublished(publication, through, note)
}

async function signHead(tx: Queryable, deps: PublisherDeps): Promise<void> {
  const { origin, signers, anchor } = deps
  const head = await readHead(tx)
  const last = await readLatestCheckpoint(tx)
  await checkNewEntries(tx, head, await edgeOfCheckpoint(tx, head.edge, last, origin))
  const anchored = await anchor.read()
  await checkAnchor(tx, head, last, anchored, origin)
  if (head.size === 0 || head.size === last?.size) return
  const { size, root } = head
  const now = await checkedTime(tx, deps)
  if (anchored?.size !== size) await anchor.swap(anchored, { origin, size, root })
  const note = await signNote(formatCheckpoint({ origin, size, root }), signers)
  await tx.query('insert into ledger.checkpoint (size, root, note, published_at) values ($1, $2, $3, $4)', [
    size,
    root,
    note,
    now,
  ])
}

/** The tree as it was at the last checkpoint, from stored tiles; its root must be the one that was signed. */
async function edgeOfCheckpoint(
  tx: Queryable,
  edge: Edge,
  last: StoredCheckpoint | undefined,
  origin: string,
): Promise<Edge> {
  if (last === undefined) return EMPTY_EDGE
  const signed = checkpointOfOwnNote(last.note)
  if (signed.origin !== origin || signed.size !== last.size || !sameBytes(signed.root, last.root))
    throw new LedgerFault(
      'checkpoint-changed',
      `The stored checkpoint of ${last.size} is not what was signed.`,
    )
  if (last.size > edge.size)
    throw new LedgerFault('tree-changed', `The tree has ${edge.size} entries, but ${last.size} were signed.`)
  const before = await readEdgeAt(tx, edge, last.size)
  requireRoot(before, last, 'tree-changed', 'The stored tree is not the one that was last signed')
  return before
}

/** The last signed tree, grown again from the stored bytes of the new entries, must come to the same head and tiles. */
async function checkNewEntries(tx: Queryable, head: Head, before: Edge): Promise<void> {
  const edge = await regrow(tx, head.edge, before, head.size)
  requireRoot(edge, head, 'tree-changed', 'The entries do not make the stored tree')
  if (!sameBytes(formatEdge(edge), formatEdge(head.edge)))
    throw new LedgerFault('tree-changed', `The entries do not make the stored edge of ${head.size}.`)
}

async function checkAnchor(
  tx: Queryable,
  head: Head,
  last: StoredCheckpoint | undefined,
  anchored: Anchored | undefined,
  origin: string,
): Promise<void> {
  if (anchored === undefined) {
    if (last === undefined) return
    throw new LedgerFault('anchor-missing', `${last.size} entries were signed, but there is no anchor.`)
  }
  if (anchored.origin !== origin)
    throw new LedgerFault('anchor-differs', `The anchor is of the log ${anchored.origin}.`)
  if (last && anchored.size < last.size)
    throw new LedgerFault(
      'anchor-behind',
      `The anchor stands at ${anchored.size} entries, and ${last.size} were signed: an older anchor was put back, or a write of it was lost.`,
    )
  if (anchored.size > head.size)
    throw new LedgerFault(
      'anchor-ahead',
      `The anchor stands at ${anchored.size} entries, the database has ${head.size}: an older state was put back.`,
    )
  const then = await readEdgeAt(tx, head.edge, anchored.size)
  requireRoot(then, anchored, 'anchor-differs', 'The database holds another history than the anchor')
}

function requireRoot(edge: Edge, { size, root }: TreeHead, code: LedgerFault['code'], says: string): void {
  if (!sameBytes(edgeRoot(nodeHasher, edge), root))
    throw new LedgerFault(code, `${says}: another root for ${size} entries.`)
}
