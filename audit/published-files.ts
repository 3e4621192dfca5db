// The log as static files (C2SP tlog-tiles): hash tiles, entry bundles where the profile is full, and the checkpoint last, so
// that whoever sees a checkpoint finds all that it stands on. What was published is never changed; another content for the
// same name is a fault. Partial tiles are taken away when the full one is there.
import { concat, encodeText, sameBytes } from './bytes.ts'
import { checkpointOfOwnNote } from './checkpoint.ts'
import { type Edge, edgeRoot } from './edge.ts'
import { LedgerFault } from './fault.ts'
import type { LogStore } from './log-store.ts'
import { nodeHasher } from './node-hash.ts'
import type { Queryable } from './queryable.ts'
import { bundlePath, HASH_BYTES, newTiles, type Tile, TILE_WIDTH, tilePath } from './tiles.ts'
import { readEdgeAt, readLeaves, readTiles, type StoredCheckpoint } from './tree-store.ts'

export interface Publication {
  /** `hashes` holds nothing but hashes; `full` holds the entries too, for auditors behind access control. */
  readonly profile: 'hashes' | 'full'
  readonly store: LogStore
}

/** Tiles written between two looks at the database. */
const TILES_AT_ONCE = 64
/** Files on their way at once: an object store takes its time over each. */
const FILES_AT_ONCE = 8

interface TileFile {
  readonly name: string
  readonly width: number
  readonly bytes: Uint8Array
}

/**
 * Brings a publication up to a checkpoint; run again after any interruption it ends the same.
 *
 * @param edge of the head, at or past the checkpoint
 * @param prunedThrough how many of the first entries are pruned: their lowest tiles are not published any more
 * @throws {LedgerFault} `files-ahead`, `files-differ`, `files-contended`, `tile-missing`, `body-missing`, `body-changed`
 */
export async function publishFiles(
  db: Queryable,
  edge: Edge,
  checkpoint: StoredCheckpoint,
  publication: Publication,
  prunedThrough = 0,
): Promise<void> {
  const { store } = publication
  const note = encodeText(checkpoint.note)
  const was = await store.look('checkpoint')
  if (was && sameBytes(was.bytes, note)) return
  const from = was ? await publishedSize(db, edge, checkpoint, store, was.bytes) : 0
  const tiles = newTiles(from, checkpoint.size).filter(
    ({ level, index }) => level > 0 || index >= prunedThrough / TILE_WIDTH,
  )
  for (let at = 0; at < tiles.length; at += TILES_AT_ONCE)
    await writeTiles(db, edge, tiles.slice(at, at + TILES_AT_ONCE), publication)
  // A write of ours that was given up, and comes true only now, must not put an older one back.
  if (!(await store.replace('checkpoint', note, was)))
    throw new LedgerFault('files-contended', `${store.name}/checkpoint is not what it was a moment ago.`)
}

/** Up to where this process has removed the files of pruned entries; another begins anew, and finds nothing to remove. */
const removedThrough = new WeakMap<Publication, number>()

/**
 * Takes away the lowest tiles and the bundles of pruned entries, and says so in the file `pruned`: a note of the log, signed,
 * whose size and root are those of the tree that the entries made.
 */
export async function prunePublished(publication: Publication, through: number, note: string): Promise<void> {
  const from = removedThrough.get(publication) ?? 0
  if (from >= through) return
  const { store } = publication
  // What was published of a closed ledger may be lost, or lie elsewhere.
  if ((await store.read('checkpoint')) === undefined) {
    removedThrough.set(publication, through)
    return
  }
  const was = await store.look('pruned')
  const isSaid = was !== undefined && sameBytes(was.bytes, encodeText(note))
  if (!isSaid && !(await store.replace('pruned', encodeText(note), was)))
    throw new LedgerFault('files-contended', `${store.name}/pruned is not what it was a moment ago.`)
  if (!(isSaid && (await isRemoved(store, through))))
    for (let index = Math.floor(from / TILE_WIDTH); index < Math.floor(through / TILE_WIDTH); index++)
      for (const name of lowestFiles(index)) await store.remove(name)
  // The last entries of a ledger that was closed go; the hashes of their tile stay, for the root that is signed.
  if (through % TILE_WIDTH > 0)
    await store.removePartials(bundlePath(Math.floor(through / TILE_WIDTH), TILE_WIDTH))
  removedThrough.set(publication, through)
}

