// Everything that this slice answers to, over JSON and as pages.
import type { Establishments } from '../../policies/establishments.ts'
import type { Decision } from '../../policies/decide.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { CaseSource } from '../sources/case-source.ts'
import { transferApi } from './api.ts'
import type { CollectDeps } from './collect.ts'
import type { ClauseVerdict } from './clauses.ts'
import { transferPages } from './pages.ts'

export interface TransferDeps extends CollectDeps {
  readonly establishments: Establishments
  readonly source: Pick<CaseSource, 'estimate'>
  readonly clausesFor: (decision: Decision) => ClauseVerdict[]
}

export function transferEndpoints(deps: TransferDeps): Endpoint[] {
  return [...transferApi(deps), ...transferPages(deps)]
}
