// Looking at deliveries: a year of them, one, what changed in one, and what waits to be released. What changed has the words of
// concerns in it, so that it is decided like opening the delivery itself, for each person each time.
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import type { Person } from '../http/who.ts'
import { findPersonById } from '../people/store.ts'
import { findCertificate, type StoredCertificate } from '../retention/certificate-store.ts'
import type { Item } from '../retention/item.ts'
import { countHolds, findItemOfDelivery } from '../retention/store.ts'
import { entryBase, refusedToSee, seeing, type ExportDeps } from './act.ts'
import { sentDelivery } from './collect.ts'
import { findMail, type DeliveryMail } from './mail-store.ts'
import type { PutForward, ReleasedDelivery, SentDelivery } from './delivery.ts'
import { factsOf } from './facts.ts'
import {
  findQuarter,
  listQuarters,
  openQuarters,
  stateOf,
  type OwedQuarter,
  type OwedState,
} from './quarters.ts'
import { latestRehearsal, type Rehearsal } from './rehearsal-store.ts'
import { readChanges, type Change } from './snapshot.ts'
import { findSent, findUnderWay, listSent } from './store.ts'
import { listSubscribed } from './subscriptions.ts'
import { readYear, type ShownYear } from './year.ts'

export interface Year extends ShownYear {
  readonly underWay: PutForward | ReleasedDelivery | undefined
  readonly subscribed: boolean
}

export function viewYear(
  deps: ExportDeps,
  context: PersonContext,
  as: 'page' | 'json',
  starts?: number,
): Promise<Outcome<Year>> {
  return seeing(deps, context, async (base) => {
    const { tx, now, person } = context
    await openQuarters(tx, deps.concernsExport, now)
    const shown = await readYear(tx, deps.concernsExport, now, starts)
    const subscribed = (await listSubscribed(tx, [person.id])).has(person.id)
    const detail = {
      shown: shown.rows.flatMap(({ deliveries }) => deliveries).length,
      as,
      what: 'year',
    } as const
    return {
      value: { ...shown, underWay: await findUnderWay(tx), subscribed },
      events: [{ ...base, type: 'concerns-export.viewed', detail }],
    }
  })
}

export interface Seen {
  readonly delivery: SentDelivery
  readonly item: Item | undefined
  /** How many holds stop its destruction. */
  readonly holds: number
  readonly certificate: StoredCertificate | undefined
  /** What the mailbox got; undefined for a delivery of before it was kept. */
  readonly mail: DeliveryMail | undefined
  readonly amendedBy: readonly number[]
  readonly people: Readonly<Partial<Record<'putForwardBy' | 'releasedBy' | 'acknowledgedBy', Person>>>
}

export function viewDelivery(
  deps: ExportDeps,
  context: PersonContext,
  number: number | 'latest',
  as: 'page' | 'json',
): Promise<Outcome<Seen>> {
  return seeing(deps, context, async (base) => {
    const { tx } = context
    const delivery = await sentDelivery(context, number)
    const ofQuarter = await listSent(tx, delivery.quarterEndsOn)
    const amendedBy = ofQuarter.filter(({ amendment }) => amendment?.amends === delivery.number)
    const item = await findItemOfDelivery(tx, delivery.id)
    const value = {
      delivery,
      item,
      holds: item ? await countHolds(tx, item.id) : 0,
      certificate: item && (await findCertificate(tx, item.id)),
      mail: await findMail(tx, delivery.id),
      amendedBy: amendedBy.map((each) => each.number),
      people: await peopleOf(context, delivery),
    }
    const subjects = [{ kind: 'delivery', id: delivery.id } as const]
    const detail = { delivery: delivery.number, shown: 1, as, what: 'delivery' } as const
    return { value, events: [{ ...base, subjects, type: 'concerns-export.viewed', detail }] }
  })
}

/** How its copy ended, with the certificate where there is one. */
export async function viewEnd(
  deps: ExportDeps,
  context: PersonContext,
  number: number,
): Promise<Outcome<Seen>> {
  const outcome = await viewDelivery(deps, context, number, 'page')
  if (outcome.kind === 'refused' || !outcome.value.certificate || !outcome.value.item) return outcome
  const [seen] = outcome.events
  const subjects = [...seen.subjects, { kind: 'item', id: outcome.value.item.id } as const]
  return { ...outcome, events: [{ ...seen, subjects, type: 'certificate.viewed', detail: {} }] }
}

