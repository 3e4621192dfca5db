// A double of Amazon SQS: takes SendMessageBatch over its JSON protocol, and only when the request is signed with the secret key
// (Signature Version 4, computed here apart from the product's signer).
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export const access = { region: 'eu-west-2', accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a-secret-of-the-tests', sessionToken: undefined } // prettier-ignore

export interface QueueDouble {
  readonly url: string
  /** Every message that was taken, in order. */
  readonly messages: { readonly Id: string; readonly MessageBody: string }[]
  /** Set: what it answers instead, after having taken the messages or not. */
  fault: { readonly status: number; readonly body: string; readonly keeps: boolean } | undefined
  close(): Promise<void>
}

export async function startQueue(name = 'audit'): Promise<QueueDouble> {
  const server = createServer((req, res) => {
    void req.toArray().then((parts) => {
      const body = Buffer.concat(parts as Buffer[]) // no encoding was set
      if (!isSigned(req, body)) return res.writeHead(403).end('{"__type":"InvalidSignature"}')
      if (req.headers['x-amz-target'] !== 'AmazonSQS.SendMessageBatch') return res.writeHead(400).end('{}')
      const { Entries, QueueUrl } = JSON.parse(body.toString()) as {
        Entries: QueueDouble['messages']
        QueueUrl: string
      } // as SQS takes it
      if (QueueUrl !== queue.url || Entries.length > 10) return res.writeHead(400).end('{}')
      const { fault } = queue
      if (fault === undefined || fault.keeps) queue.messages.push(...Entries)
      if (fault) return res.writeHead(fault.status).end(fault.body)
      return res.end(JSON.stringify({ Successful: Entries.map(({ Id }) => ({ Id })) }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server has one
  const queue: QueueDouble = {
    url: `http://127.0.0.1:${port}/123456789012/${name}`,
    messages: [],
    fault: undefined,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
  return queue
}

const hex = (data: Buffer | string) => createHash('sha256').update(data).digest('hex')
const hmac = (key: Buffer | string, data: string) => createHmac('sha256', key).update(data).digest()

/** AWS, "Create a signed AWS API request". */
function isSigned(req: IncomingMessage, body: Buffer): boolean {
  const given = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/sqs\/aws4_request), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(req.headers.authorization ?? '') // prettier-ignore
  const [, keyId, scope = '', names = '', signature] = given ?? []
  const [day = '', region = ''] = scope.split('/')
  const headers = names.split(';').map((name) => `${name}:${String(req.headers[name])}\n`).join('') // prettier-ignore
  const canonical = [req.method, req.url, '', headers, names, hex(body)].join('\n')
  const text = ['AWS4-HMAC-SHA256', req.headers['x-amz-date'], scope, hex(canonical)].join('\n')
  const key = hmac(hmac(hmac(hmac(`AWS4${access.secretAccessKey}`, day), region), 'sqs'), 'aws4_request')
  return keyId === access.accessKeyId && hmac(key, text).toString('hex') === signature
}
