// Rules as they stand in the .cedar files: read, split, checked strictly against the schema, and given ids by the clause
// that each enforces. Cedar's own parser and validator do the work; here its findings get a file and a line.
import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import type { Act } from './facts.ts'
import { acts } from './facts.ts'
import type { Fault, Place } from './fault.ts'
import { findingsOf, neverFalse, validateRules } from './validate-rules.ts'

/** One Cedar policy. A forbid is an agreement's or a local clause; a permit opens an exchange, or a local right. */
export interface Rule {
  /** The clause or exchange, with #2, #3 … from its second rule on. */
  readonly id: string
  readonly place: Place
  readonly text: string
  readonly effect: 'permit' | 'forbid'
  /** What the rule enforces; a permit of an agreement names its exchange instead. */
  readonly clause?: string
  /** The exchange that a permit of an agreement opens. */
  readonly exchange?: string
  /** The exchanges that the rule is asked for; every one of its agreement where it names none. */
  readonly within?: readonly string[]
  /** Another agreement, under which the rule is asked as well: the one that its own took the place of. */
  readonly also?: string
  readonly refusal: string
  readonly remedy: string
  readonly who: string
  readonly acts: readonly Act[]
}

const ANNOTATIONS = new Set(['clause', 'exchange', 'also', 'refusal', 'remedy', 'who'])

/** Checks the schema itself, and that its actions are the acts that the gateway has. */
export function checkSchema(file: string, schema: string, faults: Fault[]): boolean {
  const answer = cedar.schemaToJson(schema)
  if (answer.type === 'failure') {
    for (const error of answer.errors) faults.push(cedarFault(error, { file, line: 1 }, schema))
    return false
  }
  const declared = Object.values(answer.json).flatMap((namespace) => Object.keys(namespace.actions))
  const missing = acts.filter((act) => !declared.includes(act))
  const unknown = declared.filter((action) => !acts.some((act) => act === action))
  for (const name of [...missing, ...unknown]) {
    const message = `The action "${name}" is ${missing.some((act) => act === name) ? 'missing from' : 'only in'} the schema.`
    faults.push({ code: 'cedar', file, line: 1, message, remedy: 'Declare exactly the acts of facts.ts.' })
  }
  return true
}

interface Read {
  readonly text: string
  readonly schema: string
  readonly rules: readonly Rule[]
  readonly faults: readonly Fault[]
}

/** Of each file what was read last: Cedar's checks are slow, and most files of a pack that is loaded again are as they were. */
const lastRead = new Map<string, Read>()

/** Reads one .cedar file. Mistakes go to `faults`; a file that does not parse gives no rules. */
export function readRules(file: string, text: string, schema: string, faults: Fault[]): readonly Rule[] {
  const known = lastRead.get(file)
  const read = known && isKnown(file, text, schema) ? known : readAnew(file, text, schema)
  lastRead.set(file, read)
  faults.push(...read.faults)
  return read.rules
}

function isKnown(file: string, text: string, schema: string): boolean {
  const known = lastRead.get(file)
  return known?.text === text && known.schema === schema
}

function readAnew(file: string, text: string, schema: string): Read {
  const faults: Fault[] = []
  return { text, schema, rules: parseRules(file, text, schema, faults), faults }
}

function parseRules(file: string, text: string, schema: string, faults: Fault[]): Rule[] {
  const parts = cedar.policySetTextToParts(text)
  if (parts.type === 'failure') {
    // The splitter stops at the first mistake; the parser tells them all.
    const parsed = cedar.checkParsePolicySet({ staticPolicies: text })
    const errors = parsed.type === 'failure' ? parsed.errors : parts.errors
    for (const error of errors.flatMap((each) => [each, ...(each.related ?? [])]))
      faults.push(cedarFault(error, { file, line: 1 }, text))
    return []
  }
  for (const template of parts.policy_templates)
    faults.push({
      code: 'cedar',
      ...placeOf(file, text, template),
      message: 'This is a policy template.',
      remedy: 'Write it out as a rule.',
    })
  const found = places(file, text, parts.policies)
  const valid = validPolicies(found, schema, faults)
  return valid.flatMap(({ policy, place }) => readRule(policy, place, schema, faults) ?? [])
}

interface Policy {
  readonly policy: string
  readonly place: Place
}

/**
 * Validates every policy of these files in one call, in place of one call a file: what `readRules` then looks up. A file that
 * does not parse is left for it to say so.
 */
export function validateTogether(texts: ReadonlyMap<string, string>, schema: string): void {
  const changed = [...texts].filter(([file, text]) => !isKnown(file, text, schema))
  const policies = changed.flatMap(([, text]) => {
    const parts = cedar.policySetTextToParts(text)
    return parts.type === 'failure' ? [] : parts.policies
  })
  validateRules(policies, schema)
}

