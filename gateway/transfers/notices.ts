// Who is told what: a notice and a link, with an innocuous subject and no word of the content (S35).
import type { Context } from '../http/endpoint.ts'
import { owe } from '../mail.ts'
import { findHolders, findPersonById } from '../people/store.ts'
import type { ActDeps } from './act.ts'
import type { Desk } from '../../policies/exchange.ts'
import type { Transfer } from './transfer.ts'

export type Telling = Pick<ActDeps, 'jobs' | 'publicUrl' | 'exchanges'>
type Named = Pick<Transfer, 'id' | 'reference'>
/** What says which desks it concerns. */
type Routed = Named & Pick<Transfer, 'agreement' | 'exchange'>

export async function notifyApprovers(deps: Telling, context: Context, transfer: Routed): Promise<void> {
  const approvers = await holdersAt(context, deps.exchanges.of(transfer, context.now).approver)
  for (const { email } of approvers)
    await tell(
      deps,
      context,
      email,
      transfer,
      'is waiting for approval',
      'A request for data is waiting for a second person to approve it.',
    )
}

export async function notifySupplyDesk(deps: Telling, context: Context, transfer: Routed): Promise<void> {
  const desk = await holdersAt(context, deps.exchanges.of(transfer, context.now).supplies)
  for (const { email } of desk)
    await tell(
      deps,
      context,
      email,
      transfer,
      'is ready to supply',
      'An approved request for data is waiting for you to supply it.',
    )
}

/** Whoever approves learns of every part-supply and escalation at once (hmpps-2025/10-no-refusal). */
export async function tellLead(
  deps: Telling,
  context: Context,
  transfer: Routed,
  outcome: 'part-supply' | 'escalate',
): Promise<void> {
  const what = outcome === 'escalate' ? 'has been escalated' : 'will be supplied in part'
  const leads = await holdersAt(context, deps.exchanges.of(transfer, context.now).approver)
  for (const { email } of leads)
    await tell(
      deps,
      context,
      email,
      transfer,
      what,
      `Whoever supplies it gave a reason. This request ${what}.`,
    )
}

async function holdersAt({ tx, now }: Context, desk: Desk | undefined) {
  return desk ? findHolders(tx, desk.role, desk.party, now) : []
}

const requesterNews = {
  returned: [
    'has been returned to you',
    'Your request was returned for a change. Open it to see what to change.',
  ],
  escalated: ['has been escalated', 'Your request was escalated by those who supply it. Open it to see why.'],
  available: ['is ready to collect', 'What you asked for is ready. Sign in to collect it.'],
  destroyed: [
    'has been destroyed',
    'The data was destroyed on its date. Open the request to see its certificate.',
  ],
} as const

export async function notifyRequester(
  deps: Telling,
  context: Pick<Context, 'tx' | 'now'>,
  transfer: Named & Pick<Transfer, 'requester'>,
  news: keyof typeof requesterNews,
): Promise<void> {
  const person = await findPersonById(context.tx, transfer.requester, context.now)
  const [what, sentence] = requesterNews[news]
  if (person) await tell(deps, context, person.email, transfer, what, sentence)
}

async function tell(
  deps: Telling,
  context: Pick<Context, 'tx' | 'now'>,
  recipient: string,
  transfer: Named,
  what: string,
  sentence: string,
): Promise<void> {
  const body = [
    sentence, '', `${deps.publicUrl}/requests/${transfer.id}`, '', `Reference: ${transfer.reference}`, '',
    'This message holds no data. Do not reply to it with any.', '',
  ].join('\n') // prettier-ignore
  await owe(context.tx, deps.jobs, { recipient, subject: `${transfer.reference} ${what}`, body }, context.now)
}
