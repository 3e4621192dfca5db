// Everything over HTTP that concerns the clearing of Hub figures for a report (hub-2023/4.3, hmpps-2025/18).
import type { Endpoint } from '../http/endpoint.ts'
import type { ClearanceDeps } from './act.ts'
import { clearanceApi } from './api.ts'
import { checkEndpoints } from './check-endpoints.ts'
import { hubAnswerEndpoints } from './hub-answer-endpoints.ts'
import { tableEndpoints } from './table-endpoints.ts'
import { clearancePages } from './pages.ts'

export function clearanceEndpoints(deps: ClearanceDeps): Endpoint[] {
  return [
    ...clearanceApi(deps),
    ...clearancePages(deps),
    ...checkEndpoints(deps),
    ...tableEndpoints(deps),
    ...hubAnswerEndpoints(deps),
  ]
}
