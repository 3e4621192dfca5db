// For the information assurance officer: the access log with filters, and the keys that its proofs are checked with.
// Read-only, decided by the rules, and each look is itself an entry.
import { z } from 'zod'
import { blank } from '../http/input.ts'
import { catalogue, isEventType, type LedgerEvent } from '../../audit/events.ts'
import { readLog, type LogFilters, type ReadLog } from '../../audit/log.ts'
import { type Pruned, readAllPruned, type Total } from '../../audit/pruned.ts'
import { readCosignedNote } from '../../audit/cosignatures.ts'
import { readLatestCheckpoint } from '../../audit/tree-store.ts'
import type { Queryable } from '../db.ts'
import { endOfDay, startOfDay } from '../../policies/calendar.ts'
import type { LedgerState } from '../ledger.ts'
import type { RefusalLetter } from '../decisions/judge.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { Problem } from '../http/problem.ts'
import { personActor } from '../http/who.ts'
import { factsOfPerson } from '../people/facts.ts'
import type { SigningKeysInUse } from '../signing/keys-in-use.ts'
import { armoredKeys, jwkSet } from '../signing/published.ts'
import { oneEntryEndpoints, type OneEntryDeps } from './one-entry.ts'

export interface AssuranceDeps extends OneEntryDeps {
  readonly ledger: () => Promise<LedgerState>
  /** The public halves of the ledger's keys, as C2SP writes them; those that sign no more are comments. */
  readonly verifierKeys: readonly string[]
  readonly signingKeys: Pick<SigningKeysInUse, 'certificates' | 'published'>
}

const filterQuery = z.strictObject({
  type: blank(z.string().refine(isEventType, 'There is no such kind of entry.')),
  actor: blank(z.string().max(200)),
  transfer: blank(z.uuid('This is not the id of a request.')),
  correlation: blank(z.uuid('This is not the id of a request to the gateway.')),
  from: blank(z.iso.date('Give a date as year-month-day.')),
  to: blank(z.iso.date('Give a date as year-month-day.')),
  before: blank(z.uuid()),
})
type FilterQuery = z.output<typeof filterQuery>

const pageLimit = 50

export function assuranceEndpoints(deps: AssuranceDeps): Endpoint[] {
  return [
    endpoint({
      surface: 'page', method: 'get', path: '/access-log', summary: 'The access log', input: { query: filterQuery },
      handle: (context, { query }) => look(deps, context, query, async (log) => ({
        view: { template: 'access-log.njk', data: { log, filters: query, types: Object.keys(catalogue), ledger: await deps.ledger(), pruned: await readPrunedAway(context.tx) } },
      }), letterPage),
    }),
    endpoint({
      surface: 'api', method: 'get', path: '/api/v1/ledger/entries', summary: 'The access log', input: { query: filterQuery },
      answers: z.object({ entries: z.array(z.looseObject({ entryId: z.uuid(), type: z.string(), at: z.string() })), older: z.uuid().optional(), pruned: prunedAnswer.optional() }),
      handle: (context, { query }) => look(deps, context, query, async (log) => ({ json: { entries: log.lines, older: log.older, pruned: await readPrunedAway(context.tx) } }), letterJson),
    }),
    ...oneEntryEndpoints(deps),
    endpoint({
      surface: 'api', method: 'get', path: '/api/v1/ledger/verifier-key', summary: 'The key that checkpoints are verified with (C2SP signed-note)', input: {},
      handle: (context) => Promise.resolve({ events: [viewed(context, '/api/v1/ledger/verifier-key')], contentType: 'text/plain', json: `${deps.verifierKeys.join('\n')}\n` }),
    }),
    endpoint({
      surface: 'api', method: 'get', path: '/api/v1/ledger/checkpoint', summary: 'The latest signed checkpoint (C2SP tlog-checkpoint)', input: {},
      handle: async (context) => {
        const latest = await readLatestCheckpoint(context.tx)
        if (!latest) throw new Problem('ledger.behind', 'No checkpoint has been signed yet. Try again in a few seconds.')
        return { events: [viewed(context, '/api/v1/ledger/checkpoint')], contentType: 'text/plain', json: await readCosignedNote(context.tx, latest) }
      },
    }),
    ...(['/certificate-key', '/api/v1/certificate-key'] as const).map((path) =>
      endpoint({
        surface: path.startsWith('/api') ? 'api' : 'page', method: 'get', path, summary: 'The key that certificates of destruction are verified with (JWK)', input: {},
        answers: z.looseObject({ kty: z.string(), kid: z.string() }),
        handle: (context) => Promise.resolve({ events: [viewed(context, path)], json: deps.signingKeys.certificates.publicJwk }),
      }),
    ),
    ...(['/certificate-keys', '/api/v1/certificate-keys'] as const).map((path) =>
      endpoint({
        surface: path.startsWith('/api') ? 'api' : 'page', method: 'get', path, summary: 'The keys that certificates and manifests are verified with: the one that signs, the next, and those before (JWK set)', input: {},
        answers: z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) }),
        handle: (context) => Promise.resolve({ events: [viewed(context, path)], json: jwkSet(deps.signingKeys.published) }),
      }),
    ),
    ...(['/gateway.pub.asc', '/api/v1/package-keys'] as const).map((path) =>
      endpoint({
        surface: path.startsWith('/api') ? 'api' : 'page', method: 'get', path, summary: 'The keys that packages and mail are signed with: the one that signs, the next, and those before (OpenPGP)', input: {},
        handle: (context) => Promise.resolve({ events: [viewed(context, path)], contentType: 'text/plain', json: armoredKeys(deps.signingKeys.published) }),
      }),
    ),
  ] // prettier-ignore
}

