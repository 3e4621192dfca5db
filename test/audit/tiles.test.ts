// Tile arithmetic of C2SP tlog-tiles.
import { describe, expect, test } from 'vitest'
import { bundlePath, edgeWidths, indexPath, newTiles, tilePath } from '../../audit/tiles.ts'
import { describeVectors, readVector } from './vectors.ts'

interface TileVectors {
  newTilesForSize: { height: number; cases: [number, number, number][] }
  tlogTiles: {
    indexEncoding: Record<string, string>
    treeSize70000: Record<string, number>
    treeSize256: Record<string, number>
  }
}

describeVectors('tile arithmetic', () => {
  const vectors = () => readVector<TileVectors>('rfc6962-merkle/tile-arithmetic.json')

  test('a growing log newly serves as many tiles as others count', () => {
    const { height, cases } = vectors().newTilesForSize
    expect(cases.map(([from, to]) => [from, to, newTiles(from, to, height).length])).toEqual(cases)
  })

  test('indexes are encoded as the specification shows', () => {
    for (const [index, path] of Object.entries(vectors().tlogTiles.indexEncoding))
      expect(indexPath(Number(index))).toBe(path)
  })

  test('trees of 256 and of 70,000 entries have the tiles of the specification', () => {
    const { treeSize70000, treeSize256 } = vectors().tlogTiles
    const count = (size: number) => {
      const tiles = newTiles(0, size)
      const of = (level: number, full: boolean) =>
        tiles.filter((tile) => tile.level === level && (tile.width === 256) === full)
      return { of, width: (level: number) => of(level, false)[0]?.width }
    }
    const large = count(70_000)
    expect({
      level0Full: large.of(0, true).length,
      level0PartialWidth: large.width(0),
      level1Full: large.of(1, true).length,
      level1PartialWidth: large.width(1),
      level2PartialWidth: large.width(2),
    }).toEqual(treeSize70000)
    const small = count(256)
    expect({ level0Full: small.of(0, true).length, level1PartialWidth: small.width(1) }).toEqual(treeSize256)
  })
})

describe('tiles', () => {
  test('paths say level, index and, when partial, width', () => {
    expect(tilePath({ level: 0, index: 0, width: 256 })).toBe('tile/0/000')
    expect(tilePath({ level: 1, index: 1_234_067, width: 7 })).toBe('tile/1/x001/x234/067.p/7')
    expect(bundlePath(1000, 255)).toBe('tile/entries/x001/000.p/255')
  })

  test('the edge has a width for each level up to the last that is not empty', () => {
    expect(edgeWidths(0)).toEqual([])
    expect(edgeWidths(255)).toEqual([255])
    expect(edgeWidths(256)).toEqual([0, 1])
    expect(edgeWidths(70_000)).toEqual([112, 17, 1])
    expect(edgeWidths(2 ** 40)).toEqual([0, 0, 0, 0, 0, 1])
  })
})
