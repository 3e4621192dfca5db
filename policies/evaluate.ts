// Puts one act to Cedar. The policies of each set are parsed once; a call sends the person, the thing acted on, and what
// the packs say. Cedar skips a rule that cannot be evaluated and may still allow, so every error is handed back as one.
import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs'
import * as cedar from './cedar.ts'
import {
  isVersionAct,
  thingActedOn,
  transferKeys,
  type Act,
  type Facts,
  type Thing,
  type TransferFacts,
} from './facts.ts'
import type { Rule } from './rules.ts'
import { shapesOf, UnfitFact, type Shapes } from './shapes-of-schema.ts'

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

/** Rules that Cedar has parsed, and what of an act they have to be told. */
export interface PreparedSet {
  readonly id: string
  /** Every attribute that any of them reads, of whatever it is. */
  readonly reads: ReadonlySet<string>
  readonly shapes: Shapes
}

const preparedSets = new Set<string>()

/** Parses a set of rules once, under an id that nothing else has. The rules were validated when they were loaded. */
export function prepare(id: string, schema: string, rules: readonly Rule[]): PreparedSet {
  if (!preparedSets.has(id)) {
    const policies = Object.fromEntries(rules.map((rule) => [rule.id, rule.text]))
    cedar.keepPolicies(id, policies)
    preparedSets.add(id)
  }
  return { id, reads: new Set(rules.flatMap(({ text }) => attributesOf(text))), shapes: shapesOf(schema) }
}

const attributes = new Map<string, readonly string[]>()

/** Every attribute that a rule reads or asks about. */
function attributesOf(text: string): readonly string[] {
  const known = attributes.get(text)
  if (known) return known
  const answer = policyToJson(text)
  if (answer.type === 'failure') throw new Error(answer.errors.map((error) => error.message).join('; '))
  const found = [...attributesIn(answer.json.conditions)]
  attributes.set(text, found)
  return found
}

/** In Cedar's JSON an attribute is named by `attr`, or a path of them; there is no other way to reach one. */
function attributesIn(expression: unknown): Set<string> {
  if (typeof expression !== 'object' || expression === null) return new Set()
  const found = new Set(Object.values(expression).flatMap((each) => [...attributesIn(each)]))
  if ('attr' in expression) for (const name of [expression.attr].flat()) found.add(String(name))
  return found
}

const types: Readonly<Record<Exclude<Thing, 'transfer'>, string>> = {
  item: 'Item',
  document: 'Document',
  photograph: 'Photograph',
  enrolment: 'Enrolment',
  visit: 'Visit',
}

/** Acts that need nothing but who does them; what is asked of one figure is an act on a document. */
const figureActs: ReadonlySet<Act> = new Set([
  'read-figures', 'register-figures', 'read-clearance', 'ask-consent', 'run-fact-check', 'answer-consent', 'object-to-figure', 'check-draft',
  'amend-conditions', 'read-hub-use', 'read-photographs',
] as const) // prettier-ignore

/** @returns undefined where the facts hold nothing that the act could be done to */
export function resourceOf(act: Act, facts: Facts): Entity | undefined {
  if (act === 'read-log') return entity('Ledger', 'ledger', {})
  if (act === 'read-retention') return entity('Retention', 'retention', {})
  if (act === 'enrol-key') return entity('Keyring', facts.person.id, {})
  if (act === 'confirm-key') return facts.keyring && keyringOf(facts.keyring)
  if (act === 'read-concerns' || act === 'change-concerns' || act === 'see-deliveries')
    return entity('Concerns', 'concerns', {})
  if (figureActs.has(act)) return entity('Figures', 'figures', {})
  if (act === 'read-agreements') return entity('AgreementRegister', 'agreements', {})
  if (isVersionAct(act)) return facts.version && versionOf(facts.version)
  if (act === 'ask-erasure' || act === 'authorise-erasure') return erasureOf(facts)
  const thing = thingActedOn(act)
  if (thing === 'transfer')
    return facts.transfer && entity('Transfer', facts.transfer.id, transferAttributes(facts.transfer))
  const { id, ...attributes } = facts[thing] ?? {}
  return id === undefined ? undefined : entity(types[thing], id, known(withPeople(attributes)))
}

function keyringOf({ owner, party }: NonNullable<Facts['keyring']>): Entity {
  return entity('Keyring', owner, { owner: personId(owner), party })
}

function versionOf({ id, ...attributes }: NonNullable<Facts['version']>): Entity {
  return entity('AgreementVersion', id, known(withPeople(attributes)))
}

function erasureOf({ erasure }: Facts): Entity | undefined {
  const person = (id: string | undefined) => (id === undefined ? undefined : personId(id))
  return (
    erasure &&
    entity('Erasure', erasure.id, known({ askedBy: person(erasure.askedBy), about: person(erasure.about) }))
  )
}

/** People are entities to the rules, so that they can be compared with who acts. */
function withPeople(attributes: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]: [string, unknown]) => {
      if (['author', 'photographer', 'liftAskedBy', 'proposer', 'lineManager'].includes(key))
        return [key, personId(String(value))]
      if (key === 'readers' && Array.isArray(value)) return [key, value.map(String).map(personId)]
      return [key, value]
    }),
  )
}

export function evaluate(
  set: PreparedSet,
  act: Act,
  facts: Facts,
  resource: Entity,
  situation: Situation,
): Evaluation {
  const call = callOf(set, act, facts, resource, situation)
  if (call instanceof UnfitFact) return nothingEstablished([call.message])
  const answer = cedar.ask(call)
  if (answer.type === 'failure') return nothingEstablished(answer.errors.map((error) => error.message))
  const { decision, diagnostics } = answer.response
  return {
    allowed: decision === 'allow' && diagnostics.errors.length === 0,
    determining: diagnostics.reason,
    erring: diagnostics.errors.map((error) => error.policyId),
    errors: diagnostics.errors.map((error) => `${error.policyId}: ${error.error.message}`).sort(),
  }
}

function nothingEstablished(errors: readonly string[]): Evaluation {
  return { allowed: false, determining: [], erring: [], errors }
}

function callOf(
  { id, reads, shapes }: PreparedSet,
  act: Act,
  facts: Facts,
  resource: Entity,
  situation: Situation,
): cedar.StatefulAuthorizationCall | UnfitFact {
  const person = personOf(facts)
  try {
    return {
      principal: person.uid,
      action: { type: 'Action', id: act },
      resource: resource.uid,
      context: shapes.of('Situation')(situation, reads),
      preparsedPolicySetId: id,
      entities: [person, resource].map(({ uid, attrs, parents }) => ({
        uid,
        parents,
        attrs: shapes.of(typeOf(uid))(attrs, reads),
      })),
    }
  } catch (error) {
    if (error instanceof UnfitFact) return error
    throw error
  }
}

function typeOf(uid: cedar.EntityUidJson): string {
  return '__entity' in uid ? uid.__entity.type : uid.type
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
