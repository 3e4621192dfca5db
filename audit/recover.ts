// A database that is older than what was signed is brought up to date from the published entries: each is hashed again, the
// tree that they make has to be the one that is signed, and only then are they put back, as they were numbered. What the
// database had not numbered and the log had takes its old place. Personal values are gone with the database that held them,
// and so is the state that the entries speak of: the entries say what it was.
import type { Anchor } from './anchor.ts'
import { append } from './append.ts'
import { sameBytes } from './bytes.ts'
import { openCheckpointOf, type SignedCheckpoint } from './checkpoint.ts'
import { type Edge, edgeRoot, type FullTile, grow } from './edge.ts'
import { type Leaf, parseLeaf } from './entry.ts'
import { indexOf } from './fsck/entry-parts.ts'
import { entriesIn, type PublishedLog, readBundleFile } from './fsck/published-log.ts'
import { nodeHasher } from './node-hash.ts'
import type { VerifierKey } from './note.ts'
import type { Queryable, Transactor } from './queryable.ts'
import { insertTiles, lockWork, moveHead } from './sequencer.ts'
import { bundlePath, TILE_WIDTH } from './tiles.ts'
import { type Head, readHead, readLatestCheckpoint } from './tree-store.ts'

export interface RecoverDeps {
  /** The owner's login: an operator's act, and not the gateway's. */
  readonly db: Transactor
  /** The published log with its entries. */
  readonly log: PublishedLog
  readonly keys: readonly VerifierKey[]
  readonly origin: string
  readonly anchor: Pick<Anchor, 'read'>
  readonly clock: () => Date
}

export type Recovery =
  /** The database has all that was signed. */
  | { readonly outcome: 'nothing-missing'; readonly size: number }
  | {
      readonly outcome: 'replayed'
      readonly from: number
      readonly to: number
      /** What the entries that were put back say happened, with how often, and between which times. */
      readonly kinds: Readonly<Record<string, number>>
      readonly firstAt: string
      readonly lastAt: string
    }
  /** The published entries do not cover the gap, or belong to another history: a new epoch is the way on. */
  | { readonly outcome: 'not-covered' | 'diverged'; readonly says: string }

/** @throws {NoteRefused | CheckpointMalformed} when the published checkpoint is not signed by the log */
export async function recoverFromPublished(deps: RecoverDeps): Promise<Recovery> {
  const { db, log, keys, origin, anchor } = deps
  const note = await log.read('checkpoint')
  const anchored = await anchor.read()
  const published = note && (await openCheckpointOf(new TextDecoder().decode(note), keys, origin))
  return db.withTransaction(async (tx) => {
    await lockWork(tx)
    const head = await readHead(tx, 'for update')
    const needed = Math.max(anchored?.size ?? 0, published?.size ?? 0)
    if (published === undefined || published.size < needed)
      return {
        outcome: 'not-covered',
        says: `${needed} entries were signed, and ${published?.size ?? 0} are published in ${log.name}.`,
      }
    if (head.size >= published.size) return standing(tx, head, published)
    return replay(tx, deps, head, published)
  })
}

async function standing(tx: Queryable, head: Head, published: SignedCheckpoint): Promise<Recovery> {
  const last = await readLatestCheckpoint(tx)
  const isOurs = last !== undefined && last.size >= published.size
  return isOurs || (head.size === published.size && sameBytes(head.root, published.root))
    ? { outcome: 'nothing-missing', size: head.size }
    : { outcome: 'diverged', says: `The database has numbered ${head.size} entries of its own, which are not those that were signed.` } // prettier-ignore
}

