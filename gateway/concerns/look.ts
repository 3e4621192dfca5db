// Looking at the concerns database: searching it, reading one concern with its history, an establishment's reports over time,
// and what one's own files would do to it.
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound } from '../http/problem.ts'
import { allowed, type ConcernDeps } from './act.ts'
import { plannedChanges, type PlannedChange } from './intake/preview.ts'
import { findIntake, listIntakes, type Intake } from './intake/store.ts'
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
    const detail = { shown: found.concerns.length, filters: namesOf(filter) }
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

/** One's own, the newest first. What has been read for longer than any transaction lasts was cut off. */
export function listOwnIntakes(deps: ConcernDeps, context: PersonContext): Promise<Outcome<Intake[]>> {
  return allowed(deps, context, 'change-concerns', async ({ base }) => ({
    value: (await listIntakes(context.tx, context.person.id)).map((intake) => withEnd(intake, context.now)),
    events: [{ ...base, type: 'form.viewed', subjects: [], detail: { form: '/concerns/intake' } }],
  }))
}

const longestReadingMs = 10 * 60_000

function withEnd(intake: Intake, now: Date): Intake {
  const isCutOff = intake.state === 'reading' && now.getTime() - intake.startedAt.getTime() > longestReadingMs
  return isCutOff ? { ...intake, state: 'stopped', stoppedBecause: 'It was cut off. Send it again.' } : intake
}

export interface CheckedIntake {
  readonly intake: Intake
  /** While it waits: what taking it in would do, the first of it. */
  readonly changes: readonly PlannedChange[]
}

/** Only its starter's. @throws {Problem} `not-found` */
export function lookAtIntake(
  deps: ConcernDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<CheckedIntake>> {
  return allowed(deps, context, 'change-concerns', async ({ base }) => {
    const intake = await findIntake(context.tx, id, context.person.id)
    if (!intake) throw notFound()
    const waits = intake.state === 'checked' && intake.faultCount === 0
    const subjects = [{ kind: 'intake', id } as const]
    return {
      value: {
        intake: withEnd(intake, context.now),
        changes: waits ? await plannedChanges(context.tx, id) : [],
      },
      events: [{ ...base, type: 'form.viewed', subjects, detail: { form: '/concerns/intake/:id' } }],
    }
  })
}

/** Of the fields that were filled. */
function namesOf(filter: object): string[] {
  return Object.entries(filter).flatMap(([name, value]: [string, unknown]) =>
    value === undefined ? [] : [name],
  )
}
