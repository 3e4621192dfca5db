// Pages: nunjucks over govuk-frontend and the Ministry of Justice's components, autoescaped, and their static assets.
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { type Express, type Router } from 'express'
import nunjucks from 'nunjucks'
import type { Agreements } from '../../policies/agreements.ts'
import { browserAssets } from './browser-modules.ts'
import { addEntryFilters } from './entry-words.ts'
import { addFilters } from './filters.ts'

const here = path.dirname(fileURLToPath(import.meta.url))
const gateway = path.dirname(here)
const require = createRequire(import.meta.url)
const govuk = path.join(path.dirname(require.resolve('govuk-frontend/package.json')), 'dist')
const moj = path.join(path.dirname(require.resolve('@ministryofjustice/frontend/package.json')), 'moj')

export function usePages(app: Express, policies: { today(): Agreements }, production: boolean): void {
  const slices = [
    'people',
    'transfers',
    'concerns',
    'exports',
    'retention',
    'agreements',
    'assurance',
    'forgetting',
    'figures',
    'hub',
    'clearance',
    'photographs',
  ].map((slice) => path.join(gateway, slice, 'views'))
  const environment = nunjucks.configure([path.join(here, 'views'), ...slices, govuk, path.dirname(moj)], {
    autoescape: true,
    throwOnUndefined: false,
    express: app,
    watch: false,
    noCache: !production,
  })
  addFilters(environment, policies)
  addEntryFilters(environment)
}

/** Ours, then GOV.UK's and the Ministry of Justice's as published. Nothing here needs a sign-in or names anybody. */
export function assets(): Router {
  const router = express.Router()
  const options = { index: false, maxAge: '1h', redirect: false } as const
  router.use('/', express.static(path.join(here, 'assets'), options))
  // govuk-frontend's style sheet asks for its fonts and images under /assets itself.
  router.use('/', express.static(path.join(govuk, 'govuk', 'assets'), options))
  router.use('/govuk', express.static(path.join(govuk, 'govuk'), options))
  router.use('/moj', express.static(moj, options))
  router.use(browserAssets())
  return router
}
