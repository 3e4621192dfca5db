// What people do with the register of figures: look, search, and take in an extract. Judged by the gateway's own rules.
import type { Judge, Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound, Problem } from '../http/problem.ts'
import type { Upload } from '../http/upload.ts'
import { allowed } from '../people/allowed.ts'
import { readExtract, type TakenIn } from './extract.ts'
import type { StoredFigure } from './figure.ts'
import type { FigureQuery } from './schemas.ts'
import { listFigureVersions, registerFigures, searchFigures } from './store.ts'

export interface FigureDeps {
  readonly judge: Judge
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
  return allowed(deps, context, 'read-figures', async ({ base }) => {
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

/** Every version, the newest first. @throws {Problem} `not-found` */
export function readFigure(
  deps: FigureDeps,
  context: PersonContext,
  reference: string,
  as: As,
): Promise<Outcome<readonly [StoredFigure, ...StoredFigure[]]>> {
  return allowed(deps, context, 'read-figures', async ({ base }) => {
    const [current, ...before] = await listFigureVersions(context.tx, reference)
    if (!current) throw notFound()
    const subjects = [{ kind: 'figure', id: reference } as const]
    return {
      value: [current, ...before] as const,
      events: [{ ...base, type: 'figure.viewed', subjects, detail: { as } }],
    }
  })
}

/** All of it or nothing. @throws {Problem} `input.invalid`, `media.unsupported`, `table.unreadable`, `body.too-large` */
export function takeIn(
  deps: FigureDeps,
  context: PersonContext,
  upload: Upload | undefined,
): Promise<Outcome<TakenIn>> {
  return allowed(deps, context, 'register-figures', async ({ base, permit }) => {
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
