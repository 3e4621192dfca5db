// A double of Amazon SQS: takes SendMessageBatch over its JSON protocol, and only when the request is signed with the secret key
// (Signature Version 4, computed here apart from the product's signer).
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isSigned } from './aws-signature.ts'

export { access } from './aws-signature.ts'

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
      if (!isSigned(req, body, 'sqs')) return res.writeHead(403).end('{"__type":"InvalidSignature"}')
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
