// What the receiving side refuses: a delivery that somebody else signed, that is not the next one, or that is not whole.
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkArchive, checkOrder, readManifest } from '../../gateway/cli/received-delivery.ts'
import { keepDelivery, readReceived } from '../../gateway/cli/received-folder.ts'
import { signManifest, type DeliveryManifest } from '../../keys/delivery-manifest.ts'
import type { CertificateKey } from '../../keys/signing-keys.ts'
import { loadOrCreateSuccessions } from '../../keys/succession.ts'
import { zipOf } from '../support/workbook.ts'

let folder: string
let [ours, others]: CertificateKey[] = []
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'received-'))
  const keyOf = async () => (await loadOrCreateSuccessions(await mkdtemp(path.join(folder, 'k-')), { createMissing: true, name: 'G', email: 'g@concordat.example', at: new Date() })).certificates.current // prettier-ignore
  ;[ours, others] = [await keyOf(), await keyOf()]
})
afterAll(() => rm(folder, { recursive: true }))

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const concerns = 'concern_id,text\r\nC-1,"One\r\nline more"\r\nC-2,Two\r\n'
const files = { 'concerns.csv': concerns, 'changes.csv': 'concern_id,change\r\n', 'HANDLING.txt': 'Keep it.' }
const listed = Object.entries(files).map(([name, text]) => ({
  name, bytes: Buffer.byteLength(text), sha256: sha256(text),
  ...(name === 'concerns.csv' && { rows: 2 }), ...(name === 'changes.csv' && { rows: 0 }),
})) // prettier-ignore

function manifest(delivery: number, change: Partial<DeliveryManifest> = {}): DeliveryManifest {
  return {
    format: 'concordat-delivery/1', delivery, kind: 'quarterly', agreement: 'hmpps-2025', exchange: 'concerns-export', from: 'hmi-prisons',
    recipients: ['hmpps/intelligence-team'], marking: 'OFFICIAL-SENSITIVE', quarter: { label: '2026-27 Q2', startsOn: '2026-07-01', endsOn: '2026-09-30' },
    amends: null, follows: delivery === 1 ? null : { delivery: delivery - 1, manifestSha256: sha256(`manifest ${delivery - 1}`) },
    releasedAt: '2026-10-09T10:00:00Z', edition: 4, nil: false, rows: 2, changes: { new: 0, changed: 0, closed: 0, reopened: 0 }, schemaVersion: '1',
    files: listed, ...change,
  } // prettier-ignore
}

async function manifested(delivery: number, change: Partial<DeliveryManifest> = {}, key = ours) {
  if (!key || !ours) throw new Error('no key')
  return readManifest(await signManifest(manifest(delivery, change), key), [ours.publicJwk])
}

test('a manifest that another key signed is refused', async () => {
  await expect(manifested(1, {}, others)).rejects.toMatchObject({ code: 'manifest.untrue' })
})

describe('order', () => {
  const before = { delivery: 4, manifestSha256: sha256('manifest 4') }

  test('the next one that follows the very manifest that was received is taken, and a first one without any', async () => {
    checkOrder(await manifested(5), 5, before)
    checkOrder(await manifested(1), 1, undefined)
  })

  test.each([
    ['another number than was asked for', 6, 5, {}, 'the manifest is that of delivery 6'],
    ['one that leaves a delivery out', 6, 6, {}, 'not the next: delivery 4 was received last'],
    ['one that says it follows another number', 5, 5, { follows: { delivery: 3, manifestSha256: sha256('x') } }, 'follows delivery 3'],
    ['one that follows nothing', 5, 5, { follows: null }, 'follows delivery 0'],
    ['one after a delivery that was replaced', 5, 5, { follows: { delivery: 4, manifestSha256: sha256('another 4') } }, 'One of them was replaced'],
  ])('%s is refused', async (_what, delivery, asked, change, words) => {
    const given = await manifested(delivery, change)
    expect(() => checkOrder(given, asked, before)).toThrow(words)
  }) // prettier-ignore
})

describe('completeness', () => {
  const pack = async (change: Record<string, string | undefined> = {}) => {
    const given = await manifested(5)
    const all = { ...files, 'manifest.jws': given.jws, ...change }
    const there = Object.entries<string | undefined>(all).filter(
      (each): each is [string, string] => each[1] !== undefined,
    )
    return { given, archive: await zipOf(Object.fromEntries(there)) }
  }

  test('a whole package gives its files, byte by byte', async () => {
    const { given, archive } = await pack()
    const found = await checkArchive(archive, given)
    expect(found.get('concerns.csv')?.toString()).toBe(concerns)
    expect(found.size).toBe(4)
  })

  test.each([
    ['a file that is missing', { 'HANDLING.txt': undefined }, 'HANDLING.txt is missing'],
    ['a file of another content', { 'HANDLING.txt': 'Keep it!' }, 'HANDLING.txt is not as the manifest says'],
    ['a row less', { 'concerns.csv': 'concern_id,text\r\n' }, 'concerns.csv is not as the manifest says'],
    ['a file more', { 'evil.exe': '' }, 'evil.exe is in the package and not in its manifest'],
    ['a file that inflates past what the manifest says', { 'HANDLING.txt': 'x'.repeat(100_000) }, 'not a ZIP that can be read'],
    ['another manifest', { 'manifest.jws': 'a.b.c' }, 'not the one that the gateway gave'],
  ])('%s is refused', async (_what, change, words) => {
    const { given, archive } = await pack(change)
    await expect(checkArchive(archive, given)).rejects.toThrow(words)
  }) // prettier-ignore

  test('a count of rows that the file does not have is refused, whatever its hash', async () => {
    const given = await manifested(5, { files: listed.map((each) => (each.name === 'concerns.csv' ? { ...each, rows: 3 } : each)) }) // prettier-ignore
    const archive = await zipOf({ ...files, 'manifest.jws': given.jws })
    await expect(checkArchive(archive, given)).rejects.toThrow('has not the 3 rows')
  })

  test('what is no archive is refused', async () => {
    await expect(checkArchive(Buffer.from('no'), await manifested(5))).rejects.toThrow('not a ZIP')
  })
})

describe('the folder', () => {
  test('keeps a delivery whole, says what came last, and a half-written one of an earlier run is written anew', async () => {
    const kept = path.join(folder, 'kept')
    expect(await readReceived(kept)).toBeUndefined()
    const received = { delivery: 5, manifestSha256: sha256('manifest 5') }
    const target = await keepDelivery(kept, received, new Map([['concerns.csv', Buffer.from(concerns)]]))
    await keepDelivery(kept, received, new Map([['concerns.csv', Buffer.from(concerns)]]))
    expect(await readFile(path.join(target, 'concerns.csv'), 'utf8')).toBe(concerns)
    expect(await readReceived(kept)).toEqual(received)
    expect((await readdir(kept)).toSorted()).toEqual(['delivery-5', 'received.json'])
  })

  test('with a state that cannot be read stops: what was received is not guessed', async () => {
    await writeFile(path.join(folder, 'received.json'), '{"delivery": 0}')
    await expect(readReceived(folder)).rejects.toThrow('does not say which delivery came last')
  })
})
