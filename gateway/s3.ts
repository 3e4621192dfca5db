// The four operations of Amazon S3, or of a store that speaks its API, that a published log needs: GetObject, PutObject under a
// condition (If-None-Match, If-Match), DeleteObject and ListObjectsV2, signed with Signature Version 4. Nothing is tried again
// here: whether a write that got no answer was kept is not known, and whoever asked looks before the next try.
import { createHash } from 'node:crypto'
import { AwsClient } from 'aws4fetch'
import { LogUnreadable, readLimited } from '../audit/fsck/published-log.ts'
import type { Objects } from '../audit/object-store.ts'
import type { AwsAccess } from './sqs.ts'

export interface BucketSettings {
  /** The bucket's address: `https://bucket.s3.eu-west-2.amazonaws.com`, or `https://store.example/bucket`. */
  readonly url: string
  readonly access: AwsAccess
}

const TIMEOUT_MS = 10_000

/** What S3 answers when the condition of a write does not hold: it is not so, or another write is on its way. */
const REFUSED: readonly number[] = [412, 409]
/** To a write over what is not there. Without that condition it says that there is no bucket. */
const NOT_THERE = 404

export function openBucket({ url, access }: BucketSettings, timeoutMs = TIMEOUT_MS): Objects {
  const bucket = url.replace(/\/+$/, '')
  const ask = asker(access, timeoutMs)
  const at = (key: string) => new URL(`${bucket}/${key}`)
  return {
    name: bucket,
    read: async (key) => {
      const answer = await ask('GET', at(key))
      if (answer.status === 404) return undefined
      const version = answer.headers.get('etag')
      if (version === null) throw new LogUnreadable(`${at(key).href} has no entity tag.`)
      return { bytes: answer.bytes, version }
    },
    write: async (key, bytes, onto) => {
      const condition = onto === 'absent' ? { 'if-none-match': '*' } : { 'if-match': onto.version }
      const mayAnswer = onto === 'absent' ? REFUSED : [...REFUSED, NOT_THERE]
      const { status } = await ask('PUT', at(key), { headers: condition, bytes, mayAnswer })
      return status === 200
    },
    remove: async (key) => {
      await ask('DELETE', at(key))
    },
    list: async (prefix) => {
      const answer = await ask('GET', new URL(`${bucket}/?list-type=2&prefix=${encodeURIComponent(prefix)}`))
      const text = new TextDecoder().decode(answer.bytes)
      if (!text.includes('<IsTruncated>false</IsTruncated>'))
        throw new LogUnreadable(`${bucket} lists more than 1,000 objects under ${prefix}, or no list.`)
      return [...text.matchAll(/<Key>([^<&]+)<\/Key>/g)].map(([, key = '']) => key)
    },
  }
}

interface Asked {
  readonly headers?: Readonly<Record<string, string>>
  readonly bytes?: Uint8Array
  readonly mayAnswer?: readonly number[]
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
}

/** @throws {LogUnreadable} for every answer but a good one, 404 to a GET, and those that are expected */
function asker({ region, accessKeyId, secretAccessKey, sessionToken }: AwsAccess, timeoutMs: number) {
  const client = new AwsClient({ service: 's3', region, accessKeyId, secretAccessKey, retries: 0, ...(sessionToken !== undefined && { sessionToken }) }) // prettier-ignore
  return async (method: string, url: URL, { headers, bytes, mayAnswer = [404] }: Asked = {}): Promise<Answer> => {
    const hash = createHash('sha256').update(bytes ?? '').digest('hex')
    const init = { method, headers: { ...headers, 'x-amz-content-sha256': hash }, signal: AbortSignal.timeout(timeoutMs), ...(bytes && { body: new Uint8Array(bytes) }) }
    try {
      const response = await client.fetch(url.href, init)
      const answered = { status: response.status, headers: response.headers, bytes: await readLimited(response, url) }
      if (response.ok || mayAnswer.includes(response.status)) return answered
      throw new LogUnreadable(`${url.href} answered ${method} with ${response.status}${codeIn(answered.bytes)}.`)
    } catch (cause) {
      throw cause instanceof LogUnreadable ? cause : new LogUnreadable(`${url.href} did not answer ${method}, or not to its end.`, { cause })
    }
  }
} // prettier-ignore

/** S3's name of an error, without its message: that can hold what was sent. */
function codeIn(bytes: Uint8Array): string {
  const code = /<Code>([A-Za-z]+)<\/Code>/.exec(new TextDecoder().decode(bytes))?.[1]
  return code === undefined ? '' : ` (${code})`
}
