// One version as a person reads it before deciding: what it changes, what it would have decided otherwise, who is behind it, and
// what stops the reader from activating or withdrawing it. Looking decides nothing; each look is one entry.
import { addPeriod, londonDate, startOfDay } from '../../policies/calendar.ts'
import type { Refusal } from '../../policies/decide.ts'
import { contentsOf, type Difference } from '../../policies/pack-diff.ts'
import type { Queryable } from '../db.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import type { Person } from '../http/who.ts'
import { findPersonById } from '../people/store.ts'
import type { Checked } from './check-version.ts'
import { factsOfVersion, release, type VersionAct } from './judge-version.ts'
import { lookAt, lookAtAll, type LookDeps, type Looked } from './look.ts'
import { replayVersion, type VersionReplay } from './replay-version.ts'
import { changesBetween, type ChangedPart } from './version-changes.ts'
import type { Proposal } from './version-store.ts'
import type { Named } from './versions.ts'

export type People = ReadonlyMap<string, Pick<Person, 'name' | 'party'>>

export interface ReadVersion extends Looked {
  readonly people: People
  readonly changes: readonly ChangedPart[]
  readonly replay?: VersionReplay & { readonly since: string }
  /** What would refuse the reader; nothing where nothing would. */
  readonly stops: { readonly activate: readonly Refusal[]; readonly withdraw: readonly Refusal[] }
}

/** What a page decides again before anybody asked for more. */
const mostAtFirst = 5_000

/** @param named `since` a day; twelve months back where nobody chose one. @throws {Problem} `not-found` */
export async function readVersion(
  deps: LookDeps,
  context: PersonContext,
  named: Named & { readonly since?: string },
): Promise<Outcome<ReadVersion>> {
  const outcome = await lookAt(deps, context, named, 'page')
  if (outcome.kind === 'refused') return outcome
  const { checked, proposal } = outcome.value
  const replay = checked && (await replayed(deps, checked, context.now, named.since))
  const value = {
    ...outcome.value,
    people: await peopleBehind(context, [proposal]),
    changes: checked ? changesOf(checked) : [],
    ...(replay && { replay }),
    stops: {
      activate: await stopping(deps, context, outcome.value, 'activate-version'),
      withdraw: await stopping(deps, context, outcome.value, 'withdraw-version'),
    },
  }
  return { ...outcome, value }
}

export interface ReadVersions {
  readonly proposals: readonly Proposal[]
  readonly people: People
}

/** Newest first. @throws {Problem} `not-found` where there is no such agreement */
export async function readVersions(
  deps: LookDeps,
  context: PersonContext,
  key: string,
): Promise<Outcome<ReadVersions>> {
  const outcome = await lookAtAll(deps, context, key, 'page')
  if (outcome.kind === 'refused') return outcome
  const proposals = outcome.value
  return { ...outcome, value: { proposals, people: await peopleBehind(context, proposals) } }
}

async function replayed(deps: LookDeps, { set }: Checked, now: Date, chosen: string | undefined) {
  const since = chosen ?? addPeriod(londonDate(now), { amount: 12, unit: 'month' }, -1)
  const most = chosen === undefined ? { most: mostAtFirst } : {}
  return { ...(await replayVersion(deps.reading, { set, since: startOfDay(since), ...most })), since }
}

/** Of an agreement that is new, all that it says. */
function changesOf({ agreement, before, set, differences }: Checked): ChangedPart[] {
  const isNew = ({ what, id }: Difference) => what === 'agreement' && id === agreement.key
  const all = differences.flatMap((each) => (isNew(each) ? contentsOf(agreement) : [each]))
  return changesBetween(all, before, set)
}

async function stopping(
  deps: LookDeps,
  context: PersonContext,
  { proposal, version, checked }: Looked,
  act: VersionAct,
): Promise<readonly Refusal[]> {
  if (!version) return []
  const facts = await factsOfVersion(deps, context, {
    ...{ id: proposal.id, version, proposer: proposal.proposedBy ?? release },
    missing: checked?.missing ?? [],
  })
  const decision = deps.judge.rehearse(act, facts)
  return decision.outcome === 'permit' ? [] : decision.refusals
}

async function peopleBehind(
  { tx, now }: { readonly tx: Queryable; readonly now: Date },
  proposals: readonly Proposal[],
): Promise<People> {
  const people = new Map<string, Pick<Person, 'name' | 'party'>>()
  for (const { proposedBy, activatedBy, withdrawnBy } of proposals)
    for (const id of [proposedBy, activatedBy, withdrawnBy]) {
      if (id === undefined || people.has(id)) continue
      const person = await findPersonById(tx, id, now)
      if (person) people.set(id, person)
    }
  return people
}
