// The partial forms of a tile and of its bundle that lie beside it from smaller checkpoints: each must be its beginning.
// No Node API.
import { sameBytes } from '../bytes.ts'
import { bundlePath, HASH_BYTES, type Tile, TILE_WIDTH, tilePath } from '../tiles.ts'
import type { Fault } from './faults.ts'
import type { PublishedLog } from './published-log.ts'

/**
 * @param data the tile's hashes
 * @param bundle the bytes of its entries, where they are published
 */
export async function differingPartials(
  log: PublishedLog,
  tile: Tile,
  data: Uint8Array,
  bundle: Uint8Array | undefined,
): Promise<Fault[]> {
  const whole = { ...tile, width: TILE_WIDTH }
  const firstEntry = tile.index * TILE_WIDTH ** (tile.level + 1)
  const hashes = await differing(log, tilePath(whole), tile.width, (width) =>
    data.subarray(0, width * HASH_BYTES),
  )
  const entries =
    bundle === undefined
      ? []
      : await differing(log, bundlePath(tile.index, TILE_WIDTH), tile.width, (width) =>
          firstOf(bundle, width),
        )
  const says = 'This partial form is not the beginning of what replaced it.'
  return [
    ...hashes.map((where) => ({ class: 'tile' as const, entry: firstEntry, where, says })),
    ...entries.map((where) => ({ class: 'entry' as const, entry: firstEntry, where, says })),
  ]
}

async function differing(
  log: PublishedLog,
  path: string,
  known: number,
  expected: (width: number) => Uint8Array,
): Promise<string[]> {
  const found: string[] = []
  for (const width of (await log.partialWidths?.(path)) ?? []) {
    // A wider one belongs to a checkpoint that is just being published.
    if (width > known) continue
    const name = `${path}.p/${width}`
    const bytes = await log.read(name)
    if (bytes && !sameBytes(bytes, expected(width))) found.push(name)
  }
  return found
}

function firstOf(bundle: Uint8Array, count: number): Uint8Array {
  let at = 0
  for (let i = 0; i < count; i++) at += 2 + (((bundle[at] ?? 0) << 8) | (bundle[at + 1] ?? 0))
  return bundle.subarray(0, at)
}
