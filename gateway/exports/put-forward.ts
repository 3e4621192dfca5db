// The first of two people: puts forward what was rehearsed, or takes it back before the second has released it. What was seen
// in the rehearsal is what goes: the database may not have changed since.
import { randomUUID } from 'node:crypto'
import { londonDate } from '../../policies/calendar.ts'
import { currentEdition } from '../concerns/store.ts'
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound, Problem, stateConflict } from '../http/problem.ts'
import { entryBase, refusedToSee, type ExportDeps } from './act.ts'
import type { PutForward } from './delivery.ts'
import { factsOf } from './facts.ts'
import { tellReleasers } from './notices.ts'
import { findQuarter, openQuarters, unmetQuarters, type OwedQuarter } from './quarters.ts'
import { findingsOf } from './rehearsal.ts'
import { latestRehearsal, type Rehearsal } from './rehearsal-store.ts'
import {
  findLatestSent,
  findSent,
  hasQuarterly,
  insertDelivery,
  lockDelivery,
  withdrawDelivery,
} from './store.ts'

export interface ToPutForward {
  /** The last day of the quarter; the oldest that is owed without it. */
  readonly quarter?: string
  readonly amends?: number
  readonly reason?: string
  /** That the findings of the rehearsal were looked at, where it has any. */
  readonly findingsRead: boolean
}

/** @throws {Problem} `state.conflict`, `export.blocked`, `input.invalid` */
export async function putForward(
  deps: ExportDeps,
  context: PersonContext,
  asked: ToPutForward,
): Promise<Outcome<Pick<PutForward, 'id' | 'quarterEndsOn'>>> {
  const { tx, now, person } = context
  const facts = await factsOf(tx, deps.concernsExport, person, now, { author: person.id })
  const judged = await deps.judge.judge(context, 'put-forward', facts)
  if (judged.outcome === 'refusal') return refused(judged)
  await openQuarters(tx, deps.concernsExport, now)
  const quarter = await quarterFor(context, asked)
  const rehearsal = await standingRehearsal(context, asked)
  const amendment =
    asked.amends === undefined ? undefined : { amends: asked.amends, reason: asked.reason ?? '' }
  const id = randomUUID()
  const made = {
    id,
    quarterEndsOn: quarter.endsOn,
    amendment,
    edition: rehearsal.edition,
    rehearsalId: rehearsal.id,
    putForwardBy: person.id,
    putForwardAt: now,
  }
  if (!(await insertDelivery(tx, judged.permit, made)))
    throw stateConflict('An export is put forward or on its way already.')
  await tellReleasers(deps, context, quarter, person.id)
  const base = entryBase(deps, context, judged, [{ kind: 'delivery', id }])
  const detail = {
    quarter: quarter.endsOn,
    edition: rehearsal.edition,
    ...(amendment && { amends: amendment.amends }),
  }
  return {
    kind: 'done',
    value: { id, quarterEndsOn: quarter.endsOn },
    events: [{ ...base, type: 'concerns-export.put-forward', detail }],
  }
}

async function quarterFor(
  { tx, now }: PersonContext,
  { quarter, amends, reason }: ToPutForward,
): Promise<OwedQuarter> {
  const amended = amends === undefined ? undefined : await findSent(tx, amends)
  if (amends !== undefined && !amended) throw field('amends', `There is no delivery ${amends} to amend.`)
  if (amended && (reason ?? '') === '')
    throw field('reason', 'Say what is wrong with the delivery that it amends.')
  const found = amended
    ? await findQuarter(tx, amended.quarterEndsOn)
    : quarter === undefined
      ? (await unmetQuarters(tx, now))[0]
      : await findQuarter(tx, quarter)
  if (!found) throw field('quarter', 'There is no such quarter that an export is owed for.')
  if (londonDate(now) <= found.endsOn) throw stateConflict(`${found.label} has not ended.`)
  if (!amended && (await hasQuarterly(tx, found.endsOn)))
    throw stateConflict(`${found.label} has its export. To correct it, amend the delivery by its number.`)
  return found
}

/** The last rehearsal, where it stands: nothing was changed or sent since, nothing blocks, and its findings were looked at. */
async function standingRehearsal({ tx }: PersonContext, { findingsRead }: ToPutForward): Promise<Rehearsal> {
  const rehearsal = await latestRehearsal(tx)
  if (!rehearsal)
    throw stateConflict('It has not been rehearsed. Rehearse it, look at what it says, then put it forward.')
  const latest = await findLatestSent(tx)
  const edition = await currentEdition(tx)
  if (rehearsal.edition !== edition || rehearsal.report.since !== (latest?.number ?? null))
    throw stateConflict(
      'The concerns changed since it was rehearsed. Rehearse it again, then put it forward.',
    )
  if (rehearsal.blocks) throw blocked(rehearsal.report.drift.map(({ says }) => says))
  if (findingsOf(rehearsal.report) > 0 && !findingsRead)
    throw field('findingsRead', 'Look at what the rehearsal found, and say that you have.')
  return rehearsal
}

/** @param says what is wrong, a sentence for each column */
export function blocked(says: readonly string[]): Problem {
  return new Problem(
    'export.blocked',
    `${says.join(' ')} Nothing was released. Mend it, then rehearse again.`,
  )
}

function field(name: string, message: string): Problem {
  return new Problem('input.invalid', 'Correct the field named here and send it again. Nothing was saved.', [
    { field: name, message },
  ])
}

/** @throws {Problem} `state.conflict` once it is released */
export async function withdraw(
  deps: ExportDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<undefined>> {
  const { tx, now, person } = context
  const unseen = await refusedToSee(deps, context)
  if (unseen) return unseen
  const delivery = await lockDelivery(tx, id)
  if (!delivery) throw notFound()
  const judged = await deps.judge.judge(
    context,
    'put-forward',
    await factsOf(tx, deps.concernsExport, person, now, { id }),
  )
  if (judged.outcome === 'refusal') return refused(judged)
  if (delivery.state !== 'put-forward') throw stateConflict('It was released or withdrawn already.')
  await withdrawDelivery(tx, judged.permit, id, person.id, now)
  const base = entryBase(deps, context, judged, [{ kind: 'delivery', id }])
  return {
    kind: 'done',
    value: undefined,
    events: [{ ...base, type: 'concerns-export.withdrawn', detail: { quarter: delivery.quarterEndsOn } }],
  }
}