/** They are removed in order, one after the other: where the last is gone, all are. */
async function isRemoved(store: LogStore, through: number): Promise<boolean> {
  const tiles = Math.floor(through / TILE_WIDTH)
  if (tiles === 0) return true
  const last = await Promise.all(lowestFiles(tiles - 1).map((name) => store.read(name)))
  return last.every((bytes) => bytes === undefined)
}

function lowestFiles(index: number): string[] {
  return [tilePath({ level: 0, index, width: TILE_WIDTH }), bundlePath(index, TILE_WIDTH)]
}

async function publishedSize(
  db: Queryable,
  edge: Edge,
  checkpoint: StoredCheckpoint,
  { name }: LogStore,
  note: Uint8Array,
): Promise<number> {
  const published = checkpointOfOwnNote(new TextDecoder().decode(note))
  if (published.size > checkpoint.size)
    throw new LedgerFault('files-ahead', `${name} has ${published.size} entries, we have ${checkpoint.size}.`)
  const root = edgeRoot(nodeHasher, await readEdgeAt(db, edge, published.size))
  if (!sameBytes(root, published.root))
    throw new LedgerFault('files-differ', `${name} has another root for ${published.size} entries.`)
  return published.size
}

async function writeTiles(
  db: Queryable,
  edge: Edge,
  tiles: readonly Tile[],
  { profile, store }: Publication,
): Promise<void> {
  const stored = await readTiles(db, edge, tiles)
  const bodies =
    profile === 'full'
      ? await readBodies(
          db,
          tiles.filter(({ level }) => level === 0),
        )
      : undefined
  const files: TileFile[] = []
  for (const tile of tiles) {
    const { level, index, width } = tile
    const data = stored(level, index)?.subarray(0, width * HASH_BYTES)
    if (data?.length !== width * HASH_BYTES)
      throw new LedgerFault('tile-missing', `Tile ${level}/${index} is not there, ${width} hashes wide.`)
    files.push({ name: tilePath(tile), width, bytes: data })
    if (bodies && level === 0)
      files.push({ name: bundlePath(index, width), width, bytes: bundle(bodies, index * TILE_WIDTH, data) })
  }
  for (let at = 0; at < files.length; at += FILES_AT_ONCE)
    await allDone(files.slice(at, at + FILES_AT_ONCE).map((file) => publishTile(store, file)))
}

/** What the tiles' entries say, by number. @param tiles of level 0, side by side */
async function readBodies(db: Queryable, tiles: readonly Tile[]): Promise<ReadonlyMap<number, Uint8Array>> {
  const [first, last] = [tiles[0], tiles.at(-1)]
  if (first === undefined || last === undefined) return new Map()
  const leaves = await readLeaves(db, first.index * TILE_WIDTH, last.index * TILE_WIDTH + last.width)
  return new Map(leaves.flatMap(({ seq, body }) => (body === null ? [] : [[seq, body]])))
}

/** C2SP tlog-tiles, "Log entries": each entry after its length as a big-endian uint16. */
function bundle(bodies: ReadonlyMap<number, Uint8Array>, first: number, hashes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = []
  for (let at = 0; at < hashes.length; at += HASH_BYTES) {
    const seq = first + at / HASH_BYTES
    const body = bodies.get(seq)
    if (body === undefined) throw new LedgerFault('body-missing', `Entry ${seq} is not there.`)
    if (!sameBytes(nodeHasher.leaf(body), hashes.subarray(at, at + HASH_BYTES)))
      throw new LedgerFault('body-changed', `Entry ${seq} is not what was sequenced.`)
    parts.push(Uint8Array.of(body.length >> 8, body.length & 0xff), body)
  }
  return concat(...parts)
}

/** Where one fails, the others have ended too: nothing of ours is on its way any more when we say so. */
async function allDone(work: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(work)
  await Promise.all(work)
}

/** C2SP tlog-tiles, "Partial tiles": once the full one is there it serves in their place, and they may go. */
async function publishTile(store: LogStore, { name, width, bytes }: TileFile): Promise<void> {
  await writeOnce(store, name, bytes)
  if (width === TILE_WIDTH) await store.removePartials(name)
}

/** @throws {LedgerFault} `files-differ` */
export async function writeOnce(store: LogStore, name: string, bytes: Uint8Array): Promise<void> {
  if (await store.create(name, bytes)) return
  const there = await store.read(name)
  if (!there || !sameBytes(there, bytes))
    throw new LedgerFault('files-differ', `${store.name}/${name} was published with another content.`)
}
