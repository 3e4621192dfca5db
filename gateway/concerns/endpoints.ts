// Everything over HTTP that concerns the concerns database (hmpps-2025/20).
import type { Endpoint } from '../http/endpoint.ts'
import type { ConcernDeps } from './act.ts'
import { concernApi } from './api.ts'
import { contractEndpoints } from './contract.ts'
import { intakeApi } from './intake-api.ts'
import { concernPages } from './pages.ts'

export function concernEndpoints(deps: ConcernDeps): Endpoint[] {
  return [...contractEndpoints(), ...intakeApi(deps), ...concernApi(deps), ...concernPages(deps)]
}
