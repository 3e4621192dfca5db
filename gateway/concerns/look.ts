// Looking at the concerns database: searching it, reading one concern with its history, an establishment's reports over time.
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound } from '../http/problem.ts'
import { allowed, type ConcernDeps } from './act.ts'
import { listReports, type Report } from './reports.ts'
import type { SearchQuery } from './schemas.ts'
import { findConcern, listVersions, searchConcerns, type StoredConcern, type Version } from './store.ts'

export interface Found {
  readonly concerns: readonly StoredConcern[]
  readonly total: number
  readonly page: number
  /** Of the establishment that was chosen. */
  readonly reports: readonly Report[]
}

export function search(
  deps: ConcernDeps,
  context: PersonContext,
  query: SearchQuery,
): Promise<Outcome<Found>> {
  return allowed(deps, context, 'read-concerns', async ({ base }) => {
    const { page = 1, ...filter } = query
    const found = await searchConcerns(context.tx, filter, page)
    const reports =
      filter.establishment === undefined ? [] : await listReports(context.tx, filter.establishment)
    const detail = { shown: found.concerns.length, filters: Object.keys(filter) }
    return {
      value: { ...found, page, reports },
      events: [{ ...base, type: 'concerns.viewed', subjects: [], detail }],
    }
  })
}

export interface Read {
  readonly concern: StoredConcern
  readonly versions: readonly Version[]
}

/** @throws {Problem} `not-found` */
export function readConcern(
  deps: ConcernDeps,
  context: PersonContext,
  reference: string,
): Promise<Outcome<Read>> {
  return allowed(deps, context, 'read-concerns', async ({ base }) => {
    const concern = await findConcern(context.tx, reference)
    if (!concern) throw notFound()
    const versions = await listVersions(context.tx, reference)
    const subjects = [{ kind: 'concern', id: reference } as const]
    return {
      value: { concern, versions },
      events: [{ ...base, type: 'concern.viewed', subjects, detail: {} }],
    }
  })
}
