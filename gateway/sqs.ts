// The one operation of Amazon SQS that we need, over its JSON protocol (SendMessageBatch), signed with Signature Version 4.
// A queue whose name ends with .fifo also drops what comes twice by itself.
import { AwsClient } from 'aws4fetch'
import { z } from 'zod'

export interface AwsAccess {
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | undefined
}

export interface QueuedMessage {
  readonly id: string
  readonly body: string
}

/** The queue did not take all of them; says which code it gave, and nothing of what they hold. */
export class QueueFault extends Error {}

const TIMEOUT_MS = 10_000
const answer = z.object({ Failed: z.array(z.object({ Code: z.string() })).default([]) })

/** @param queueUrl as SQS gives it, `https://sqs.eu-west-2.amazonaws.com/123456789012/audit` */
export function openQueue(
  queueUrl: string,
  access: AwsAccess,
): (messages: readonly QueuedMessage[]) => Promise<void> {
  const { region, accessKeyId, secretAccessKey, sessionToken } = access
  const client = new AwsClient({ service: 'sqs', region, accessKeyId, secretAccessKey, retries: 0, ...(sessionToken !== undefined && { sessionToken }) }) // prettier-ignore
  const isFifo = queueUrl.endsWith('.fifo')
  return async (messages) => {
    const Entries = messages.map(({ id, body }) => ({
      Id: id,
      MessageBody: body,
      ...(isFifo && { MessageGroupId: 'concordat', MessageDeduplicationId: id }),
    }))
    const response = await client.fetch(new URL('/', queueUrl).href, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessageBatch' },
      body: JSON.stringify({ QueueUrl: queueUrl, Entries }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!response.ok) throw new QueueFault(`The queue answered with ${response.status}.`)
    const { Failed } = answer.parse(await response.json())
    const [first] = Failed
    if (first) throw new QueueFault(`The queue did not take ${Failed.length} messages: ${first.Code}.`)
  }
}
