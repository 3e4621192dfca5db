// Looking at the versions of an agreement: for whoever holds a role, and each look is an entry. A version that waits is tried
// again against what is in force now.
import type { Difference } from '../../policies/pack-diff.ts'
import { londonDate, startOfDay } from '../../policies/calendar.ts'
import type { Database } from '../db.ts'
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext, Reply } from '../http/endpoint.ts'
import { notFound, stateConflict } from '../http/problem.ts'
import { personActor } from '../http/who.ts'
import { factsOfPerson } from '../people/facts.ts'
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
  readonly missing: readonly string[]
  /** Between what is in force and the proposal; nothing of one that waits no more. */
  readonly differences: readonly Difference[]
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

/** @throws {Problem} `not-found`; `pack.refused` where it can no longer stand */
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
    const { missing, differences } = version
      ? check(deps, version, context.now)
      : { missing: [], differences: [] }
    return { proposal, missing, differences }
  })
}

/** What it would have decided otherwise since a day. @throws {Problem} `not-found`; `state.conflict` of one that waits no more */
export async function lookBack(
  deps: LookDeps,
  context: PersonContext,
  { key, id, since, as }: Named & { readonly since: string; readonly as: Format },
): Promise<Outcome<VersionReplay>> {
  return looking(deps, context, { key, as }, async () => {
    const proposal = await findProposal(context.tx, id)
    if (proposal?.agreement !== key) throw notFound()
    const version = proposal.state === 'proposed' ? await findVersion(context.tx, proposal.hash) : undefined
    if (!version) throw stateConflict(`This version is ${proposal.state}.`)
    const { set } = check(deps, version, context.now)
    return replayVersion(deps.reading, { set, since: startOfDay(since) })
  })
}

async function looking<T>(
  deps: LookDeps,
  context: PersonContext,
  { key, as }: { readonly key: string; readonly as: Format },
  read: () => Promise<T>,
): Promise<Outcome<T>> {
  const judged = await deps.judge.judge(
    context,
    'read-agreements',
    await factsOfPerson(context.tx, context.person, context.now),
  )
  if (judged.outcome === 'refusal') return refused(judged)
  const value = await read()
  const event = {
    type: 'agreement.viewed',
    actor: personActor(context.person, context.ip),
    subjects: [],
    correlation: context.requestId,
    agreement: key,
    decision: judged.decisionId,
    clauses: [...judged.permit.tested],
    detail: { as },
  } as const
  return { kind: 'done', events: [event], value }
}

export function asJson<T>(outcome: Outcome<T>, show: (value: T) => unknown): Reply {
  if (outcome.kind === 'refused') return { events: outcome.events, status: 403, json: outcome.letter }
  return { events: outcome.events, json: show(outcome.value) }
}
