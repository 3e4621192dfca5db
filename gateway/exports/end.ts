// The end of a delivery's copy: disposed of by the gateway on the date of the originator's schedule, unless something holds it. The
// delivery itself, with its number and its manifest, stays as it is.
import { gatewayProcess } from '../decisions/gateway-process.ts'
import type { End } from '../retention/end.ts'
import { countHolds } from '../retention/store.ts'
import type { ExportDeps } from './act.ts'
import { factsOf } from './facts.ts'

export function endOfDelivery(deps: Pick<ExportDeps, 'concernsExport'>): End {
  return {
    act: 'dispose',
    factsOf: async (tx, { id, of, destroyOn }, now) =>
      factsOf(tx, deps.concernsExport, gatewayProcess, now, {
        id: of.id,
        destroyOn,
        holds: await countHolds(tx, id),
      }),
    whenDestroyed: () => Promise.resolve(),
  }
}
