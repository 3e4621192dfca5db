// Headers of every answer: a strict content policy without inline script, no framing, no storing of pages with data, and a
// request id of our own (a client's is never taken for truth, ASVS 16.4.1).
import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import helmet from 'helmet'

/** @param issuer the identity provider, to which signing out leads */
export function securityHeaders(issuer: string): RequestHandler[] {
  const others = headers(issuer, "'self'")
  const offline = headers(issuer, "'none'")
  return [
    (_req, res, next) => {
      res.locals['requestId'] = randomUUID()
      res.set('X-Request-Id', res.locals['requestId'] as string)
      next()
    },
    (req, res, next) => (offlinePages.has(req.path) ? offline : others)(req, res, next),
  ]
}

/** Where packages are opened that somebody has already: the browser itself keeps these pages from sending anything anywhere. */
const offlinePages = new Set(['/open'])

function headers(issuer: string, connectSrc: string): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: [connectSrc],
        manifestSrc: ["'self'"],
        formAction: ["'self'", new URL(issuer).origin],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: true,
  })
}

/** Pages and answers hold data and are never kept by a browser or a proxy (ASVS 14.3.2). Assets come before this. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store')
  next()
}
