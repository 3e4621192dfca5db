// How an act on a version of an agreement is judged: by whom it binds, who proposed it, and what its paperwork lacks. Whoever
// may not act on it learns nothing of whether it is there.
import type { Act, Facts } from '../../policies/facts.ts'
import { londonDate } from '../../policies/calendar.ts'
import { headOf, type AgreementVersion } from '../../policies/versions.ts'
import { refused, type Judge, type Judged, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound, stateConflict } from '../http/problem.ts'
import { factsOfPerson } from '../people/facts.ts'
import { asProblem, checkVersion, type Checked } from './check-version.ts'
import type { TellDeps } from './notices.ts'
import type { Policies } from './policies.ts'
import { findProposal, findVersion, lockProposal, type Proposal } from './version-store.ts'

export interface VersionDeps extends TellDeps {
  readonly judge: Judge
  readonly policies: Policies
}

export type VersionAct = Extract<Act, 'propose-version' | 'activate-version' | 'withdraw-version'>

interface About {
  readonly id: string
  readonly version: AgreementVersion
  readonly proposer: string
  readonly missing?: readonly string[]
}

/** A release's own versions are proposed by nobody who could activate them. */
export const release = 'release'

export async function factsOfVersion(
  { policies }: Pick<VersionDeps, 'policies'>,
  { tx, person, now }: PersonContext,
  { id, version, proposer, missing = [] }: About,
): Promise<Facts> {
  const { key, hash } = version
  return {
    ...(await factsOfPerson(tx, person, now)),
    version: { id, agreement: key, hash, parties: partiesOf(policies, version, now), proposer, missing },
  }
}

/** Those that it binds: now, and in the words that are proposed. */
function partiesOf(policies: Policies, version: AgreementVersion, now: Date): readonly string[] {
  const standing = policies.on(londonDate(now)).agreements.get(version.key)?.parties
  const proposed = headOf(version)?.parties
  if (standing === undefined || proposed === undefined) return standing ?? proposed ?? []
  return standing.filter((party) => proposed.includes(party))
}

interface Locked {
  readonly proposal: Proposal
  readonly judged: Extract<Judged, { outcome: 'permit' }>
}

/**
 * A proposal that this person may act on, locked until the transaction ends.
 *
 * @throws {Problem} `not-found`; `pack.refused` where it can no longer stand; `state.conflict` where somebody else is at it
 */
export async function lockVersion(
  deps: VersionDeps,
  context: PersonContext,
  act: VersionAct,
  { key, id }: { readonly key: string; readonly id: string },
): Promise<Locked | { readonly refusal: Extract<Outcome<never>, { kind: 'refused' }> }> {
  const proposal = await findProposal(context.tx, id)
  const version = proposal?.agreement === key ? await findVersion(context.tx, proposal.hash) : undefined
  const about = {
    id,
    version: version ?? { key, hash: '', files: new Map() },
    proposer: proposal?.proposedBy ?? release,
  }
  const first = deps.judge.rehearse(act, await factsOfVersion(deps, context, about))
  if (first.outcome === 'permit' && !version) throw notFound()
  const isTried = first.outcome === 'permit' && act === 'activate-version' && proposal?.state === 'proposed'
  const missing = isTried ? check(deps, about.version, context.now).missing : []
  const judged = await deps.judge.judge(
    context,
    act,
    await factsOfVersion(deps, context, { ...about, missing }),
  )
  if (judged.outcome === 'refusal') return { refusal: refused(judged) }
  if (!proposal || !version) throw notFound()
  const locked = await lockProposal(context.tx, id)
  if (!locked) throw stateConflict('Somebody else is just acting on this version.')
  return { proposal: locked, judged }
}

/** @throws {Problem} `pack.refused` with every fault */
export function check(deps: Pick<VersionDeps, 'policies'>, version: AgreementVersion, now: Date): Checked {
  try {
    return checkVersion(deps.policies, version, londonDate(now))
  } catch (error) {
    throw asProblem(error)
  }
}
