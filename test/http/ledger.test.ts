// GET /api/v1/ledger/…: for the assurance officer alone, each look an entry of its own, each proof one that an outsider's
// tool accepts.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyProofFiles } from '../../audit/verify-files.ts'
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
