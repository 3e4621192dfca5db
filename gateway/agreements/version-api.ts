// Versions of an agreement over JSON: what there was and is, proposing one, activating it as another person, withdrawing it, and
// what it would have decided otherwise in the past.
import { z } from 'zod'
import { endpoint, type Endpoint, type PersonContext } from '../http/endpoint.ts'
import { Problem } from '../http/problem.ts'
import { asJson } from '../decisions/replies.ts'
import { asProblem } from './check-version.ts'
import { lookAt, lookAtAll, lookBack, type LookDeps, type Looked } from './look.ts'
import { archiveRule, readArchive } from './version-files.ts'
import { activateVersion, proposeVersion, withdrawVersion } from './versions.ts'
import type { Proposal } from './version-store.ts'

const key = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'This is not the key of an agreement.')
  .max(100)
export const agreementParams = z.strictObject({ key })
export const versionParams = z.strictObject({ key, id: z.uuid('This is not the id of a version.') })

/** Texts by path below the agreement's folder. */
const filesBody = z.strictObject({ files: z.record(z.string().max(200), z.string()).optional() })

const sinceQuery = z.strictObject({ since: z.iso.date('Give a date as year-month-day.') })
const replayAnswer = z.object({
  decisions: z.int(),
  unchanged: z.int(),
  changed: z.int(),
  undecided: z.int(),
  isCut: z.boolean(),
  byClause: z.array(z.object({ clause: z.string(), nowRefuses: z.int(), noLongerRefuses: z.int() })),
})

const state = z.enum(['proposed', 'activated', 'withdrawn'])
const versionAnswer = z.object({
  id: z.uuid(),
  agreement: z.string(),
  hash: z.string(),
  state,
  appliesFrom: z.string().optional(),
  number: z.int().optional(),
  proposedAt: z.iso.datetime(),
  activatedAt: z.iso.datetime().optional(),
  withdrawnAt: z.iso.datetime().optional(),
})
const difference = z.object({
  pack: z.string(),
  what: z.string(),
  id: z.string(),
  change: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
})
const shownAnswer = versionAnswer.extend({ missing: z.array(z.string()), differences: z.array(difference) })

export function versionApi(deps: LookDeps): Endpoint[] {
  const at = { surface: 'api' } as const
  const base = '/api/v1/agreements/:key/versions'
  return [
    endpoint({
      ...at, method: 'get', path: base, summary: 'The versions of an agreement: proposed, activated, withdrawn', input: { params: agreementParams },
      answers: z.object({ versions: z.array(versionAnswer) }),
      handle: async (context, { params }) => asJson(await lookAtAll(deps, context, params.key, 'json'), (proposals) => ({ versions: proposals.map(writeProposal) })),
    }),
    endpoint({
      ...at, method: 'post', path: base, summary: 'Propose a version: its files as JSON, or its folder as a .zip', input: { params: agreementParams, body: filesBody }, successStatus: 201,
      upload: archiveRule, answers: shownAnswer,
      handle: async (context, { params, body }) => {
        const outcome = await proposeVersion(deps, context, params.key, await filesOf(context, body))
        return { ...asJson(outcome, ({ proposal, checked: { missing, differences } }) => ({ ...writeProposal(proposal), missing, differences })), ...(outcome.kind === 'done' && { status: 201 }) }
      },
    }),
    endpoint({
      ...at, method: 'get', path: `${base}/:id`, summary: 'A version: what it would change, and what it lacks', input: { params: versionParams }, answers: shownAnswer,
      handle: async (context, { params }) => asJson(await lookAt(deps, context, params, 'json'), writeLooked),
    }),
    endpoint({
      ...at, method: 'get', path: `${base}/:id/replay`, summary: 'What a version would have decided otherwise since a day, by clause', input: { params: versionParams, query: sinceQuery }, answers: replayAnswer,
      handle: async (context, { params, query }) => asJson(await lookBack(deps, context, { ...params, ...query, as: 'json' }), ({ changed, undecided, ...report }) => ({ ...report, changed: changed.length, undecided: undecided.length })),
    }),
    endpoint({
      ...at, method: 'post', path: `${base}/:id/activate`, summary: 'Activate a version that another person proposed', input: { params: versionParams }, answers: versionAnswer,
      handle: async (context, { params }) => asJson(await activateVersion(deps, context, params), writeProposal),
    }),
    endpoint({
      ...at, method: 'post', path: `${base}/:id/withdraw`, summary: 'Withdraw a version that was proposed', input: { params: versionParams }, answers: versionAnswer,
      handle: async (context, { params }) => asJson(await withdrawVersion(deps, context, params), writeProposal),
    }),
  ] // prettier-ignore
}

async function filesOf(
  { upload }: PersonContext,
  { files }: z.output<typeof filesBody>,
): Promise<Iterable<readonly [string, string]>> {
  if (upload) return readArchive(upload)
  if (files) return Object.entries(files)
  throw new Problem('input.invalid', 'Send the files as JSON, or the folder as a .zip. Nothing was saved.', [
    { field: 'files', message: 'Fill this in.' },
  ])
}

/** @throws {Problem} `pack.refused` where it can stand no longer */
function writeLooked({ proposal, checked, fault }: Looked): z.input<typeof shownAnswer> {
  if (fault) throw asProblem(fault)
  const { missing = [], differences = [] } = checked ?? {}
  return { ...writeProposal(proposal), missing: [...missing], differences: [...differences] }
}

/** Who did it is in the ledger, and on the page. */
function writeProposal({
  id,
  agreement,
  hash,
  state,
  appliesFrom,
  number,
  proposedAt,
  activatedAt,
  withdrawnAt,
}: Proposal) {
  return {
    ...{ id, agreement, hash, state, proposedAt: proposedAt.toISOString() },
    ...(appliesFrom !== undefined && { appliesFrom }),
    ...(number !== undefined && { number }),
    ...(activatedAt && { activatedAt: activatedAt.toISOString() }),
    ...(withdrawnAt && { withdrawnAt: withdrawnAt.toISOString() }),
  }
}
