// Sessions live in PostgreSQL; the cookie holds a random name for one and nothing else. They end when idle, and at an
// absolute age whatever happens (ASVS 7.3.1, 7.3.2); CSRF tokens are on everywhere, tests included.
import connectPgSimple from 'connect-pg-simple'
import { csrfSync } from 'csrf-sync'
import type { Request, RequestHandler } from 'express'
import session from 'express-session'
import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db.ts'

declare module 'express-session' {
  interface SessionData {
    personId: string
    /** Milliseconds since the epoch. */
    signedInAt: number
    /** Hint for the identity provider when the person signs out. */
    idToken: string
  }
}

export const sessionCookie = '__Host-concordat'
export const idleMinutes = 30
export const absoluteHours = 10

export interface SessionDeps {
  readonly db: Database
  readonly clock: Clock
  /** The first signs, each verifies. */
  readonly secrets: readonly string[]
  readonly onError: (error: unknown) => void
}

export function createSessions(deps: SessionDeps): RequestHandler[] {
  const Store = connectPgSimple(session)
  const store = new Store({
    pool: deps.db.pool,
    schemaName: 'concordat',
    tableName: 'session',
    pruneSessionInterval: false,
    errorLog: deps.onError,
  })
  const attach = session({
    store,
    name: sessionCookie,
    secret: [...deps.secrets],
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: { httpOnly: true, secure: true, sameSite: 'lax', path: '/', maxAge: idleMinutes * 60_000 },
  })
  return [attach, endAtAbsoluteAge(deps.clock)]
}

function endAtAbsoluteAge(clock: Clock): RequestHandler {
  return (req, _res, next) => {
    const { signedInAt } = req.session
    const ageMs = signedInAt === undefined ? 0 : clock().getTime() - signedInAt
    if (ageMs < absoluteHours * 3_600_000) next()
    else req.session.regenerate(next)
  }
}

/** A plain-HTTP gateway exists on loopback alone, which browsers treat as secure; the cookie keeps its __Host- rules there. */
export const loopbackIsSecure: RequestHandler = (req, _res, next) => {
  Object.defineProperty(req, 'secure', { value: true })
  next()
}

const csrf = csrfSync({
  getTokenFromRequest: (req: Request) => {
    const body: unknown = req.body
    return typeof body === 'object' && body !== null && '_csrf' in body && typeof body._csrf === 'string'
      ? body._csrf
      : undefined
  },
})

/** Checks the token and takes it off the body, so that endpoints see their own fields alone. */
export const csrfProtection: RequestHandler[] = [
  csrf.csrfSynchronisedProtection,
  (req, _res, next) => {
    if (typeof req.body === 'object' && req.body !== null)
      delete (req.body as Record<string, unknown>)['_csrf']
    next()
  },
]

/** Takes away what has ended: a session that expired opens nothing, and is not kept either. */
export async function pruneSessions(db: Queryable, now: Date): Promise<void> {
  await db.query('delete from concordat.session where expire < $1', [now])
}
