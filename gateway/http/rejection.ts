// Where every failed request ends: a Problem is recorded in the ledger and answered as problem+json or as its page; anything
// else is a fault, logged once under the request's id and answered without detail.
import type { ErrorRequestHandler, Request, Response } from 'express'
import type { LedgerEvent } from '../../audit/events.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db.ts'
import type { Log } from '../log.ts'
import { personActor, type Person } from './who.ts'
import { pageData, record, requestId } from './mount.ts'
import { notFound, Problem, problemBody } from './problem.ts'

export interface RejectionDeps {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
}

export function rejection(deps: RejectionDeps): ErrorRequestHandler {
  return async (error: unknown, req, res, next) => {
    const problem = toProblem(error)
    if (problem.code === 'fault' || problem.code === 'ledger.unavailable') {
      deps.log.error(problem.code, {
        requestId: requestId(res),
        route: routeOf(res),
        error: problem.cause ?? error,
      })
    }
    // Nothing was looked at, and one entry more would make it worse.
    if (problem.code === 'ledger.busy') res.set('Retry-After', String(retryAfterSeconds))
    else await recordRejection(deps, problem, req, res)
    if (res.headersSent) next(error)
    else answer(problem, req, res)
  }
}

/** About as long as numbering takes for all that can wait. */
const retryAfterSeconds = 5

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof URIError) return notFound() // an address whose escapes mean nothing (router's decodeParam)
  const code = codeOf(error)
  if (code === 'EBADCSRFTOKEN')
    return new Problem(
      'csrf.invalid',
      'Go back, load the page again and send the form once more. Nothing was saved.',
    )
  if (code === 'entity.too.large') return new Problem('body.too-large', 'Send less than 256 KB.')
  if (code === 'request.aborted' || code === 'request.size.invalid')
    return new Problem('body.incomplete', 'Send it again, whole. Nothing was saved.')
  if (code === 'entity.parse.failed' || code === 'encoding.unsupported' || code === 'charset.unsupported') {
    return new Problem(
      'body.unreadable',
      'Check the body and its content type, and send it again. Nothing was saved.',
    )
  }
  return Object.assign(
    new Problem('fault', 'It was recorded. Try again later, and quote the reference if it goes on.'),
    { cause: error },
  )
}

/** body-parser's errors carry `type`, csrf-sync's and system errors `code`. */
function codeOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return undefined
  return 'type' in error ? error.type : 'code' in error ? error.code : undefined
}

async function recordRejection(
  deps: RejectionDeps,
  problem: Problem,
  req: Request,
  res: Response,
): Promise<void> {
  const person = res.locals['person'] as Person | undefined // set by mount.ts alone
  const event: LedgerEvent = {
    type: 'request.rejected',
    actor: person
      ? personActor(person, req.ip)
      : { kind: 'unknown', ...(req.ip !== undefined && { ip: req.ip }) },
    subjects: [],
    correlation: requestId(res),
    detail: { code: problem.code, status: problem.status, method: req.method, route: routeOf(res) },
  }
  // When not even this can be written, the answer is still a refusal; operators see it in the log.
  await deps.db
    .withTransaction((tx) => record(tx, [event], deps.clock()))
    .catch((error: unknown) => deps.log.error('rejection.unrecorded', { requestId: requestId(res), error }))
}

function routeOf(res: Response): string {
  return (res.locals['route'] as string | undefined) ?? 'unmatched'
}

function answer(problem: Problem, req: Request, res: Response): void {
  res.status(problem.status)
  if (req.path.startsWith('/api/')) {
    if (problem.status === 401) res.set('WWW-Authenticate', 'Bearer')
    res.type('application/problem+json').send(JSON.stringify(problemBody(problem, requestId(res))))
  } else if (problem.code === 'session.required') res.redirect(303, '/start')
  else res.render('problem.njk', pageData(req, res, { problem, title: problem.title }))
}
