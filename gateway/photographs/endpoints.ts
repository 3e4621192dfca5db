// Everything over HTTP that concerns photographs taken on inspection (hmpps-2025/annex-a).
import type { Endpoint } from '../http/endpoint.ts'
import type { PhotographDeps } from './act.ts'
import { photographApi } from './api.ts'
import { openGate } from './gate.ts'
import { photographPages } from './pages.ts'

/** Pictures that are taken in at the same time. */
const mostUploads = 4

export function photographEndpoints(deps: PhotographDeps): Endpoint[] {
  const gate = openGate(mostUploads)
  return [...photographApi(deps, gate), ...photographPages(deps, gate)]
}
