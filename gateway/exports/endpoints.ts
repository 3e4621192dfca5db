// Every endpoint of the quarterly export.
import type { Endpoint } from '../http/endpoint.ts'
import { exportApi } from './api.ts'
import type { CollectDeps } from './collect.ts'
import { exportPages } from './pages.ts'
import type { ProveDeps } from './prove.ts'
import { urgentEndpoints } from './urgent-endpoints.ts'

export function exportEndpoints(deps: CollectDeps & ProveDeps): Endpoint[] {
  return [...exportApi(deps), ...exportPages(deps), ...urgentEndpoints(deps)]
}
