// Everything over HTTP that concerns the agreements themselves: reading them, and their versions.
import type { Endpoint } from '../http/endpoint.ts'
import { agreementApi } from './api.ts'
import type { LookDeps } from './look.ts'
import { agreementPages } from './pages.ts'
import { needsPages } from './needs-pages.ts'
import { paperworkEndpoints } from './paperwork/endpoints.ts'
import { versionApi } from './version-api.ts'
import { versionPages } from './version-pages.ts'

export function agreementEndpoints(deps: LookDeps): Endpoint[] {
  return [
    ...needsPages(deps),
    ...versionPages(deps),
    ...agreementApi(deps),
    ...agreementPages(deps),
    ...paperworkEndpoints(deps),
    ...versionApi(deps),
  ]
}
