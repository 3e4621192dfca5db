// The proof that the ledger says of a delivery what its page says: that it was sent, with this manifest and these rows, or that
// the gateway's copy was destroyed. For whoever may see deliveries; no personal value is opened in it.
import type { EventType } from '../../audit/events.ts'
import { readLog } from '../../audit/log.ts'
import { proveInclusion } from '../../audit/proofs.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext, Reply } from '../http/endpoint.ts'
import { notFound } from '../http/problem.ts'
import { unproved } from '../unproved.ts'
import { seeing, type ExportDeps } from './act.ts'
import { sentDelivery } from './collect.ts'
import type { provable } from './schemas.ts'

export interface ProveDeps extends ExportDeps {
  /** Whether proofs wait for the witnesses that the policy names. */
  readonly policyHolds: boolean
}

type Provable = (typeof provable)[number]
const entryTypes: Readonly<Record<Provable, EventType>> = {
  sent: 'concerns-export.sent',
  destroyed: 'item.destroyed',
}

/** @throws {Problem} `not-found` where there is no such entry, `ledger.behind` until it is under a checkpoint */
export function proveDelivery(
  deps: ProveDeps,
  context: PersonContext,
  number: number,
  what: Provable,
): Promise<Outcome<Omit<Reply, 'events'>>> {
  return seeing(deps, context, async (base) => {
    const { id, number: proved } = await sentDelivery(context, number)
    const subject = { kind: 'delivery', id } as const
    const { lines } = await readLog(context.tx, { type: entryTypes[what], subject }, { limit: 1 })
    const [line] = lines
    if (!line) throw notFound()
    const found = await proveInclusion(context.tx, line.entryId, { policyHolds: deps.policyHolds })
    if (found.outcome === 'absent') throw notFound()
    if (found.outcome !== 'proved') throw unproved(found)
    const detail = { entry: line.entryId, treeSize: found.treeSize }
    return {
      value: { contentType: 'text/plain; charset=utf-8', filename: `delivery-${proved}-${what}.tlog-proof`, json: found.proof }, // prettier-ignore
      events: [{ ...base, subjects: [subject], type: 'ledger.proof-issued', detail }],
    }
  })
}
