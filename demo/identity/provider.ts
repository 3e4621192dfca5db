// The embedded OpenID Connect provider for the demonstration and the tests: oidc-provider with a sign-in page of our
// own where anybody can be anybody. It refuses to start where the environment says production.
// It reads the machine's clock, not ours: the library has no other, so times in its tokens are real times.
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { errors, Provider } from 'oidc-provider'
import { providerConfiguration } from './configuration.ts'
import type { IdentityClients } from './configuration.ts'
import { problemPage, signInPage } from './pages.ts'
import type { Page } from './pages.ts'
import type { DemonstrationPerson } from './people.ts'

export interface IdentityProviderOptions {
  /** 0 takes a free port. */
  readonly port: number
  /** The interface to listen on; `localhost` when absent, because anybody can sign in as anybody. */
  readonly host?: string
  /** How others reach it, without a path; `http://localhost:<port>` when absent. */
  readonly issuer?: string
  readonly people: readonly DemonstrationPerson[]
  readonly clients: IdentityClients
  /** The value of NODE_ENV, from the caller. */
  readonly environment: string | undefined
}

export interface IdentityProvider {
  readonly issuer: string
  close(): Promise<void>
}

const bodyLimitBytes = 1024

/** @throws {Error} in production; when the port is taken */
export async function startIdentityProvider(options: IdentityProviderOptions): Promise<IdentityProvider> {
  if (options.environment === 'production') {
    throw new Error(
      'The demonstration identity provider never runs in production: name a real one in its place.',
    )
  }
  const server = createServer()
  await listen(server, options.port, options.host ?? 'localhost')
  // A server that listens on a TCP port has an AddressInfo for its address.
  const { port } = server.address() as AddressInfo
  const issuer = options.issuer ?? `http://localhost:${port}`
  const provider = new Provider(issuer, providerConfiguration(options.people, options.clients))
  const providerCallback = provider.callback()
  server.on('request', (req, res) => {
    if (!req.url?.startsWith('/interaction/')) {
      void providerCallback(req, res)
      return
    }
    interact(provider, options.people, req, res).catch((error: unknown) => answerFault(res, error))
  })
  return { issuer, close: () => close(server) }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function interact(
  provider: Provider,
  people: readonly DemonstrationPerson[],
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const interaction = await provider.interactionDetails(req, res)
  const path = `/interaction/${interaction.uid}`
  if (req.url !== path || !['GET', 'POST'].includes(req.method ?? '')) {
    answer(res, 404, problemPage('There is no such page.'))
    return
  }
  // The provider has compared redirect_uri with the client's registration before it made the interaction.
  const continueTo = new URL(String(interaction.params['redirect_uri'])).origin
  if (req.method === 'GET') {
    answer(res, 200, signInPage(people, path, continueTo))
    return
  }
  const form = await readForm(req)
  if (form.has('cancel')) {
    const refusal = { error: 'access_denied', error_description: 'Signing in was cancelled.' }
    await provider.interactionFinished(req, res, refusal, { mergeWithLastSubmission: false })
    return
  }
  const person = people.find((candidate) => candidate.subject === form.get('person'))
  if (!person) {
    answer(res, 400, problemPage('Nobody of that name can sign in here.'))
    return
  }
  const login = { accountId: person.subject, amr: ['pwd', 'otp', 'mfa'] }
  await provider.interactionFinished(req, res, { login }, { mergeWithLastSubmission: false })
}

async function readForm(req: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  // A request without an encoding set yields Buffers.
  for await (const chunk of req as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > bodyLimitBytes) throw new errors.InvalidRequest('The form is too long.')
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}

function answerFault(res: ServerResponse, error: unknown): void {
  if (error instanceof errors.OIDCProviderError) {
    answer(res, 400, problemPage('This sign-in has ended or was started in another browser.'))
    return
  }
  console.error('demonstration sign-in', error)
  answer(res, 500, problemPage('Something went wrong.'))
}

function answer(res: ServerResponse, status: number, page: Page): void {
  if (res.headersSent) {
    res.destroy()
    return
  }
  res.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': page.contentSecurityPolicy,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
  res.end(page.html)
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()))
    server.closeAllConnections()
  })
}
