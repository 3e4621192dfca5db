// Versions of an agreement as pages: what there was and is, proposing one by sending its folder, one as a difference to be read,
// activating it as another person, withdrawing it. The same acts as over the API.
import { z } from 'zod'
import type { Fault } from '../../policies/fault.ts'
import { PackFault } from '../../policies/fault.ts'
import { headOf } from '../../policies/versions.ts'
import { asPage } from '../decisions/replies.ts'
import { orAgain } from '../http/again.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import type { Problem } from '../http/problem.ts'
import { personActor } from '../http/who.ts'
import { allowed } from '../people/allowed.ts'
import { actInWords } from './acts.ts'
import { asProblem } from './check-version.ts'
import type { LookDeps } from './look.ts'
import { readVersion, readVersions } from './read-version.ts'
import { agreementParams, versionParams } from './version-api.ts'
import { archiveRule, readArchive } from './version-files.ts'
import { activateVersion, proposeVersion, withdrawVersion } from './versions.ts'

const keeper = 'agreement-keeper'
const proposing = '/agreements/propose'
const one = '/agreements/:key/versions/:id'

const chosenSince = z.strictObject({
  since: z.preprocess(
    (value) => (value === '' ? undefined : value),
    z.iso.date('Give a date as year-month-day.').optional(),
  ),
})

/** Before the pages of agreements by key: an agreement cannot be called "propose". */
export function versionPages(deps: LookDeps): Endpoint[] {
  const at = { surface: 'page' } as const
  return [
    endpoint({
      ...at, method: 'get', path: proposing, summary: 'Propose a version of an agreement', input: {},
      handle: (context) => proposePage(deps, context),
    }),
    endpoint({
      ...at, method: 'post', path: proposing, summary: 'Propose a version: the folder of its files as a .zip', input: { body: z.strictObject({}) }, upload: archiveRule,
      handle: (context) => propose(deps, context),
    }),
    endpoint({
      ...at, method: 'get', path: '/agreements/:key/versions', summary: 'The versions of an agreement: proposed, activated, withdrawn', input: { params: agreementParams },
      handle: async (context, { params: { key } }) => asPage(await readVersions(deps, context, key), (read) => ({
        view: { template: 'versions.njk', data: { ...read, key, mayPropose: mayKeep(context) } },
      })),
    }),
    endpoint({
      ...at, method: 'get', path: one, summary: 'A version: what it changes, and what it would have decided otherwise', input: { params: versionParams, query: chosenSince },
      handle: async (context, { params, query: { since } }) => asPage(await readVersion(deps, context, { ...params, ...(since !== undefined && { since }) }), (read) => ({
        view: { template: 'version.njk', data: { ...read, mayKeep: mayKeep(context), mostShown, acts: actsOf(read.replay?.changed) } },
      })),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/activate`, summary: 'Activate a version that another person proposed', input: { params: versionParams },
      handle: async (context, { params }) => asPage(await activateVersion(deps, context, params), () => backTo(params)),
    }),
    endpoint({
      ...at, method: 'post', path: `${one}/withdraw`, summary: 'Withdraw a version that was proposed', input: { params: versionParams },
      handle: async (context, { params }) => asPage(await withdrawVersion(deps, context, params), () => backTo(params)),
    }),
  ] // prettier-ignore
}

/** Decisions that would change, one by one; more than these are counted by clause. */
const mostShown = 50

function actsOf(changed: readonly { readonly act: string }[] = []): Record<string, string> {
  return Object.fromEntries(
    changed.map(({ act }) => [act, actInWords(act as Parameters<typeof actInWords>[0])]),
  ) // replay.ts parsed it
}

function backTo({ key, id }: z.output<typeof versionParams>) {
  return { redirect: `/agreements/${key}/versions/${id}` }
}

function mayKeep({ person }: PersonContext): boolean {
  return person.roles.includes(keeper)
}

async function propose(deps: LookDeps, context: PersonContext): Promise<Reply> {
  const { upload } = context
  if (!upload || upload.filename === '') return proposePage(deps, context, { missing: 'Choose a file.' })
  return orAgain(
    context,
    async () => {
      const files = await readArchive(upload)
      const outcome = await proposeVersion(deps, context, keyIn(files), files)
      return asPage(outcome, ({ proposal: { agreement: key, id } }) => backTo({ key, id }))
    },
    // With all its faults; the entry says that it was refused.
    (refused) => proposePage(deps, context, { refused, faults: faultsIn(refused) }),
    (problem) => faultsIn(problem).length > 0,
  )
}

function faultsIn({ cause }: Problem): readonly Fault[] {
  return cause instanceof PackFault ? cause.faults : []
}

/** Whose version it is, its head says. @throws {Problem} `pack.refused` */
function keyIn(files: readonly (readonly [path: string, text: string])[]): string {
  const faults: Fault[] = []
  const texts = new Map(files)
  const file = 'agreement.yaml'
  if (!texts.has(file))
    faults.push({ code: 'file', file, line: 1, message: 'There is no agreement.yaml.', remedy: 'Pack the folder of one agreement, with its files at the top or in one folder.' }) // prettier-ignore
  // Its own line first: what else is wrong with the head is found with the rest, and named then.
  const stated = /^key: *([a-z0-9]+(?:-[a-z0-9]+)*) *$/m.exec(texts.get(file) ?? '')?.[1]
  const key = stated ?? (faults.length === 0 ? headOf({ key: '', files: texts }, faults)?.key : undefined)
  if (key === undefined) throw asProblem(new PackFault(faults))
  return key
}

interface Complaint {
  readonly missing?: string
  readonly refused?: Problem
  readonly faults?: readonly Fault[]
}

async function proposePage(
  deps: LookDeps,
  context: PersonContext,
  { missing, refused, faults = [] }: Complaint = {},
): Promise<Reply> {
  const rejected = refused && {
    type: 'request.rejected' as const,
    actor: personActor(context.person, context.ip),
    subjects: [],
    correlation: context.requestId,
    detail: { code: refused.code, status: refused.status, method: 'POST', route: proposing },
  }
  const outcome = await allowed(deps, context, 'read-agreements', ({ base }) =>
    Promise.resolve({
      value: undefined,
      events: [
        { ...base, type: 'form.viewed', subjects: [], detail: { form: proposing } },
        ...(rejected ? [rejected] : []),
      ],
    }),
  )
  const wrong = missing === undefined ? [] : [{ field: 'file', message: missing }]
  return asPage(outcome, () => ({
    ...(refused ? { status: refused.status } : missing !== undefined && { status: 400 }),
    view: {
      template: 'version-propose.njk',
      data: { wrong, faults, detail: refused?.message, mayPropose: mayKeep(context) },
    },
  }))
}
