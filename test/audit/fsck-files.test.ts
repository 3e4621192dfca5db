// A published log is clean, or the check names what is wrong with it: any log of the C2SP form, whoever runs it.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { concat, encodeText } from '../../audit/bytes.ts'
import { formatCheckpoint } from '../../audit/checkpoint.ts'
import { EMPTY_EDGE, edgeRoot, formatEdge, grow } from '../../audit/edge.ts'
import { GrowingTree } from '../../audit/fsck/growing-tree.ts'
import { monitor } from '../../audit/fsck/monitor.ts'
import { httpLog, LogUnreadable } from '../../audit/fsck/published-log.ts'
import { nodeHasher } from '../../audit/node-hash.ts'
import { cosigner } from '../../audit/note-signer.ts'
import { formatVerifierKey } from '../../audit/note.ts'
import { parsePolicy, type Policy } from '../../audit/policy.ts'
import {
  check,
  checkpointIn,
  entriesOf,
  type Files,
  filesOf,
  flip,
  keys,
  logOf,
  noteOf,
  signer,
} from './fsck-fixture.ts'

const SIZE = 256 * 3 + 40

async function whole(profile: 'full' | 'hashes' = 'full', size = SIZE): Promise<Files> {
  return filesOf(entriesOf(size), profile)
}

describe('a growing tree', () => {
  test('is the tree that batches grow: root, edge and tiles, from any size to any other', () => {
    fc.assert(
      fc.property(fc.nat(1500), fc.nat(1500), (a, b) => {
        const leaves = entriesOf(a + b).map((entry) => nodeHasher.leaf(entry))
        const before = grow(nodeHasher, EMPTY_EDGE, leaves.slice(0, a)).edge
        const { edge, tiles } = grow(nodeHasher, before, leaves.slice(a))
        const tree = new GrowingTree(nodeHasher, before)
        for (const leaf of leaves.slice(a)) tree.push(leaf)
        expect(Buffer.compare(tree.root(), edgeRoot(nodeHasher, edge))).toBe(0)
        expect(formatEdge(tree.edge())).toEqual(formatEdge(edge))
        const byPlace = (x: { level: number; index: number }, y: typeof x) =>
          x.level - y.level || x.index - y.index
        expect(tree.takeFull().toSorted(byPlace)).toEqual(tiles.toSorted(byPlace))
      }),
      { numRuns: 40 },
    )
  })

  test('carries over two levels of tiles', () => {
    const leaves = Array.from({ length: 65_536 + 300 }, (_, i) => nodeHasher.leaf(encodeText(String(i))))
    const { edge, tiles } = grow(nodeHasher, EMPTY_EDGE, leaves)
    const tree = new GrowingTree(nodeHasher, EMPTY_EDGE)
    for (const leaf of leaves) tree.push(leaf)
    expect(formatEdge(tree.edge())).toEqual(formatEdge(edge))
    expect(Buffer.compare(tree.root(), edgeRoot(nodeHasher, edge))).toBe(0)
    expect(tree.takeFull().length).toBe(tiles.length)
  })
})

describe('a log that is right', () => {
  test.each([0, 1, 2, 255, 256, 257, 512, SIZE])('of %i entries is clean', async (size) => {
    expect(await check(logOf(await whole('full', size)))).toMatchObject({
      clean: true,
      complete: true,
      exitCode: 0,
    })
  })

  test('that publishes hashes only has no fault, and the report says that no entry was looked at', async () => {
    const report = await check(logOf(await whole('hashes')))
    expect(report).toMatchObject({ clean: true, complete: false, exitCode: 0 })
    expect(report.steps.find(({ outcome }) => outcome === 'skipped')?.name).toBe('published entries')
  })

  test('serves full tiles in the place of partial ones that are gone', async () => {
    const [smaller, larger] = [await filesOf(entriesOf(300)), await filesOf(entriesOf(600))]
    for (const path of ['checkpoint', 'tile/1/000.p/1']) larger.set(path, smaller.get(path) ?? expect.fail())
    expect(await check(logOf(larger))).toMatchObject({ clean: true, complete: true })
  })

  test('is looked at from the last verified checkpoint on, and only there', async () => {
    const before = await checkpointIn(await whole('full', 300))
    const files = await whole()
    const read: string[] = []
    const log = {
      name: 'memory',
      read: (path: string) => (read.push(path), Promise.resolve(files.get(path))),
    }
    expect(await check(log, before)).toMatchObject({ clean: true, complete: true })
    expect(read).not.toContain('tile/0/000')
    expect(read).toContain('tile/0/001')
    expect(await check(logOf(files), await checkpointIn(files))).toMatchObject({
      clean: true,
      complete: true,
    })
  })
})

