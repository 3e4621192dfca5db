// One request as a page: what was asked, where it stands, who holds it and until when, and the acts that this person has.
import { londonDate } from '../../policies/calendar.ts'
import type { Refusal } from '../../policies/decide.ts'
import type { Act } from '../../policies/facts.ts'
import type { PersonContext, Reply } from '../http/endpoint.ts'
import type { FieldFault } from '../http/problem.ts'
import { findPersonById } from '../people/store.ts'
import { findCertificate } from '../retention/certificate-store.ts'
import { methodsOf } from '../retention/outside-copy.ts'
import { findOutsideCopies } from '../retention/outside-copy-store.ts'
import { findItemOf } from '../retention/store.ts'
import { answerOf } from './answers.ts'
import { openingFacts } from './collect.ts'
import type { TransferDeps } from './deps.ts'
import { factsOf } from './facts.ts'
import { copiesOf } from './owed.ts'
import { findTexts } from './store.ts'
import { after, type Transfer, type TransferAct } from './transfer.ts'
import { viewTransfer } from './view.ts'

const offeredActs = [
  'approve',
  'return',
  'supply',
  'part-supply',
  'escalate',
  'collect',
  'acknowledge',
] as const satisfies readonly (Act & TransferAct)[]

/** A form of this page that came back with mistakes in it. */
export interface Mistaken {
  readonly form: string
  readonly given: unknown
  readonly faults: readonly FieldFault[]
}

interface Offer {
  readonly acts: Readonly<Record<string, boolean>>
  readonly blocked: readonly Refusal[]
}

export async function transferPage(
  deps: TransferDeps,
  context: PersonContext,
  id: string,
  mistaken?: Mistaken,
): Promise<Reply> {
  const { transfer, event } = await viewTransfer(deps, context, id)
  const who = (personId: string | undefined) =>
    personId === undefined ? undefined : findPersonById(context.tx, personId, context.now)
  const item = await findItemOf(context.tx, id)
  const data = {
    transfer,
    answer: await answerOf(context.tx, transfer),
    exchange: deps.exchanges.find(transfer.agreement, transfer.exchange, context.now),
    supplyIsLocal: deps
      .supplyClocks(transfer, transfer.approvedAt ?? context.now)
      .some(({ isLocal }) => isLocal),
    texts: await findTexts(context.tx, id),
    people: {
      requester: await who(transfer.requester),
      approver: await who(transfer.approver),
      supplier: await who(transfer.supplier),
    },
    dataset: deps.datasets.get(transfer.dataset),
    purpose: deps.purposes.get(transfer.purpose),
    establishments: transfer.establishments.map((code) => deps.establishments.find(code)),
    ...(await actsOf(deps, context, transfer)),
    item,
    copies: item && (await copiesOf(context, item.id, id)),
    mayAttest: await mayAttest(deps, context, transfer),
    outside: item && (await outsideOf(deps, context, transfer, item.id)),
    certificate: item && (await findCertificate(context.tx, item.id)),
    mistaken,
  }
  return { events: [event], view: { template: 'request.njk', data } }
}

/** Paper and media of one item, and what this person may do in their register. */
async function outsideOf(deps: TransferDeps, context: PersonContext, transfer: Transfer, itemId: string) {
  const facts = await factsOf(context.tx, context.person, transfer, context.now, { reasonGiven: true })
  const may = (act: Act) => deps.judge.rehearse(act, facts).outcome === 'permit'
  return {
    copies: await findOutsideCopies(context.tx, itemId),
    isSender: context.person.party === transfer.from,
    may: {
      register: may('register-copy'),
      receive: may('receive-copy'),
      answer: may('answer-media'),
      end: may('dispose-copy'),
    },
    methods: methodsOf,
    today: londonDate(context.now),
  }
}

/** Whether this person may say what became of the copies: the act is judged again. */
async function mayAttest(deps: TransferDeps, context: PersonContext, transfer: Transfer): Promise<boolean> {
  const facts = await factsOf(context.tx, context.person, transfer, context.now)
  return deps.judge.rehearse('attest', facts).outcome === 'permit'
}

/**
 * Which buttons to show: what the state allows and the rules would permit now. The act itself is judged again.
 * `blocked` says what keeps the person who asked from collecting.
 */
async function actsOf(deps: TransferDeps, context: PersonContext, transfer: Transfer): Promise<Offer> {
  const item = await findItemOf(context.tx, transfer.id)
  const facts = await factsOf(context.tx, context.person, transfer, context.now, {
    reasonGiven: true,
    ...openingFacts(item),
  })
  const possible = offeredActs.filter(
    (act) => after(transfer.state, act) !== undefined && deps.judge.rehearse(act, facts).outcome === 'permit',
  )
  const collecting =
    transfer.requester === context.person.id && after(transfer.state, 'collect') !== undefined
  const collect = collecting ? deps.judge.rehearse('collect', facts) : undefined
  return {
    acts: Object.fromEntries(possible.map((act) => [act, true])),
    blocked: collect?.outcome === 'refusal' ? collect.refusals : [],
  }
}