/** Cedar's strict validator, and that a rule can never be true or never be false. What has a finding is left out. */
function validPolicies(policies: readonly Policy[], schema: string, faults: Fault[]): Policy[] {
  validateRules(
    policies.map(({ policy }) => policy),
    schema,
  )
  return policies.filter(({ policy, place }) => {
    const own = findingsOf(policy)
    for (const finding of own)
      faults.push(
        finding.kind === 'wrong' ? cedarFault(finding.error, place, policy) : neverTrueFault(policy, place),
      )
    return own.length === 0
  })
}

const deeds = { forbid: 'refuses', permit: 'permits' } as const

function remedyFor(effect: Rule['effect']): string {
  return `Write the condition under which it ${deeds[effect]}, or take the rule out.`
}

function neverTrueFault(policy: string, place: Place): Fault {
  const answer = cedar.policyToJson(policy)
  const { annotations = {}, effect = 'forbid' } = answer.type === 'success' ? answer.json : {}
  const name = annotations['clause'] ?? annotations['exchange'] ?? 'without a name'
  return {
    code: 'cedar',
    ...place,
    message: `The rule ${name} can never be true: it never ${deeds[effect]}, whatever the facts are.`,
    remedy: remedyFor(effect),
  }
}

/** The rules that always refuse, or always permit. */
export function lintNeverFalse(rules: readonly Rule[], schema: string): Fault[] {
  const constant = neverFalse(
    rules.map(({ text }) => text),
    schema,
  )
  return rules
    .filter(({ text }) => constant.has(text))
    .map(({ id, effect, place }) => {
      return {
        code: 'cedar',
        ...place,
        message: `The rule ${id} can never be false: it ${deeds[effect]} whatever the facts are.`,
        remedy: remedyFor(effect),
      }
    })
}

/** The parser gives policies in the order of their numbers as words; put each back where it stands in the file. */
function places(file: string, text: string, policies: readonly string[]): Policy[] {
  let from = 0
  const bodies = new Map<string, number>()
  return policies
    .map((policy) => {
      from = text.indexOf(policy, bodies.get(policy) ?? 0)
      bodies.set(policy, from + 1)
      return { policy, from, place: { file, line: lineAt(text, from) } }
    })
    .toSorted((a, b) => a.from - b.from)
}

function placeOf(file: string, text: string, part: string): Place {
  return { file, line: lineAt(text, text.indexOf(part)) }
}

function readRule(text: string, place: Place, schema: string, faults: Fault[]): Rule | undefined {
  const answer = cedar.policyToJson(text)
  if (answer.type === 'failure') {
    for (const error of answer.errors) faults.push(cedarFault(error, place, text))
    return undefined
  }
  const { annotations = {}, effect, action } = answer.json
  for (const name of Object.keys(annotations))
    if (!ANNOTATIONS.has(name))
      faults.push({
        code: 'annotation',
        ...place,
        message: `There is no annotation @${name}.`,
        remedy: 'Use @clause, @exchange, @also, @refusal, @remedy, @who.',
      })
  const {
    clause,
    exchange,
    also,
    refusal = '',
    remedy = '',
    who = '',
  } = annotations as Partial<Record<string, string>> // absent ones included
  return {
    id: clause ?? exchange ?? '',
    place,
    text,
    effect,
    ...(clause !== undefined && { clause }),
    ...(also !== undefined && { also }),
    ...(exchange !== undefined && { within: exchange.split(/, */) }),
    ...(exchange !== undefined && effect === 'permit' && { exchange }),
    refusal,
    remedy,
    who,
    acts: actsOf(action, text, schema),
  }
}

/** The acts that a rule has a say in. Where it does not list them, Cedar works them out from the schema, slowly. */
function actsOf(action: cedar.ActionConstraint, text: string, schema: string): Act[] {
  const listed =
    action.op === 'in' && 'entities' in action
      ? action.entities
      : action.op === '==' && 'entity' in action
        ? [action.entity]
        : []
  const ids = listed.map((entity) => ('__entity' in entity ? entity.__entity.id : entity.id))
  if (ids.length > 0) return acts.filter((act) => ids.includes(act))
  const answer = cedar.getValidRequestEnvsPolicy(text, schema)
  if (answer.type === 'failure') return []
  return acts.filter((act) => answer.actions.includes(`Action::${JSON.stringify(act)}`))
}

/** A finding of Cedar's, with its byte offsets in `text` turned into the line in the file that `text` starts in. */
function cedarFault(error: cedar.DetailedError, start: Place, text: string): Fault {
  const offset = error.sourceLocations?.[0]?.start ?? 0
  const before = Buffer.from(text).subarray(0, offset).toString()
  const label = error.sourceLocations?.[0]?.label
  const said = error.message.replace(/^failed to parse \w+ from string: |^for policy `\d+`, /, '')
  return {
    code: 'cedar',
    file: start.file,
    line: start.line + lineAt(before, before.length) - 1,
    message: `${said}${typeof label === 'string' ? ` (${label})` : ''}.`,
    remedy: error.help === null ? 'Mend the rule.' : `Cedar says: ${error.help}.`,
  }
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