describe('a fault is named, with its class and its first entry', () => {
  test.each([
    ['a flipped byte of an entry', 'tile/entries/001', 100, { exitCode: 14, firstDivergentEntry: 258 }],
    ['a flipped length of an entry', 'tile/entries/002', 1, { exitCode: 14, firstDivergentEntry: 512 }],
    ['a flipped byte of a hash', 'tile/0/001', 32 * 7, { exitCode: 16, firstDivergentEntry: 263 }],
    [
      'a flipped byte of a partial tile',
      'tile/0/003.p/40',
      32 * 9 + 5,
      { exitCode: 16, firstDivergentEntry: 777 },
    ],
    ['a flipped byte above', 'tile/1/000.p/3', 32 * 2, { exitCode: 16, firstDivergentEntry: 512 }],
    ['a flipped byte of the checkpoint', 'checkpoint', 30, { exitCode: 10 }],
  ])('%s', async (_, path, at, expected) => {
    const files = await whole()
    flip(files, path, at)
    expect(await check(logOf(files))).toMatchObject({ clean: false, ...expected })
  })

  test.each([
    ['tile/0/001', 256],
    ['tile/entries/001', 256],
    ['tile/1/000.p/3', 0],
    ['tile/0/003.p/40', 768],
    ['tile/entries/003.p/40', 768],
  ])('%s that is missing', async (path, entry) => {
    const files = await whole()
    files.delete(path)
    expect(await check(logOf(files))).toMatchObject({ exitCode: 13, firstDivergentEntry: entry })
  })

  test('a checkpoint that is missing, or of a key that is not known', async () => {
    const files = await whole()
    files.delete('checkpoint')
    expect(await check(logOf(files))).toMatchObject({ exitCode: 10 })
    files.set(
      'checkpoint',
      encodeText(
        'other.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— other.example/log AAAAAAAA\n',
      ),
    )
    expect(await check(logOf(files))).toMatchObject({ exitCode: 10 })
  })

  test('hashes without entries: the tile that does not make the one above it', async () => {
    const files = await whole('hashes')
    flip(files, 'tile/0/001', 32 * 7)
    expect(await check(logOf(files))).toMatchObject({ exitCode: 16, firstDivergentEntry: 256 })
    const last = await whole('hashes')
    flip(last, 'tile/0/003.p/40', 1)
    expect(await check(logOf(last))).toMatchObject({ exitCode: 16, firstDivergentEntry: 768 })
  })

  test('entries and tiles that agree with one another, but not with what is signed', async () => {
    const files = await filesOf(entriesOf(SIZE, 'forged'))
    files.set('checkpoint', (await whole()).get('checkpoint') ?? expect.fail())
    expect(await check(logOf(files))).toMatchObject({ exitCode: 11 })
  })

  test('a truncated tail: a bundle that is cut off, a tile that is too short', async () => {
    for (const path of ['tile/entries/003.p/40', 'tile/0/003.p/40']) {
      const files = await whole()
      files.set(path, files.get(path)?.slice(0, -3) ?? expect.fail())
      const { exitCode } = await check(logOf(files))
      expect(exitCode).toBe(path.includes('entries') ? 14 : 16)
    }
    const files = await whole()
    files.set('tile/entries/001', concat(files.get('tile/entries/001') ?? expect.fail(), Uint8Array.of(0, 0)))
    expect(await check(logOf(files))).toMatchObject({ exitCode: 14 })
  })

  test('any one bit of any file', async () => {
    const pristine = await whole()
    const names = [...pristine.keys()]
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.nat(), fc.boolean(), async (path, place, gone) => {
        const files = new Map([...pristine].map(([name, bytes]) => [name, bytes.slice()]))
        if (gone) files.delete(path)
        else flip(files, path, place % (files.get(path)?.length ?? 1))
        expect(await check(logOf(files))).toMatchObject({ clean: false })
      }),
      { numRuns: 120 },
    )
  })
})

describe('against what was verified before', () => {
  test('fewer entries are a rollback', async () => {
    const report = await check(logOf(await whole('full', 300)), await checkpointIn(await whole()))
    expect(report).toMatchObject({ exitCode: 12, firstDivergentEntry: 300 })
  })

  test.each([300, SIZE])('another history is a fork, though it is signed, at %i entries', async (size) => {
    const before = await checkpointIn(await filesOf(entriesOf(size, 'another')))
    expect(await check(logOf(await whole()), before)).toMatchObject({ exitCode: 11 })
  })

  test('a damaged tile is no fork', async () => {
    const before = await checkpointIn(await whole('full', 300))
    const files = await whole()
    flip(files, 'tile/0/001', 3)
    expect(await check(logOf(files), before)).toMatchObject({ exitCode: 16, firstDivergentEntry: 256 })
  })
})

