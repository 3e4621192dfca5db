// The endpoints of this slice: versions of agreements.
import type { Endpoint } from '../http/endpoint.ts'
import type { LookDeps } from './look.ts'
import { versionApi } from './version-api.ts'

export function agreementEndpoints(deps: LookDeps): Endpoint[] {
  return versionApi(deps)
}
