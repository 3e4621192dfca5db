// The publisher and real witnesses over HTTP: what is published carries their lines, receipts of evidence wait for the policy and
// others do not, a witness that was away catches up, and one that knows more than the database stops everything.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openCheckpoint } from '../../audit/checkpoint.ts'
import { fsck } from '../../audit/fsck/fsck.ts'
import { folderLog } from '../../audit/fsck/folder-log.ts'
import { formatVerifierKey } from '../../audit/note.ts'
import { parsePolicy, witnessesOf } from '../../audit/policy.ts'
import { proveInclusion } from '../../audit/proofs.ts'
import { publish } from '../../audit/publisher.ts'
import { verifyProof } from '../../audit/verify.ts'
import type { WitnessingDeps } from '../../audit/witness/gather.ts'
import { createLog } from '../../gateway/log.ts'
import { createWitnessFiles, type RunningWitness, startWitness } from '../../gateway/witness.ts'
import { AT, type LedgerFixture, openLedger, viewed, views } from './ledger-fixture.ts'

let db: LedgerFixture
let folder: string
let now: Date
const running: RunningWitness[] = []

beforeEach(async () => {
  db = await openLedger()
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-gather-'))
  now = AT
})
afterEach(async () => {
  for (const witness of running.splice(0)) await witness.stop()
  await db.close()
  await rm(folder, { recursive: true })
})

async function witness(party: string): Promise<RunningWitness> {
  const place = path.join(folder, party)
  await createWitnessFiles(`${party}.example/witness`, path.join(place, 'key'), path.join(place, 'state'))
  await writeFile(path.join(place, 'logs'), formatVerifierKey(db.signer.key))
  const started = await startWitness({
    keyFiles: [path.join(place, 'key')], logsFile: path.join(place, 'logs'), stateDirectory: path.join(place, 'state'),
    host: '127.0.0.1', port: 0, clock: () => now, log: createLog('error', new PassThrough().resume()),
  }) // prettier-ignore
  running.push(started)
  return started
}

const line = (name: string, { verifierKeys: [vkey], port }: RunningWitness, to = port) =>
  `witness ${name} ${vkey ?? ''} http://127.0.0.1:${to}/`

async function witnessing(...lines: string[]): Promise<WitnessingDeps> {
  const policy = await parsePolicy(`${lines.join('\n')}\n`)
  return { policy, policyHash: new Uint8Array(32).fill(7), fetcher: fetch, timeoutMs: 5000, clock: () => now, standing: new Map() } // prettier-ignore
}

async function publishWith(deps: WitnessingDeps): Promise<string> {
  await db.sequenceAll()
  const published = await publish({ ...db.publisher, witnessing: deps })
  return published.outcome === 'published' ? published.note : expect.fail(published.outcome)
}

const collected = { ...viewed('t'), type: 'item.collected' as const, detail: { collection: 'c-1' } }

