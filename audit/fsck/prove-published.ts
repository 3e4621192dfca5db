// The proof of one entry from what was published of a log, with no database: for a log that was closed, for one whose gateway
// is gone, and for any C2SP log. No Node API.
import { decodeText } from '../bytes.ts'
import { openCheckpointOf } from '../checkpoint.ts'
import { formatDisclosure } from '../disclosure.ts'
import { inclusionRanges, placesOf, rangeHash, type TreeHasher } from '../merkle.ts'
import type { VerifierKey } from '../note.ts'
import { hashAtIn, tileOf, TILE_WIDTH } from '../tiles.ts'
import { formatTlogProof } from '../tlog-proof.ts'
import { entriesIn, type PublishedLog, readBundleFile, readTile } from './published-log.ts'

export interface PublishedProof {
  /** Text of a .tlog-proof file. */
  readonly proof: string
  readonly treeSize: number
  /** Whether the entry's own bytes were published, and so are in the proof. */
  readonly holdsEntry: boolean
}

export class Unprovable extends Error {}

export interface ProofAsked {
  readonly log: PublishedLog
  readonly hasher: TreeHasher
  readonly keys: readonly VerifierKey[]
  readonly origin: string | undefined
  readonly index: number
}

/** @throws {Unprovable} {NoteRefused} {CheckpointMalformed}, and {LedgerFault} `tile-missing` */
export async function proveFromPublished({
  log,
  hasher,
  keys,
  origin,
  index,
}: ProofAsked): Promise<PublishedProof> {
  const bytes = await log.read('checkpoint')
  if (bytes === undefined)
    throw new Unprovable(`${log.name} has no checkpoint: is it the folder or address of a published log?`)
  const { size, note } = await openCheckpointOf(decodeText(bytes), keys, origin)
  if (index >= size)
    throw new Unprovable(`The log has ${size} entries, from 0 to ${size - 1}: there is no entry ${index}.`)
  const ranges = inclusionRanges(index, { start: 0, end: size })
  const tiles = await readTilesOf(log, ranges.flatMap(placesOf).map(tileOf), size)
  const hashAt = hashAtIn(hasher, (level, tileIndex) => tiles.get(`${level}/${tileIndex}`))
  const entry = await readEntry(log, index, size)
  return {
    proof: formatTlogProof({
      index,
      hashes: ranges.map((range) => rangeHash(hasher, hashAt, range)),
      ...(entry && { extra: formatDisclosure({ entry, disclosed: [] }) }),
      checkpoint: note,
    }),
    treeSize: size,
    holdsEntry: entry !== undefined,
  }
}

interface TileName {
  readonly level: number
  readonly index: number
}

async function readTilesOf(
  log: PublishedLog,
  names: readonly TileName[],
  size: number,
): Promise<Map<string, Uint8Array>> {
  const wanted = new Map(names.map((name) => [`${name.level}/${name.index}`, name]))
  const read = [...wanted].map(async ([key, { level, index }]): Promise<[string, Uint8Array | undefined]> => {
    const width = Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH)
    return [key, await readTile(log, { level, index, width })]
  })
  return new Map((await Promise.all(read)).flatMap(([key, data]) => (data ? [[key, data]] : [])))
}

async function readEntry(log: PublishedLog, index: number, size: number): Promise<Uint8Array | undefined> {
  const bundleIndex = Math.floor(index / TILE_WIDTH)
  const width = Math.min(TILE_WIDTH, size - bundleIndex * TILE_WIDTH)
  const bundle = await readBundleFile(log, bundleIndex, width)
  return bundle && entriesIn(bundle.bytes, width, false)[index % TILE_WIDTH]
}
