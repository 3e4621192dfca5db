// Signs a demonstration person in without a screen: walks the provider's real pages as a browser would, then redeems
// the code with PKCE (RFC 7636). For the headless demonstration and for tests.
import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { createBrowser, readForm } from './browser.ts'
import type { Browser, Visit } from './browser.ts'

export interface SignInRequest {
  readonly issuer: string
  readonly clientId: string
  /** For the confidential client only. */
  readonly clientSecret?: string
  readonly redirectUri: string
  /** What the access token is for (RFC 8707); without it the token opens the userinfo endpoint alone. */
  readonly resource?: string
  readonly scope: string
  /** A demonstration person's subject. */
  readonly person: string
}

export interface SignedIn {
  readonly accessToken: string
  readonly idToken: string
}

const metadataSchema = z.object({
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
})
const tokensSchema = z.object({ access_token: z.string(), id_token: z.string() })

/** @throws {Error} with the provider's own words when it refuses */
export async function signInHeadless(request: SignInRequest): Promise<SignedIn> {
  const metadata = await discover(request.issuer)
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const start = new URL(metadata.authorization_endpoint)
  start.search = authorizationQuery(request, verifier, state).toString()
  const isBack = (url: URL) => url.href.startsWith(request.redirectUri)
  const back = await choosePerson(createBrowser(), start, request.person, isBack)
  const code = back.url.searchParams.get('code')
  if (code === null || back.url.searchParams.get('state') !== state) {
    const reason = back.url.searchParams.get('error_description') ?? back.url.searchParams.get('error')
    throw new Error(`The identity provider gave no code: ${reason ?? 'the state does not match'}`)
  }
  return redeem(metadata.token_endpoint, request, code, verifier)
}

/**
 * Opens `start`, which leads to the sign-in page, chooses the person and follows on until `stopAt`, or until a page.
 * The gateway's own sign-in can be walked with it, in a browser that keeps the gateway's session.
 */
export async function choosePerson(
  browser: Browser,
  start: URL,
  person: string,
  stopAt?: (url: URL) => boolean,
): Promise<Visit> {
  const options = stopAt === undefined ? {} : { stopAt }
  const signIn = await browser.visit(start, options)
  if (stopAt?.(signIn.url)) return signIn
  const form = readForm(signIn)
  if (!form.offers('person', person)) throw new Error(`The sign-in page does not offer ${person}`)
  return browser.visit(form.action, { form: new URLSearchParams({ person }), ...options })
}

async function discover(issuer: string): Promise<z.infer<typeof metadataSchema>> {
  const response = await fetch(new URL('/.well-known/openid-configuration', issuer))
  return metadataSchema.parse(await response.json())
}

function authorizationQuery(request: SignInRequest, verifier: string, state: string): URLSearchParams {
  return new URLSearchParams({
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    response_type: 'code',
    scope: request.scope,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(request.resource !== undefined && { resource: request.resource }),
  })
}

async function redeem(
  tokenEndpoint: string,
  request: SignInRequest,
  code: string,
  verifier: string,
): Promise<SignedIn> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: request.redirectUri,
    code_verifier: verifier,
  })
  const headers = new Headers()
  if (request.clientSecret === undefined) body.set('client_id', request.clientId)
  else {
    // RFC 6749 §2.3.1: both parts are form-encoded first.
    const pair = [request.clientId, request.clientSecret].map(encodeURIComponent).join(':')
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`)
  }
  const response = await fetch(tokenEndpoint, { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`The identity provider gave no token: ${await response.text()}`)
  const tokens = tokensSchema.parse(await response.json())
  return { accessToken: tokens.access_token, idToken: tokens.id_token }
}
