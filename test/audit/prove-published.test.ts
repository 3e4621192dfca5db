// The proof of an entry from published files alone, as somebody makes it when there is no gateway to ask: of every entry,
// whole or hashes only, and never one that does not hold.
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { folderLog } from '../../audit/fsck/folder-log.ts'
import { proveFromPublished } from '../../audit/fsck/prove-published.ts'
import { nodeHasher } from '../../audit/node-hash.ts'
import { verifyProof } from '../../audit/verify.ts'
import { formatVerifierKey } from '../../audit/note.ts'
import { concordat } from '../cli/run.ts'
import { type LedgerFixture, openLedger, views } from './ledger-fixture.ts'

describe('a proof from published files', () => {
  const size = 520
  let db: LedgerFixture
  const place = (profile: string) => path.join(db.directory, profile)
  const prove = (profile: string, index: number) =>
    proveFromPublished({ log: folderLog(place(profile)), hasher: nodeHasher, keys: [db.signer.key], origin: undefined, index }) // prettier-ignore
  beforeAll(async () => {
    db = await openLedger()
    await db.write(...views(size))
    await db.sequenceAll()
    await db.publish()
    await writeFile(place('vkey'), `${formatVerifierKey(db.signer.key)}\n`)
  })
  afterAll(() => db.close())

  test('verifies for the first, the last, and those at the edges of tiles', async () => {
    for (const index of [0, 1, 254, 255, 256, 511, 512, size - 1]) {
      const { proof, holdsEntry } = await prove('full', index)
      const verdict = await verifyProof({ proof, keys: [db.signer.key] })
      expect(verdict.steps.filter(({ outcome }) => outcome !== 'passed')).toEqual([])
      expect(verdict).toMatchObject({ verified: true, index, disclosed: [] })
      expect(holdsEntry).toBe(true)
    }
  })

  test('holds no entry where only hashes were published, and verifies with the entry beside it', async () => {
    const { proof, holdsEntry } = await prove('hashes', 300)
    expect(holdsEntry).toBe(false)
    expect((await verifyProof({ proof, keys: [db.signer.key] })).verified).toBe(false)
    const whole = await verifyProof({ proof: (await prove('full', 300)).proof, keys: [db.signer.key] })
    const entry = whole.verified ? whole.entry : new Uint8Array()
    expect(await verifyProof({ proof, keys: [db.signer.key], entry })).toMatchObject({ verified: true })
    expect((await verifyProof({ proof, keys: [db.signer.key], entry: entry.subarray(1) })).verified).toBe(
      false,
    )
  })

  test('is refused beyond the end, without a checkpoint, and by another key', async () => {
    await expect(prove('full', size)).rejects.toThrow(`The log has ${size} entries, from 0 to ${size - 1}`)
    await expect(prove('nowhere', 0)).rejects.toThrow(/has no checkpoint/)
    const out = place('by-another.tlog-proof')
    await writeFile(place('other'), 'other.example+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n')
    const { code, err } = await concordat(['ledger', 'proof', '--files', place('full'), '--entry', '3', '--vkey', place('other'), '--out', out]) // prettier-ignore
    expect(code).toBe(2)
    expect(err).not.toMatch(/\n +at /)
    await expect(readFile(out)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('the command writes one that its own verify accepts, and writes none over another, none when a tile was changed', async () => {
    const [out, vkey] = [place('entry-7.tlog-proof'), place('vkey')]
    const making = ['ledger', 'proof', '--files', place('full'), '--entry', '7', '--vkey', vkey, '--out']
    expect(await concordat([...making, out])).toMatchObject({ code: 0, out: '' })
    expect(await concordat(['ledger', 'verify', '--proof', out, '--vkey', vkey])).toMatchObject({ code: 0 })
    expect((await concordat([...making, out])).code).not.toBe(0)
    const tile = path.join(place('full'), 'tile/0/000')
    const bytes = await readFile(tile)
    bytes[32 * 6] = (bytes[32 * 6] ?? 0) ^ 1
    await rm(tile)
    await writeFile(tile, bytes)
    const spoiled = await concordat([...making, place('spoiled.tlog-proof')])
    expect(spoiled).toMatchObject({ code: 1, out: '' })
    expect(spoiled.err).toMatch(/^failed +inclusion/m)
    await expect(readFile(place('spoiled.tlog-proof'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