async function replay(
  tx: Queryable,
  { log, clock }: RecoverDeps,
  head: Head,
  published: SignedCheckpoint,
): Promise<Recovery> {
  const [from, to] = [head.size, published.size]
  let edge = head.edge
  const tiles: FullTile[] = []
  const kinds: Record<string, number> = {}
  const times: string[] = []
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index += 1) {
    const entries = await entriesOf(log, index, edge.size, to)
    if (entries === undefined)
      return { outcome: 'not-covered', says: `${bundlePath(index, TILE_WIDTH)} is not there, or is cut off.` }
    const grown = grow(nodeHasher, edge, entries.map((body) => nodeHasher.leaf(body))) // prettier-ignore
    await putBack(tx, edge.size, entries)
    for (const { type, at } of entries.map(parseLeaf)) {
      kinds[type] = (kinds[type] ?? 0) + 1
      times.push(at)
    }
    tiles.push(...grown.tiles)
    edge = grown.edge
  }
  if (!sameBytes(edgeRoot(nodeHasher, edge), published.root)) throw new Diverged(from)
  await conclude(tx, { head, edge, tiles, published, at: clock() })
  return { outcome: 'replayed', from, to, kinds, firstAt: times.at(0) ?? '', lastAt: times.at(-1) ?? '' }
}

/** The entries would not make the signed tree on top of what the database has: nothing of it is kept. */
export class Diverged extends Error {
  constructor(from: number) {
    super(`The first ${from} entries of the database are not those that were signed.`)
    this.name = 'Diverged'
  }
}

async function entriesOf(
  log: PublishedLog,
  index: number,
  from: number,
  to: number,
): Promise<Uint8Array[] | undefined> {
  const width = Math.min(TILE_WIDTH, to - index * TILE_WIDTH)
  const bundle = await readBundleFile(log, index, width)
  const entries = bundle && entriesIn(bundle.bytes, width, bundle.path === bundlePath(index, width))
  const wanted = entries?.slice(from - index * TILE_WIDTH)
  return wanted?.every((entry) => entry !== undefined) ? wanted : undefined
}

async function putBack(tx: Queryable, from: number, bodies: readonly Uint8Array[]): Promise<void> {
  const leaves = bodies.map((body): { body: Uint8Array; leaf: Leaf } => ({ body, leaf: parseLeaf(body) }))
  const ids = leaves.map(({ leaf }) => leaf.id)
  const hashes = bodies.map((body) => nodeHasher.leaf(body))
  await tx.query(
    `insert into ledger.entry (id, body, leaf_hash, recorded_at)
     select * from unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::timestamptz[]) on conflict (id) do nothing`,
    [ids, bodies, hashes, leaves.map(({ leaf }) => leaf.at)],
  )
  const index = leaves.flatMap(({ body, leaf }) =>
    indexOf(JSON.parse(new TextDecoder().decode(body))).map((row) => ({ ...row, id: leaf.id })),
  )
  await tx.query(
    `insert into ledger.index (kind, key, entry_id) select * from unnest($1::text[], $2::text[], $3::uuid[]) on conflict do nothing`,
    [index.map(({ kind }) => kind), index.map(({ key }) => key), index.map(({ id }) => id)],
  )
  await tx.query('delete from ledger.outbox where entry_id = any($1::uuid[])', [ids])
  await tx.query(
    `insert into ledger.leaf (seq, entry_id, leaf_hash)
     select $1::bigint + ordinal - 1, entry_id, leaf_hash
     from unnest($2::uuid[], $3::bytea[]) with ordinality as t (entry_id, leaf_hash, ordinal)`,
    [from, ids, hashes],
  )
}

interface Concluded {
  readonly head: Head
  readonly edge: Edge
  readonly tiles: readonly FullTile[]
  readonly published: SignedCheckpoint
  readonly at: Date
}

async function conclude(tx: Queryable, { head, edge, tiles, published, at }: Concluded): Promise<void> {
  const { size, root, note } = published
  await insertTiles(tx, tiles)
  await moveHead(tx, head, { ...head, size, root, edge })
  await tx.query(
    'insert into ledger.checkpoint (size, root, note, published_at) values ($1, $2, $3, $4) on conflict (size) do nothing',
    [size, root, note, at],
  )
  const detail = { means: 'replayed', from: head.size, to: size }
  await append(tx, [{ type: 'ledger.recovered', actor: { kind: 'process', name: 'operator' }, subjects: [], correlation: 'recover', detail }], at) // prettier-ignore
}
