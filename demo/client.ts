// A person at the command line: signed in through the provider's real pages, calling the gateway's API with the token.
import type { Environment } from './environment.ts'
import { scopes } from './environment.ts'
import { signInHeadless } from './identity/sign-in.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
  /** The body as JSON. @throws {SyntaxError} where it is none */
  json(): Record<string, unknown>
}

export interface Client {
  readonly accessToken: string
  get(path: string): Promise<Answer>
  post(path: string, body?: unknown): Promise<Answer>
  put(path: string, body: unknown): Promise<Answer>
  /** A file as the body. */
  send(path: string, bytes: Buffer | string, type: string): Promise<Answer>
  /** A file with words about it. */
  form(path: string, words: Readonly<Record<string, string>>, file: Blob): Promise<Answer>
}

export async function signIn(
  environment: Pick<Environment, 'config' | 'identity' | 'commandLine'>,
  person: string,
): Promise<Client> {
  const { accessToken } = await signInHeadless({
    issuer: environment.identity.issuer,
    clientId: environment.commandLine.clientId,
    redirectUri: environment.commandLine.redirectUri,
    resource: environment.config.apiAudience,
    scope: ['openid', ...scopes].join(' '),
    person,
  })
  return clientWith(environment.config.publicUrl, accessToken)
}

const json = 'application/json'

export function clientWith(publicUrl: string, accessToken: string): Client {
  const call = async (
    method: string,
    path: string,
    body?: string | Buffer | FormData,
    type?: string,
  ): Promise<Answer> => {
    const response = await fetch(`${publicUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${accessToken}`,
        ...(type !== undefined && { 'content-type': type }),
      },
      ...(body !== undefined && { body: Buffer.isBuffer(body) ? new Uint8Array(body) : body }),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      json: () => JSON.parse(bytes.toString('utf8')) as Record<string, unknown>,
    }
  }
  return {
    accessToken,
    get: (path) => call('GET', path),
    post: (path, body) =>
      body === undefined ? call('POST', path) : call('POST', path, JSON.stringify(body), json),
    put: (path, body) => call('PUT', path, JSON.stringify(body), json),
    send: (path, bytes, type) => call('POST', path, bytes, type),
    form: (path, words, file) => {
      const form = new FormData()
      for (const [name, value] of Object.entries(words)) form.set(name, value)
      form.set('file', file)
      return call('POST', path, form)
    },
  }
}
