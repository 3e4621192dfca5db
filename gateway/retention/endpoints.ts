// Everything that this slice answers to, over JSON and as pages.
import type { Endpoint } from '../http/endpoint.ts'
import type { RetentionDeps } from './act.ts'
import { retentionApi } from './api.ts'
import { retentionPages } from './pages.ts'

export function retentionEndpoints(deps: RetentionDeps): Endpoint[] {
  return [...retentionApi(deps), ...retentionPages(deps)]
}
