// Looking at the versions of an agreement: for whoever holds a role, and each look is an entry. A version that waits is tried
// again against what is in force now.
import { londonDate, startOfDay } from '../../policies/calendar.ts'
import { PackFault } from '../../policies/fault.ts'
import type { AgreementVersion } from '../../policies/versions.ts'
import type { Database } from '../db.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound, stateConflict } from '../http/problem.ts'
import { allowed } from '../people/allowed.ts'
import { checkVersion, type Checked } from './check-version.ts'
import { check, type VersionDeps } from './judge-version.ts'
import { findProposal, findVersion, listProposals, type Proposal } from './version-store.ts'
import { replayVersion, type VersionReplay } from './replay-version.ts'
import type { Named } from './versions.ts'

export interface LookDeps extends VersionDeps {
  /** The same database for reading at one moment: a transaction of its own, that decides nothing. */
  readonly reading: Database
}
type Format = 'json' | 'page'

export interface Looked {
  readonly proposal: Proposal
  readonly version?: AgreementVersion
  /** What it would do, of one that waits; or why it can stand no longer. */
  readonly checked?: Checked
  readonly fault?: PackFault
}

/** Newest first. @throws {Problem} `not-found` where there is no such agreement */
export async function lookAtAll(
  deps: LookDeps,
  context: PersonContext,
  key: string,
  as: Format,
): Promise<Outcome<Proposal[]>> {
  return looking(deps, context, { key, as }, async () => {
    const proposals = await listProposals(context.tx, key)
    if (proposals.length === 0 && !deps.policies.on(londonDate(context.now)).agreements.has(key))
      throw notFound()
    return proposals
  })
}

/** @throws {Problem} `not-found` */
export async function lookAt(
  deps: LookDeps,
  context: PersonContext,
  { key, id }: Named,
  as: Format,
): Promise<Outcome<Looked>> {
  return looking(deps, context, { key, as }, async () => {
    const proposal = await findProposal(context.tx, id)
    if (proposal?.agreement !== key) throw notFound()
    const version = proposal.state === 'proposed' ? await findVersion(context.tx, proposal.hash) : undefined
    return { proposal, ...(version && { version, ...tried(deps, version, context.now) }) }
  })
}

/** What it would have decided otherwise since a day. @throws {Problem} `not-found`; `state.conflict` of one that waits no more */
export async function lookBack(
  deps: LookDeps,
  context: PersonContext,
  {
    key,
    id,
    since,
    as,
    most,
  }: Named & { readonly since: string; readonly as: Format; readonly most?: number },
): Promise<Outcome<VersionReplay>> {
  return looking(deps, context, { key, as }, async () => {
    const proposal = await findProposal(context.tx, id)
    if (proposal?.agreement !== key) throw notFound()
    const version = proposal.state === 'proposed' ? await findVersion(context.tx, proposal.hash) : undefined
    if (!version) throw stateConflict(`This version is ${proposal.state}.`)
    const { set } = check(deps, version, context.now)
    return replayVersion(deps.reading, { set, since: startOfDay(since), ...(most !== undefined && { most }) })
  })
}

function tried(deps: LookDeps, version: AgreementVersion, now: Date): Pick<Looked, 'checked' | 'fault'> {
  try {
    return { checked: checkVersion(deps.policies, version, londonDate(now)) }
  } catch (error) {
    if (error instanceof PackFault) return { fault: error }
    throw error
  }
}

function looking<T>(
  deps: LookDeps,
  context: PersonContext,
  { key, as }: { readonly key: string; readonly as: Format },
  read: () => Promise<T>,
): Promise<Outcome<T>> {
  return allowed(deps, context, 'read-agreements', async ({ base }) => {
    const value = await read()
    const detail = { part: 'versions', as }
    return { value, events: [{ ...base, type: 'agreement.viewed', subjects: [], agreement: key, detail }] }
  })
}
