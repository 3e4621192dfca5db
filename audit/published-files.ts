// The log as static files (C2SP tlog-tiles): hash tiles, entry bundles where the profile is full, and the checkpoint last, so
// that whoever sees a checkpoint finds all that it stands on. What was published is never changed; another content for the
// same name is a fault. Partial tiles are taken away when the full one is there.
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { concat, encodeText, sameBytes } from './bytes.ts'
import { checkpointOfOwnNote } from './checkpoint.ts'
import { createDurably, writeDurably } from './durable-file.ts'
import { type Edge, edgeRoot } from './edge.ts'
import { LedgerFault } from './fault.ts'
import { nodeHasher } from './node-hash.ts'
import type { Queryable } from './queryable.ts'
import { bundlePath, HASH_BYTES, newTiles, type Tile, TILE_WIDTH, tilePath } from './tiles.ts'
import { readEdgeAt, readLeaves, readTiles, type StoredCheckpoint } from './tree-store.ts'

export interface Publication {
  /** `hashes` holds nothing but hashes; `full` holds the entries too, for auditors behind access control. */
  readonly profile: 'hashes' | 'full'
  readonly directory: string
}

/** Tiles written between two looks at the database. */
const TILES_AT_ONCE = 64

/**
 * Brings a directory up to a checkpoint; run again after any interruption it ends the same.
 *
 * @param edge of the head, at or past the checkpoint
 * @param prunedThrough how many of the first entries are pruned: their lowest tiles are not published any more
 * @throws {LedgerFault} `files-ahead`, `files-differ`, `tile-missing`, `body-missing`, `body-changed`
 */
export async function publishFiles(
  db: Queryable,
  edge: Edge,
  checkpoint: StoredCheckpoint,
  { profile, directory }: Publication,
  prunedThrough = 0,
): Promise<void> {
  const note = await readIfThere(path.join(directory, 'checkpoint'))
  if (note && sameBytes(note, encodeText(checkpoint.note))) return
  const from = note ? await publishedSize(db, edge, checkpoint, directory, note) : 0
  const tiles = newTiles(from, checkpoint.size).filter(
    ({ level, index }) => level > 0 || index >= prunedThrough / TILE_WIDTH,
  )
  for (let at = 0; at < tiles.length; at += TILES_AT_ONCE)
    await writeTiles(db, edge, tiles.slice(at, at + TILES_AT_ONCE), { profile, directory })
  await writeDurably(path.join(directory, 'checkpoint'), checkpoint.note)
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
  const { directory } = publication
  await writeDurably(path.join(directory, 'pruned'), note)
  for (let index = from / TILE_WIDTH; index < through / TILE_WIDTH; index++)
    for (const name of [tilePath({ level: 0, index, width: TILE_WIDTH }), bundlePath(index, TILE_WIDTH)])
      await rm(path.join(directory, name), { force: true })
  removedThrough.set(publication, through)
}

async function publishedSize(
  db: Queryable,
  edge: Edge,
  checkpoint: StoredCheckpoint,
  directory: string,
  note: Uint8Array,
): Promise<number> {
  const published = checkpointOfOwnNote(new TextDecoder().decode(note))
  if (published.size > checkpoint.size)
    throw new LedgerFault(
      'files-ahead',
      `${directory} has ${published.size} entries, we have ${checkpoint.size}.`,
    )
  const root = edgeRoot(nodeHasher, await readEdgeAt(db, edge, published.size))
  if (!sameBytes(root, published.root))
    throw new LedgerFault('files-differ', `${directory} has another root for ${published.size} entries.`)
  return published.size
}

async function writeTiles(
  db: Queryable,
  edge: Edge,
  tiles: readonly Tile[],
  { profile, directory }: Publication,
): Promise<void> {
  const stored = await readTiles(db, edge, tiles)
  for (const tile of tiles) {
    const { level, index, width } = tile
    const data = stored(level, index)?.subarray(0, width * HASH_BYTES)
    if (data?.length !== width * HASH_BYTES)
      throw new LedgerFault('tile-missing', `Tile ${level}/${index} is not there, ${width} hashes wide.`)
    await publishTile(path.join(directory, tilePath(tile)), width, data)
    if (profile === 'full' && level === 0)
      await publishTile(path.join(directory, bundlePath(index, width)), width, await bundle(db, index, data))
  }
}

/** C2SP tlog-tiles, "Log entries": each entry after its length as a big-endian uint16. */
async function bundle(db: Queryable, index: number, hashes: Uint8Array): Promise<Uint8Array> {
  const first = index * TILE_WIDTH
  const width = hashes.length / HASH_BYTES
  const leaves = await readLeaves(db, first, first + width)
  if (leaves.length !== width)
    throw new LedgerFault(
      'body-missing',
      `Some of the entries ${first} to ${first + width - 1} are not there.`,
    )
  const parts = leaves.flatMap(({ seq, body }, i) => {
    if (body === null) throw new LedgerFault('body-missing', `Entry ${seq} is not there.`)
    if (!sameBytes(nodeHasher.leaf(body), hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)))
      throw new LedgerFault('body-changed', `Entry ${seq} is not what was sequenced.`)
    return [Uint8Array.of(body.length >> 8, body.length & 0xff), body]
  })
  return concat(...parts)
}

/** C2SP tlog-tiles, "Partial tiles": once the full one is there it serves in their place, and they may go. */
async function publishTile(file: string, width: number, bytes: Uint8Array): Promise<void> {
  await writeOnce(file, bytes)
  if (width === TILE_WIDTH) await rm(`${file}.p`, { recursive: true, force: true })
}

async function writeOnce(file: string, bytes: Uint8Array): Promise<void> {
  if (await createDurably(file, bytes)) return
  if (!sameBytes(await readFile(file), bytes))
    throw new LedgerFault('files-differ', `${file} was published with another content.`)
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  return readFile(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
}
