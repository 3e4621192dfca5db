// Figures as a file: every row says that it is management information. Access is looked at again before each part leaves, so that a
// revocation bites in the middle of a download (hub-2023/2.3, 2.6, 3.5, 3.6-caveat).
import { Readable } from 'node:stream'
import type { LedgerEvent } from '../../audit/events.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { Queryable } from '../db.ts'
import type { PersonContext, Streamed } from '../http/endpoint.ts'
import { Withdrawn } from '../http/withdrawal.ts'
import { openingFacts, withHubData } from '../hub/open.ts'
import { findHubStanding } from '../hub/store.ts'
import { csvHeader, csvLines } from '../packages/csv.ts'
import { factsOfPerson } from '../people/facts.ts'
import type { FigureDeps } from './act.ts'
import { columns } from './columns.ts'
import { managementInformation, type StoredFigure } from './figure.ts'
import type { FigureQuery } from './schemas.ts'
import { listFiguresAfter, searchFigures } from './store.ts'

/** Rows between one look at the access and the next. */
const partRows = 200

const fields = [...columns.map(({ name, type }) => ({ name, type: name === 'value' ? 'number' : type })), { name: 'version', type: 'integer' }, { name: 'caveat', type: 'string' }] // prettier-ignore

/** All that the search finds, as CSV. */
export function download(
  deps: FigureDeps,
  context: PersonContext,
  query: FigureQuery,
): Promise<Outcome<Streamed>> {
  return withHubData(deps, context, 'read-figures', 'download', async ({ base }) => {
    const filter = { words: query.words, provenance: query.provenance, value: query.value }
    const { total } = await searchFigures(context.tx, filter, 1)
    const filters = Object.entries(filter).flatMap(([name, given]) => (given === undefined ? [] : [name]))
    const said = { actor: base.actor, correlation: base.correlation }
    const stream: Streamed = {
      filename: 'figures-management-information.csv',
      contentType: 'text/csv; charset=utf-8',
      open: () => Promise.resolve(Readable.from(parts(deps, context, filter))),
      onBroken: (reason): LedgerEvent => ({ ...said, type: 'delivery.failed', subjects: [], detail: { reason, channel: 'hub-download' } }), // prettier-ignore
      isStillPermitted: (then) => isStillOpen(deps, { ...then, ip: context.ip }, then.tx),
    }
    return { value: stream, events: [{ ...base, type: 'hub-data.downloaded', subjects: [], detail: { rows: total, filters } }] } // prettier-ignore
  })
}

async function* parts(
  deps: FigureDeps,
  context: PersonContext,
  filter: Omit<FigureQuery, 'page'>,
): AsyncGenerator<string> {
  yield csvHeader(fields)
  let after = ''
  for (;;) {
    if (!(await isStillOpen(deps, { ...context, now: deps.clock() }, deps.db))) throw new Withdrawn()
    const figures = await listFiguresAfter(deps.db, filter, after, partRows)
    const last = figures.at(-1)
    if (!last) return
    yield csvLines(figures.map(rowOf), fields)
    after = last.reference
  }
}

async function isStillOpen(
  deps: FigureDeps,
  context: Pick<PersonContext, 'person' | 'ip' | 'now'>,
  db: Queryable,
): Promise<boolean> {
  const { person, now } = context
  if (person.party !== deps.hub.data.to) return true
  const facts = await factsOfPerson(db, person, now)
  const standing = await findHubStanding(db, person.id, now)
  return deps.judge.rehearse('open', openingFacts(deps, context, facts, standing, 'download')).outcome === 'permit' // prettier-ignore
}

function rowOf(figure: StoredFigure): Record<string, string | null> {
  return {
    figure_id: figure.reference, measure: figure.measure, source_report: figure.sourceReport, extracted_at: figure.extractedAt.toISOString(), unit: figure.unit,
    filters: figure.filters, value: figure.value, marking: figure.marking, provenance: figure.provenance, public_source: figure.publicSource,
    version: String(figure.version), caveat: figure.provenance === 'performance-hub' ? managementInformation : '',
  } // prettier-ignore
}
