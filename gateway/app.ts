// The gateway on one screen: what every request passes through, in order, and the slices.
import express, { Router, type Express } from 'express'
import type { Wiring } from './wire.ts'
import { isLoopback } from './config.ts'
import { health } from './http/health.ts'
import { mount } from './http/mount.ts'
import { openapi } from './http/openapi.ts'
import { assets, usePages } from './http/pages.ts'
import { notFound } from './http/problem.ts'
import { rejection } from './http/rejection.ts'
import { noStore, securityHeaders } from './http/security.ts'
import { createSessions, csrfProtection, loopbackIsSecure } from './http/session.ts'
import { receiveForms } from './http/upload.ts'
import { agreementEndpoints } from './agreements/endpoints.ts'
import { assuranceEndpoints } from './assurance/endpoints.ts'
import { clearanceEndpoints } from './clearance/endpoints.ts'
import { photographEndpoints } from './photographs/endpoints.ts'
import { concernEndpoints } from './concerns/endpoints.ts'
import { exportEndpoints } from './exports/endpoints.ts'
import { figureEndpoints } from './figures/endpoints.ts'
import { forgettingEndpoints } from './forgetting/endpoints.ts'
import { hubEndpoints } from './hub/endpoints.ts'
import { peopleEndpoints } from './people/endpoints.ts'
import { retentionEndpoints } from './retention/endpoints.ts'
import { signInRoutes } from './people/sign-in.ts'
import { transferEndpoints } from './transfers/endpoints.ts'

export function createApp(wiring: Wiring): Express {
  const { config, db, clock, log } = wiring
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', config.trustedProxies)
  app.set('query parser', 'simple')
  usePages(app, wiring.policies, config.production)

  app.use(securityHeaders(config.oidc.issuer))
  app.use(health(wiring))
  app.use('/assets', assets())
  app.use(noStore)

  const endpoints = allEndpoints(wiring)
  const api = Router()
  api.use(express.json({ limit: '256kb', inflate: false, type: ['application/json'] }))
  const overJson = endpoints.filter((endpoint) => endpoint.surface === 'api')
  mount(api, [...overJson, openapi(endpoints, config.publicUrl)], wiring)
  app.use(only('/api/', api))

  const pages = Router()
  if (isLoopback(config.publicUrl)) pages.use(loopbackIsSecure)
  pages.use(
    createSessions({
      db,
      clock,
      secrets: config.sessionSecrets,
      onError: (error) => log.error('session.store', { error }),
    }),
  )
  pages.use(express.urlencoded({ extended: false, inflate: false, limit: '256kb' }))
  pages.use(receiveForms)
  pages.use(csrfProtection)
  pages.use(signInRoutes(wiring))
  mount(
    pages,
    endpoints.filter((endpoint) => endpoint.surface === 'page'),
    wiring,
  )
  app.use(pages)

  app.use(() => {
    throw notFound()
  })
  app.use(rejection(wiring))
  return app
}

export function allEndpoints(wiring: Wiring) {
  return [
    ...peopleEndpoints(wiring),
    ...transferEndpoints(wiring),
    ...concernEndpoints(wiring),
    ...exportEndpoints(wiring),
    ...retentionEndpoints(wiring),
    ...agreementEndpoints(wiring),
    ...assuranceEndpoints(wiring),
    ...forgettingEndpoints(wiring),
    ...hubEndpoints(wiring),
    ...figureEndpoints(wiring),
    ...clearanceEndpoints(wiring),
    ...photographEndpoints(wiring),
  ]
}

/** The API never sees a session, and the pages never a bearer token. */
function only(prefix: string, router: Router): express.RequestHandler {
  return (req, res, next) => {
    if (!req.path.startsWith(prefix)) next()
    else router(req, res, (error?: unknown) => next(error ?? notFound()))
  }
}