async function peopleOf({ tx, now }: PersonContext, delivery: SentDelivery): Promise<Seen['people']> {
  const acknowledgedBy =
    delivery.state === 'acknowledged' ? await findPersonById(tx, delivery.acknowledgedBy, now) : undefined
  const putForwardBy = await findPersonById(tx, delivery.putForwardBy, now)
  const releasedBy = await findPersonById(tx, delivery.releasedBy, now)
  return { ...(putForwardBy && { putForwardBy }), ...(releasedBy && { releasedBy }), ...(acknowledgedBy && { acknowledgedBy }) } // prettier-ignore
}

export interface Changes {
  readonly delivery: SentDelivery
  readonly changes: readonly Change[]
  /** Whether there are more than are shown. */
  readonly more: boolean
}

/** @param most how many are held at once; a page shows fewer than a file does */
export async function viewChanges(
  deps: ExportDeps,
  context: PersonContext,
  number: number,
  { as, most }: { readonly as: 'page' | 'json'; readonly most: number },
): Promise<Outcome<Changes>> {
  const { tx, now, person } = context
  const unseen = await refusedToSee(deps, context)
  if (unseen) return unseen
  const delivery = await sentDelivery(context, number)
  const facts = await factsOf(tx, deps.concernsExport, person, now, { id: delivery.id, shownAs: 'screen' })
  const judged = await deps.judge.judge(context, 'open', facts)
  if (judged.outcome === 'refusal') return refused(judged)
  const before = delivery.follows === undefined ? undefined : await findSent(tx, delivery.follows)
  const changes: Change[] = []
  for await (const batch of readChanges(tx, before?.edition ?? 0, delivery.edition)) {
    changes.push(...batch)
    if (changes.length > most) break
  }
  const base = entryBase(deps, context, judged, [{ kind: 'delivery', id: delivery.id }])
  const detail = { delivery: number, shown: Math.min(changes.length, most), as, what: 'changes' } as const
  return {
    kind: 'done',
    value: { delivery, changes: changes.slice(0, most), more: changes.length > most },
    events: [{ ...base, type: 'concerns-export.viewed', detail }],
  }
}

export interface Next {
  /** The oldest quarter that is owed, or the one that runs. */
  readonly quarter: OwedQuarter
  readonly state: OwedState
  /** Of this quarter; the latest of all where that is another's. */
  readonly rehearsal: Rehearsal | undefined
  readonly earlier: { readonly rehearsal: Rehearsal; readonly quarter: OwedQuarter | undefined } | undefined
  readonly underWay: PutForward | ReleasedDelivery | undefined
  readonly latest: SentDelivery | undefined
}

/** What is to be rehearsed and released next. */
export function viewNext(
  deps: ExportDeps,
  context: PersonContext,
  as: 'page' | 'json',
): Promise<Outcome<Next>> {
  return seeing(deps, context, async (base) => {
    const { tx, now } = context
    await openQuarters(tx, deps.concernsExport, now)
    const quarters = await listQuarters(tx, now)
    const quarter = quarters.find(({ metAt }) => !metAt) ?? quarters.at(-1)
    if (!quarter) throw new Error('the quarter that runs is not open')
    const rehearsal = await latestRehearsal(tx)
    const isOfQuarter = rehearsal?.quarterEndsOn === quarter.endsOn
    const value = {
      quarter,
      state: stateOf(quarter, now),
      rehearsal: isOfQuarter ? rehearsal : undefined,
      earlier:
        rehearsal && !isOfQuarter
          ? { rehearsal, quarter: await findQuarter(tx, rehearsal.quarterEndsOn) }
          : undefined,
      underWay: await findUnderWay(tx),
      latest: (await listSent(tx, '2000-01-01'))[0],
    }
    return {
      value,
      events: [{ ...base, type: 'concerns-export.viewed', detail: { shown: 1, as, what: 'next' } }],
    }
  })
}
