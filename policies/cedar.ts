// Asking Cedar: sets that it keeps parsed under a name, and one call against them. The rules' own reading and checking is in
// rules.ts. A set that does not parse throws; what Cedar says of a call is handed back as it is.
import {
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  type AuthorizationAnswer,
  type CheckParseAnswer,
  type StatefulAuthorizationCall,
} from '@cedar-policy/cedar-wasm/nodejs'

export type {
  CedarValueJson,
  EntityJson,
  EntityUidJson,
  StatefulAuthorizationCall,
} from '@cedar-policy/cedar-wasm/nodejs'

/** @param policies the text of each rule by its id */
export function keepPolicies(name: string, policies: Readonly<Record<string, string>>): void {
  demand(preparsePolicySet(name, { staticPolicies: { ...policies } }))
}

export function keepSchema(name: string, schema: string): void {
  demand(preparseSchema(name, schema))
}

export function ask(call: StatefulAuthorizationCall): AuthorizationAnswer {
  return statefulIsAuthorized(call)
}

function demand(answer: CheckParseAnswer): void {
  if (answer.type === 'failure') throw new Error(answer.errors.map((error) => error.message).join('; '))
}
