// Bad input, all of it: a clear answer that names each field, an entry where it is an access, nothing half-done, and nothing
// of what was sent in an answer or in the operator's log.
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Answer } from '../../demo/client.ts'
import { createIdentify } from '../../gateway/people/identify.ts'
import { entriesFor, expectProblem, expectRejectionEntry } from '../support/answers.ts'
import { entriesOf, permittedRequest, startGateway, type TestGateway } from '../support/gateway.ts'
import { forged, tokenOf } from '../support/tokens.ts'
import { stateOf, transferAt } from '../support/transfers.ts'

/** Stands for something personal in whatever is sent. */
const marker = 'Zebedee-Quillfeather-7431'

describe('bad input', () => {
  let gateway: TestGateway
  let token: string
  let aheadMs = 0
  beforeAll(async () => {
    gateway = await startGateway({
      people: 50,
      withWorker: false,
      change: (wiring) => ({
        ...wiring,
        identify: createIdentify({
          identityProvider: wiring.identityProvider,
          issuer: wiring.config.oidc.issuer,
          audience: wiring.config.apiAudience,
          clock: () => new Date(Date.now() + aheadMs),
        }),
      }),
    })
    token = await tokenOf(gateway, 'ayesha.rahman')
  })
  afterAll(() => gateway.close())
  afterEach(() => {
    aheadMs = 0
    expect(gateway.logLines().filter((line) => !line.includes('"level":"info"'))).toEqual([])
  })

  interface Sent {
    readonly method?: string
    readonly body?: string | Uint8Array<ArrayBuffer>
    readonly headers?: Record<string, string>
  }
  const call = async (path: string, { method = 'POST', body, headers = {} }: Sent = {}): Promise<Answer> => {
    const response = await fetch(`${gateway.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body }),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(bytes.toString()).not.toContain(marker)
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      json: () => JSON.parse(bytes.toString()) as Record<string, unknown>,
    }
  }
  const ask = (change: Record<string, unknown>) =>
    call('/api/v1/requests', { body: JSON.stringify({ ...permittedRequest(gateway), ...change }) })
  const everything = async () => {
    const tables = ['transfer', 'transfer_text', 'mail', 'duty', 'person_key', 'item', 'collection']
    const counts = tables.map((table) => `(select count(*) from concordat.${table}) as ${table}`).join(', ')
    return (
      await gateway.owner.query(`select ${counts}, (select count(*) from pgboss.job) as jobs,
      (select count(*) from concordat.decision where act <> 'read-log') as decisions`)
    ).rows[0]
  }

  test('each field of a request that is wrong is named, all of them at once, and nothing is kept', async () => {
    const wrong: [change: Record<string, unknown>, fields: string[]][] = [
      [{ colour: marker, size: 1 }, ['colour', 'size']],
      [{ fields: marker }, ['fields']],
      [{ fields: [] }, ['fields']],
      [{ fields: [marker, 'prison_number', 7] }, ['fields.2']],
      [{ fields: [marker, 'prison_number'] }, ['fields.0']],
      [{ establishments: [marker] }, ['establishments.0']],
      [{ establishments: ['LEI', 3] }, ['establishments.1']],
      [{ prisonNumbers: [marker] }, ['prisonNumbers.0']],
      [{ prisonNumbers: marker }, ['prisonNumbers']],
      [{ dataset: marker }, ['dataset']],
      [{ dataset: '__proto__' }, ['dataset']],
      [{ purpose: marker }, ['purpose']],
      [{ purpose: null, inspection: {}, relevance: 4 }, ['inspection', 'purpose', 'relevance']],
      [{ relevance: '   ', statutoryBasis: '' }, ['relevance', 'statutoryBasis']],
      [{ relevance: marker.repeat(200) }, ['relevance']],
      [{ periodFrom: 20_260_101, periodTo: marker }, ['periodFrom', 'periodTo']],
      [{ periodFrom: '2026-02-30' }, ['periodFrom']],
      [{ periodFrom: '2026-05-02', periodTo: '2026-05-01' }, ['periodTo']],
      [{ relevance: `${marker}\u0000` }, ['relevance']],
      [{ statutoryBasis: `${marker}\ud800` }, ['statutoryBasis']],
      [{ inspection: undefined, dataset: undefined, fields: undefined }, ['inspection', 'dataset', 'fields']],
    ] // prettier-ignore
    const before = await everything()
    for (const [change, fields] of wrong) {
      const answer = await ask(change)
      const named = expectProblem(answer, 'input.invalid').fields
      expect(named.map(({ field }) => field).sort(), JSON.stringify(change)).toEqual([...fields].sort())
      for (const { message } of named) expect(message).toMatch(/^[A-Z].+\.$/s)
      await expectRejectionEntry(gateway, answer, 'input.invalid')
    }
    expect(await everything()).toEqual(before)
  })

  test('an establishment that does not exist, or has closed, is answered with the nearest ones', async () => {
    const words = async (code: string) =>
      expectProblem(await ask({ establishments: [code] }), 'input.invalid').fields[0]?.message
    expect(await words('LEY')).toMatch(/^There is no establishment with this code\. Did you mean .*LEI \(/)
    const closed = [...gateway.wiring.establishments.all].find((each) => !each.active)
    expect(await words(closed?.code ?? 'none')).toContain(`${closed?.name ?? 'none'} has closed.`)
  })

  test('a body that is not the JSON that it promises is not guessed at', async () => {
    const before = await everything()
    for (const body of ['{', '"text"', 'null', '7', `{"inspection": ${marker}}`, '['.repeat(9), '\u0000']) {
      const answer = await call('/api/v1/requests', { body })
      expectProblem(answer, 'body.unreadable')
      expect(await entriesFor(gateway, answer), body).toMatchObject([
        { type: 'request.rejected', actor: { kind: 'unknown' } },
      ])
    }
    expectProblem(
      await call('/api/v1/requests', { body: '{}', headers: { 'content-encoding': 'br' } }),
      'body.unreadable',
    )
    for (const body of [
      '[]',
      '{}',
      '{"__proto__": {"roles": ["approver"]}}',
      `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
    ])
      expectProblem(await call('/api/v1/requests', { body }), 'input.invalid')
    expect(await everything()).toEqual(before)
  })

  test('a body of another type is refused, not taken for an empty one', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/merge-patch+json',
    ]) {
      const answer = await call('/api/v1/requests', {
        body: JSON.stringify(permittedRequest(gateway)),
        headers: { 'content-type': type },
      })
      expectProblem(answer, 'media.unsupported')
      await expectRejectionEntry(gateway, answer, 'media.unsupported')
    }
  })

  test('a body that is too large is refused before it is read', async () => {
    const before = await everything()
    const answer = await ask({ relevance: 'x'.repeat(300_000) })
    expectProblem(answer, 'body.too-large')
    await expectRejectionEntry(gateway, answer, 'body.too-large')
    expect(await everything()).toEqual(before)
  })

  test('a method that an address does not know is refused with those that it does, and is an entry', async () => {
    const id = await transferAt(gateway, 'requested')
    for (const [method, path, allow] of [
      ['DELETE', `/api/v1/requests/${id}`, 'PUT, GET'],
      ['PATCH', '/api/v1/requests', 'POST, GET'],
      ['GET', `/api/v1/requests/${id}/approve`, 'POST'],
      ['POST', `/api/v1/requests/${id}/package`, 'GET'],
      ['OPTIONS', '/api/v1/me', 'GET'],
      ['GET', `/requests/${id}/package`, 'POST'],
    ] as const) {
      const answer = await call(path, { method })
      expect([answer.status, answer.headers.get('allow')], `${method} ${path}`).toEqual([405, allow])
      if (path.startsWith('/api')) expectProblem(answer, 'method.not-allowed')
      else expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
      await expectRejectionEntry(gateway, answer, 'method.not-allowed')
    }
    const head = await call(`/api/v1/requests/${id}`, { method: 'HEAD' })
    expect([head.status, (await entriesFor(gateway, head))[0]?.['type']]).toEqual([405, 'request.rejected'])
    expect(await stateOf(gateway, id)).toBe('requested')
  })

  test('an address that does not exist is not found, and the ledger keeps no word of it', async () => {
    for (const path of [
      `/api/v1/${marker}`,
      `/api/${marker}`,
      `/${marker}`,
      `/api/v1/requests/1/${marker}?name=${marker}`,
    ]) {
      const answer = await call(path, { method: 'GET' })
      expect(answer.status).toBe(404)
      const [entry] = await entriesFor(gateway, answer)
      expect(entry?.['detail']).toEqual({ code: 'not-found', status: 404, method: 'GET', route: 'unmatched' })
      expect(JSON.stringify(entry)).not.toContain(marker)
    }
  })

  test('an id that is none, and query fields that an address does not know, are named', async () => {
    const named = async (path: string) =>
      expectProblem(await call(path, { method: 'GET' }), 'input.invalid').fields
    expect(await named(`/api/v1/requests/${marker}`)).toEqual([
      { field: 'id', message: 'This is not the id of a request.' },
    ])
    expect(await named('/api/v1/requests?all=true')).toEqual([
      { field: 'all', message: 'This field is not known here. Leave it out.' },
    ])
    expect((await named(`/api/v1/me?__proto__=1`)).map(({ field }) => field)).toEqual(['__proto__'])
    expectProblem(await call('/api/v1/requests/%E0%A4%A', { method: 'GET' }), 'not-found')
  })

  test('a token that is missing, malformed, forged, of somebody unknown or expired gets 401 with the scheme, or 403, and each is an entry', async () => {
    const [header = '', payload = '', signature = ''] = token.split('.')
    const cases: [authorization: string, code: 'token.missing' | 'token.invalid'][] = [
      ['', 'token.missing'],
      ['Bearer', 'token.missing'],
      [`Basic ${btoa(`${marker}:${marker}`)}`, 'token.missing'],
      [`Bearer ${token} ${marker}`, 'token.missing'],
      [`Bearer ${marker}`, 'token.invalid'],
      [`Bearer ${header}.${payload}.${signature.slice(0, -8)}AAAAAAAA`, 'token.invalid'],
      [`Bearer ${forged(token)}`, 'token.invalid'],
      [`Bearer ${forged(token, { sub: 'gwen.pritchard' })}`, 'token.invalid'],
      [`Bearer ${forged(token, { iss: `https://${marker}.example` })}`, 'token.invalid'],
      [`Bearer ${header}.${payload}.`, 'token.invalid'],
    ]
    for (const [authorization, code] of cases) {
      const answer = await call('/api/v1/me', { method: 'GET', headers: { authorization } })
      expectProblem(answer, code)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
      expect(await entriesFor(gateway, answer), authorization).toMatchObject([
        {
          type: 'request.rejected',
          actor: { kind: 'unknown', ip: '127.0.0.1' },
          detail: { code, route: '/api/v1/me' },
        },
      ])
    }
    const iain = await tokenOf(gateway, 'iain.fletcher')
    expectProblem(
      await call('/api/v1/me', { method: 'GET', headers: { authorization: `Bearer ${iain}` } }),
      'person.unknown',
    )
    aheadMs = 24 * 3_600_000
    const expired = await call('/api/v1/me', { method: 'GET' })
    aheadMs = 0
    expectProblem(expired, 'token.expired')
    expect(expired.headers.get('www-authenticate')).toBe('Bearer')
    await expectRejectionEntry(gateway, expired, 'token.expired')
  })

  test('a session is no way into the API, and a token none into the pages', async () => {
    const cookie = await call('/api/v1/me', {
      method: 'GET',
      headers: { authorization: '', cookie: '__Host-concordat=s%3Aabc.def' },
    })
    expectProblem(cookie, 'token.missing')
    const page = await fetch(`${gateway.url}/`, {
      redirect: 'manual',
      headers: { authorization: `Bearer ${token}` },
    })
    expect([page.status, page.headers.get('location')]).toEqual([303, '/start'])
  })

  test('an upload that stops half-way does nothing, and the ledger says that it was incomplete', async () => {
    const id = await transferAt(gateway, 'requested')
    const before = await everything()
    const incomplete = async () => {
      const all = await entriesOf(gateway, 'type=request.rejected')
      return all.filter((entry) => (entry['detail'] as { code: string }).code === 'body.incomplete').length
    }
    const body = JSON.stringify(permittedRequest(gateway))
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n`
    for (const [path, type, length, sent] of [
      ['/api/v1/requests', 'application/json', `content-length: ${body.length + 40}`, body],
      ['/api/v1/requests', 'application/json', 'transfer-encoding: chunked', chunk],
      [`/requests/${id}/approve`, 'application/x-www-form-urlencoded', 'content-length: 400', '_csrf=abc&'],
    ] as const) {
      const seen = await incomplete()
      await stopHalfWay(
        gateway,
        [
          `POST ${path} HTTP/1.1`,
          'host: localhost',
          `authorization: Bearer ${token}`,
          `content-type: ${type}`,
          length,
        ],
        sent,
      )
      await vi.waitFor(async () => expect(await incomplete()).toBe(seen + 1), 5000)
    }
    expect(await everything()).toEqual(before)
    expect(await stateOf(gateway, id)).toBe('requested')
  })

  test('a forged X-Request-Id or X-Forwarded-For is never taken for truth', async () => {
    const headers = {
      'x-request-id': marker,
      'x-forwarded-for': '203.0.113.99',
      forwarded: 'for=203.0.113.99',
      'x-real-ip': '203.0.113.99',
      'x-correlation-id': marker,
    }
    const answer = await call('/api/v1/me', { method: 'GET', headers })
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    const [entry] = await entriesFor(gateway, answer)
    expect(entry).toMatchObject({
      correlation: answer.headers.get('x-request-id'),
      actor: { ip: '127.0.0.1' },
    })
    const { rows } = await gateway.owner.query(
      `select value from ledger.secret where value like '%203.0.113%' or value like $1`,
      [`%${marker}%`],
    )
    expect(rows).toEqual([])
  })

  test('nothing that was sent wrongly stands anywhere in the ledger', async () => {
    const { rows } = await gateway.owner.query(
      `select 1 from ledger.entry where position($1 in convert_from(body, 'UTF8')) > 0 union all
       select 1 from ledger.secret where position($1 in value) > 0 union all
       select 1 from concordat.decision where position($1 in facts::text) > 0`,
      [marker],
    )
    expect(rows).toEqual([])
  })
})

/** Sends less than it promised and hangs up. */
function stopHalfWay(gateway: TestGateway, head: readonly string[], part: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1', () => {
      socket.write([...head, '', part].join('\r\n'), () => socket.destroySoon())
    })
    socket.once('close', () => resolve())
    socket.once('error', reject)
  })
}
