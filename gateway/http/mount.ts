// Turns an endpoint into an Express handler: identify → parse → one transaction (judge, change, append) → commit → reply.
import { pipeline } from 'node:stream/promises'
import type { Request, RequestHandler, Response, Router } from 'express'
import { append } from '../../audit/append.ts'
import type { Appended } from '../../audit/append.ts'
import type { Clock } from '../clock.ts'
import type { Database, Transaction } from '../db.ts'
import type { Log } from '../log.ts'
import type { Endpoint, Events, Reply } from './endpoint.ts'
import { parseInput } from './input.ts'
import { Problem } from './problem.ts'
import { hasBody, receiveForms, takeUpload } from './upload.ts'
import { Withdrawn, watchPermission } from './withdrawal.ts'
import type { Identify, Person } from './who.ts'

export interface MountDeps {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly identify: Identify
  /** Why the ledger cannot be trusted now, if so. */
  readonly ledgerDoubt: () => string | undefined
  /** Whether more waits for its number than can be taken on. */
  readonly ledgerBusy: () => Promise<boolean>
}

/** After its endpoints an address answers any other method with 405; HEAD is none of a GET that is an access. */
export function mount(router: Router, endpoints: readonly Endpoint[], deps: MountDeps): void {
  for (const endpoint of endpoints)
    router[endpoint.method](endpoint.path, ...formOf(endpoint), handler(endpoint, deps))
  for (const [path, known] of Map.groupBy(endpoints, (endpoint) => endpoint.path)) {
    const allow = known.map((endpoint) => endpoint.method.toUpperCase()).join(', ')
    router.all(path, (_req, res) => {
      res.locals['route'] = path
      res.set('Allow', allow) // RFC 9110 §15.5.6
      throw new Problem('method.not-allowed', `This address takes ${allow}.`)
    })
  }
}

/** Pages read every form; over the API a file that comes with words about it is one, so that no word of them stands in an address. */
function formOf({ surface, upload, input }: Endpoint): RequestHandler[] {
  return surface === 'api' && upload && input.body ? [receiveForms] : []
}

function handler(endpoint: Endpoint, deps: MountDeps): RequestHandler {
  return async (req, res, next) => {
    if (req.method === 'HEAD') {
      next()
      return
    }
    res.locals['route'] = endpoint.path
    if (endpoint.who === 'person' && deps.ledgerDoubt() !== undefined) throw ledgerInDoubt()
    if (await deps.ledgerBusy()) throw ledgerBusy()
    const claim = endpoint.who === 'person' ? await deps.identify.claim(req, endpoint.surface) : undefined
    const { reply, entries } = await deps.db.withTransaction(async (tx) => {
      const person = claim && (await deps.identify.person(tx, claim, deps.clock()))
      if (person) res.locals['person'] = person
      const upload = uploadOf(req, endpoint)
      const input = parseInput(req, endpoint.input)
      const context = {
        ...{ tx, now: deps.clock(), requestId: requestId(res), ip: req.ip ?? 'unknown' },
        ...(upload && { upload }),
      }
      const made = await endpoint.run(context, person, input)
      return { reply: made, entries: await record(tx, made.events, deps.clock()) }
    })
    const again = (tx: Transaction) =>
      claim ? deps.identify.person(tx, claim, deps.clock()) : Promise.reject(unknownAgain())
    await send(req, res, reply, entries, { ...deps, again })
  }
}

/** A body that no parser read is a file, or nothing that is taken here. */
function uploadOf(req: Request, { upload }: Endpoint) {
  if (upload) return takeUpload(req, upload)
  if (hasBody(req) && req.body === undefined)
    throw new Problem('media.unsupported', 'Send the body as JSON with the content type application/json.')
  return undefined
}

/** An endpoint that takes anybody streams to nobody in particular: there is nobody to ask about. */
function unknownAgain(): Problem {
  return new Problem('person.unknown', 'Sign in and try again.')
}

function ledgerInDoubt(): Problem {
  return new Problem(
    'ledger.unavailable',
    'The ledger does not agree with what was signed. Nothing is shown or released until an operator has looked.',
  )
}

function ledgerBusy(): Problem {
  return new Problem('ledger.busy', 'Nothing was done. Send it again in a few seconds.')
}

/** @throws {Problem} `ledger.unavailable`: no entry, no act (field-notes control 30) */
export async function record(
  tx: Transaction,
  events: Events,
  at: Date,
): Promise<readonly [Appended, ...Appended[]]> {
  const appended = await append(tx, events, at).catch((cause: unknown) => {
    throw Object.assign(
      new Problem('ledger.unavailable', 'Nothing was changed. Try again in a few minutes.'),
      { cause },
    )
  })
  const [first, ...rest] = appended
  if (!first) throw new Error('append returned nothing for at least one event')
  return [first, ...rest]
}

interface SendDeps extends MountDeps {
  /** Whoever asked, as they are in the register by then. */
  readonly again: (tx: Transaction) => Promise<Person>
}

async function send(
  req: Request,
  res: Response,
  reply: Reply,
  entries: readonly [Appended, ...Appended[]],
  deps: SendDeps,
): Promise<void> {
  if (reply.status !== undefined) res.status(reply.status)
  if (reply.filename !== undefined) res.attachment(reply.filename)
  if (reply.redirect !== undefined) res.redirect(303, reply.redirect)
  else if (reply.view) res.render(reply.view.template, pageData(req, res, reply.view.data))
  else if (reply.stream) await sendStream(res, reply.stream, entries, deps)
  else if (reply.contentType !== undefined) res.type(reply.contentType).send(reply.json)
  else res.json(reply.json)
}

/** What every page needs beside its own data. */
export function pageData(
  req: Request,
  res: Response,
  data: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const person = res.locals['person'] as Person | undefined // set by the handler above and by nothing else
  return { ...data, person, csrfToken: req.csrfToken?.(), requestId: requestId(res), path: req.path }
}

async function sendStream(
  res: Response,
  stream: NonNullable<Reply['stream']>,
  entries: readonly [Appended, ...Appended[]],
  deps: SendDeps,
): Promise<void> {
  const gone = new AbortController()
  res.once('close', () => gone.abort())
  const ask = () =>
    deps.db.withTransaction(async (tx) =>
      stream.isStillPermitted({ tx, now: deps.clock(), person: await deps.again(tx) }),
    )
  const endWatch = watchPermission(ask, gone)
  try {
    const source = await stream.open({ entries }, gone.signal)
    res.status(200).type(stream.contentType).attachment(stream.filename)
    await pipeline(source, res, { signal: gone.signal })
  } catch (error) {
    const incident = stream.incidentOf?.(error)
    const why = gone.signal.reason instanceof Withdrawn ? 'withdrawn' : 'stream-broken'
    const events: Events = [stream.onBroken(why), ...(incident ? [incident] : [])]
    await deps.db.withTransaction((tx) => record(tx, events, deps.clock()))
    if (!res.headersSent) throw error
    deps.log.warn('delivery.broken', {
      requestId: requestId(res),
      route: res.locals['route'] as string,
      error,
    })
    res.destroy()
  } finally {
    endWatch()
  }
}

export function requestId(res: Response): string {
  return res.locals['requestId'] as string // set by the first middleware of app.ts, for every request
}
