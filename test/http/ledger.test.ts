// GET /api/v1/ledger/…: for the assurance officer alone, each look an entry of its own, each proof one that an outsider's
// tool accepts.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toBase64 } from '../../audit/bytes.ts'
import { parseCheckpoint } from '../../audit/checkpoint.ts'
import { rootsOfConsistency } from '../../audit/merkle-verify.ts'
import { parseNote } from '../../audit/note.ts'
import { parseVerifierKeys, verifyProofFiles } from '../../audit/verify-files.ts'
import { verifyProof } from '../../audit/verify.ts'
import { entriesFor, expectProblem, expectRefusal, expectRejectionEntry } from '../support/answers.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { approve, askedFor } from '../support/transfers.ts'

const entries = '/api/v1/ledger/entries'

describe('the access log', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 50 })
  })
  afterAll(() => gateway.close())
  const look = async (query = '') => (await gateway.as('marta.kowalczyk')).get(`${entries}${query}`)
  const linesOf = async (query: string) => (await look(query)).json()['entries'] as Record<string, unknown>[]

  test('is for the assurance officer: anybody else is refused, and the refusal is an entry', async () => {
    for (const who of ['ayesha.rahman', 'gwen.pritchard', 'daniel.okafor', 'tom.whitfield'] as const) {
      const answer = await (await gateway.as(who)).get(entries)
      expectRefusal(answer, 'read-log')
      expect(await entriesFor(gateway, answer)).toMatchObject([
        { type: 'decision.refused', detail: { act: 'read-log' } },
      ])
    }
  })

  test('shows who did what, when, where from and by which clauses, newest first, and says so of itself', async () => {
    const id = await askedFor(gateway)
    await approve(gateway, id)
    const answer = await look(`?transfer=${id}`)
    const lines = answer.json()['entries'] as Record<string, unknown>[]
    expect(lines.map(({ type }) => type)).toEqual(['transfer.approved', 'transfer.requested'])
    expect(lines[0]).toMatchObject({
      actor: { kind: 'person', username: 'gwen.pritchard@hmi-prisons.example', ip: '127.0.0.1' },
    })
    expect(lines[0]?.['clauses']).toContain('local/four-eyes')
    const [own] = await entriesFor(gateway, answer)
    expect(own).toMatchObject({
      type: 'ledger.viewed', actor: { username: 'marta.kowalczyk@hmi-prisons.example' }, detail: { shown: 2, filters: ['transfer'] },
      subjects: [{ kind: 'transfer', id }],
    }) // prettier-ignore
  })

  test('is filtered by kind, person and day, and says for whom it was searched', async () => {
    const id = await askedFor(gateway)
    await gateway.settle()
    const kinds = await linesOf('?type=transfer.requested')
    expect(new Set(kinds.map(({ type }) => type))).toEqual(new Set(['transfer.requested']))
    const answer = await look('?actor=ayesha.rahman@hmi-prisons.example&type=transfer.requested')
    expect(answer.json()['entries']).toEqual(kinds)
    expect(await entriesFor(gateway, answer)).toMatchObject([
      { detail: { searchedFor: 'ayesha.rahman@hmi-prisons.example', filters: ['type', 'actor'] } },
    ])
    expect(await linesOf('?actor=nobody@hmi-prisons.example')).toEqual([])
    expect(await linesOf(`?transfer=${id}&to=2025-12-31`)).toEqual([])
    expect(await linesOf(`?transfer=${id}&type=transfer.requested&from=2025-12-31`)).toHaveLength(1)
    const empty = await look('?type=&actor=&transfer=&from=&to=')
    expect(empty.status).toBe(200)
  })

  test('comes in pages that hold every entry once', async () => {
    for (let asked = 0; asked < 52; asked += 1) await (await gateway.as('tom.whitfield')).get('/api/v1/me')
    const filter = '?actor=tom.whitfield@hmi-prisons.example'
    const first = (await look(filter)).json() as { entries: { entryId: string }[]; older: string } // as the endpoint says
    const second = (await look(`${filter}&before=${first.older}`)).json() as typeof first
    const all = [...first.entries, ...second.entries].map(({ entryId }) => entryId)
    expect([first.entries.length, new Set(all).size]).toEqual([50, all.length])
    expect(all.length).toBeGreaterThanOrEqual(52)
    expect(second).not.toHaveProperty('older')
  })

  test('a filter that means nothing is named, and the attempt is an entry', async () => {
    const answer = await look('?type=nothing&transfer=1&from=yesterday&colour=red&before=x')
    expect(
      expectProblem(answer, 'input.invalid')
        .fields.map(({ field }) => field)
        .sort(),
    ).toEqual(['before', 'colour', 'from', 'transfer', 'type'])
    await expectRejectionEntry(gateway, answer, 'input.invalid')
    expect(
      expectProblem(await look('?type=transfer.requested&type=item.sealed'), 'input.invalid').fields,
    ).toMatchObject([{ field: 'type' }])
  })

  test('gives a proof that verifies offline with the published key, and giving it is an entry', async () => {
    const id = await askedFor(gateway)
    await gateway.settle()
    const [line] = await linesOf(`?transfer=${id}`)
    const entryId = String(line?.['entryId'])
    const marta = await gateway.as('marta.kowalczyk')
    const answer = await marta.get(`${entries}/${entryId}/proof`)
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    const key = await marta.get('/api/v1/ledger/verifier-key')
    const [proofFile, vkeyFile] = [
      path.join(gateway.directory, 'proof'),
      path.join(gateway.directory, 'vkey'),
    ]
    await writeFile(proofFile, answer.bytes)
    await writeFile(vkeyFile, key.bytes)
    const verified = await verifyProofFiles({
      proofFile,
      vkeyFile,
      origin: 'gateway.concordat.example/audit/1',
    })
    expect(verified.exitCode, verified.text).toBe(0)
    const entry = verified.verdict.verified ? Buffer.from(verified.verdict.entry).toString() : ''
    expect(JSON.parse(entry)).toMatchObject({ type: 'transfer.requested' })
    expect(entry).not.toMatch(/ayesha|127\.0\.0\.1|line of enquiry/)
    expect(await entriesFor(gateway, answer)).toMatchObject([
      { type: 'ledger.proof-issued', detail: { entry: entryId } },
    ])
    await writeFile(proofFile, answer.bytes.toString().replace(/^index \d+/m, 'index 0'))
    expect((await verifyProofFiles({ proofFile, vkeyFile })).exitCode).toBe(1)
  })

  test('shows one entry with what its proof can open, and opens in it what was chosen and nothing else', async () => {
    const id = await askedFor(gateway)
    await gateway.settle()
    const [line] = await linesOf(`?transfer=${id}&type=transfer.requested`)
    const one = `${entries}/${String(line?.['entryId'])}`
    const marta = await gateway.as('marta.kowalczyk')
    const looked = await marta.get(one)
    const openable = looked.json()['openable'] as { field: string; value: string }[]
    expect(openable.map(({ field }) => field).sort()).toEqual([
      'actor.ip',
      'actor.username',
      'detail.relevance',
    ])
    expect(openable).toContainEqual({ field: 'actor.username', value: 'ayesha.rahman@hmi-prisons.example' })
    expect(await entriesFor(gateway, looked)).toMatchObject([
      { type: 'ledger.viewed', detail: { shown: 1, entry: line?.['entryId'] } },
    ])
    const keys = parseVerifierKeys((await marta.get('/api/v1/ledger/verifier-key')).bytes.toString())
    const disclosed = async (query: string) => {
      const answer = await marta.get(`${one}/proof${query}`)
      const verdict = await verifyProof({ proof: answer.bytes.toString(), keys: await keys })
      return { answer, opened: verdict.verified ? verdict.disclosed.map(({ field, value }) => `${field} ${value}`) : 'not verified' }
    } // prettier-ignore
    const { answer, opened } = await disclosed('?disclose=actor.username')
    expect(opened).toEqual(['actor.username ayesha.rahman@hmi-prisons.example'])
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename=entry-\d+\.tlog-proof$/)
    expect(answer.bytes.toString()).not.toContain(Buffer.from('127.0.0.1').toString('base64').slice(0, 8))
    expect(await entriesFor(gateway, answer)).toMatchObject([
      { type: 'ledger.proof-issued', detail: { disclosed: ['actor.username'] } },
    ])
    expect((await disclosed('?disclose=actor.username&disclose=actor.ip')).opened).toHaveLength(2)
    expect((await disclosed('')).opened).toEqual([])
  })

  test('makes no proof that opens less than was asked for', async () => {
    const id = await askedFor(gateway)
    await gateway.settle()
    const [line] = await linesOf(`?transfer=${id}&type=transfer.requested`)
    const one = `${entries}/${String(line?.['entryId'])}`
    const marta = await gateway.as('marta.kowalczyk')
    for (const wrong of ['detail.fields', 'subjects.0.id', 'actor', '__proto__']) {
      const answer = await marta.get(`${one}/proof?disclose=actor.ip&disclose=${wrong}`)
      const [fault] = expectProblem(answer, 'input.invalid').fields
      expect(fault).toMatchObject({ field: 'disclose' })
      expect(fault?.message).toContain(wrong)
    }
    await gateway.owner.withTransaction(async (tx) => {
      await tx.query('set local session_replication_role = replica')
      await tx.query(`delete from ledger.secret where entry_id = $1 and field = 'actor.ip'`, [
        line?.['entryId'],
      ])
    })
    expectProblem(await marta.get(`${one}/proof?disclose=actor.ip`), 'input.invalid')
    expect((await marta.get(one)).json()['actor']).toMatchObject({ ip: null })
  })

  test('proves to whoever holds an earlier checkpoint that the log of today holds all of it', async () => {
    const daniel = await gateway.as('daniel.okafor')
    await gateway.settle()
    const before = parseCheckpoint(
      parseNote((await daniel.get('/api/v1/ledger/checkpoint')).bytes.toString()).text,
    )
    await askedFor(gateway)
    await gateway.settle()
    const answer = await daniel.get(`/api/v1/ledger/consistency?from=${before.size}`)
    const { from, to, hashes, checkpoint } = answer.json() as {
      from: number
      to: number
      hashes: string[]
      checkpoint: string
    } // as the endpoint says
    const after = parseCheckpoint(parseNote(checkpoint).text)
    expect([from, to, after.size > before.size]).toEqual([before.size, after.size, true])
    const path = hashes.map((hash) => Buffer.from(hash, 'base64'))
    const proved = await rootsOfConsistency(before.size, after.size, path, before.root)
    expect([proved.first, proved.second].map(toBase64)).toEqual([before.root, after.root].map(toBase64))
    expectProblem(await daniel.get('/api/v1/ledger/consistency?from=0'), 'input.invalid')
    expectProblem(await daniel.get('/api/v1/ledger/consistency?from=99999'), 'input.invalid')
    expectProblem(await daniel.get('/api/v1/ledger/consistency'), 'input.invalid')
  })

  test('gives nobody else a proof, and none of an entry that is not there', async () => {
    const [line] = await linesOf('?type=agreements.loaded')
    const of = async (who: 'ayesha.rahman' | 'marta.kowalczyk', id: unknown) =>
      (await gateway.as(who)).get(`${entries}/${String(id)}/proof`)
    expectRefusal(await of('ayesha.rahman', line?.['entryId']), 'read-log')
    expectProblem(await of('marta.kowalczyk', '0198c0de-0000-7000-8000-000000000000'), 'not-found')
    expectProblem(await of('marta.kowalczyk', 'x'), 'input.invalid')
  })

  test('checkpoint and keys are shown to everybody who is signed in, and each look is an entry', async () => {
    await gateway.settle()
    for (const [address, shape] of [
      [
        '/api/v1/ledger/checkpoint',
        /^gateway\.concordat\.example\/audit\/1\n\d+\n[A-Za-z0-9+/=]{44}\n\n— gateway\.concordat\.example\/audit\/1 \S+\n$/,
      ],
      ['/api/v1/ledger/verifier-key', /^gateway\.concordat\.example\/audit\/1\+[0-9a-f]{8}\+\S+\n$/],
      ['/api/v1/certificate-key', /^\{.*"kty":"OKP".*\}$/],
    ] as const) {
      const answer = await (await gateway.as('daniel.okafor')).get(address)
      expect(answer.bytes.toString()).toMatch(shape)
      expect(answer.bytes.toString()).not.toContain('"d"')
      expect(await entriesFor(gateway, answer)).toMatchObject([
        { type: 'form.viewed', detail: { form: address } },
      ])
    }
  })

  test('the first entry of a start says which agreements decide, by hash', async () => {
    const [line] = await linesOf('?type=agreements.loaded')
    expect(line).toMatchObject({ actor: { kind: 'process', name: 'gateway' } })
    expect(JSON.stringify(line?.['detail'])).toMatch(/"hmpps-2025@[0-9a-f]{64}"/)
  })
})
