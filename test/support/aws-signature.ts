// Whether a request is signed with the secret key of the tests (AWS, "Create a signed AWS API request"), computed apart from the
// product's signer.
import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export const access = { region: 'eu-west-2', accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a-secret-of-the-tests', sessionToken: undefined } // prettier-ignore

const hex = (data: Buffer | string) => createHash('sha256').update(data).digest('hex')
const hmac = (key: Buffer | string, data: string) => createHmac('sha256', key).update(data).digest()

export function isSigned(req: IncomingMessage, body: Buffer, service: 'sqs' | 'kms' | 's3'): boolean {
  const given = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/[a-z0-9]+\/aws4_request), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(req.headers.authorization ?? '') // prettier-ignore
  const [, keyId, scope = '', names = '', signature] = given ?? []
  const [day = '', region = ''] = scope.split('/')
  const headers = names.split(';').map((name) => `${name}:${String(req.headers[name])}\n`).join('') // prettier-ignore
  const { pathname, searchParams } = new URL(req.url ?? '', 'http://double')
  const query = [...searchParams].map((pair) => pair.map(encodeURIComponent).join('=')).toSorted().join('&') // prettier-ignore
  const canonical = [req.method, pathname, query, headers, names, hex(body)].join('\n')
  const text = ['AWS4-HMAC-SHA256', req.headers['x-amz-date'], scope, hex(canonical)].join('\n')
  const key = hmac(hmac(hmac(hmac(`AWS4${access.secretAccessKey}`, day), region), service), 'aws4_request')
  // S3 has the hash of the body among the headers as well.
  if (service === 's3' && req.headers['x-amz-content-sha256'] !== hex(body)) return false
  return keyId === access.accessKeyId && hmac(key, text).toString('hex') === signature
}
