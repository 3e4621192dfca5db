// Everything that this slice answers to, over JSON and as pages.
import type { Endpoint } from '../http/endpoint.ts'
import { transferApi } from './api.ts'
import type { TransferDeps } from './deps.ts'
import { transferPages } from './pages.ts'

export function transferEndpoints(deps: TransferDeps): Endpoint[] {
  return [...transferApi(deps), ...transferPages(deps)]
}
