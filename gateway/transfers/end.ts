// The end of what was supplied for a request: judged as the agreement's destruction, after a return where one is owed first; the
// request ends with it, and whoever asked is told.
import { londonDate } from '../../policies/calendar.ts'
import type { Transaction } from '../db.ts'
import { gatewayProcess } from '../decisions/gateway-process.ts'
import { findReturnOffer } from '../retention/clock-store.ts'
import type { End } from '../retention/end.ts'
import type { Item } from '../retention/item.ts'
import { countHolds } from '../retention/store.ts'
import { factsOf } from './facts.ts'
import { notifyRequester, type Telling } from './notices.ts'
import { findTransfer, lockTransfer, move } from './store.ts'

export function endOfTransfer(deps: Telling): End {
  return {
    act: 'destroy',
    factsOf: async (tx, item, now, locking) => {
      const transfer = await transferOf(tx, item, locking)
      const offer = await findReturnOffer(tx, item.id)
      const agreed = offer?.answers.filter(({ returnable }) => !returnable).map(({ party }) => party)
      return factsOf(tx, gatewayProcess, transfer, now, {
        destroyOn: item.destroyOn,
        holds: await countHolds(tx, item.id),
        ...(offer && { returnOfferedOn: londonDate(offer.offeredAt) }),
        ...(agreed && { returnAgreedBy: agreed }),
      })
    },
    whenDestroyed: async (tx, permit, item, now) => {
      const transfer = await transferOf(tx, item, true)
      await move(tx, permit, transfer, 'destroy', now)
      await notifyRequester(deps, { tx, now }, transfer, 'destroyed')
    },
  }
}

async function transferOf(tx: Transaction, { of }: Item, locking: boolean) {
  const transfer = await (locking ? lockTransfer(tx, of.id) : findTransfer(tx, of.id))
  if (!transfer) throw new Error('an item without its transfer')
  return transfer
}
