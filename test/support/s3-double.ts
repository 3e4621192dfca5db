// A double of Amazon S3: one bucket in memory, GetObject, PutObject with If-None-Match and If-Match, DeleteObject and ListObjectsV2,
// only when the request is signed; what lies under `hashes/` can be read by anybody. Faults are planted by request.
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BucketSettings } from '../../gateway/s3.ts'
import { access, isSigned } from './aws-signature.ts'

/**
 * `500`: nothing was done. `500 after`: it was done. `cut`: it was done, and the answer breaks off in the middle.
 * `lost`: it says that it was done, and it was not. `silent`: nothing is done, and no answer comes. `late`: no answer comes,
 * and it is done when `comeTrue` is called.
 */
export type StoreFault = '500' | '500 after' | 'cut' | 'lost' | 'silent' | 'late'

export interface StoreDouble {
  readonly settings: BucketSettings
  /** Key → bytes. */
  readonly objects: Map<string, Buffer>
  /** `PUT gateway.example/audit/1/anchor`, in order. */
  readonly asked: string[]
  /** What happens to a request. @param number from 1, of all that were asked */
  plant: (asked: string, number: number) => StoreFault | undefined
  /** As a store that does not know conditions does. */
  ignoresConditions: boolean
  /** The writes that were late come true now. @returns how many of them their condition refused */
  comeTrue(): number
  close(): Promise<void>
}

const BUCKET = 'ledger'
const etagOf = (bytes: Buffer) => `"${createHash('md5').update(bytes).digest('hex')}"`

interface Answer {
  readonly status: number
  readonly bytes: Buffer
  readonly etag?: string
}

const error = (status: number, code: string): Answer => ({
  status,
  bytes: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`),
})

export async function startStore(): Promise<StoreDouble> {
  const late: (() => Answer)[] = []
  const server = createServer((req, res) => {
    void req.toArray().then((parts) => handle(req, Buffer.concat(parts as Buffer[]), res)) // no encoding was set
  })
  const handle = (req: IncomingMessage, body: Buffer, res: ServerResponse): unknown => {
    const url = new URL(req.url ?? '', 'http://double')
    const key = decodeURIComponent(url.pathname).replace(`/${BUCKET}/`, '')
    const isOpen = req.method === 'GET' && key.includes('/hashes/') && req.headers.authorization === undefined
    if (!isOpen && !isSigned(req, body, 's3'))
      return send(res, error(403, req.headers.authorization ? 'SignatureDoesNotMatch' : 'AccessDenied'))
    const asked = `${req.method ?? ''} ${key}`
    double.asked.push(asked)
    const work = () => answer(double, { method: req.method ?? '', key, url, headers: req.headers, body })
    const fault = double.plant(asked, double.asked.length)
    if (fault === undefined) return send(res, work())
    if (fault === 'silent') return undefined
    if (fault === 'late') return late.push(work)
    if (fault === '500') return send(res, error(500, 'InternalError'))
    if (fault === 'lost') return send(res, req.method === 'PUT' ? { status: 200, bytes: Buffer.alloc(0), etag: etagOf(body) } : req.method === 'DELETE' ? { status: 204, bytes: Buffer.alloc(0) } : work()) // prettier-ignore
    const done = work()
    if (fault === '500 after') return send(res, error(500, 'InternalError'))
    res.writeHead(done.status, { 'content-length': done.bytes.length + 1 })
    res.write(done.bytes.subarray(0, Math.ceil(done.bytes.length / 2)))
    return res.socket?.end()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server has one
  const double: StoreDouble = {
    settings: { url: `http://127.0.0.1:${port}/${BUCKET}`, access },
    objects: new Map(),
    asked: [],
    plant: () => undefined,
    ignoresConditions: false,
    comeTrue: () => late.splice(0).filter((work) => work().status === 412).length,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  return double
}

function send(res: ServerResponse, { status, bytes, etag }: Answer): ServerResponse {
  return res
    .writeHead(status, { 'content-length': bytes.length, ...(etag !== undefined && { etag }) })
    .end(bytes)
}

interface Request {
  readonly method: string
  readonly key: string
  readonly url: URL
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** Amazon S3, "Conditional writes": 412 when the condition does not hold, 404 where there is nothing to match. */
function answer({ objects, ignoresConditions }: StoreDouble, { method, key, url, headers, body }: Request): Answer {
  if (method === 'GET' && url.searchParams.get('list-type') === '2') return list(objects, url.searchParams.get('prefix') ?? '')
  const there = objects.get(key)
  if (method === 'GET') return there ? { status: 200, bytes: there, etag: etagOf(there) } : error(404, 'NoSuchKey')
  if (method === 'DELETE') {
    objects.delete(key)
    return { status: 204, bytes: Buffer.alloc(0) }
  }
  if (method !== 'PUT') return error(405, 'MethodNotAllowed')
  const match = headers['if-match']
  if (!ignoresConditions) {
    if (headers['if-none-match'] === '*' && there) return error(412, 'PreconditionFailed')
    if (match !== undefined && !there) return error(404, 'NoSuchKey')
    if (match !== undefined && there && match !== etagOf(there)) return error(412, 'PreconditionFailed')
  }
  objects.set(key, body)
  return { status: 200, bytes: Buffer.alloc(0), etag: etagOf(body) }
} // prettier-ignore

function list(objects: StoreDouble['objects'], prefix: string): Answer {
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).toSorted()
  const contents = keys.slice(0, 1000).map((key) => `<Contents><Key>${key}</Key></Contents>`).join('') // prettier-ignore
  const text = `<ListBucketResult><IsTruncated>${String(keys.length > 1000)}</IsTruncated>${contents}</ListBucketResult>`
  return { status: 200, bytes: Buffer.from(text) }
}
