// The demonstration provider over real HTTP: who can sign in, what the tokens say, what the page lets a browser do.
import { createHash, createPublicKey, verify } from 'node:crypto'
import type { JsonWebKey } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBrowser, readForm } from '../../demo/identity/browser.ts'
import { demonstrationPeople } from '../../demo/identity/people.ts'
import { startIdentityProvider } from '../../demo/identity/provider.ts'
import type { IdentityProvider } from '../../demo/identity/provider.ts'
import { choosePerson, signInHeadless } from '../../demo/identity/sign-in.ts'

const clients = {
  web: {
    clientId: 'gateway',
    clientSecret: 'a secret: with / signs + in it',
    redirectUris: ['http://localhost:3999/sign-in/callback'],
    postLogoutRedirectUris: ['http://localhost:3999/'],
  },
  commandLine: { clientId: 'command-line', redirectUris: ['http://127.0.0.1/callback'] },
  resource: { indicator: 'http://localhost:3999/api', scopes: ['transfers', 'ledger'] },
}
const callback = 'http://localhost:3999/sign-in/callback'
const web = { clientId: 'gateway', clientSecret: clients.web.clientSecret, redirectUri: callback }
const commandLine = { clientId: 'command-line', redirectUri: 'http://127.0.0.1:45678/callback' }
const stopAtCallback = (url: URL) => url.href.startsWith(callback)

let provider: IdentityProvider

beforeAll(async () => {
  provider = await startIdentityProvider({
    port: 0,
    people: demonstrationPeople,
    clients,
    environment: 'test',
  })
})
afterAll(() => provider.close())

function authorization(parameters: Record<string, string> = {}): URL {
  const url = new URL('/auth', provider.issuer)
  url.search = new URLSearchParams({
    client_id: 'gateway',
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid profile email',
    code_challenge: 'a'.repeat(43),
    code_challenge_method: 'S256',
    ...parameters,
  }).toString()
  return url
}