/** What is left of entries past the log limit. */
const prunedAnswer = z.object({
  entries: z.int(),
  before: z.iso.date(),
  totals: z.array(z.object({ month: z.string(), type: z.string(), entries: z.int() })),
})

async function readPrunedAway(db: Queryable): Promise<z.output<typeof prunedAnswer> | undefined> {
  const all = await readAllPruned(db)
  const [latest] = all
  if (latest === undefined) return undefined
  return { entries: latest.through, before: latest.before.toISOString().slice(0, 10), totals: summed(all) }
}

/** Newest month first. A month that was pruned in two goes is one. */
function summed(all: readonly Pruned[]): Total[] {
  const sums = new Map<string, Total>()
  for (const { month, type, entries } of all.flatMap(({ totals }) => totals)) {
    const key = `${month} ${type}`
    sums.set(key, { month, type, entries: entries + (sums.get(key)?.entries ?? 0) })
  }
  return [...sums.values()].sort((a, b) => b.month.localeCompare(a.month) || a.type.localeCompare(b.type))
}

type Letter = (letter: RefusalLetter) => Omit<Reply, 'events'>
const letterPage: Letter = (letter) => ({ status: 403, view: { template: 'refusal.njk', data: { letter } } })
const letterJson: Letter = (letter) => ({ status: 403, json: letter })

async function look(
  deps: AssuranceDeps,
  context: PersonContext,
  query: FilterQuery,
  show: (log: ReadLog) => Promise<Omit<Reply, 'events'>>,
  refuse: Letter,
): Promise<Reply> {
  const judged = await deps.judge.judge(
    context,
    'read-log',
    await factsOfPerson(context.tx, context.person, context.now),
  )
  if (judged.outcome === 'refusal') return { events: [judged.event], ...refuse(judged.letter) }
  const log = await readLog(context.tx, filtersOf(query), {
    limit: pageLimit,
    ...(query.before !== undefined && { before: query.before }),
  })
  const filters = Object.entries(query).filter(([, value]) => value !== undefined)
  const event: LedgerEvent = {
    ...by(context),
    type: 'ledger.viewed',
    subjects: query.transfer === undefined ? [] : [{ kind: 'transfer', id: query.transfer }],
    decision: judged.decisionId,
    clauses: [...judged.permit.tested],
    detail: {
      shown: log.lines.length,
      filters: filters.map(([name]) => name),
      ...(query.actor !== undefined && { searchedFor: query.actor }),
    },
  }
  return { events: [event], ...(await show(log)) }
}

function filtersOf(query: FilterQuery): LogFilters {
  return {
    ...(query.type !== undefined && { type: query.type }),
    ...(query.actor !== undefined && { actor: query.actor }),
    ...(query.transfer !== undefined && { subject: { kind: 'transfer', id: query.transfer } }),
    ...(query.correlation !== undefined && { correlation: query.correlation }),
    ...(query.from !== undefined && { from: startOfDay(query.from) }),
    ...(query.to !== undefined && { until: endOfDay(query.to) }),
  }
}

function by(context: PersonContext) {
  return { actor: personActor(context.person, context.ip), correlation: context.requestId }
}

function viewed(context: PersonContext, form: string): LedgerEvent {
  return { ...by(context), type: 'form.viewed', subjects: [], detail: { form } }
}
