// Before anything is asked for: what would be decided and by which clauses, about how many rows, which fields the purpose
// does not need. Nothing is kept but the look.
import type { Decision } from '../../policies/decide.ts'
import type { PersonContext, Reply } from '../http/endpoint.ts'
import { personActor } from '../http/who.ts'
import type { TransferDeps } from './deps.ts'
import { exchangeFor, exchangeOffered, type Cited } from './exchange.ts'
import { factsOfRequest } from './facts.ts'
import { categoriesOf, checkAgainstDataset } from './request.ts'
import type { AskedInput } from './schemas.ts'

export interface Checked {
  readonly decision: Decision
  /** Rows that the request would hand over; people who are named do not change it, so it tells nothing about them. */
  readonly estimate: { readonly rows: number; readonly columns: number }
  readonly notNeeded: readonly string[]
}

export async function checkAsked(
  deps: TransferDeps,
  context: PersonContext,
  asked: AskedInput,
): Promise<Checked> {
  checkAgainstDataset(deps, asked)
  const dataCategories = categoriesOf(deps, asked)
  const facts = await factsOfRequest(
    context.tx,
    context.person,
    { ...asked, dataCategories },
    exchangeFor(deps.exchanges, context.person.party, asked, context.now),
    'not-yet',
    context.now,
  )
  const decision = deps.judge.rehearse('request', facts)
  // Somebody who would be refused learns nothing of what is held.
  const estimate =
    decision.outcome === 'permit' ? await deps.source.estimate(withoutPeople(asked)) : { rows: 0, columns: 0 }
  const fields = deps.datasets.get(asked.dataset)?.fields ?? []
  const notNeeded = fields.filter(
    (field) => asked.fields.includes(field.name) && !field.neededFor.includes(asked.purpose),
  )
  return { decision, estimate, notNeeded: notNeeded.map((field) => field.name) }
}

/** A request with nothing in it: for the clauses that any request is judged by, whatever they would say of it. */
export async function rehearseBlank(
  deps: TransferDeps,
  context: PersonContext,
  cited: Cited,
): Promise<Decision> {
  const { person, now } = context
  const blank = { inspection: '', dataset: '', fields: [], establishments: [], prisonNumbers: [], periodFrom: '', periodTo: '', purpose: '', statutoryBasis: '', relevance: '', dataCategories: [] } // prettier-ignore
  return deps.judge.rehearse(
    'request',
    await factsOfRequest(
      context.tx,
      person,
      blank,
      exchangeOffered(deps.exchanges, person.party, cited, now),
      'not-yet',
      now,
    ),
  )
}

export async function checkRequest(
  deps: TransferDeps,
  context: PersonContext,
  asked: AskedInput,
): Promise<Reply> {
  const { decision, estimate, notNeeded } = await checkAsked(deps, context, asked)
  const json =
    decision.outcome === 'permit'
      ? { outcome: 'permit', tested: decision.permit.tested, estimate, notNeeded }
      : { outcome: 'refusal', tested: decision.tested, refusals: decision.refusals, notNeeded }
  return { events: [formViewed(context, '/api/v1/requests/check')], json }
}

export function formViewed(context: PersonContext, form: string) {
  return {
    type: 'form.viewed',
    actor: personActor(context.person, context.ip),
    subjects: [],
    correlation: context.requestId,
    detail: { form },
  } as const
}

function withoutPeople({ dataset, fields, establishments, periodFrom, periodTo }: AskedInput) {
  return { dataset, fields, establishments, periodFrom, periodTo }
}
