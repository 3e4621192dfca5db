// Checks a published log against its signed checkpoint: every hash tile counted again, every entry hashed again where the
// entries are published, and the root. With an earlier checkpoint it proves that this log extends it, and looks at what is
// new. No Node API.
import { sameBytes } from '../bytes.ts'
import type { SignedCheckpoint } from '../checkpoint.ts'
import { type Edge, EMPTY_EDGE, edgeRoot } from '../edge.ts'
import type { TreeHasher } from '../merkle.ts'
import type { VerifierKey } from '../note.ts'
import { bundlePath, HASH_BYTES, type Tile, TILE_WIDTH, tilePath } from '../tiles.ts'
import { ahead } from './ahead.ts'
import type { Fault } from './faults.ts'
import { differingPartials } from './partial-forms.ts'
import { entriesIn, type Found, hashesIn, type PublishedLog, readBundleFile, readEdge, readTile, readTileFile } from './published-log.ts' // prettier-ignore
import { readPrunedFiles } from './published-pruned.ts'
import { Recount, type Standing } from './recount.ts'
import type { Checks, Progress } from './report.ts'

export interface FilesToCheck {
  readonly log: PublishedLog
  readonly hasher: TreeHasher
  readonly checkpoint: SignedCheckpoint
  /** The log's. */
  readonly keys: readonly VerifierKey[]
  /** What was verified before. */
  readonly since?: SignedCheckpoint | undefined
  readonly onProgress: Progress
}

/** Tiles that are fetched at once. */
const AT_ONCE = 8

export async function checkFiles(given: FilesToCheck, checks: Checks): Promise<void> {
  const { log, checkpoint, onProgress } = given
  const start = await findStart(given, await readPrunedFiles(given, checks))
  const walk: Walk = { ...given, recount: new Recount(given.hasher, start), found: [], holdsEntries: await holdsEntries(log, start.size, checkpoint.size) } // prettier-ignore
  const files = ahead(AT_ONCE, levelZero(start.size, checkpoint.size), (tile) => fetchTile(walk, tile))
  let isWhole = true
  for await (const fetched of files) {
    isWhole = await takeTile(walk, fetched)
    if (!isWhole) break
    await walk.recount.compareFull(storedIn(walk), 1)
    onProgress(walk.recount.size, checkpoint.size, 'published entries')
  }
  if (isWhole) await walk.recount.compareEdge(storedIn(walk), 1)
  conclude(walk, checks, { isWhole, from: start.size })
}

interface Walk extends FilesToCheck {
  readonly recount: Recount
  readonly found: Fault[]
  readonly holdsEntries: boolean
}

/** Where the earlier checkpoint does not fit the tiles of today, all that is there is looked at, to see which is wrong. */
async function findStart(
  { log, hasher, checkpoint, since }: FilesToCheck,
  pruned: Edge | undefined,
): Promise<Edge> {
  const least = pruned ?? EMPTY_EDGE
  if (!since || since.size > checkpoint.size || since.size < least.size) return least
  const edge = await readEdge(log, since.size, checkpoint.size)
  return edge && sameBytes(edgeRoot(hasher, edge), since.root) ? edge : least
}

/** Either every bundle is published or none is: `hashes` and `full` are the two profiles of publication. */
async function holdsEntries(log: PublishedLog, from: number, size: number): Promise<boolean> {
  for (const { index, width } of [
    ...levelZero(from, Math.min(size, from + 1)),
    ...levelZero(Math.max(size - 1, 0), size),
  ])
    if ((await readBundleFile(log, index, width)) !== undefined) return true
  return false
}

function* levelZero(from: number, size: number): Generator<Tile> {
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < size; index++)
    yield { level: 0, index, width: Math.min(TILE_WIDTH, size - index * TILE_WIDTH) }
}

interface Fetched {
  readonly tile: Tile
  readonly hashes: Found
  readonly bundle: Found
}

async function fetchTile({ log, holdsEntries: isFull }: Walk, tile: Tile): Promise<Fetched> {
  const [hashes, bundle] = await Promise.all([
    readTileFile(log, tile),
    isFull ? readBundleFile(log, tile.index, tile.width) : undefined,
  ])
  return { tile, hashes, bundle }
}

/** @returns false when its hashes can be had from nowhere, so that no tree can be grown past it */
async function takeTile(walk: Walk, { tile, hashes, bundle }: Fetched): Promise<boolean> {
  const { recount, hasher, since, found } = walk
  const first = tile.index * TILE_WIDTH
  const skip = Math.max(recount.size - first, 0)
  const data = hashes && hashesIn(hashes, tile)
  const place = { entry: first + skip, where: hashes?.path ?? tilePath(tile) }
  if (!hashes) found.push({ class: 'missing', ...place, says: 'The tile is not there.' })
  else if (!data)
    found.push({ class: 'tile', ...place, says: `The tile is ${hashes.bytes.length} bytes long.` })
  const entries = readEntries(walk, tile, bundle)
  for (let i = skip; i < tile.width; i++) {
    const entry = entries[i]
    const own = entry && hasher.leaf(entry)
    const stored = data?.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES) ?? own
    if (stored === undefined) return false
    recount.push(stored, own)
    if (recount.size === since?.size) recount.markRoot()
  }
  if (hashes && data) found.push(...(await differingPartials(walk.log, tile, data, bundle?.bytes)))
  return true
}

