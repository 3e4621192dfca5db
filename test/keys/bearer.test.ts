import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, SignJWT, type JWK } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { bearerVerifier, type BearerResult, type BearerVerifier } from '../../keys/bearer.ts'

const issuer = 'https://identity.example'
const audience = 'https://concordat.example/api'
const at = new Date('2026-11-22T12:00:00Z')
const seconds = at.getTime() / 1000

interface Signing {
  readonly kid: string
  readonly alg: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keys: Record<string, Signing> = {
  RS256: { kid: 'rsa', alg: 'RS256', ...rsa },
  PS256: { kid: 'pss', alg: 'PS256', ...generateKeyPairSync('rsa', { modulusLength: 2048 }) },
  ES256: { kid: 'ec', alg: 'ES256', ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) },
  EdDSA: { kid: 'ed', alg: 'EdDSA', ...generateKeyPairSync('ed25519') },
}
const strange: Signing = {
  kid: 'strange',
  alg: 'ES256',
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }),
}

let server: Server
let published: JWK[]
let fetches: number
let isDown = false
let verifier: BearerVerifier
let jwksUri: string

const jwkOf = async ({ publicKey, kid, alg }: Signing): Promise<JWK> => ({
  ...(await exportJWK(publicKey)),
  kid,
  alg,
  use: 'sig',
})
const newVerifier = (): BearerVerifier =>
  bearerVerifier({ issuer, audience, jwksUri, clock: () => at, refetchAfterMs: 0 })

beforeAll(async () => {
  server = createServer((_req, res) => {
    fetches += 1
    res.statusCode = isDown ? 503 : 200
    res.setHeader('content-type', 'application/json')
    res.end(isDown ? '{}' : JSON.stringify({ keys: published }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  jwksUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(async () => {
  published = await Promise.all(Object.values(keys).map(jwkOf))
  fetches = 0
  isDown = false
  verifier = newVerifier()
})

function sign(
  claims: object = {},
  header: object = {},
  key: Signing = keys['ES256'] ?? strange,
): Promise<string> {
  const all = {
    iss: issuer,
    aud: audience,
    sub: 'person-1',
    iat: seconds,
    exp: seconds + 300,
    scope: 'requests:write',
    ...claims,
  }
  return new SignJWT(all)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header })
    .sign(key.privateKey)
}

const codeOf = (result: BearerResult): string => (result.outcome === 'refused' ? result.code : 'accepted')
const refusal = async (token: string): Promise<string> => codeOf(await verifier.verify(token))

test('A good token is accepted with each algorithm of the list, and says who and what for.', async () => {
  for (const key of Object.values(keys)) {
    const token = await sign(
      { scope: 'requests:write ledger:read', client_id: 'cli', auth_time: seconds - 60, amr: ['mfa'] },
      {},
      key,
    )
    expect(await verifier.verify(token)).toEqual({
      outcome: 'accepted',
      issuer,
      subject: 'person-1',
      clientId: 'cli',
      scopes: ['requests:write', 'ledger:read'],
      expiresAt: new Date((seconds + 300) * 1000),
      authenticatedAt: new Date((seconds - 60) * 1000),
      methods: ['mfa'],
    })
  }
})

test('An unsigned token is refused.', async () => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const body = part({ iss: issuer, aud: audience, sub: 'person-1', iat: seconds, exp: seconds + 300 })
  for (const alg of ['none', 'None', 'NONE']) {
    expect(await refusal(`${part({ alg, typ: 'at+jwt' })}.${body}.`)).toMatch(/^token\.(unknown|malformed)$/)
  }
})

test('A token signed with HS256 under the published public key is refused.', async () => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'HS256', typ: 'at+jwt', kid: 'rsa' })}.${part({ iss: issuer, aud: audience, sub: 'x', iat: seconds, exp: seconds + 300 })}`
  for (const secret of [
    rsa.publicKey.export({ type: 'spki', format: 'pem' }),
    JSON.stringify(published[0]),
  ]) {
    expect(
      await refusal(`${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`),
    ).toBe('token.unknown')
  }
})

test('A token that brings its own key, or says where to fetch one, is refused and nothing is fetched.', async () => {
  const jwk = await jwkOf(strange)
  for (const header of [{ jku: jwksUri }, { jwk }, { x5u: jwksUri }, { x5c: ['AAAA'] }]) {
    expect(await refusal(await sign({}, header, strange))).toBe('token.malformed')
  }
  expect(fetches).toBe(0)
})

test('Each wrong token has its own answer.', async () => {
  const cases: [string, Promise<string>][] = [
    ['token.wrong-audience', sign({ aud: 'https://other.example' })],
    ['token.wrong-audience', sign({ aud: undefined })],
    ['token.unknown', sign({ iss: 'https://evil.example' })],
    ['token.unknown', sign({}, {}, strange)],
    ['token.unknown', sign({}, { kid: 'rsa' })],
    ['token.wrong-type', sign({}, { typ: 'JWT' })],
    ['token.wrong-type', sign({}, { typ: undefined })],
    ['token.expired', sign({ exp: seconds - 6 })],
    ['token.malformed', sign({ exp: undefined })],
    ['token.not-yet-valid', sign({ nbf: seconds + 6 })],
    ['token.malformed', sign({ sub: undefined })],
    ['token.malformed', sign({ sub: '' })],
    ['token.malformed', Promise.resolve('')],
    ['token.malformed', Promise.resolve('a.b.c')],
    ['token.malformed', Promise.resolve('x'.repeat(20_000))],
  ]
  for (const [code, token] of cases) expect([code, await refusal(await token)]).toEqual([code, code])
})

test('A token with one byte altered is refused.', async () => {
  const token = await sign()
  const [header, payload, signature] = token.split('.') as [string, string, string]
  const other = Buffer.from(payload, 'base64url').toString().replace('person-1', 'person-2')
  expect(await refusal([header, Buffer.from(other).toString('base64url'), signature].join('.'))).toBe(
    'token.unknown',
  )
})

test('A new key of the issuer is found, and a key that it withdrew is refused by a new verifier.', async () => {
  expect(await refusal(await sign())).toBe('accepted')
  const next: Signing = { kid: 'next', alg: 'ES256', ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) }
  published = [await jwkOf(next)]
  expect(await refusal(await sign({}, {}, next))).toBe('accepted')
  expect(await refusal(await sign())).toBe('token.unknown')
})

test('When the keys cannot be fetched the answer says so, and it works again afterwards.', async () => {
  isDown = true
  expect(await refusal(await sign())).toBe('token.keys-unavailable')
  isDown = false
  expect(await refusal(await sign())).toBe('accepted')
})
