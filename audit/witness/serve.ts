// A witness over HTTP: POST /add-checkpoint (C2SP tlog-witness), and a page in plain text that says who it is.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { decodeText } from '../bytes.ts'
import type { Witness, WitnessAnswer } from './witness.ts'

export interface WitnessServerDeps {
  readonly witness: Witness
  /** Said to whoever opens its address: name, verifier key, logs. */
  readonly about: string
  readonly onAnswer: (answer: WitnessAnswer) => void
  /** A fault of the disk or of this program: the client learns only that it failed. */
  readonly onFault: (error: unknown) => void
}

/** 63 hashes and 100 signatures, post-quantum ones among them, fit in. */
const REQUEST_LIMIT_BYTES = 65_536
const REQUEST_LIMIT_MS = 10_000

export function witnessServer(deps: WitnessServerDeps): Server {
  const server = createServer((request, response) => {
    answer(deps, request, response).catch((error: unknown) => {
      deps.onFault(error)
      if (!response.headersSent) say(response, 500, 'The witness failed. It has signed nothing.\n')
      else response.destroy()
    })
  })
  server.requestTimeout = REQUEST_LIMIT_MS
  return server
}

async function answer(
  deps: WitnessServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url?.split('?')[0]
  if (path === '/' && request.method === 'GET') say(response, 200, deps.about)
  else if (path !== '/add-checkpoint')
    say(response, 404, 'Nothing is here. Send checkpoints to /add-checkpoint.\n')
  else if (request.method === 'POST') await addCheckpoint(deps, request, response)
  else {
    response.setHeader('allow', 'POST')
    say(response, 405, 'Checkpoints are sent with POST.\n')
  }
}

async function addCheckpoint(
  { witness, onAnswer }: WitnessServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const text = await readText(request)
  if (typeof text === 'number') {
    say(response, text, 'The request is too large, or is not text.\n')
    return
  }
  const answered = await witness(text)
  onAnswer(answered)
  if (answered.status === 200) say(response, 200, answered.lines)
  else if (answered.status === 409) say(response, 409, `${answered.size}\n`, 'text/x.tlog.size')
  else say(response, answered.status, `${answered.says}\n`)
}

/** @returns the status of the refusal, where it is no text that could be read */
async function readText(request: IncomingMessage): Promise<string | 400 | 413> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Uint8Array>) {
    length += part.length
    if (length <= REQUEST_LIMIT_BYTES) parts.push(part)
  }
  if (length > REQUEST_LIMIT_BYTES) return 413
  try {
    return decodeText(Buffer.concat(parts))
  } catch {
    return 400
  }
}

function say(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  const body = Buffer.from(text)
  response.writeHead(status, {
    'content-type': type,
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}
