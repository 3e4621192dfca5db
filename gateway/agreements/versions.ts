// Proposing a version of an agreement, activating it as another person, withdrawing it. Each is judged by the gateway's own
// rules, each is an entry with the version's hash, and a version with any fault is never kept.
import { randomUUID } from 'node:crypto'
import type { LedgerEvent } from '../../audit/events.ts'
import { londonDate } from '../../policies/calendar.ts'
import { firstDayOf, versionOf } from '../../policies/versions.ts'
import { policyHash, refused, type Judged, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { stateConflict } from '../http/problem.ts'
import { personActor } from '../http/who.ts'
import type { Checked } from './check-version.ts'
import { tellKeepers } from './notices.ts'
import { check, factsOfVersion, lockVersion, type VersionDeps } from './judge-version.ts'
import {
  insertProposal,
  insertVersion,
  lastNumber,
  markActivated,
  markWithdrawn,
  type Proposal,
} from './version-store.ts'

/** A proposal with what it would change, and what still stops its activation. */
export interface Proposed {
  readonly proposal: Proposal
  readonly checked: Checked
}

export interface Named {
  /** The agreement's. */
  readonly key: string
  readonly id: string
}

/**
 * @param files texts by path below the agreement's folder
 * @throws {Problem} `pack.refused` with every fault; `state.conflict` where it waits or is in force already
 */
export async function proposeVersion(
  deps: VersionDeps,
  context: PersonContext,
  key: string,
  files: Iterable<readonly [path: string, text: string]>,
): Promise<Outcome<Proposed>> {
  const { tx, now, person } = context
  const version = versionOf(key, files)
  const id = randomUUID()
  const facts = await factsOfVersion(deps, context, { id, version, proposer: person.id })
  const judged = await deps.judge.judge(context, 'propose-version', facts)
  if (judged.outcome === 'refusal') return refused(judged)
  if (deps.policies.on(londonDate(now)).agreements.get(key)?.hash === version.hash)
    throw stateConflict('This is the version that is in force.')
  const checked = check(deps, version, now)
  const from = firstDayOf(checked.agreement)
  const proposal = {
    ...{ id, agreement: key, hash: version.hash, proposedBy: person.id, proposedAt: now },
    ...(from !== undefined && { appliesFrom: from }),
  }
  await insertVersion(tx, version)
  await insertProposal(tx, judged.permit, proposal)
  const event = {
    ...base(context, proposal, judged),
    type: 'agreement.version-proposed',
    detail: detailOf(proposal),
  } as const
  const value = { proposal: { ...proposal, state: 'proposed' } as const, checked }
  await tellKeepers(deps, context, partiesIn(judged), value.proposal)
  return { kind: 'done', events: [event], value }
}

/**
 * From the commit on it decides, for every event from its first day in force.
 *
 * @throws {Problem} `pack.refused` where it can no longer stand; `state.conflict` where it does not wait, or another is at it
 */
export async function activateVersion(
  deps: VersionDeps,
  context: PersonContext,
  named: Named,
): Promise<Outcome<Proposal>> {
  const { tx, now, person } = context
  const locked = await lockVersion(deps, context, 'activate-version', named)
  if ('refusal' in locked) return locked.refusal
  const { proposal, judged } = locked
  demandWaiting(proposal)
  await deps.policies.exclude(tx)
  const number = (await lastNumber(tx)) + 1
  await markActivated(tx, judged.permit, { id: proposal.id, number, by: person.id, now })
  const event = {
    ...base(context, proposal, judged),
    type: 'agreement.version-activated',
    detail: { ...detailOf(proposal), number },
  } as const
  const value: Proposal = {
    ...proposal,
    state: 'activated',
    number,
    activatedBy: person.id,
    activatedAt: now,
  }
  await tellKeepers(deps, context, partiesIn(judged), value)
  return { kind: 'done', events: [event], value }
}

/** @throws {Problem} `state.conflict` where it does not wait any more */
export async function withdrawVersion(
  deps: VersionDeps,
  context: PersonContext,
  named: Named,
): Promise<Outcome<Proposal>> {
  const { tx, now, person } = context
  const locked = await lockVersion(deps, context, 'withdraw-version', named)
  if ('refusal' in locked) return locked.refusal
  const { proposal, judged } = locked
  demandWaiting(proposal)
  await markWithdrawn(tx, judged.permit, { id: proposal.id, by: person.id, now })
  const event = {
    ...base(context, proposal, judged),
    type: 'agreement.version-withdrawn',
    detail: detailOf(proposal),
  } as const
  const value: Proposal = { ...proposal, state: 'withdrawn', withdrawnBy: person.id, withdrawnAt: now }
  await tellKeepers(deps, context, partiesIn(judged), value)
  return { kind: 'done', events: [event], value }
}

/** Those that the version binds, as it was judged. */
function partiesIn({ permit }: Extract<Judged, { outcome: 'permit' }>): readonly string[] {
  return permit.facts.version?.parties ?? []
}

function demandWaiting({ state }: Proposal): void {
  if (state !== 'proposed')
    throw stateConflict(`This version is ${state === 'activated' ? 'activated' : 'withdrawn'} already.`)
}

function detailOf({ hash, appliesFrom }: Pick<Proposal, 'hash' | 'appliesFrom'>) {
  return { hash, ...(appliesFrom !== undefined && { appliesFrom }) }
}

function base(
  context: PersonContext,
  { id, agreement }: Pick<Proposal, 'id' | 'agreement'>,
  { permit, decisionId }: Extract<Judged, { outcome: 'permit' }>,
) {
  return {
    actor: personActor(context.person, context.ip),
    subjects: [{ kind: 'version', id }],
    correlation: context.requestId,
    agreement,
    decision: decisionId,
    policy: policyHash(permit.pack),
    clauses: [...permit.tested],
  } satisfies Omit<LedgerEvent, 'type' | 'detail'>
}