/** A port on which nobody listens. */
async function silentPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('publishing with witnesses', () => {
  test('gathers both lines, publishes them, and a proof says who witnessed', async () => {
    const [first, second] = [await witness('hmi-prisons'), await witness('hmpps')]
    const deps = await witnessing(line('a', first), line('b', second), 'group both all a b', 'quorum both')
    for (const count of [1, 7, 300]) {
      const [entry] = await db.write(...views(count, `batch-${count}`))
      const note = await publishWith(deps)
      expect(note.match(/^— /gm)).toHaveLength(3)
      for (const profile of ['hashes', 'full'])
        expect(await readFile(path.join(db.directory, profile, 'checkpoint'), 'utf8')).toBe(note)
      const proved = await proveInclusion(db.gateway, entry?.entryId ?? '', { policyHolds: true })
      const proof = proved.outcome === 'proved' ? proved.proof : ''
      const verdict = await verifyProof({ proof, keys: [db.signer.key], policy: deps.policy })
      expect(verdict.steps.find(({ name }) => name === 'witnesses')).toMatchObject({ outcome: 'passed' })
      expect(verdict).toMatchObject({
        verified: true,
        cosigned: [{ at: new Date('2026-03-04T05:06:07Z') }, {}],
      })
    }
    const report = (await fsck({ keys: [db.signer.key], policy: deps.policy, log: folderLog(path.join(db.directory, 'full')), db: db.gateway, onProgress: () => undefined })).report // prettier-ignore
    expect(report).toMatchObject({ clean: true, complete: true })
    expect(report.steps.filter(({ name }) => /witness|cosign/.test(name))).toHaveLength(2)
  })

  test('goes on while one is away: receipts of evidence wait, others do not, and later it catches up in one step', async () => {
    const [first, second] = [await witness('hmi-prisons'), await witness('hmpps')]
    const away = await silentPort()
    const both = ['group both all a b', 'quorum both']
    const deps = await witnessing(line('a', first), line('b', second, away), ...both)
    const [look, evidence] = await db.write(viewed('one'), collected)
    expect((await publishWith(deps)).match(/^— /gm)).toHaveLength(2)
    const prove = (id = '') => proveInclusion(db.gateway, id, { policyHolds: true })
    expect(await prove(look?.entryId)).toMatchObject({ outcome: 'proved' })
    expect(await prove(evidence?.entryId)).toEqual({ outcome: 'waiting' })
    expect(deps.standing.get('b')).toMatchObject({ failures: 1 })

    await db.write(...views(20, 'meanwhile'))
    await publishWith(deps)
    expect(deps.standing.get('b')).toMatchObject({ failures: 1 }) // left alone for a while
    now = new Date(now.getTime() + 3000)
    await publishWith(deps)
    expect(deps.standing.get('b')).toMatchObject({ failures: 2 })

    const back = await witnessing(line('a', first), line('b', second), ...both)
    expect((await publishWith(back)).match(/^— /gm)).toHaveLength(3)
    const proved = await prove(evidence?.entryId)
    const verdict = await verifyProof({ proof: proved.outcome === 'proved' ? proved.proof : '', keys: [db.signer.key], policy: back.policy }) // prettier-ignore
    expect(verdict.verified).toBe(true)
  })

  test('believes no witness that signs with another key, or says what it likes', async () => {
    const [honest, other] = [await witness('hmi-prisons'), await witness('hmpps')]
    const crossed = await witnessing(line('a', honest, other.port), 'quorum a')
    await db.write(...views(3))
    expect((await publishWith(crossed)).match(/^— /gm)).toHaveLength(1)
    expect(crossed.standing.get('a')?.says).toContain('No known key signed it')
    const liar = createServer((_request, response) => response.writeHead(200).end('— x AAAA\n'))
    await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve))
    const lied = await witnessing(line('a', honest, (liar.address() as AddressInfo).port), 'quorum a')
    expect((await publishWith(lied)).match(/^— /gm)).toHaveLength(1)
    await new Promise((resolve) => liar.close(resolve))
    expect(lied.standing.get('a')).toMatchObject({ failures: 1 })
  })

  test('follows a witness that another process, or a lost answer, took further', async () => {
    const first = await witness('hmi-prisons')
    const deps = await witnessing(line('a', first), 'quorum a')
    await db.write(...views(5))
    await publishWith(deps)
    await db.tamper('delete from ledger.cosignature', 'delete from ledger.witnessed')
    await db.write(...views(2, 'more'))
    expect((await publishWith(deps)).match(/^— /gm)).toHaveLength(2)
  })

  test('stops when a witness has cosigned more than the database has signed', async () => {
    const first = await witness('hmi-prisons')
    const deps = await witnessing(line('a', first), 'quorum a')
    await db.write(...views(5))
    await publishWith(deps)
    await db.write(...views(5, 'lost'))
    await publishWith(deps)
    await db.tamper(
      'delete from ledger.checkpoint where size > 5',
      'delete from ledger.cosignature where size > 5',
      'delete from ledger.witnessed where size > 5',
    )
    await db.tamper('delete from ledger.cosignature')
    await expect(publish({ ...db.publisher, witnessing: deps, signers: [{ key: db.signer.key, sign: () => Promise.reject(new Error('not now')) }] })).rejects.toThrow('not now') // prettier-ignore
    const { gatherCosignatures } = await import('../../audit/witness/gather.ts')
    await expect(gatherCosignatures(db.ledger, deps)).rejects.toMatchObject({ code: 'witness-ahead' })
  })

  test('fsck names a line that is not the witness’s, and a checkpoint that is called witnessed and is not', async () => {
    const [first, second] = [await witness('hmi-prisons'), await witness('hmpps')]
    const deps = await witnessing(line('a', first), line('b', second), 'group both all a b', 'quorum both')
    await db.write(...views(3))
    const note = await publishWith(deps)
    const check = async (what: 'files' | 'database') =>
      (await fsck({ keys: [db.signer.key], policy: deps.policy, log: what === 'files' ? folderLog(path.join(db.directory, 'hashes')) : undefined, db: what === 'database' ? db.gateway : undefined, onProgress: () => undefined })).report // prettier-ignore
    expect((await check('database')).clean).toBe(true)
    await db.tamper(
      `update ledger.cosignature set line = replace(line, 'AAAA', 'AAAB') where name like 'hmpps%'`,
    )
    expect(await check('database')).toMatchObject({ exitCode: 21, counts: { witness: 1 } })
    await db.tamper(`delete from ledger.cosignature where name like 'hmpps%'`)
    expect((await check('database')).faults[0]?.says).toContain('The database says that the policy was met')
    const only = (await openCheckpoint(note, [db.signer.key])).note.split('\n').filter((text) => !text.includes('hmpps')).join('\n') // prettier-ignore
    await writeFile(path.join(db.directory, 'hashes/checkpoint'), only)
    expect(await check('files')).toMatchObject({ exitCode: 21 })
    expect((await witnessesOf(await openCheckpoint(only, [db.signer.key]), deps.policy)).isMet).toBe(false)
  })
})
