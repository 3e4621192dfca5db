// A file that somebody sends: as the body of an API call, or as the file of a form. It is a stream, read once by the endpoint
// that takes it and never kept by anything here. The form's other fields come first, the token among them.
import { Transform, type Readable } from 'node:stream'
import Busboy from '@fastify/busboy'
import type { Request, RequestHandler } from 'express'
import { Problem } from './problem.ts'

export interface Upload {
  /** Its media type, as the sender gave it; a browser guesses it from the name. */
  readonly type: string
  /** As the sender named it; empty over the API. Not to be kept: it can say anything. */
  readonly filename: string
  readonly bytes: Readable
}

/** What an endpoint takes. */
export interface UploadRule {
  readonly types: readonly string[]
  readonly mostBytes: number
}

const formUpload = Symbol('the file of a form')
type WithUpload = Request & { [formUpload]?: Upload }

const formLimits = { fields: 20, fieldSize: 16 * 1024, files: 1, parts: 21, headerPairs: 50 } as const

/** Reads a form with a file up to where the file begins. What nobody reads is thrown away when the answer is sent. */
export const receiveForms: RequestHandler = (req, res, next) => {
  if (!req.is('multipart/form-data')) {
    next()
    return
  }
  let answered = false
  const go = (error?: unknown) => {
    if (answered) return
    answered = true
    next(error)
  }
  const form = openForm(req, go)
  if (!form) return
  const fields: Record<string, string> = {}
  form.on('field', (name, value) => void (fields[name] = value))
  form.on('file', (_name, bytes, filename, _encoding, type) => {
    // Its end without the form's own is an upload that stopped; whoever reads it must learn of that.
    req.once('aborted', () => bytes.destroy(incomplete()))
    req.body = fields
    ;(req as WithUpload)[formUpload] = { type, filename, bytes }
    go()
  })
  form.once('finish', () => {
    req.body = fields
    go()
  })
  form.once('error', () => go(new Problem('body.unreadable', 'Send the form again.')))
  res.once('finish', () => {
    req.unpipe(form)
    req.resume()
  })
  req.pipe(form)
}

function openForm(req: Request, go: (error: unknown) => void) {
  try {
    const type = req.headers['content-type'] ?? ''
    return new Busboy.Busboy({ headers: { ...req.headers, 'content-type': type }, limits: formLimits })
  } catch {
    go(new Problem('body.unreadable', 'Send the form again.'))
    return undefined
  }
}

/** @throws {Problem} `media.unsupported`, `body.too-large` */
export function takeUpload(req: WithUpload, rule: UploadRule): Upload | undefined {
  const given = req[formUpload] ?? bodyOf(req, rule)
  if (!given) return undefined
  const length = Number(req.headers['content-length'] ?? 0)
  if (length > rule.mostBytes + formLimits.fieldSize * formLimits.fields) throw tooLarge(rule)
  return { ...given, bytes: bounded(given.bytes, rule) }
}

function bodyOf(req: Request, { types }: UploadRule): Upload | undefined {
  if (req.body !== undefined || !hasBody(req)) return undefined
  const type = req.is([...types])
  if (type === false || type === null)
    throw new Problem('media.unsupported', `Send one of: ${types.join(', ')}.`)
  req.once('aborted', () => req.destroy(incomplete()))
  return { type, filename: '', bytes: req }
}

export function hasBody(req: Request): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0
}

function bounded(bytes: Readable, rule: UploadRule): Readable {
  let left = rule.mostBytes
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      left -= chunk.length
      callback(left < 0 ? tooLarge(rule) : null, chunk)
    },
  })
  // Node's own word for a sender who went away comes first at times.
  bytes.once('error', (error) => counter.destroy(error instanceof Problem ? error : incomplete()))
  return bytes.pipe(counter)
}

function tooLarge({ mostBytes }: UploadRule): Problem {
  return new Problem(
    'body.too-large',
    `Send at most ${Math.floor(mostBytes / 2 ** 20)} MiB. Nothing was kept.`,
  )
}

function incomplete(): Problem {
  return new Problem('body.incomplete', 'The upload stopped before its end. Nothing was kept. Send it again.')
}
