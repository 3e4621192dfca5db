// A person's program at the command line: calls the gateway's API with their token, which is read from a file for each call, so
// that whatever renews it can. What the gateway refuses or cannot do is said in its own words.
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { isLoopback } from '../config.ts'
import { UsageFault } from './failure.ts'
import { GatewayAnswer } from './gateway-answer.ts'

export interface GatewayOptions {
  readonly gateway: string
  readonly tokenFile: string
}

export interface ApiClient {
  /** @throws {GatewayAnswer} for anything but success */
  call(method: 'GET' | 'POST' | 'PUT', path: string, body?: ApiBody): Promise<Response>
  json<T extends z.ZodType>(shape: T, method: 'GET' | 'POST' | 'PUT', path: string, body?: ApiBody): Promise<z.output<T>> // prettier-ignore
}

export type ApiBody = { readonly json: unknown } | { readonly file: Blob; readonly type: string }

/** @throws {UsageFault} where the address would send the token in the clear */
export function openApiClient({ gateway, tokenFile }: GatewayOptions): ApiClient {
  const base = addressOf(gateway)
  const call: ApiClient['call'] = async (method, path, body) => {
    const response = await fetch(new URL(path, base), {
      method,
      redirect: 'error',
      headers: { authorization: `Bearer ${await readToken(tokenFile)}`, ...(body && { 'content-type': typeOf(body) }) },
      ...(body && { body: 'json' in body ? JSON.stringify(body.json) : body.file }),
    }) // prettier-ignore
    if (response.ok) return response
    throw await answerOf(response)
  }
  return {
    call,
    json: async (shape, method, path, body) => {
      const parsed = shape.safeParse(await (await call(method, path, body)).json())
      if (parsed.success) return parsed.data
      throw new GatewayAnswer(200, 'answer.unknown', `The gateway’s answer to ${path} has another form than this version knows.`) // prettier-ignore
    },
  }
}

function addressOf(gateway: string): string {
  if (!URL.canParse(gateway))
    throw new UsageFault(`${gateway} is no address. It looks like https://gateway.example.`)
  if (new URL(gateway).protocol !== 'https:' && !isLoopback(gateway))
    throw new UsageFault('The gateway’s address must start with https, except on this machine itself.')
  return gateway.endsWith('/') ? gateway : `${gateway}/`
}

async function readToken(file: string): Promise<string> {
  const token = (await readFile(file, 'utf8')).trim()
  if (/^[A-Za-z0-9._~+/=-]+$/.test(token)) return token
  throw new UsageFault(`${file} does not hold one access token and nothing else.`)
}

function typeOf(body: ApiBody): string {
  return 'json' in body ? 'application/json' : body.type
}

const problemShape = z.object({
  code: z.string(), title: z.string(), detail: z.string(),
  fields: z.array(z.object({ field: z.string(), message: z.string() })).default([]),
}) // prettier-ignore
const letterShape = z.object({
  outcome: z.literal('refused'), reference: z.string(),
  refusals: z.array(z.object({ clause: z.string(), reason: z.string(), remedy: z.string().optional() })),
}) // prettier-ignore

async function answerOf(response: Response): Promise<GatewayAnswer> {
  const body: unknown = await response.json().catch(() => undefined)
  const letter = letterShape.safeParse(body)
  if (letter.success) {
    const lines = letter.data.refusals.map(({ clause, reason, remedy }) => `  ${clause}: ${reason}${remedy === undefined ? '' : ` ${remedy}`}`) // prettier-ignore
    return new GatewayAnswer(response.status, 'refused', ['Refused:', ...lines, `Quote ${letter.data.reference} when you ask about it.`].join('\n')) // prettier-ignore
  }
  const problem = problemShape.safeParse(body)
  if (!problem.success) return new GatewayAnswer(response.status, 'answer.unknown', `The gateway answered ${response.status} and did not say why.`) // prettier-ignore
  const { code, title, detail, fields } = problem.data
  const lines = fields.map(({ field, message }) => `  ${field}: ${message}`)
  return new GatewayAnswer(response.status, code, [`${title}. ${detail}`, ...lines].join('\n'))
}
