// Everything over HTTP that concerns access to data of the Performance Hub (hub-2023, sections 2 and 3).
import type { Endpoint } from '../http/endpoint.ts'
import type { HubDeps } from './act.ts'
import { hubApi } from './api.ts'
import { hubPages } from './pages.ts'

export function hubEndpoints(deps: HubDeps): Endpoint[] {
  return [...hubApi(deps), ...hubPages(deps)]
}