function readEntries(
  { holdsEntries: isFull, found }: Walk,
  { index, width }: Tile,
  bundle: Found,
): (Uint8Array | undefined)[] {
  if (!isFull) return []
  const where = bundle?.path ?? bundlePath(index, width)
  if (!bundle) {
    found.push({ class: 'missing', entry: index * TILE_WIDTH, where, says: 'The entries are not there.' })
    return []
  }
  const entries = entriesIn(bundle.bytes, width, where === bundlePath(index, width))
  const broken = entries.indexOf(undefined)
  if (broken >= 0)
    found.push({
      class: 'entry',
      entry: index * TILE_WIDTH + broken,
      where,
      says: 'The bundle is cut off or too long.',
    })
  return entries
}

function storedIn({ log, found }: Walk) {
  return async (tile: Tile) => {
    const data = await readTile(log, tile)
    if (data) found.push(...(await differingPartials(log, tile, data, undefined)))
    return data
  }
}

function conclude(walk: Walk, checks: Checks, { isWhole, from }: { isWhole: boolean; from: number }): void {
  const { recount, checkpoint, since, found, log } = walk
  const { size, root } = checkpoint
  const standing = recount.standing(isWhole ? new Map([[size, root]]) : new Map())
  const all = [...found, ...changedEntries(recount, standing), ...differingTiles(standing)]
  const isSigned = isWhole && sameBytes(standing.root, root)
  if (isWhole && !isSigned) all.push(...otherRoot(walk, all))
  checks.conclude('published tiles', `Every hash from entry ${from} to ${size} was computed again.`, all)
  if (walk.holdsEntries && all.length === 0)
    checks.passed('published entries', `The bytes of each entry from ${from} to ${size} hash to its leaf.`)
  if (!walk.holdsEntries && size > 0)
    checks.skipped('published entries', 'This publication holds hashes only: no entry was hashed again.')
  if (!isWhole) checks.skipped('published root', 'The root was not computed, because hashes are missing.')
  else if (isSigned) checks.passed('published root', `The root of ${size} entries is the one that is signed.`)
  else checks.failed('published root', `The root of ${size} entries is not the one that is signed.`)
  if (since) concludeHistory(checks, { since, checkpoint, standing, isSigned, from, where: log.name })
}

function changedEntries({ changed }: Recount, { by }: Standing): Fault[] {
  return changed.map((entry) => {
    const [index, width] = [Math.floor(entry / TILE_WIDTH), TILE_WIDTH]
    return by === 'entries'
      ? {
          class: 'tile',
          entry,
          where: tilePath({ level: 0, index, width }),
          says: `The hash of entry ${entry} is not that of its bytes.`,
        }
      : {
          class: 'entry',
          entry,
          where: bundlePath(index, width),
          says: `The bytes of entry ${entry} do not hash to its leaf.`,
        }
  })
}

export function differingTiles({ differences }: Pick<Standing, 'differences'>): Fault[] {
  return differences.map(({ offset, entry, ...tile }) => {
    const where = tilePath(tile)
    return offset === undefined
      ? { class: 'missing', entry, where, says: 'The tile is not there, or too short.' }
      : { class: 'tile', entry, where, says: `Hash ${offset} is not what the hashes below it make.` }
  })
}

/** The root is wrong though nothing below it contradicts itself, or more is wrong than was found. */
function otherRoot({ checkpoint, holdsEntries: isFull, log }: Walk, found: readonly Fault[]): Fault[] {
  if (found.length > 0) return []
  const { size } = checkpoint
  if (isFull)
    return [
      {
        class: 'fork',
        where: log.name,
        says: `Its ${size} entries agree with its tiles, but make another root than is signed.`,
      },
    ]
  const entry = Math.floor((size - 1) / TILE_WIDTH) * TILE_WIDTH
  return [
    {
      class: 'tile',
      entry,
      where: log.name,
      says: `Its tiles make another root than is signed; the last ones are in doubt.`,
    },
  ]
}

interface History {
  readonly since: SignedCheckpoint
  readonly checkpoint: SignedCheckpoint
  readonly standing: Standing
  readonly isSigned: boolean
  readonly from: number
  readonly where: string
}

function concludeHistory(checks: Checks, { since, checkpoint, standing, isSigned, where }: History): void {
  const name = 'history'
  const passes = `The log of ${checkpoint.size} entries extends the one of ${since.size} that was verified before.`
  const then = standing.rootAt(since.size)
  if (checkpoint.size < since.size)
    checks.conclude(name, passes, [
      {
        class: 'rollback',
        entry: checkpoint.size,
        where,
        says: `The log has ${checkpoint.size} entries, and had ${since.size} before.`,
      },
    ])
  else if (!isSigned) checks.skipped(name, 'Not looked at, because the tiles do not make the signed root.')
  else if (then === undefined)
    checks.skipped(name, `Not looked at: of the ${since.size} entries that were verified before, some were pruned since.`) // prettier-ignore
  else if (sameBytes(then, since.root)) checks.passed(name, passes)
  else
    checks.conclude(name, passes, [
      {
        class: 'fork',
        where,
        says: `The first ${since.size} entries are not those that were verified before: both are signed.`,
      },
    ])
}
