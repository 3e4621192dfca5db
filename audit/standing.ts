// Whether the database can be the one that was signed: asked before anything is numbered, so that a database that was put
// back gets no history of its own and can be brought up to date from what was published. Reads what lies outside the database
// first: the tree only grows, so that one that is behind it then is behind for good.
import type { Anchor } from './anchor.ts'
import { decodeText, sameBytes } from './bytes.ts'
import { checkpointOfOwnNote, type TreeHead } from './checkpoint.ts'
import { edgeRoot } from './edge.ts'
import { LedgerFault, type LedgerFaultCode } from './fault.ts'
import type { PublishedLog } from './fsck/published-log.ts'
import { nodeHasher } from './node-hash.ts'
import type { Queryable } from './queryable.ts'
import { type Head, readEdgeAt, readHead, readLatestCheckpoint } from './tree-store.ts'

export interface StandingDeps {
  readonly db: Queryable
  readonly origin: string
  readonly anchor: Pick<Anchor, 'read'>
  readonly published: readonly Pick<PublishedLog, 'read'>[]
}

/** @throws {LedgerFault} `anchor-…`, `published-ahead`, `published-differs` */
export async function checkStanding({ db, origin, anchor, published }: StandingDeps): Promise<void> {
  const anchored = await anchor.read()
  const notes = await Promise.all(published.map((log) => log.read('checkpoint')))
  const head = await readHead(db)
  if (anchored) {
    if (anchored.origin !== origin)
      throw new LedgerFault('anchor-differs', `The anchor is of the log ${anchored.origin}.`)
    await checkBehind(db, head, anchored, 'The anchor stands', ['anchor-ahead', 'anchor-differs'])
  } else {
    const last = await readLatestCheckpoint(db)
    if (last)
      throw new LedgerFault('anchor-missing', `${last.size} entries were signed, but there is no anchor.`)
  }
  for (const note of notes)
    if (note !== undefined)
      await checkBehind(db, head, checkpointOfOwnNote(decodeText(note)), 'The published files stand', ['published-ahead', 'published-differs']) // prettier-ignore
}

async function checkBehind(
  db: Queryable,
  head: Head,
  { size, root }: TreeHead,
  says: string,
  [ahead, differs]: readonly [LedgerFaultCode, LedgerFaultCode],
): Promise<void> {
  if (size > head.size)
    throw new LedgerFault(
      ahead,
      `${says} at ${size} entries, the database has ${head.size}: an older state was put back.`,
    )
  const then = await readEdgeAt(db, head.edge, size)
  if (!sameBytes(edgeRoot(nodeHasher, then), root))
    throw new LedgerFault(
      differs,
      `${says} at another root for ${size} entries: the database holds another history.`,
    )
}
