// A log as static files (C2SP tlog-tiles), read from wherever it lies: hash tiles, entry bundles, the checkpoint. This works on
// any such log, ours or another's. No Node API.
import { decodeText } from '../bytes.ts'
import { openCheckpointOf, type SignedCheckpoint } from '../checkpoint.ts'
import type { Edge } from '../edge.ts'
import type { VerifierKey } from '../note.ts'
import type { Checks } from './report.ts'
import { bundlePath, edgeWidths, HASH_BYTES, type Tile, TILE_WIDTH, tilePath } from '../tiles.ts'

export interface PublishedLog {
  /** For people: the folder or the address. */
  readonly name: string
  /** @returns undefined when no such file is there @throws {LogUnreadable} and the network's or the file system's errors */
  read(path: string): Promise<Uint8Array | undefined>
  /** Widths of the partial forms that lie beside a full tile or bundle, where that can be asked. */
  partialWidths?(path: string): Promise<readonly number[]>
}

/** The log is there but would not be read: nothing follows about what it holds. */
export class LogUnreadable extends Error {}

// C2SP tlog-tiles, "Log entries": lengths are uint16, so this is the most that 256 entries can take.
const BUNDLE_LIMIT_BYTES = TILE_WIDTH * (2 + 65_535)
const ANSWER_LIMIT_MS = 30_000

/** @param base with or without a slash at its end */
export function httpLog(base: string, fetcher: typeof fetch = fetch): PublishedLog {
  const root = base.endsWith('/') ? base : `${base}/`
  return {
    name: base,
    read: async (path) => {
      const url = new URL(path, root)
      const response = await fetcher(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) }).catch(
        (cause: unknown) => {
          throw new LogUnreadable(`${url.href} did not answer.`, { cause })
        },
      )
      if (response.status === 404 || response.status === 410) {
        await response.body?.cancel()
        return undefined
      }
      if (!response.ok) throw new LogUnreadable(`${url.href} answered with ${response.status}.`)
      return readLimited(response, url)
    },
  }
}

/** @throws {LogUnreadable} when it is larger than any file of a log */
export async function readLimited(response: Response, url: URL): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > BUNDLE_LIMIT_BYTES) throw new LogUnreadable(`${url.href} is larger than any file of a log.`)
    parts.push(part)
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}

/** @returns undefined, and a fault, when it is not there or is not signed by a key of this log */
export async function readLogCheckpoint(
  log: PublishedLog,
  keys: readonly VerifierKey[],
  origin: string | undefined,
  checks: Checks,
): Promise<SignedCheckpoint | undefined> {
  const bytes = await log.read('checkpoint')
  let says = 'There is no checkpoint.'
  if (bytes !== undefined) {
    try {
      const checkpoint = await openCheckpointOf(decodeText(bytes), keys, origin)
      const names = checkpoint.signedBy.map(({ name }) => name).join(' and ')
      checks.passed('checkpoint', `${names} signed ${checkpoint.size} entries of ${checkpoint.origin}.`)
      return checkpoint
    } catch (error) {
      says = error instanceof Error ? error.message : String(error)
    }
  }
  checks.conclude('checkpoint', '', [{ class: 'checkpoint', where: `${log.name}/checkpoint`, says }])
  return undefined
}

/** @returns the bytes of a file that may be wrong in length */
export type Found = { readonly path: string; readonly bytes: Uint8Array } | undefined

/** C2SP tlog-tiles, "Partial tiles": where a partial tile is gone, the full one that replaced it serves. */
export async function readTileFile(log: PublishedLog, tile: Tile): Promise<Found> {
  return readEither(log, tilePath(tile), tilePath({ ...tile, width: TILE_WIDTH }))
}

export async function readBundleFile(log: PublishedLog, index: number, width: number): Promise<Found> {
  return readEither(log, bundlePath(index, width), bundlePath(index, TILE_WIDTH))
}

async function readEither(log: PublishedLog, path: string, instead: string): Promise<Found> {
  const bytes = await log.read(path)
  if (bytes !== undefined) return { path, bytes }
  const full = path === instead ? undefined : await log.read(instead)
  return full && { path: instead, bytes: full }
}

/** @returns exactly the hashes that were asked for; undefined when the file is not there or its length is wrong */
export async function readTile(log: PublishedLog, tile: Tile): Promise<Uint8Array | undefined> {
  const found = await readTileFile(log, tile)
  return found && hashesIn(found, tile)
}

/** A tile file holds its own width of hashes and nothing more. */
export function hashesIn({ path, bytes }: NonNullable<Found>, tile: Tile): Uint8Array | undefined {
  const width = path === tilePath(tile) ? tile.width : TILE_WIDTH
  return bytes.length === width * HASH_BYTES ? bytes.subarray(0, tile.width * HASH_BYTES) : undefined
}

/** The edge of the tree at an earlier size, from the tiles of today; undefined when one of them is not there. */
export async function readEdge(log: PublishedLog, size: number, latest: number): Promise<Edge | undefined> {
  const levels = await Promise.all(
    edgeWidths(size).map(async (width, level) => {
      if (width === 0) return new Uint8Array()
      const index = Math.floor(size / TILE_WIDTH ** (level + 1))
      const today = Math.min(TILE_WIDTH, Math.floor(latest / TILE_WIDTH ** level) - index * TILE_WIDTH)
      return (await readTile(log, { level, index, width: today }))?.subarray(0, width * HASH_BYTES)
    }),
  )
  return levels.some((data) => data === undefined)
    ? undefined
    : { size, levels: levels.flatMap((data) => data ?? []) }
}

/**
 * C2SP tlog-tiles, "Log entries": each entry after its length as a big-endian uint16.
 *
 * @param width how many entries it should hold; a full bundle may hold more than are asked for
 * @returns undefined in the place of entries that cannot be read; more than `width` when bytes are left over
 */
export function entriesIn(bundle: Uint8Array, width: number, isExact: boolean): (Uint8Array | undefined)[] {
  const entries: (Uint8Array | undefined)[] = []
  let at = 0
  while (entries.length < width) {
    const length = ((bundle[at] ?? 0) << 8) | (bundle[at + 1] ?? 0)
    const end = at + 2 + length
    if (end > bundle.length || at + 2 > bundle.length) break
    entries.push(bundle.subarray(at + 2, end))
    at = end
  }
  if (isExact && at < bundle.length) entries[width - 1] = undefined
  while (entries.length < width) entries.push(undefined)
  return entries
}
