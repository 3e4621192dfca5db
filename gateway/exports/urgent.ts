// Break-glass (S44): one concern, shared at once between quarters where people's safety cannot wait. A reason, named members of
// the team, the assurance officer alerted; the same person cannot do it again until the review afterwards is closed. It never
// opens publication, and changes no delivery.
import { randomBytes, randomUUID } from 'node:crypto'
import { dutyDates } from '../../policies/duty.ts'
import type { Facts } from '../../policies/facts.ts'
import { findConcern } from '../concerns/store.ts'
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound, Problem, stateConflict } from '../http/problem.ts'
import type { Person } from '../http/who.ts'
import { findHolders } from '../people/store.ts'
import { entryBase, refusedToSee, seeing, type ExportDeps } from './act.ts'
import { factsOf, membersOf } from './facts.ts'
import { tell } from './notices.ts'
import {
  closeReview,
  countOpenReviews,
  insertShare,
  listShares,
  lockShare,
  type Finding,
  type UrgentShare,
} from './urgent-store.ts'

const kind = 'urgent-concern'
type DocumentFacts = NonNullable<Facts['document']>

/** What the rules see of an urgent share: the exchange of its own, with the people whom it names. */
export function urgentFacts(
  deps: Pick<ExportDeps, 'concernsExport'>,
  { tx, person, now }: Pick<PersonContext, 'tx' | 'person' | 'now'>,
  share: Partial<DocumentFacts> & { readonly readers: readonly string[] },
): Promise<Facts> {
  return factsOf(tx, deps.concernsExport, person, now, { exchange: kind, kind, ...share })
}

export interface ToShare {
  readonly concern: string
  /** Ids of members of the team. */
  readonly people: readonly string[]
  readonly reason: string
}

/** @throws {Problem} `input.invalid` where there is no such concern */
export async function shareUrgently(
  deps: ExportDeps,
  context: PersonContext,
  { concern: reference, people, reason }: ToShare,
): Promise<Outcome<UrgentShare>> {
  const { tx, now, person } = context
  const members = await membersOf(tx, deps.concernsExport, now)
  const named = members.filter(({ id }) => people.includes(id))
  const facts = await urgentFacts(deps, context, {
    author: person.id,
    readers: people,
    readersAuthorised: people.length > 0 && named.length === new Set(people).size,
    reasonGiven: reason.trim() !== '',
    openReviews: await countOpenReviews(tx, person.id),
  })
  const judged = await deps.judge.judge(context, 'release', facts)
  if (judged.outcome === 'refusal') return refused(judged)
  const concern = await findConcern(tx, reference)
  if (!concern) throw noConcern()
  const share = newShare(deps, context, { reason, concern: reference, concernVersion: concern.version })
  await insertShare(tx, judged.permit, { ...share, people: named.map(({ id }) => id) })
  await alert(deps, context, share, named)
  const subjects = [
    { kind: 'urgent-share', id: share.id },
    { kind: 'concern', id: reference },
  ] as const
  const base = entryBase(deps, context, judged, subjects)
  const recipients = named.map(({ id, name }) => ({ id, name, collectedAt: undefined }))
  return {
    kind: 'done',
    value: { ...share, review: undefined, recipients },
    events: [{ ...base, type: 'urgent-concern.shared', detail: { people: named.length, reason } }],
  }
}

function noConcern(): Problem {
  return new Problem('input.invalid', 'Correct the field named here and send it again. Nothing was shared.', [
    { field: 'concern', message: 'There is no concern with this id.' },
  ])
}

function newShare(
  { concernsExport }: ExportDeps,
  { person, now }: PersonContext,
  about: Pick<UrgentShare, 'reason' | 'concern' | 'concernVersion'>,
) {
  const letters = randomBytes(4).toString('hex').toUpperCase()
  return {
    ...about,
    id: randomUUID(),
    reference: `URG-${letters.slice(0, 4)}-${letters.slice(4)}`,
    sharedBy: person.id,
    sharedAt: now,
    reviewBy: dutyDates(concernsExport.urgentReview, now).dueAt,
  }
}

/** Recipients and assurance officers, at once: a notice and a link, and no word of the concern. */
async function alert(
  deps: ExportDeps,
  context: PersonContext,
  { reference }: Pick<UrgentShare, 'reference'>,
  named: readonly Person[],
): Promise<void> {
  const officers = await findHolders(context.tx, 'assurance-officer', deps.concernsExport.from, context.now)
  const told = { subject: `${reference} needs you`, path: '/urgent-concerns' }
  await tell(deps, context, named.map(({ email }) => email), { ...told, lines: [`HMI Prisons shared an urgent concern with you: ${reference}. Sign in to collect it.`] }) // prettier-ignore
  await tell(deps, context, officers.map(({ email }) => email), { ...told, lines: [`An urgent concern was shared between quarters: ${reference}. Review it by the end of the next working day.`] }) // prettier-ignore
}

export interface Urgents {
  readonly shares: readonly UrgentShare[]
  /** Whom it can be shared with; for those who can share. */
  readonly team: readonly Pick<Person, 'id' | 'name'>[]
}

/** All of them at HMI Prisons; a member of the team sees those that name them. */
export function viewUrgent(
  deps: ExportDeps,
  context: PersonContext,
  as: 'page' | 'json',
): Promise<Outcome<Urgents>> {
  return seeing(deps, context, async (base) => {
    const { tx, now, person } = context
    const own = person.party === deps.concernsExport.from
    const shares = await listShares(tx, own ? undefined : person.id)
    const team = own ? await membersOf(tx, deps.concernsExport, now) : []
    return {
      value: { shares, team: team.map(({ id, name }) => ({ id, name })) },
      events: [{ ...base, type: 'urgent-concern.viewed', detail: { shown: shares.length, as } }],
    }
  })
}

/** One that this person may know of: what names somebody else is not there. @throws {Problem} `not-found` */
export async function knownShare(
  deps: ExportDeps,
  { tx, person }: PersonContext,
  id: string,
): Promise<UrgentShare> {
  const share = await lockShare(tx, id)
  const isNamed = share?.recipients.some((each) => each.id === person.id) ?? false
  if (!share || (!isNamed && person.party !== deps.concernsExport.from)) throw notFound()
  return share
}

/** @throws {Problem} `state.conflict` where it was reviewed already */
export async function reviewUrgent(
  deps: ExportDeps,
  context: PersonContext,
  id: string,
  { finding, words }: { readonly finding: Finding; readonly words: string },
): Promise<Outcome<{ readonly id: string; readonly finding: Finding }>> {
  const unseen = await refusedToSee(deps, context)
  if (unseen) return unseen
  const share = await knownShare(deps, context, id)
  const readers = share.recipients.map((each) => each.id)
  const judged = await deps.judge.judge(
    context,
    'review',
    await urgentFacts(deps, context, { id, author: share.sharedBy, readers }),
  )
  if (judged.outcome === 'refusal') return refused(judged)
  const review = { by: context.person.id, at: context.now, finding, words }
  if (!(await closeReview(context.tx, judged.permit, id, review)))
    throw stateConflict('It was reviewed already.')
  const base = entryBase(deps, context, judged, [{ kind: 'urgent-share', id }])
  return {
    kind: 'done',
    value: { id, finding },
    events: [{ ...base, type: 'urgent-concern.reviewed', detail: { finding, words } }],
  }
}
