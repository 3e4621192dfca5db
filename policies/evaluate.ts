// Puts one act to Cedar. The policies of each set are parsed once; a call sends the person, the thing acted on, and what
// the packs say. Cedar skips a rule that cannot be evaluated and may still allow, so every error is handed back as one.
import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import { thingActedOn, transferKeys, type Act, type Facts, type Thing, type TransferFacts } from './facts.ts'
import type { Rule } from './rules.ts'

export interface Evaluation {
  readonly allowed: boolean
  /** The ids of the rules that decided, in no order: the forbids that fired, or the permits that opened. */
  readonly determining: readonly string[]
  /** The ids of the rules that could not be evaluated, in no order. */
  readonly erring: readonly string[]
  /** What Cedar said about errors, or about facts that it could not read at all; nothing was established then. */
  readonly errors: readonly string[]
}

/** What the packs say about the act: the `context` of the schema. */
export type Situation = Readonly<Record<string, cedar.CedarValueJson>>

type Entity = cedar.EntityJson

const preparedSchemas = new Set<string>()
const preparedSets = new Set<string>()

/** Parses a set of rules once, under an id that nothing else has. The rules were validated when they were loaded. */
export function prepare(setId: string, schemaId: string, schema: string, rules: readonly Rule[]): void {
  if (!preparedSchemas.has(schemaId)) demand(cedar.preparseSchema(schemaId, schema))
  preparedSchemas.add(schemaId)
  if (preparedSets.has(setId)) return
  const staticPolicies = Object.fromEntries(rules.map((rule) => [rule.id, rule.text]))
  demand(cedar.preparsePolicySet(setId, { staticPolicies }))
  preparedSets.add(setId)
}

function demand(answer: cedar.CheckParseAnswer): void {
  if (answer.type === 'failure') throw new Error(answer.errors.map((error) => error.message).join('; '))
}

const types: Readonly<Record<Exclude<Thing, 'transfer'>, string>> = {
  document: 'Document',
  photograph: 'Photograph',
  enrolment: 'Enrolment',
  visit: 'Visit',
}

/** @returns undefined where the facts hold nothing that the act could be done to */
export function resourceOf(act: Act, facts: Facts): Entity | undefined {
  if (act === 'read-log') return entity('Ledger', 'ledger', {})
  if (act === 'enrol-key') return entity('Keyring', facts.person.id, {})
  if (act === 'read-concerns' || act === 'change-concerns') return entity('Concerns', 'concerns', {})
  const thing = thingActedOn(act)
  if (thing === 'transfer')
    return facts.transfer && entity('Transfer', facts.transfer.id, transferAttributes(facts.transfer))
  const { id, ...attributes } = facts[thing] ?? {}
  return id === undefined ? undefined : entity(types[thing], id, known(withPeople(attributes)))
}

/** People are entities to the rules, so that they can be compared with who acts. */
function withPeople(attributes: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]: [string, unknown]) => {
      if (['author', 'photographer'].includes(key)) return [key, personId(String(value))]
      if (key === 'readers' && Array.isArray(value)) return [key, value.map(String).map(personId)]
      return [key, value]
    }),
  )
}

export function evaluate(
  ids: { readonly set: string; readonly schema: string },
  act: Act,
  facts: Facts,
  resource: Entity,
  situation: Situation,
): Evaluation {
  const person = personOf(facts)
  const answer = cedar.statefulIsAuthorized({
    principal: person.uid,
    action: { type: 'Action', id: act },
    resource: resource.uid,
    context: situation,
    preparsedPolicySetId: ids.set,
    preparsedSchemaName: ids.schema,
    validateRequest: true,
    entities: [person, resource],
  })
  if (answer.type === 'failure')
    return {
      allowed: false,
      determining: [],
      erring: [],
      errors: answer.errors.map((error) => error.message),
    }
  const { decision, diagnostics } = answer.response
  return {
    allowed: decision === 'allow' && diagnostics.errors.length === 0,
    determining: diagnostics.reason,
    erring: diagnostics.errors.map((error) => error.policyId),
    errors: diagnostics.errors.map((error) => `${error.policyId}: ${error.error.message}`).sort(),
  }
}

function personOf({ person }: Facts): Entity {
  const { id, ...attributes } = person
  return entity('Person', id, known(attributes))
}

function transferAttributes(transfer: TransferFacts): Record<string, cedar.CedarValueJson> {
  const { inspection, requester, approver } = transfer
  const plain = Object.fromEntries(
    transferKeys.filter((key) => key !== 'id').map((key) => [key, transfer[key]]),
  )
  return known({
    ...plain,
    requester: requester === undefined ? undefined : personId(requester),
    approver: approver === undefined ? undefined : personId(approver),
    inspection: inspection && inspectionOf(inspection),
  })
}

function inspectionOf({ team, ...others }: NonNullable<TransferFacts['inspection']>) {
  return known({ ...others, team: team.map(personId) })
}

function personId(id: string): cedar.CedarValueJson {
  return { __entity: { type: 'Person', id } }
}

/** A missing fact is an absent attribute, which rules ask about with `has`. */
function known(attributes: Record<string, unknown>): Record<string, cedar.CedarValueJson> {
  const present = Object.entries(attributes).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as Record<string, cedar.CedarValueJson> // facts are JSON, by their type
}

function entity(type: string, id: string, attrs: Record<string, cedar.CedarValueJson>): Entity {
  return { uid: { type, id }, attrs, parents: [] }
}
