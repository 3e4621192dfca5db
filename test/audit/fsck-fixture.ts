// A log as files, made here and now in memory: of any size, with or without its entries, with anything in it changed.
import { concat, encodeText } from '../../audit/bytes.ts'
import { formatCheckpoint, openCheckpoint, type SignedCheckpoint } from '../../audit/checkpoint.ts'
import { EMPTY_EDGE, type FullTile, grow, edgeRoot } from '../../audit/edge.ts'
import { checkFiles } from '../../audit/fsck/check-files.ts'
import { Faults } from '../../audit/fsck/faults.ts'
import type { PublishedLog } from '../../audit/fsck/published-log.ts'
import { readLogCheckpoint } from '../../audit/fsck/published-log.ts'
import { Checks, type FsckReport, reportOf } from '../../audit/fsck/report.ts'
import { nodeHasher } from '../../audit/node-hash.ts'
import { noteSigner } from '../../audit/note-signer.ts'
import { signNote } from '../../audit/note.ts'
import { bundlePath, HASH_BYTES, TILE_WIDTH, tilePath } from '../../audit/tiles.ts'

export const OTHER_LOG = 'other.example/log'
export const signer = await noteSigner(OTHER_LOG, new Uint8Array(32).fill(9))
export const keys = [signer.key]

export type Files = Map<string, Uint8Array>

export function entriesOf(count: number, name = 'entry'): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => encodeText(`${name} ${i} of another log, in its own words`))
}

/** The files of a log, as C2SP tlog-tiles lays them out; the tile of each level that is not full is partial. */
export async function filesOf(
  entries: readonly Uint8Array[],
  profile: 'full' | 'hashes' = 'full',
): Promise<Files> {
  const { edge, tiles } = grow(nodeHasher, EMPTY_EDGE, entries.map((entry) => nodeHasher.leaf(entry))) // prettier-ignore
  const files: Files = new Map()
  const partial = edge.levels.map((data, level): FullTile => ({
    level,
    index: Math.floor(entries.length / TILE_WIDTH ** (level + 1)),
    data,
  }))
  for (const { level, index, data } of [...tiles, ...partial]) {
    const width = data.length / HASH_BYTES
    if (width === 0) continue
    files.set(tilePath({ level, index, width }), data.slice())
    if (level > 0 || profile === 'hashes') continue
    const own = entries.slice(index * TILE_WIDTH, index * TILE_WIDTH + width)
    files.set(
      bundlePath(index, width),
      concat(...own.flatMap((entry) => [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry])),
    )
  }
  files.set('checkpoint', encodeText(await noteOf(entries.length, edgeRoot(nodeHasher, edge))))
  return files
}

export function noteOf(size: number, root: Uint8Array): Promise<string> {
  return signNote(formatCheckpoint({ origin: OTHER_LOG, size, root }), [signer])
}

export function logOf(files: Files): PublishedLog {
  return { name: 'memory', read: (path) => Promise.resolve(files.get(path)) }
}

export async function checkpointIn(files: Files): Promise<SignedCheckpoint> {
  return openCheckpoint(new TextDecoder().decode(files.get('checkpoint')), keys)
}

export async function check(log: PublishedLog, since?: SignedCheckpoint): Promise<FsckReport> {
  const checks = new Checks(new Faults())
  const checkpoint = await readLogCheckpoint(log, keys, undefined, checks)
  if (checkpoint)
    await checkFiles(
      { log, hasher: nodeHasher, checkpoint, keys, since, onProgress: () => undefined },
      checks,
    )
  return reportOf(checks, {})
}

/** Flips one bit of a file. */
export function flip(files: Files, path: string, at: number): void {
  const bytes = files.get(path)
  if (bytes?.[at] === undefined) throw new RangeError(`${path} has no byte ${at}`)
  bytes[at] ^= 1
}
