// What a person sees first: what waits on them, what is theirs, what is due to be destroyed.
import type { PersonContext } from '../http/endpoint.ts'
import { findSealedItems } from '../retention/store.ts'
import type { Desk } from '../../policies/exchange.ts'
import { listTransfers, type TransferFilter } from './store.ts'
import type { Transfer } from './transfer.ts'
import type { TransferDeps } from './deps.ts'
import { mayView } from './view.ts'

export interface Lists {
  readonly waitingOnYou: Transfer[]
  readonly yours: Transfer[]
}

/** What a person's desks wait for; what they may not view is left out whatever the list says. */
function waitingFor({ exchanges }: TransferDeps, { person, now }: PersonContext): TransferFilter[] {
  const isAt = (desk: Desk | undefined) => desk?.party === person.party && person.roles.includes(desk.role)
  const offered = exchanges.offered(now)
  return [
    ...(offered.some(({ approver }) => isAt(approver)) ? [{ states: ['requested'] } as const] : []),
    ...(offered.some(({ supplies }) => isAt(supplies))
      ? [{ states: ['approved', 'escalated'] } as const]
      : []),
  ]
}

export async function listFor(deps: TransferDeps, context: PersonContext): Promise<Lists> {
  const { person, tx } = context
  const yours = await listTransfers(tx, { requester: person.id })
  const waiting = new Map<string, Transfer>()
  for (const own of yours)
    if (own.state === 'returned' || own.state === 'available' || own.state === 'collected')
      waiting.set(own.id, own)
  for (const filter of waitingFor(deps, context))
    for (const transfer of await listTransfers(tx, { ...filter, notRequester: person.id }))
      if (await mayView(deps, context, transfer)) waiting.set(transfer.id, transfer)
  return { waitingOnYou: [...waiting.values()], yours }
}

export interface DueItem {
  readonly transfer: Transfer
  /** 'YYYY-MM-DD' */
  readonly destroyOn: string
}

/** Of these transfers, what is held now and will be destroyed, soonest first. */
export async function dueToBeDestroyed(
  context: PersonContext,
  transfers: readonly Transfer[],
): Promise<DueItem[]> {
  const items = await findSealedItems(context.tx, [...new Set(transfers.map((transfer) => transfer.id))])
  return items.flatMap(({ of, destroyOn }) => {
    const transfer = transfers.find((each) => each.id === of.id)
    return transfer ? [{ transfer, destroyOn }] : []
  })
}
