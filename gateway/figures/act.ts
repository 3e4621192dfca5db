// What people do with the register of figures: look, search, take in an extract. Judged by the gateway's own rules, and, for whoever
// needs an authorisation for Hub data, by those of the memorandum; figures that are public already need none.
import type { Clock } from '../clock.ts'
import type { Database } from '../db.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { Act } from '../../policies/facts.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound, Problem } from '../http/problem.ts'
import type { Upload } from '../http/upload.ts'
import type { HubDeps } from '../hub/act.ts'
import { withHubData } from '../hub/open.ts'
import { allowed } from '../people/allowed.ts'
import { readExtract, type TakenIn } from './extract.ts'
import type { StoredFigure } from './figure.ts'
import type { FigureQuery } from './schemas.ts'
import { listFigureVersions, registerFigures, searchFigures } from './store.ts'

export interface FigureDeps extends HubDeps {
  readonly db: Database
  readonly clock: Clock
}

type As = 'page' | 'json'

export interface FoundFigures {
  readonly figures: readonly StoredFigure[]
  readonly total: number
  readonly page: number
}

export function search(
  deps: FigureDeps,
  context: PersonContext,
  query: FigureQuery,
  as: As,
): Promise<Outcome<FoundFigures>> {
  const looking = query.provenance === 'official-statistics' ? allowed : onScreen
  return looking(deps, context, 'read-figures', async ({ base }) => {
    const { page = 1, ...filter } = query
    const found = await searchFigures(context.tx, filter, page)
    const detail = {
      shown: found.figures.length,
      filters: Object.entries(filter).flatMap(([name, given]) => (given === undefined ? [] : [name])),
      as,
    }
    return {
      value: { ...found, page },
      events: [{ ...base, type: 'figures.viewed', subjects: [], detail }],
    }
  })
}

function onScreen<T>(
  deps: FigureDeps,
  context: PersonContext,
  act: Act,
  work: Parameters<typeof withHubData<T>>[4],
): Promise<Outcome<T>> {
  return withHubData(deps, context, act, 'screen', work)
}

/** Every version, the newest first. @throws {Problem} `not-found` */
export async function readFigure(
  deps: FigureDeps,
  context: PersonContext,
  reference: string,
  as: As,
): Promise<Outcome<readonly [StoredFigure, ...StoredFigure[]]>> {
  const versions = await listFigureVersions(context.tx, reference)
  const isPublic =
    versions.length > 0 && versions.every(({ provenance }) => provenance === 'official-statistics')
  const looking = isPublic ? allowed : onScreen
  return looking(deps, context, 'read-figures', ({ base }) => {
    const [current, ...before] = versions
    if (!current) throw notFound()
    const subjects = [{ kind: 'figure', id: reference } as const]
    return Promise.resolve({
      value: [current, ...before] as const,
      events: [{ ...base, type: 'figure.viewed', subjects, detail: { as } }] as const,
    })
  })
}

/** All of it or nothing. @throws {Problem} `input.invalid`, `media.unsupported`, `table.unreadable`, `body.too-large` */
export function takeIn(
  deps: FigureDeps,
  context: PersonContext,
  upload: Upload | undefined,
): Promise<Outcome<TakenIn>> {
  return onScreen(deps, context, 'register-figures', async ({ base, permit }) => {
    if (!upload) throw new Problem('input.invalid', 'Send a CSV file or a workbook as the body. Nothing was saved.', [{ field: 'file', message: 'Fill this in.' }]) // prettier-ignore
    const extract = await readExtract(upload)
    const { figures, faultCount, sha256 } = extract
    const registered =
      faultCount > 0
        ? undefined
        : await registerFigures(context.tx, permit, figures, { personId: context.person.id, at: context.now })
    const counted = registered ?? { added: 0, changed: 0, unchanged: 0 }
    return {
      value: { ...extract, registered },
      events: [{ ...base, type: 'figures.registered', subjects: [], detail: { ...counted, faults: faultCount, sha256 } }], // prettier-ignore
    }
  })
}
