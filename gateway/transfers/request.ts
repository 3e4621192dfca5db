// Asking for data, and asking again after it was returned for a change (hmpps-2025/11, 16).
import { randomBytes, randomUUID } from 'node:crypto'
import type { LedgerEvent } from '../../audit/events.ts'
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound, Problem, stateConflict, type FieldFault } from '../http/problem.ts'
import { done, entryBase, type ActDeps, type Done, type Permitted } from './act.ts'
import { factsOfRequest } from './facts.ts'
import { notifyApprovers } from './notices.ts'
import type { Exchange } from '../../policies/exchange.ts'
import { exchangeFor } from './exchange.ts'
import type { AskedInput } from './schemas.ts'
import { insertText, insertTransfer, lockTransfer, move } from './store.ts'
import { after } from './transfer.ts'

export async function requestTransfer(
  deps: ActDeps,
  context: PersonContext,
  asked: AskedInput,
): Promise<Outcome<Done>> {
  checkAgainstDataset(deps, asked)
  const exchange = exchangeFor(deps.exchanges, context.person.party, asked, context.now)
  const id = randomUUID()
  const dataCategories = categoriesOf(deps, asked)
  const facts = await factsOfRequest(
    context.tx,
    context.person,
    { ...asked, dataCategories },
    exchange,
    id,
    context.now,
  )
  const judged = await deps.judge.judge(context, 'request', facts)
  if (judged.outcome === 'refusal') return refused(judged)
  const reference = newReference()
  await insertTransfer(context.tx, judged.permit, {
    ...asked,
    id,
    reference,
    agreement: exchange.agreement,
    exchange: exchange.key,
    from: exchange.from,
    to: exchange.to,
    requester: context.person.id,
    lawfulBasis: exchange.lawfulBasis,
    dataCategories,
    marking: exchange.marking,
    retentionClass: exchange.retentionClass,
    requestedAt: context.now,
  })
  await insertText(context.tx, id, 'relevance', asked.relevance, context.now)
  await notifyApprovers(deps, context, {
    id,
    reference,
    agreement: exchange.agreement,
    exchange: exchange.key,
  })
  return done({ id, reference }, 'requested', judged, requested(exchange, context, asked, id, judged))
}

/** The same request, changed as the approver asked; judged anew. */
export async function resubmitTransfer(
  deps: ActDeps,
  context: PersonContext,
  id: string,
  asked: AskedInput,
): Promise<Outcome<Done>> {
  const transfer = await lockTransfer(context.tx, id)
  if (transfer?.requester !== context.person.id) throw notFound()
  if (after(transfer.state, 'resubmit') === undefined)
    throw stateConflict(`This request is ${transfer.state}.`)
  if (asked.inspection !== transfer.inspection || asked.dataset !== transfer.dataset) {
    throw new Problem(
      'input.invalid',
      'A returned request keeps its inspection and its dataset. Make a new request instead.',
      [
        {
          field: asked.inspection !== transfer.inspection ? 'inspection' : 'dataset',
          message: 'This cannot change now.',
        },
      ],
    )
  }
  checkAgainstDataset(deps, asked)
  const exchange = deps.exchanges.of(transfer, context.now)
  const dataCategories = categoriesOf(deps, asked)
  const facts = await factsOfRequest(
    context.tx,
    context.person,
    { ...asked, dataCategories },
    exchange,
    id,
    context.now,
  )
  const judged = await deps.judge.judge(context, 'request', facts)
  if (judged.outcome === 'refusal') return refused(judged)
  const state = await move(context.tx, judged.permit, transfer, 'resubmit', context.now, {
    asked: { ...asked, dataCategories },
  })
  await insertText(context.tx, id, 'relevance', asked.relevance, context.now)
  await notifyApprovers(deps, context, transfer)
  return done(transfer, state, judged, requested(exchange, context, asked, id, judged))
}

/** @throws {Problem} `input.invalid`: what only the dataset knows, each field by name */
export function checkAgainstDataset({ datasets, purposes }: ActDeps, asked: AskedInput): void {
  const faults: FieldFault[] = []
  const dataset = datasets.get(asked.dataset)
  if (!dataset)
    faults.push({
      field: 'dataset',
      message: `There is no such dataset. Choose one of: ${[...datasets.keys()].join(', ')}.`,
    })
  if (!purposes.has(asked.purpose))
    faults.push({ field: 'purpose', message: `Choose one of: ${[...purposes.keys()].join(', ')}.` })
  const known = new Set(dataset?.fields.map((field) => field.name))
  asked.fields.forEach((field, index) => {
    if (dataset && !known.has(field))
      faults.push({ field: `fields.${index}`, message: `${dataset.title} has no field of this name.` })
  })
  if (faults.length > 0)
    throw new Problem(
      'input.invalid',
      'Correct the fields named here and send it again. Nothing was saved.',
      faults,
    )
}

/** Which kinds of data a processing record names (hmpps-2025/17): the sensitivities of the fields asked for. */
export function categoriesOf({ datasets }: ActDeps, asked: Pick<AskedInput, 'dataset' | 'fields'>): string[] {
  const fields = datasets.get(asked.dataset)?.fields ?? []
  const asksFor = fields.filter((field) => asked.fields.includes(field.name))
  return [...new Set(asksFor.map((field) => field.sensitivity))].sort()
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Crockford base 32, so that it survives being read out: CLD-7K3M-Q2PX-9A4T. */
function newReference(): string {
  const letters = [...randomBytes(12)].map((byte) => alphabet[byte % 32] ?? '0').join('')
  return `CLD-${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`
}

function requested(
  exchange: Exchange,
  context: PersonContext,
  asked: AskedInput,
  id: string,
  judged: Permitted,
): LedgerEvent {
  const about = { id, inspection: asked.inspection, agreement: exchange.agreement }
  return {
    ...entryBase(context, about, judged),
    type: 'transfer.requested',
    detail: {
      exchange: exchange.key,
      dataset: asked.dataset,
      fields: [...asked.fields],
      establishments: [...asked.establishments],
      periodFrom: asked.periodFrom,
      periodTo: asked.periodTo,
      purpose: asked.purpose,
      namedPeople: asked.prisonNumbers.length,
      relevance: asked.relevance,
    },
  }
}
