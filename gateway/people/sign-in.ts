// Signing in and out by OpenID Connect: authorization code with PKCE through passport and openid-client's strategy. The
// session is made anew at sign-in; every attempt is in the ledger.
import { Router, type Request, type RequestHandler, type Response } from 'express'
import passport from 'passport'
import * as client from 'openid-client'
import { Strategy } from 'openid-client/passport'
import type { LedgerEvent } from '../../audit/events.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db.ts'
import { record, requestId } from '../http/mount.ts'
import { Problem } from '../http/problem.ts'
import { sessionCookie } from '../http/session.ts'
import { personActor } from '../http/who.ts'
import { unknownPerson } from './identify.ts'
import type { IdentityProvider } from './identity-provider.ts'
import { findPersonById, findPersonByIdentity } from './store.ts'

export interface SignInDeps {
  readonly config: Config
  readonly db: Database
  readonly clock: Clock
  readonly identityProvider: IdentityProvider
}

interface Identity {
  readonly issuer: string
  readonly subject: string
  readonly idToken: string
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how passport lets its user be typed
  namespace Express {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the same
    interface User extends Identity {}
  }
}

export function signInRoutes(deps: SignInDeps): Router {
  const authenticate: RequestHandler = async (req, res, next) => {
    const configuration = await deps.identityProvider().catch((cause: unknown) => {
      throw signInFailed(cause)
    })
    const run = passport.authenticate(strategyOf(deps.config, configuration), {
      session: false,
      failWithError: true,
    }) as RequestHandler
    run(req, res, (error?: unknown) => next(error === undefined ? undefined : signInFailed(error)))
  }
  const router = Router()
  router.get('/sign-in', authenticate)
  router.get('/sign-in/callback', authenticate, (req, res) => finish(deps, req, res))
  router.post('/sign-out', (req, res) => signOut(deps, req, res))
  return router
}

function strategyOf(config: Config, configuration: client.Configuration): Strategy {
  return new Strategy(
    {
      config: configuration,
      scope: 'openid profile email',
      callbackURL: `${config.publicUrl}/sign-in/callback`,
      sessionKey: 'signIn',
    },
    (tokens, verified) => {
      const claims = tokens.claims()
      if (!claims || tokens.id_token === undefined) verified(null, false)
      else verified(null, { issuer: claims.iss, subject: claims.sub, idToken: tokens.id_token })
    },
  )
}

function signInFailed(cause: unknown): Problem {
  return Object.assign(
    new Problem(
      'sign-in.failed',
      'Go to the start page and sign in again. If it goes on, tell your service desk.',
    ),
    { cause },
  )
}

async function finish(deps: SignInDeps, req: Request, res: Response): Promise<void> {
  const identity = req.user
  if (!identity) throw signInFailed('no identity')
  const now = deps.clock()
  const person = await deps.db.withTransaction(async (tx) => {
    const found = await findPersonByIdentity(tx, identity.issuer, identity.subject, now)
    if (!found) throw unknownPerson()
    const event: LedgerEvent = {
      type: 'person.signed-in',
      actor: personActor(found, req.ip),
      subjects: [{ kind: 'person', id: found.id }],
      correlation: requestId(res),
      detail: {},
    }
    await record(tx, [event], now)
    return found
  })
  await renewSession(req)
  Object.assign(req.session, { personId: person.id, signedInAt: now.getTime(), idToken: identity.idToken })
  await saveSession(req)
  res.redirect(303, '/')
}

function renewSession(req: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    req.session.regenerate((error?: Error) => (error ? reject(error) : resolve()))
  })
}

/** A browser follows a redirect as soon as it sees its headers, and express-session saves only afterwards. */
function saveSession(req: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    req.session.save((error?: Error) => (error ? reject(error) : resolve()))
  })
}

function endSession(req: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    req.session.destroy((error?: Error) => (error ? reject(error) : resolve()))
  })
}

async function signOut(deps: SignInDeps, req: Request, res: Response): Promise<void> {
  const { personId, idToken } = req.session
  const now = deps.clock()
  if (personId !== undefined) {
    await deps.db.withTransaction(async (tx) => {
      const person = await findPersonById(tx, personId, now)
      if (!person) return
      await record(tx, [{ type: 'person.signed-out', actor: personActor(person, req.ip), subjects: [{ kind: 'person', id: person.id }], correlation: requestId(res), detail: {} }], now) // prettier-ignore
    })
  }
  await endSession(req)
  res.clearCookie(sessionCookie, { path: '/', secure: true, httpOnly: true, sameSite: 'lax' })
  // Not "storage": a key that was made in this browser is locked with its owner's passphrase, and stays.
  res.set('Clear-Site-Data', '"cache"')
  // Signing out works also while the provider is away; its own session ends by itself.
  const configuration = await deps.identityProvider().catch(() => undefined)
  if (!configuration) {
    res.redirect(303, '/start')
    return
  }
  const end = client.buildEndSessionUrl(configuration, {
    post_logout_redirect_uri: `${deps.config.publicUrl}/`,
    ...(idToken !== undefined && { id_token_hint: idToken }),
  })
  res.redirect(303, end.href)
}
