// A worker thread that sends the same request over and over on kept-alive connections, so that what measures does not
// wait in the queue of what is measured. Told by messages: a Load comes, a Measured goes.
import { Agent, request } from 'node:http'
import { parentPort } from 'node:worker_threads'
import { percentile, rounded } from './statistics.ts'

export interface Load {
  readonly url: string
  readonly token: string
  readonly body: string
  readonly expectedStatus: number
  readonly concurrency: number
  readonly seconds: number
}

export interface Measured {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly requests: number
}

export async function measure(load: Load): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.concurrency })
  const latencies: number[] = []
  const started = performance.now()
  const until = started + load.seconds * 1000
  const sender = async () => {
    while (performance.now() < until) {
      const sent = performance.now()
      await send(load, agent)
      latencies.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: load.concurrency }, sender))
  const elapsedSeconds = (performance.now() - started) / 1000
  agent.destroy()
  const sorted = latencies.toSorted((a, b) => a - b)
  return {
    requestsPerSecond: rounded(sorted.length / elapsedSeconds),
    p50Ms: percentile(sorted, 50),
    p99Ms: percentile(sorted, 99),
    requests: sorted.length,
  }
}

function send({ url, token, body, expectedStatus }: Load, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === expectedStatus) resolve()
        else
          reject(
            new Error(`${url} answered ${String(response.statusCode)}: ${String(Buffer.concat(chunks))}`),
          )
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

parentPort?.on('message', (load: Load) => {
  void measure(load)
    .then((measured) => ({ measured }))
    .catch((error: unknown) => ({ failed: error instanceof Error ? error.message : String(error) }))
    .then((answer) => parentPort?.postMessage(answer))
})