async function readToken(
  token: string,
): Promise<{ header: Record<string, unknown>; payload: Record<string, unknown> }> {
  const [header = '', payload = '', signature = ''] = token.split('.')
  // A key set as RFC 7517 has it; the test reads it as that and no more.
  const { keys } = (await (await fetch(new URL('/jwks', provider.issuer))).json()) as { keys: JsonWebKey[] }
  const key = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' })
  const isGenuine = verify(
    'sha256',
    Buffer.from(`${header}.${payload}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  expect(isGenuine).toBe(true)
  const read = (part: string) =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  return { header: read(header), payload: read(payload) }
}

describe('signing in', () => {
  test('Each demonstration person can sign in to the gateway and is who the page said.', async () => {
    for (const person of demonstrationPeople) {
      const { idToken } = await signInHeadless({
        ...web,
        issuer: provider.issuer,
        scope: 'openid profile email',
        person: person.subject,
      })
      const { payload } = await readToken(idToken)
      expect(payload).toMatchObject({
        iss: provider.issuer,
        aud: 'gateway',
        sub: person.subject,
        name: person.name,
        email: person.email,
        amr: ['pwd', 'otp', 'mfa'],
      })
      expect(Number(payload['auth_time'])).toBeCloseTo(Date.now() / 1000, -1.5)
    }
  })

  test('An access token for the command line is a JWT of RFC 9068 whose audience is the gateway.', async () => {
    const { accessToken } = await signInHeadless({
      ...commandLine,
      issuer: provider.issuer,
      resource: clients.resource.indicator,
      scope: 'openid transfers unheard-of',
      person: 'ayesha.rahman',
    })
    const { header, payload } = await readToken(accessToken)
    expect(header).toMatchObject({ typ: 'at+jwt', alg: 'ES256' })
    expect(payload).toMatchObject({
      iss: provider.issuer,
      aud: clients.resource.indicator,
      sub: 'ayesha.rahman',
      client_id: 'command-line',
      scope: 'transfers',
      amr: ['pwd', 'otp', 'mfa'],
      auth_time: expect.any(Number) as number,
    })
    expect(Number(payload['exp']) - Number(payload['iat'])).toBe(600)
  })

  test('A token for another resource than the gateway is refused.', async () => {
    const asked = signInHeadless({
      ...commandLine,
      issuer: provider.issuer,
      resource: 'http://localhost:3999/elsewhere',
      scope: 'openid transfers',
      person: 'ayesha.rahman',
    })
    await expect(asked).rejects.toThrow(/resource/)
  })

  test('A person who is not on the list cannot be chosen, whatever the form sends.', async () => {
    const browser = createBrowser()
    const form = readForm(await browser.visit(authorization()))
    const answer = await browser.visit(form.action, { form: new URLSearchParams({ person: 'mallory' }) })
    expect(answer.status).toBe(400)
  })

  test('Cancelling goes back to the gateway with access_denied.', async () => {
    const browser = createBrowser()
    const form = readForm(await browser.visit(authorization()))
    const cancel = { form: new URLSearchParams({ cancel: 'yes' }), stopAt: stopAtCallback }
    const back = await browser.visit(form.action, cancel)
    expect(back.url.searchParams.get('error')).toBe('access_denied')
  })

  test('A sign-in page cannot be answered from another browser.', async () => {
    const form = readForm(await createBrowser().visit(authorization()))
    const answer = await createBrowser().visit(form.action, {
      form: new URLSearchParams({ person: 'ayesha.rahman' }),
    })
    expect(answer.status).toBe(400)
    expect(answer.body).toContain('another browser')
  })
})

describe('what the provider refuses', () => {
  test('A request without PKCE gets no sign-in page.', async () => {
    const url = authorization()
    url.searchParams.delete('code_challenge')
    url.searchParams.delete('code_challenge_method')
    const back = await createBrowser().visit(url, { stopAt: stopAtCallback })
    expect(back.url.searchParams.get('error')).toBe('invalid_request')
  })

  test('A redirect address that is not registered gets a page of ours and no redirect.', async () => {
    const answer = await createBrowser().visit(authorization({ redirect_uri: 'https://elsewhere.example/' }))
    expect(answer.status).toBe(400)
    expect(answer.url.origin).toBe(provider.issuer)
    expect(answer.body).toContain('Demonstration only.')
  })

  test('A code can be redeemed once.', async () => {
    const verifier = 'v'.repeat(43)
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const start = authorization({
      client_id: 'command-line',
      redirect_uri: commandLine.redirectUri,
      code_challenge: challenge,
    })
    const isBack = (url: URL) => url.href.startsWith(commandLine.redirectUri)
    const back = await choosePerson(createBrowser(), start, 'ayesha.rahman', isBack)
    const redeem = async () => {
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        code: back.url.searchParams.get('code') ?? '',
        redirect_uri: commandLine.redirectUri,
        client_id: 'command-line',
        code_verifier: verifier,
      })
      return (await fetch(new URL('/token', provider.issuer), { method: 'POST', body })).status
    }
    expect(await redeem()).toBe(200)
    expect(await redeem()).toBe(400)
  })

  test('A wrong client secret gets no token.', async () => {
    const asked = signInHeadless({
      ...web,
      clientSecret: 'wrong',
      issuer: provider.issuer,
      scope: 'openid',
      person: 'ayesha.rahman',
    })
    await expect(asked).rejects.toThrow(/invalid_client/)
  })

  test('It does not start in production.', async () => {
    const started = startIdentityProvider({
      port: 0,
      people: demonstrationPeople,
      clients,
      environment: 'production',
    })
    await expect(started).rejects.toThrow(/never runs in production/)
  })
})

describe('the sign-in page', () => {
  test('It lists everybody, says what it is, and holds no script.', async () => {
    const page = await createBrowser().visit(authorization())
    for (const person of demonstrationPeople) expect(page.body).toContain(person.name)
    expect(page.body).toContain('Never use this service in production.')
    expect(page.body).not.toMatch(/<script|javascript:|\son[a-z]+=/i)
  })

  test('Its policy lets the form lead on to the gateway and nowhere else.', async () => {
    const page = await createBrowser().visit(authorization())
    const policy = page.headers.get('content-security-policy')
    expect(policy).toMatch(
      /default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' http:\/\/localhost:3999;/,
    )
    expect(policy).toContain("base-uri 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
  })
})

describe('sessions', () => {
  test('Somebody who is signed in is not asked again, unless the gateway asks for a fresh sign-in.', async () => {
    const browser = createBrowser()
    await choosePerson(browser, authorization(), 'ayesha.rahman', stopAtCallback)
    const again = await browser.visit(authorization(), { stopAt: stopAtCallback })
    expect(again.url.searchParams.has('code')).toBe(true)
    const fresh = await browser.visit(authorization({ prompt: 'login' }), { stopAt: stopAtCallback })
    expect(readForm(fresh).offers('person', 'ayesha.rahman')).toBe(true)
  })

  test('Signing out at the gateway signs out here, after the person said so, and leads back.', async () => {
    const browser = createBrowser()
    await choosePerson(browser, authorization(), 'ayesha.rahman', stopAtCallback)
    const home = 'http://localhost:3999/'
    const end = new URL('/session/end', provider.issuer)
    end.search = new URLSearchParams({ client_id: 'gateway', post_logout_redirect_uri: home }).toString()
    const asked = await browser.visit(end)
    expect(asked.headers.get('content-security-policy')).toContain(
      "form-action 'self' http://localhost:3999;",
    )
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(asked.body)?.[1] ?? ''
    const form = new URLSearchParams({ xsrf, logout: 'yes' })
    const back = await browser.visit(readForm(asked).action, {
      form,
      stopAt: (url) => url.href.startsWith(home),
    })
    expect(back.url.href).toBe(home)
    const again = await browser.visit(authorization(), { stopAt: stopAtCallback })
    expect(readForm(again).offers('person', 'ayesha.rahman')).toBe(true)
  })
})