describe('the monitor', () => {
  async function look(files: Files, last?: Files) {
    const seen = last && (await checkpointIn(last))
    return monitor({ log: logOf(files), hasher: nodeHasher, keys, last: seen })
  }

  test.each([1, 2, 255, 256, 300, 512, SIZE])('remembers a log that grew from %i entries', async (size) => {
    const { report, seen, evidence } = await look(await whole(), await whole('full', size))
    expect(report).toMatchObject({ clean: true, exitCode: 0 })
    expect(seen?.size).toBe(SIZE)
    expect(evidence).toEqual([])
  })

  test.each([1, 256, 300, 512, SIZE])('keeps both notes of a fork at %i entries', async (size) => {
    const { report, seen, evidence } = await look(await whole(), await filesOf(entriesOf(size, 'another')))
    expect(report.exitCode).toBe(11)
    expect(seen).toBeUndefined()
    expect(evidence.map((note) => note.size)).toEqual([size, SIZE])
  })

  test('keeps both notes when the log shows fewer entries', async () => {
    const { report, evidence } = await look(await whole('full', 200), await whole())
    expect(report.exitCode).toBe(12)
    expect(evidence).toHaveLength(2)
  })

  test.each([300, 256])('accuses nobody when tiles are damaged or missing, from %i entries', async (size) => {
    const last = await whole('full', size)
    const damaged = await whole()
    flip(damaged, 'tile/0/003.p/40', 1)
    expect(await look(damaged, last)).toMatchObject({ report: { exitCode: 16 }, evidence: [] })
    const missing = await whole()
    missing.delete('tile/0/003.p/40')
    expect(await look(missing, last)).toMatchObject({ report: { exitCode: 13 }, evidence: [] })
  })

  test('takes nothing from a log that signs for another name', async () => {
    const files = await whole()
    const { root } = await checkpointIn(files)
    const elsewhere = (await noteOf(SIZE, root)).replace('other.example/log\n', 'else.example/log\n')
    files.set('checkpoint', encodeText(elsewhere))
    expect(await look(files)).toMatchObject({ report: { exitCode: 10 }, evidence: [] })
  })
})

describe('the monitor with a policy', () => {
  const look = async (files: Files, policy: Policy) =>
    monitor({ log: logOf(files), hasher: nodeHasher, keys, policy })

  test('remembers what the witnesses cosigned, and not what they did not', async () => {
    const witness = await cosigner('witness.example', new Uint8Array(32).fill(3))
    const policy = await parsePolicy(
      `log ${formatVerifierKey(signer.key)}\nwitness w ${formatVerifierKey(witness.key)}\nquorum w\n`,
    )
    const files = await whole()
    const alone = await look(files, policy)
    expect(alone).toMatchObject({ report: { exitCode: 21 }, evidence: [] })
    expect(alone.seen).toBeUndefined()
    const { note, size, root, origin } = await checkpointIn(files)
    const line = await witness.cosign(formatCheckpoint({ origin, size, root }), new Date())
    files.set('checkpoint', encodeText(note + line))
    expect(await look(files, policy)).toMatchObject({ report: { clean: true }, seen: { size: SIZE } })
  })
})

describe('over HTTP', () => {
  let server: Server
  let files: Files
  let status = 200
  beforeAll(async () => {
    files = await whole()
    server = createServer((req, res) => {
      const bytes = files.get((req.url ?? '').replace('/log/', ''))
      res.writeHead(status === 200 && !bytes ? 404 : status).end(bytes)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => server.close())
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/log` // a TCP server has one

  test('a log is clean, and what is not there is missing', async () => {
    expect(await check(httpLog(address()))).toMatchObject({ clean: true, complete: true })
    const tile = files.get('tile/1/000.p/3') ?? expect.fail()
    files.delete('tile/1/000.p/3')
    expect(await check(httpLog(address()))).toMatchObject({ exitCode: 13 })
    files.set('tile/1/000.p/3', tile)
  })

  test('a server that fails says nothing about the log', async () => {
    status = 503
    await expect(check(httpLog(address()))).rejects.toThrow(LogUnreadable)
    status = 200
    await expect(check(httpLog('http://127.0.0.1:1/log'))).rejects.toThrow(LogUnreadable)
  })
})
