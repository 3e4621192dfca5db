// What Cedar's strict validator finds in rules: type errors, and those that say the same whatever the facts are. Errors are found
// once for each text of a rule, because Cedar reads the whole schema anew for each call.
import * as cedar from '@cedar-policy/cedar-wasm/nodejs'

export type Finding =
  | { readonly kind: 'wrong'; readonly error: cedar.DetailedError }
  /** For every request that the schema allows. */
  | { readonly kind: 'never-true' }

/** Of one schema; by the text of the rule. */
let found: { readonly schema: string; readonly findings: Map<string, readonly Finding[]> } = {
  schema: '',
  findings: new Map(),
}

/** Finds what there is to find in these rules, in one call for those that were not looked at yet. */
export function validateRules(rules: readonly string[], schema: string): void {
  if (found.schema !== schema) found = { schema, findings: new Map() }
  const { findings } = found
  const fresh = [...new Set(rules)].filter((rule) => !findings.has(rule))
  if (fresh.length === 0) return
  const answers = findingsIn(fresh, schema)
  fresh.forEach((rule, index) => findings.set(rule, answers[index] ?? []))
}

/** Of a rule that was validated. */
export function findingsOf(rule: string): readonly Finding[] {
  return found.findings.get(rule) ?? []
}

/**
 * Which of these rules, which are valid, are true for every request that the schema allows. One that holds a number which
 * JavaScript cannot write as it is cannot be turned around, and is none of them.
 */
export function neverFalse(rules: readonly string[], schema: string): ReadonlySet<string> {
  const turned = rules.flatMap((rule) => {
    const opposite = negated(rule)
    return isExact(opposite) ? [{ rule, opposite }] : []
  })
  const findings = findingsIn(turned.map(({ opposite }) => opposite), schema) // prettier-ignore
  return new Set(
    turned.flatMap(({ rule }, index) =>
      findings[index]?.some(({ kind }) => kind === 'never-true') ? [rule] : [],
    ),
  )
}

function isExact(json: unknown): boolean {
  if (typeof json === 'number') return Number.isSafeInteger(json)
  return typeof json !== 'object' || json === null || Object.values(json).every(isExact)
}

function findingsIn(policies: readonly cedar.Policy[], schema: string): readonly (readonly Finding[])[] {
  const staticPolicies = Object.fromEntries(policies.map((policy, index) => [String(index), policy]))
  const answer = cedar.validate({ schema, policies: { staticPolicies } })
  if (answer.type === 'failure') throw new Error(answer.errors.map((error) => error.message).join('; ')) // all were parsed
  const all = Map.groupBy(
    [...answer.validationErrors, ...answer.validationWarnings],
    ({ policyId }) => policyId,
  )
  return policies.map((_policy, index) => (all.get(String(index)) ?? []).map(findingOf))
}

/** Cedar has no code for its warning. */
function findingOf({ error }: cedar.ValidationError): Finding {
  return error.message.includes('policy is impossible') ? { kind: 'never-true' } : { kind: 'wrong', error }
}

/** The rule that applies where this one does not: where that one is never true, this one is never false. */
function negated(rule: string): cedar.PolicyJson {
  const answer = cedar.policyToJson(rule)
  if (answer.type === 'failure') throw new Error(answer.errors.map((error) => error.message).join('; ')) // it was validated
  const terms = answer.json.conditions.map(({ kind, body }): cedar.Expr => kind === 'when' ? body : { '!': { arg: body } }) // prettier-ignore
  const all = terms.reduce<cedar.Expr>((left, right) => ({ '&&': { left, right } }), { Value: true })
  return { ...answer.json, conditions: [{ kind: 'unless', body: all }] }
}
